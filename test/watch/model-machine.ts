import type { DrainAction, WatchMachine } from '../../src/cli/watch-request.js';
import { FaultyDevice, type DiskStatistics } from '../../src/device/index.js';
import { findCache, type LiveCache } from '../../src/dm/index.js';
import { geometryOf } from '../../src/format/index.js';
import { DEBIAN_6_12, ModelMapper } from '../../src/model-dm/index.js';
import { cleanCache, flushCache, type DrainOptions, type DrainResult } from '../../src/procedure/drain.js';
import type { KnownRemoval } from '../../src/procedure/removal/index.js';
import { kernelIdentity, type TargetLine, type TargetVersion } from '../../src/table/index.js';
import { INCIDENT, runCommand } from './model-commands.js';
import { CountedDevice, FLASH, MAPPED, ModelDisk, ROTATING } from './model-disk.js';
import { BLOCK_BYTES, WorkloadRun, WORKLOADS, type WorkloadName } from './model-workload.js';
import { StagedMapper } from './staged-mapper.js';

/** Which workload the caches have, one after the other. */
export const SCRIPTS = {
  mixed: ['steady', 'idle', 'full', 'burst', 'reader'],
  steady: ['steady'],
  idle: ['idle'],
  full: ['full'],
  burst: ['burst'],
  incident: ['steady', 'idle', 'full', 'burst', 'reader'],
} as const satisfies Readonly<Record<string, readonly WorkloadName[]>>;
export type ScriptName = keyof typeof SCRIPTS;

export interface ModelMachineOptions {
  /** 3 unless told: wc1, wc2 and so on. */
  readonly caches?: number;
  /** Instead of those names. */
  readonly names?: readonly string[];
  /** `idle` unless told. */
  readonly script?: ScriptName;
  /** Each block stands for so many; 1 unless told. */
  readonly scale?: number;
  /** Blocks of each cache in the model; 1000 unless told. */
  readonly cacheBlocks?: number;
  /** Of the target; the newest unless told. */
  readonly version?: TargetVersion;
  /** Time is the machine's own, and goes on only by {@link ModelMachine.advance}, unless this is set. */
  readonly realTime?: boolean;
  /** For how long it has been running when it is first seen. */
  readonly warmUpMs?: number;
}

const STEP_MS = 50;
/** In ssd mode the target copies 64 blocks at a time. */
const COPY_MS = 640;
const COPIED_PER_SECOND = 100;
/** Under which few blocks are written back at a time, so that there are soon no free ones. */
const NEARLY_FULL = 'high_watermark 100 low_watermark 100';
const ORIGIN_BYTES = 1n << 32n;

interface ModelCache {
  readonly origin: FaultyDevice;
  readonly disks: Readonly<Record<'origin' | 'cache', { readonly number: string; readonly disk: ModelDisk }>>;
  readonly workload: WorkloadName;
  readonly parameters: string;
  running: { readonly number: string; readonly mapped: ModelDisk; readonly workload: WorkloadRun } | null;
}

/** A machine with writecaches that only exist in this process, on which something happens. */
export class ModelMachine implements WatchMachine {
  readonly mapper: ModelMapper;
  readonly dm: StagedMapper;
  readonly kernel = kernelIdentity(
    '6.12.48+deb13-amd64',
    '#1 SMP PREEMPT_DYNAMIC Debian 6.12.48-1 (2025-09-20)',
  );
  /** To be told by {@link removals}. */
  readonly knownRemovals: KnownRemoval[] = [];
  /** Devices of which nothing is counted. */
  readonly uncounted = new Set<string>();
  readonly #options: Required<Omit<ModelMachineOptions, 'names' | 'caches' | 'version' | 'warmUpMs'>>;
  readonly #caches = new Map<string, ModelCache>();
  readonly #startedAt = Date.UTC(2026, 0, 5, 12);
  #elapsedMs = 0;
  #incidents = 0;
  #incidentsFromMs = Infinity;

  private constructor(options: ModelMachineOptions) {
    const { script = 'idle', scale = 1, cacheBlocks = 1000, realTime = false, version } = options;
    this.#options = { script, scale, cacheBlocks, realTime };
    this.mapper = new ModelMapper({
      traits: {
        ...DEBIAN_6_12,
        targets: { ...DEBIAN_6_12.targets, ...(version && { writecache: version }) },
      },
      pace: { copyEndsAtMs: (_copy, nowMs) => nowMs + COPY_MS },
    });
    this.dm = new StagedMapper(this.mapper, {
      scale,
      flushedPerSecond: COPIED_PER_SECOND,
      clockMs: () => this.monotonicMs(),
    });
  }

  static async create(options: ModelMachineOptions = {}): Promise<ModelMachine> {
    const machine = new ModelMachine(options);
    const { caches = 3, warmUpMs = 0 } = options;
    const names = options.names ?? Array.from({ length: caches }, (_, index) => `wc${String(index + 1)}`);
    for (const name of names) await machine.create(name);
    await machine.advance(warmUpMs);
    machine.#incidentsFromMs = warmUpMs;
    return machine;
  }

  now(): Date {
    return this.#options.realTime ? new Date() : new Date(this.#startedAt + this.#elapsedMs);
  }

  monotonicMs(): number {
    return this.#options.realTime ? performance.now() : this.#elapsedMs;
  }

  diskStatistics(): Map<string, DiskStatistics> {
    const all = [...this.#caches.values()].flatMap(({ disks, running }) => [
      ...(running === null ? [] : [{ number: running.number, disk: running.mapped }]),
      disks.origin,
      disks.cache,
    ]);
    return new Map(all.map(({ number, disk }) => [number, disk.statistics()]));
  }

  isCounted(deviceNumber: string): boolean {
    return !this.uncounted.has(deviceNumber);
  }

  removals(): KnownRemoval[] {
    return this.knownRemovals;
  }

  async drain(action: DrainAction, { device }: LiveCache, options: DrainOptions): Promise<DrainResult> {
    const cache = await findCache(this.dm, device.name);
    return (action === 'flush' ? flushCache : cleanCache)(this.dm, cache, options);
  }

  /** Lets time go on. */
  async advance(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= STEP_MS) {
      const stepMs = Math.min(left, STEP_MS);
      this.#elapsedMs += stepMs;
      this.mapper.advance(stepMs);
      for (const cache of this.#caches.values()) {
        cache.running?.workload.advance(stepMs, this.#elapsedMs);
        for (const { disk } of [cache.disks.origin, cache.disks.cache]) disk.advance(stepMs);
        cache.running?.mapped.advance(stepMs);
      }
      await this.#incidentsDue();
    }
  }

  /** Lets time go on with the real one. Returns what ends it. */
  runInRealTime(): () => void {
    let doneMs = performance.now();
    const timer = setInterval(() => {
      const nowMs = performance.now();
      const elapsedMs = Math.min(1000, nowMs - doneMs);
      doneMs = nowMs;
      void this.advance(elapsedMs);
    }, STEP_MS);
    return () => {
      clearInterval(timer);
    };
  }

  /** Makes something happen, by a line such as `suspend wc1` ({@link runCommand}). */
  command(line: string): Promise<void> {
    return runCommand(this, line);
  }

  /** A name that was there before gets its devices again, with what they hold. */
  async create(name: string): Promise<void> {
    const cache = this.#caches.get(name) ?? this.#addDevices(name);
    await this.mapper.create({ name, uuid: `WCACHE-${name}`, line: lineOf(cache.parameters) });
    const mapped = new ModelDisk(MAPPED, this.#options.scale);
    const seed = Array.from(name).reduce((sum, letter) => sum * 31 + (letter.codePointAt(0) ?? 0), 7);
    const workload = new WorkloadRun(this.mapper, name, mapped, WORKLOADS[cache.workload], seed);
    cache.running = { number: await this.#numberOf(name), mapped, workload };
  }

  async remove(name: string): Promise<void> {
    await this.mapper.remove(name);
    this.#require(name).running = null;
  }

  /** Its origin fails from now on, and something is written to it. */
  async fail(name: string): Promise<void> {
    const { origin } = this.#require(name);
    this.dirty(name, 1);
    const lengthBytes = origin.sizeBytes;
    origin.setFaults({ ranges: [{ offsetBytes: 0, lengthBytes, on: 'write' }] });
    await this.mapper.message(name, 'flush').catch(() => undefined);
  }

  /** The origin is mended, and the cache gets a fresh instance. */
  async recover(name: string): Promise<void> {
    this.#require(name).origin.setFaults({});
    const [line] = await this.mapper.table(name, 'live');
    if (line !== undefined) await this.mapper.load(name, line);
    await this.mapper.resume(name);
  }

  /** Gives it a table with other options. */
  async swap(name: string, options: string): Promise<void> {
    const { parameters } = this.#require(name);
    const words = parameters.split(' ').slice(0, 4).join(' ');
    await this.mapper.load(name, lineOf(`${words} ${String(options.split(' ').length)} ${options}`));
    await this.mapper.resume(name);
  }

  setWorkload(name: string, workload: WorkloadName): void {
    const { running } = this.#require(name);
    if (running !== null) running.workload.workload = WORKLOADS[workload];
  }

  /** Writes so many blocks, which lie apart from each other, and commits them. */
  dirty(name: string, blocks: number): void {
    const device = this.mapper.open(name);
    const block = new Uint8Array(BLOCK_BYTES);
    for (let index = 0; index < blocks; index++) device.write(block, 2 * index * BLOCK_BYTES);
    device.flush();
    device.close();
  }

  async #incidentsDue(): Promise<void> {
    if (this.#options.script !== 'incident') return;
    for (let next = INCIDENT[this.#incidents]; next !== undefined; next = INCIDENT[this.#incidents]) {
      const [atMs, command] = next;
      if (this.#elapsedMs < this.#incidentsFromMs + atMs) return;
      this.#incidents += 1;
      // With other names or fewer caches some of it cannot happen.
      await this.command(command).catch(() => undefined);
    }
  }

  #addDevices(name: string): ModelCache {
    const { script, scale, cacheBlocks } = this.#options;
    const index = this.#caches.size;
    const workloads = SCRIPTS[script];
    const workload = workloads[index % workloads.length] ?? 'idle';
    const mode = workload === 'full' ? 'p' : 's';
    const { dataOffsetBytes, dataEndBytes } = geometryOf(BLOCK_BYTES, BigInt(cacheBlocks));
    const disks = {
      origin: { number: `4000:${String(2 * index)}`, disk: new ModelDisk(ROTATING, scale) },
      cache: { number: `4000:${String(2 * index + 1)}`, disk: new ModelDisk(FLASH, scale) },
    };
    const origin = new FaultyDevice(
      new CountedDevice(`origin of ${name}`, ORIGIN_BYTES, 0, disks.origin.disk),
    );
    const cacheDevice = new CountedDevice(
      `cache of ${name}`,
      dataEndBytes,
      Number(dataOffsetBytes),
      disks.cache.disk,
    );
    const added = { device: origin, number: disks.origin.number, path: `/dev/origin-${name}` };
    this.mapper.addDevice(added);
    this.mapper.addDevice({
      ...{ device: cacheDevice, number: disks.cache.number, path: `/dev/cache-${name}` },
      dax: mode === 'p',
    });
    const devices = `${disks.origin.number} ${disks.cache.number}`;
    const watermarks = workload === 'full' ? NEARLY_FULL : 'high_watermark 60 low_watermark 40';
    const parameters = `${mode} ${devices} ${String(BLOCK_BYTES)} 4 ${watermarks}`;
    const made: ModelCache = { origin, disks, workload, parameters, running: null };
    this.#caches.set(name, made);
    return made;
  }

  async #numberOf(name: string): Promise<string> {
    const device = await this.mapper.info(name);
    if (device === null) throw new Error(`${name} is not there`);
    return `${String(device.major)}:${String(device.minor)}`;
  }

  #require(name: string): ModelCache {
    const cache = this.#caches.get(name);
    if (cache === undefined) throw new Error(`there is no ${name}`);
    return cache;
  }
}

function lineOf(parameters: string): TargetLine {
  return { startSector: 0n, lengthSectors: ORIGIN_BYTES / 512n, target: 'writecache', parameters };
}
