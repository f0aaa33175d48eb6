import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { boot, createSparse, output, prepareLvm, type Guest } from '../test/lab/index.js';
import { projectDirectory } from '../test/lab/project.js';
import { makeScratch } from '../test/lab/scratch.js';
import { attach, DEVICE, makeVolumes, MAPPING, type Candidate, type Layout } from './removal-candidates.js';
import {
  BLOCK_BYTES,
  dirtyBlocks,
  geometryOn,
  missingBlocks,
  writeDirtyCache,
  type Shape,
} from './removal-cache.js';
import { measuredOf, readReport, type Measured } from './removal-report.js';
import { loadWcache, startTimes, type StartTimes } from './removal-wcache.js';

const MIB = 1 << 20;
const SECTORS_PER_MIB = MIB / 512;
const HEAD_MIB = 1;
/** Behind the volumes: LVM takes whole extents, and wants some more. */
const TAIL_MIB = 3;
const ORIGIN_MIB = 4096;
const CACHE_MIB = 512;
const DIRTY = 0.8;
/** The images of both shapes and a copy of one, and the guest's memory. */
const SCRATCH_BYTES = 4096 * MIB;
const MEMORY_MIB = 1024;
const COMMAND_LIMIT_MS = 600_000;

export const SIZES = { originMiB: ORIGIN_MIB, cacheMiB: CACHE_MIB, dirty: DIRTY } as const;

export interface Trial {
  readonly candidate: Candidate;
  readonly shape: Shape;
  /** Writes in a second of an application, beside the probe. */
  readonly writesPerSecond: number;
}

/** The disks of all guests: the same dirty caches for everyone, each time from a copy. */
export class RemovalLab {
  readonly #folder: string;
  readonly #delayMs: number;
  readonly #geometry = geometryOn(CACHE_MIB * MIB);
  readonly #blocks = new Map<Shape, Uint32Array>();
  #kernel = '';
  #start: StartTimes = { here: 0, inGuest: 0 };

  private constructor(folder: string, delayMs: number) {
    this.#folder = folder;
    this.#delayMs = delayMs;
  }

  /** `delayMs` is what dm-delay is told for every I/O to the origin. Nothing is left of it when this process ends. */
  static async make(delayMs: number): Promise<RemovalLab> {
    const folder = await makeScratch(SCRATCH_BYTES);
    process.once('exit', () => {
      rmSync(folder, { recursive: true, force: true });
    });
    const lab = new RemovalLab(folder, delayMs);
    await lab.#makeVolumes();
    return lab;
  }

  /** The kernel that all was measured on. */
  get kernel(): string {
    return this.#kernel;
  }

  get start(): StartTimes {
    return this.#start;
  }

  get blocks(): { readonly dirty: number; readonly all: number } {
    return { dirty: this.#dirtyBlocks, all: Number(this.#geometry.nBlocks) };
  }

  /** Throws where the command failed, the mapping is not the origin's, or the origin has not what was in the cache. */
  async run({ candidate, shape, writesPerSecond }: Trial): Promise<Measured> {
    const blocks = this.#prepareDisks(shape);
    const { guest, layout, env } = await this.#boot('origin', 'cache');
    try {
      await output(guest, attach(candidate.kind, layout, this.#delayMs), { env });
      if (candidate.isOurs) await loadWcache(guest);
      const report = await this.#probe(guest, candidate, layout, writesPerSecond, env);
      const table = await output(guest, `dmsetup table ${MAPPING[candidate.kind]}`);
      if (!/^0 \d+ linear /.test(table)) throw new Error(`${candidate.what}: the mapping is ${table}`);
      await guest.shutdown();
      const missing = missingBlocks(this.#path('origin'), HEAD_MIB * MIB, blocks);
      if (missing > 0) throw new Error(`${candidate.what}: ${String(missing)} blocks are not on the origin`);
      return measuredOf(candidate.what, report, candidate.isOurs ? this.#start.here : 0);
    } finally {
      await guest.powerCut();
    }
  }

  async #probe(
    guest: Guest,
    { kind, command, what }: Candidate,
    layout: Layout,
    writesPerSecond: number,
    env: Record<string, string>,
  ): Promise<ReturnType<typeof readReport>> {
    const probe = join(projectDirectory, 'bench/removal-probe.pl');
    const originBlocks = (ORIGIN_MIB * MIB) / BLOCK_BYTES;
    const printed = await output(
      guest,
      `perl ${probe} ${DEVICE[kind]} ${String(originBlocks)} ${String(writesPerSecond)} "$COMMAND"`,
      { env: { ...env, COMMAND: command(layout) }, timeoutMs: COMMAND_LIMIT_MS },
    );
    const report = readReport(printed);
    if (report.status !== 0) throw new Error(`${what} ended with ${String(report.status)}: ${printed}`);
    return report;
  }

  async #makeVolumes(): Promise<void> {
    await createSparse(this.#path('origin-new'), (HEAD_MIB + ORIGIN_MIB + TAIL_MIB) * MIB);
    await createSparse(this.#path('cache-new'), (HEAD_MIB + CACHE_MIB + TAIL_MIB) * MIB);
    const { guest, layout, env } = await this.#boot('origin-new', 'cache-new');
    try {
      const tables = await output(guest, makeVolumes(layout), { env });
      this.#start = await startTimes(guest);
      const start = ` ${String(layout.headSectors)}\n`;
      if (tables.split(start).length !== 3) {
        throw new Error(`LVM's volumes are not where they should be: ${tables}`);
      }
      await guest.shutdown();
    } finally {
      await guest.powerCut();
    }
  }

  get #dirtyBlocks(): number {
    return Math.floor(Number(this.#geometry.nBlocks) * DIRTY);
  }

  /** Fresh disks with a dirty cache; returns which blocks are dirty. */
  #prepareDisks(shape: Shape): Uint32Array {
    let blocks = this.#blocks.get(shape);
    if (blocks === undefined) {
      blocks = dirtyBlocks(shape, this.#dirtyBlocks, (ORIGIN_MIB * MIB) / BLOCK_BYTES);
      this.#blocks.set(shape, blocks);
      this.#copy('cache-new', `cache-${shape}`);
      writeDirtyCache(this.#path(`cache-${shape}`), HEAD_MIB * MIB, this.#geometry, blocks);
    }
    this.#copy('origin-new', 'origin');
    this.#copy(`cache-${shape}`, 'cache');
    return blocks;
  }

  async #boot(
    origin: string,
    cache: string,
  ): Promise<{ guest: Guest; layout: Layout; env: Record<string, string> }> {
    const disks = [{ path: this.#path(origin) }, { path: this.#path(cache) }];
    const guest = await boot({ kernel: 'uml-6.1', disks, memoryMiB: MEMORY_MIB, label: 'removal' });
    this.#kernel = guest.kernelRelease;
    const [originDisk = '', cacheDisk = ''] = guest.disks;
    const layout = {
      originDisk,
      cacheDisk,
      headSectors: HEAD_MIB * SECTORS_PER_MIB,
      originSectors: ORIGIN_MIB * SECTORS_PER_MIB,
      cacheSectors: CACHE_MIB * SECTORS_PER_MIB,
      nBlocks: this.#geometry.nBlocks,
    };
    return { guest, layout, env: await prepareLvm(guest) };
  }

  /** With its holes as holes, which Node's own copy would fill. */
  #copy(from: string, to: string): void {
    rmSync(this.#path(to), { force: true });
    const { status, stderr } = spawnSync('cp', ['--sparse=always', this.#path(from), this.#path(to)], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`cannot copy ${from}: ${stderr}`);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}
