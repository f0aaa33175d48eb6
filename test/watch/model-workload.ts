import { IoWouldWait, type ModelMapper } from '../../src/model-dm/index.js';
import { WcacheError } from '../../src/errors.js';
import { ROTATING, type ModelDisk } from './model-disk.js';

export const BLOCK_BYTES = 4096;

/** What programs do with a cache; rates are in blocks of the model in a second. */
export interface Workload {
  readonly reads: number;
  readonly writes: number;
  /** Now and then nothing happens at all. */
  readonly every?: { readonly periodMs: number; readonly activeMs: number };
}

export const WORKLOADS = {
  idle: { reads: 0, writes: 0 },
  /** The dirty level swings between the watermarks. */
  steady: { reads: 90, writes: 60 },
  /** More is written than the origin takes. */
  full: { reads: 20, writes: 260 },
  burst: { reads: 30, writes: 200, every: { periodMs: 12_000, activeMs: 3000 } },
  /** Mostly read. */
  reader: { reads: 160, writes: 6 },
} as const satisfies Readonly<Record<string, Workload>>;
export type WorkloadName = keyof typeof WORKLOADS;

/** Blocks that are written and read; half of all goes to the first tenth. */
const WORKING_SET = 8000;
/** Half of all reads are of what was written last. */
const RECENT = 300;
/** One write in so many is followed by a flush. */
const FLUSH_EVERY = 40;

/** Reads and writes one cache of the model as time goes on. */
export class WorkloadRun {
  workload: Workload;
  readonly #mapper: ModelMapper;
  readonly #name: string;
  readonly #mapped: ModelDisk;
  readonly #block = new Uint8Array(BLOCK_BYTES);
  readonly #recent: number[] = [];
  #random: number;
  #readsDue = 0;
  #writesDue = 0;
  #written = 0;

  constructor(mapper: ModelMapper, name: string, mapped: ModelDisk, workload: Workload, seed: number) {
    this.#mapper = mapper;
    this.#name = name;
    this.#mapped = mapped;
    this.workload = workload;
    this.#random = seed;
  }

  /** @param nowMs the mapper's time, which has gone on already. */
  advance(elapsedMs: number, nowMs: number): void {
    const { reads, writes, every } = this.workload;
    if (every !== undefined && nowMs % every.periodMs >= every.activeMs) return;
    // The rates swing a little, so that two caches with the same workload are not alike.
    const swing = 1 + 0.25 * Math.sin(nowMs / 5000 + this.#name.length + (this.#name.codePointAt(2) ?? 0));
    this.#readsDue += (elapsedMs / 1000) * reads * swing;
    this.#writesDue += (elapsedMs / 1000) * writes * swing;
    const device = this.#mapper.open(this.#name);
    try {
      while (this.#readsDue >= 1) {
        this.#readsDue -= 1;
        device.read(this.#block, this.#placeToRead());
        this.#mapped.did('read', BLOCK_BYTES);
      }
      while (this.#writesDue >= 1) {
        this.#writesDue -= 1;
        const isStalled = this.#write(device, nowMs);
        if (isStalled) this.#writesDue = Math.min(this.#writesDue, 1);
      }
    } catch (error) {
      // Programs wait where it is suspended, and get an error where it is in error; they try again later.
      if (!(error instanceof IoWouldWait) && !(error instanceof WcacheError)) throw error;
      this.#readsDue = this.#writesDue = 0;
    } finally {
      device.close();
    }
  }

  #write(device: ReturnType<ModelMapper['open']>, nowMs: number): boolean {
    const reference = this.#mapper.reference(this.#name);
    const isFull = reference !== null && reference.freeBlocks === 0;
    // A write that waited has taken its own time: nobody writes before it has gone by.
    if (reference !== null && reference.nowMs > nowMs) return true;
    const place = this.#place();
    device.write(this.#block, place);
    this.#recent[this.#written % RECENT] = place;
    this.#mapped.did('write', BLOCK_BYTES, isFull ? ROTATING.write : undefined);
    this.#written += 1;
    if (this.#written % FLUSH_EVERY === 0) device.flush();
    return false;
  }

  #placeToRead(): number {
    const recent = this.#next() < 0.5 ? this.#recent[Math.floor(this.#next() * RECENT)] : undefined;
    return recent ?? this.#place();
  }

  #place(): number {
    const isHot = this.#next() < 0.5;
    return Math.floor(this.#next() * (isHot ? WORKING_SET / 10 : WORKING_SET)) * BLOCK_BYTES;
  }

  #next(): number {
    this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0;
    return this.#random / 2 ** 32;
  }
}
