import { VoidDevice } from '../device/index.js';
import { OperationError } from '../errors.js';
import { SECTOR_BYTES } from '../format/index.js';
import {
  effectiveOptions,
  NEWEST_TARGET_VERSION,
  thresholdsOf,
  type WritecacheStatus,
} from '../table/index.js';
import { CURRENT, ReferenceTarget } from '../target/index.js';
import type { Candidate } from './candidates.js';
import { HollowCache } from './hollow-cache.js';
import { LevelHistory, type LevelPoint } from './level-history.js';
import { OriginPace, type OriginSpeed } from './origin-pace.js';
import { MAX_OFFSET_BYTES, type WorkloadRequest } from './request.js';

/** The kernel cuts requests so: 256 pages of 4 KiB. */
const MAX_REQUEST_BYTES = 1 << 20;
/** What is written and what is read into; nobody looks at it. */
const SCRATCH = new Uint8Array(MAX_REQUEST_BYTES);

/** How often and how long writes waited for a free block. */
export interface Stalls {
  readonly requests: number;
  readonly totalMs: number;
  readonly longestMs: number;
  /** How far a request began behind its time, because those before it waited. */
  readonly mostBehindMs: number;
}

/** Why a run ended before its workload. */
export interface RunStop {
  readonly code: string;
  readonly message: string;
  readonly atMs: number;
  readonly line: number;
}

/** How many blocks were not free. */
export interface DirtyLevel {
  readonly mean: number;
  readonly max: number;
  /** How long each point stands for. */
  readonly stepMs: number;
  readonly points: readonly LevelPoint[];
}

/** What came of one candidate. */
export interface RunResult {
  readonly candidate: Candidate;
  readonly status: WritecacheStatus;
  /** When the last request was done with. */
  readonly endMs: number;
  /** Requests that were no whole blocks: widened to some, or a discard narrowed. */
  readonly unalignedRequests: number;
  readonly commits: number;
  readonly writtenBackBlocks: number;
  readonly stalls: Stalls;
  readonly dirty: DirtyLevel;
  /** How long so many blocks were dirty that writeback starts. */
  readonly aboveHighWatermarkMs: number;
  /** Dirty blocks at which writeback starts, and which it leaves. */
  readonly startsAtDirty: number;
  readonly stopsAtDirty: number;
  /** How often a kernel would have crashed on the way (W3 and W9 of kernel-target.md §6). */
  readonly kernelCrashes: number;
  readonly stopped: RunStop | null;
}

/** One cache under a workload: the reference target over devices that store nothing, and what is measured of it. */
export class SimulatedCache {
  readonly #candidate: Candidate;
  readonly #target: ReferenceTarget;
  readonly #pace: OriginPace;
  readonly #blockSize: number;
  readonly #totalBlocks: number;
  readonly #startsAtDirty: number;
  readonly #stopsAtDirty: number;
  readonly #history = new LevelHistory();
  /** Blocks that were not free when it was looked last. */
  #dirty = 0;
  #lookedAtMs = 0;
  #aboveHighMs = 0;
  #unaligned = 0;
  #stalledRequests = 0;
  #longestStallMs = 0;
  #mostBehindMs = 0;
  #stopped: RunStop | null = null;

  /** Throws TargetRefusal where the target does not take the table. */
  constructor(candidate: Candidate, originBytes: bigint | undefined, speed: OriginSpeed) {
    const { table, geometry, cacheBytes } = candidate;
    this.#candidate = candidate;
    this.#blockSize = table.block_size;
    this.#totalBlocks = Number(geometry.nBlocks);
    const blockBytes = BigInt(this.#blockSize);
    const sizeBytes = originBytes ?? (BigInt(MAX_OFFSET_BYTES) / blockBytes) * blockBytes;
    this.#pace = new OriginPace(speed);
    const devices = {
      origin: new VoidDevice('the origin', sizeBytes),
      cache: new HollowCache(cacheBytes, table.options.start_sector ?? 0n, geometry),
    };
    this.#target = ReferenceTarget.load(table, devices, {
      pace: this.#pace,
      // A crash says nothing of the cache's size: the run goes on, and tells how many there were.
      behaviour: { ...CURRENT, diesOfDuplicates: false },
    });
    this.#target.resume();
    const {
      high_watermark: high,
      low_watermark: low,
      cleaner,
    } = effectiveOptions(table, NEWEST_TARGET_VERSION);
    const thresholds = thresholdsOf(geometry.nBlocks, {
      high: high.value,
      low: low.value,
      cleaner: cleaner?.value === true,
    });
    this.#startsAtDirty = Number(thresholds.startsAtDirty);
    this.#stopsAtDirty = Number(thresholds.stopsAtDirty);
  }

  /** Does a request when its time has come, or later where one before it still waited. A run that has stopped stays so. */
  apply(request: WorkloadRequest): void {
    this.#guard(request.line, () => {
      this.#passUntil(request.atMs);
      this.#mostBehindMs = Math.max(this.#mostBehindMs, this.#target.nowMs - request.atMs);
      this.#issue(request);
      this.#look();
    });
  }

  /** The workload is over at this time, which may be after its last request. */
  finish(endMs: number, line: number): RunResult {
    this.#guard(line, () => {
      this.#passUntil(endMs);
      this.#look();
    });
    const target = this.#target;
    return {
      candidate: this.#candidate,
      status: target.status(),
      endMs: target.nowMs,
      unalignedRequests: this.#unaligned,
      commits: target.commits,
      writtenBackBlocks: target.writtenBackBlocks,
      stalls: {
        requests: this.#stalledRequests,
        totalMs: target.stalledMs,
        longestMs: this.#longestStallMs,
        mostBehindMs: this.#mostBehindMs,
      },
      dirty: {
        mean: this.#history.mean,
        max: this.#history.max,
        stepMs: this.#history.stepMs,
        points: this.#history.points(),
      },
      aboveHighWatermarkMs: this.#aboveHighMs,
      startsAtDirty: this.#startsAtDirty,
      stopsAtDirty: this.#stopsAtDirty,
      kernelCrashes: target.survivedCrashes,
      stopped: this.#stopped,
    };
  }

  #guard(line: number, work: () => void): void {
    if (this.#stopped !== null) return;
    try {
      work();
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      this.#stopped = { code: error.code, message: error.message, atMs: this.#target.nowMs, line };
    }
  }

  /** The level so far lasted until now, and this is what it is now. */
  #look(): void {
    const { nowMs } = this.#target;
    if (this.#dirty >= this.#startsAtDirty) this.#aboveHighMs += nowMs - this.#lookedAtMs;
    this.#history.hold(this.#dirty, nowMs);
    this.#dirty = this.#totalBlocks - this.#target.freeBlocks;
    this.#history.hold(this.#dirty, nowMs);
    this.#lookedAtMs = nowMs;
  }

  /** In steps, so that what happens on the way is seen when it happens. */
  #passUntil(untilMs: number): void {
    for (let { nowMs } = this.#target; nowMs < untilMs; nowMs = this.#target.nowMs) {
      const stepMs = Math.min(untilMs, this.#pace.nextEndMs(nowMs), this.#history.nextStepMs(nowMs));
      this.#target.advance(stepMs);
      // At the end of the way the request comes, and it is looked at once for both.
      if (stepMs < untilMs) this.#look();
    }
  }

  #issue({ kind, offsetBytes, lengthBytes, fua, meta }: WorkloadRequest): void {
    switch (kind) {
      case 'flush':
        this.#target.flush();
        return;
      case 'discard':
        this.#discard(offsetBytes, offsetBytes + lengthBytes);
        return;
      case 'read':
      case 'write':
        for (const [from, to] of this.#pieces(offsetBytes, offsetBytes + lengthBytes)) {
          const bytes = SCRATCH.subarray(0, to - from);
          if (kind === 'read') this.#target.read(from / SECTOR_BYTES, bytes);
          else this.#write(from / SECTOR_BYTES, bytes, { fua, meta });
        }
    }
  }

  #write(sector: number, bytes: Uint8Array, flags: { readonly fua: boolean; readonly meta: boolean }): void {
    const before = this.#target.stalledMs;
    this.#target.write(sector, bytes, flags);
    const stalledMs = this.#target.stalledMs - before;
    if (stalledMs === 0) return;
    this.#stalledRequests += 1;
    this.#longestStallMs = Math.max(this.#longestStallMs, stalledMs);
  }

  /** What is not whole blocks is kept, as block devices do it. */
  #discard(fromBytes: number, toBytes: number): void {
    const first = Math.ceil(fromBytes / this.#blockSize) * this.#blockSize;
    const end = Math.floor(toBytes / this.#blockSize) * this.#blockSize;
    if (first !== fromBytes || end !== toBytes) this.#unaligned += 1;
    if (end > first) this.#target.discard(first / SECTOR_BYTES, (end - first) / SECTOR_BYTES);
  }

  /** Whole blocks, no more of them at a time than the kernel takes. */
  *#pieces(fromBytes: number, toBytes: number): Generator<[number, number]> {
    const first = Math.floor(fromBytes / this.#blockSize) * this.#blockSize;
    const end = Math.ceil(toBytes / this.#blockSize) * this.#blockSize;
    if (first !== fromBytes || end !== toBytes) this.#unaligned += 1;
    for (let from = first; from < end; from += MAX_REQUEST_BYTES) {
      yield [from, Math.min(end, from + MAX_REQUEST_BYTES)];
    }
  }
}
