import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { boot, createSparse, type Guest, type KernelName } from '../../lab/index.js';
import { makeScratch } from '../../lab/scratch.js';
import { runScripts, type Answer } from './driver.js';
import { scriptOf, type Place } from './script.js';
import type { Foretold } from './survivable.js';
import { firstOrigin, type Workload } from './workload.js';

/** All parts of a batch together are not larger, on each disk. */
const DISK_BYTES = 32 * 1024 * 1024;
/** Parts begin at whole pages, because DAX maps whole pages. */
const PART_ALIGNMENT = 4096;
const BATCH_LIMIT_MS = 300_000;

/** In which order the disks do their requests: `none` leaves them in theirs. */
export type Scheduler = 'none' | 'mq-deadline';

export interface MachineOptions {
  readonly kernel: KernelName;
  readonly scheduler: Scheduler;
}

type Files = Readonly<Record<'origin' | 's' | 'p', FileHandle>>;

/** A guest whose disks the host writes while it runs: every workload has a part of each for itself. */
export class Machine {
  readonly #guest: Guest;
  readonly #directory: string;
  readonly #files: Files;
  readonly #scheduler: Scheduler;

  private constructor(guest: Guest, directory: string, files: Files, scheduler: Scheduler) {
    this.#guest = guest;
    this.#directory = directory;
    this.#files = files;
    this.#scheduler = scheduler;
  }

  static async start({ kernel, scheduler }: MachineOptions): Promise<Machine> {
    const directory = await makeScratch(4 * DISK_BYTES);
    const names = ['origin', 's', 'p'] as const;
    const paths = names.map((name) => join(directory, name));
    for (const path of paths) await createSparse(path, DISK_BYTES);
    const [origin = '', ssd = '', pmem = ''] = paths;
    const guest = await boot({
      kernel,
      disks: [{ path: origin }, { path: ssd }],
      pmem: kernel === 'uml-6.1' ? [] : [{ path: pmem }],
    });
    const files = { origin: await open(origin, 'r+'), s: await open(ssd, 'r+'), p: await open(pmem, 'r+') };
    return new Machine(guest, directory, files, scheduler);
  }

  console(): string {
    return this.#guest.console();
  }

  /** Runs workloads of one mode one after the other, and returns what the kernel did in each of their steps. */
  async run(batch: readonly Foretold[]): Promise<Answer[][]> {
    const mode = batch[0]?.workload.mode ?? 's';
    if (batch.some(({ workload }) => workload.mode !== mode)) throw new Error('workloads of one mode');
    const places = placesOf(batch.map(({ workload }) => workload));
    for (const [index, { workload }] of batch.entries()) {
      const place = places[index];
      if (place === undefined) continue;
      await write(this.#files.origin, firstOrigin(workload), place.originBytes);
      await write(this.#files[mode], workload.cache, place.cacheBytes);
    }
    const scripts = batch.map(({ workload, execution }, index) =>
      scriptOf(workload, execution.observations, places[index] ?? { originBytes: 0, cacheBytes: 0 }),
    );
    const scheduler = { setUp: [`scheduler ${this.#scheduler}`], steps: [], end: [] };
    const [origin = '', ssd = ''] = this.#guest.disks;
    const cache = mode === 's' ? ssd : (this.#guest.pmem[0] ?? '');
    const disks = { origin, cache };
    const [, ...answers] = await runScripts(this.#guest, disks, [scheduler, ...scripts], BATCH_LIMIT_MS);
    return answers;
  }

  async stop(): Promise<void> {
    for (const file of Object.values(this.#files)) await file.close();
    await this.#guest.powerCut();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Side by side on the disks. Throws where they do not fit. */
function placesOf(workloads: readonly Workload[]): Place[] {
  let [originBytes, cacheBytes] = [0, 0];
  return workloads.map((workload) => {
    const place = { originBytes, cacheBytes };
    originBytes += roundUp(workload.originBlocks * workload.blockSize);
    cacheBytes += roundUp(workload.cache.length);
    if (Math.max(originBytes, cacheBytes) > DISK_BYTES) throw new Error('too many workloads for the disks');
    return place;
  });
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / PART_ALIGNMENT) * PART_ALIGNMENT;
}

async function write(file: FileHandle, bytes: Buffer, offset: number): Promise<void> {
  await file.write(bytes, 0, bytes.length, offset);
}
