import { COUNTER_NAMES, type StatusCounters } from '../table/index.js';
import { AgeList } from './age-list.js';
import type { Behaviour } from './behaviour.js';
import type { CachedBlock } from './cached-block.js';
import type { Choose } from './choose.js';
import { CopiesUnderWay } from './copies-under-way.js';
import type { Copy, Pace } from './copy.js';
import { KernelBug } from './errors.js';
import { FifoFreeList } from './fifo-free-list.js';
import type { FreeList } from './free-list.js';
import type { HeldWrites } from './held-writes.js';
import type { Medium } from './medium.js';
import type { Metadata } from './metadata.js';
import { NextFitFreeList } from './next-fit-free-list.js';
import { Queue } from './queue.js';
import { SectorTree } from './sector-tree.js';
import type { Settings } from './settings.js';

/** Work that the target has queued for its worker, which does one thing after the other. */
export type Work = 'commit' | 'writeback';

/** What a target is made of; it lives as long as the table. */
export interface Parts {
  readonly behaviour: Behaviour;
  readonly settings: Settings;
  readonly origin: Medium;
  readonly cache: Medium;
  readonly metadata: Metadata;
  readonly held: HeldWrites;
  readonly choose: Choose;
  readonly pace: Pace;
  /** Where block 0 lies on the cache device, in bytes. */
  readonly dataStartBytes: number;
}

/**
 * The state of a target (kernel-target.md §5). The functions of this room are what may happen to it; the kernel does each
 * under one lock, and so each is a whole here.
 */
export class Core {
  readonly parts: Parts;
  readonly counters: Record<keyof StatusCounters, number>;
  tree = new SectorTree();
  ages = new AgeList();
  free: FreeList;
  /** The superblock's: entries below it are committed. */
  seqCount = 0n;
  /** Since the last commit; what it is compared with makes the next one due. Below 0 it has wrapped. */
  uncommittedBlocks = 0;
  /** A committed block was overwritten in place: only a flush of the cache device makes that durable. */
  overwroteCommitted = false;
  /** Why the target is in error; it stays so (§3). */
  error: string | null = null;
  flushOnSuspend = false;
  /** How many ask for everything to be written back. */
  writeBackAll = 0;
  suspended = true;
  /** The origin's, as of the last resume. */
  originSectors = 0;

  nowMs: number;
  commitDueMs: number | null = null;
  ageCheckDueMs: number | null = null;
  /** When a write went around the cache last. */
  lastAroundMs: number | null = null;

  /** Each at most once, in the order in which they were queued. */
  readonly queue: Work[] = [];
  /** Picked for writeback, and not begun because of writeback_jobs. */
  readonly waitingCopies = new Queue<Copy>();
  /** Begun, and not ended. */
  readonly copies = new CopiesUnderWay();
  /** Blocks in either. */
  writebackBlocks = 0;
  /**
   * The last pass of writeback found nothing but blocks whose older copies are on their way. A kernel repeats it at once, and
   * again, until something happens (seen in pmem mode); here the next one comes when something has happened.
   */
  passWasInVain = false;

  /** What no kernel counts. */
  stalledMs = 0;
  writtenBackBlocks = 0;
  commits = 0;
  survivedCrashes = 0;

  #copyBuffer = new Uint8Array(0);

  constructor(parts: Parts, nowMs: number) {
    this.parts = parts;
    this.nowMs = nowMs;
    this.free = this.noneFree();
    this.counters = Object.fromEntries(COUNTER_NAMES.map((name) => [name, 0])) as typeof this.counters;
  }

  noneFree(): FreeList {
    const { settings, choose } = this.parts;
    const List = settings.mode === 's' ? NextFitFreeList : FifoFreeList;
    return new List(settings.nBlocks, choose);
  }

  /** Memory for what is on its way to the origin, until the next call. */
  copyBuffer(lengthBytes: number): Uint8Array {
    if (this.#copyBuffer.length < lengthBytes) this.#copyBuffer = new Uint8Array(lengthBytes);
    return this.#copyBuffer.subarray(0, lengthBytes);
  }

  isCommitted(block: CachedBlock): boolean {
    return block.seqCount < this.seqCount;
  }

  blockOffset(index: number): number {
    return this.parts.dataStartBytes + index * this.parts.settings.blockSize;
  }

  isInError(): boolean {
    return this.error !== null;
  }

  /** Puts the target into error, with the reason that the kernel logs. Only the first is kept. */
  fail(reason: string | null): void {
    this.error ??= reason;
  }

  /** A kernel ends here; the target goes on, and counts it, where its behaviour is to survive. */
  crash(what: string): void {
    if (this.parts.behaviour.diesOfDuplicates) throw new KernelBug(what);
    this.survivedCrashes += 1;
  }

  enqueue(work: Work): void {
    if (!this.queue.includes(work)) this.queue.push(work);
  }

  /** Has blocks written back if too few are free; those that are about to be free count as such. */
  checkWatermark(): void {
    if (this.free.count + this.writebackBlocks <= this.parts.settings.freeHigh) this.enqueue('writeback');
  }

  /** By the number of blocks. A count that has wrapped below zero is larger than any limit. */
  isCommitDue(): boolean {
    return this.uncommittedBlocks < 0 || this.uncommittedBlocks >= this.parts.settings.autocommitBlocks;
  }

  /** Counts from the first write that is not committed; later ones do not put it off. */
  scheduleCommit(): void {
    this.commitDueMs ??= this.nowMs + this.parts.settings.autocommitMs;
  }
}
