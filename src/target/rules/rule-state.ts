import { ALL_ONES, SECTOR_BYTES, type Entry } from '../../format/index.js';
import { TraceDurability, type DeviceDurability } from '../durability.js';
import { CacheView } from './cache-view.js';
import { ProgramView } from './program-view.js';
import type { Rule, RuleSubject, RuleViolation } from './rule.js';

/** What the rules know when they look at an event: everything before it. */
export class RuleState {
  readonly mode: 'p' | 's';
  readonly durability: TraceDurability;
  readonly cache: CacheView;
  readonly program: ProgramView;
  /** Entries as written last that are not free and not committed. */
  readonly uncommitted = new Map<number, Entry>();
  /** Blocks that were written since they were free. */
  readonly filled = new Set<number>();
  /** Blocks whose sector was discarded since they were written: what they hold is needed no more. */
  readonly discarded = new Set<number>();
  readonly violations: RuleViolation[] = [];
  readonly undecided = new Set<Rule>();
  eventIndex = 0;

  constructor(subject: RuleSubject) {
    this.mode = subject.mode;
    this.durability = new TraceDurability(subject, subject);
    this.cache = new CacheView(subject, this.durability.cache);
    this.program = new ProgramView(subject.geometry.blockSize);
    this.#takeInitialEntries();
  }

  get origin(): DeviceDurability | null {
    return this.durability.origin;
  }

  /** @param what completes "entry 3 (sector 8, seq_count 2) ...", without the period. */
  violate(rule: Rule, what: string, eventIndex = this.eventIndex): void {
    this.violations.push({ rule, eventIndex, message: `${what}.` });
  }

  /** Other entries that name the sector, as written last. */
  *copiesOf(sector: bigint, besides: number): Generator<{ index: number; entry: Entry }> {
    for (const index of this.cache.entriesOf(sector)) {
      const entry = this.cache.entry(index);
      if (index !== besides && names(entry, sector)) yield { index, entry };
    }
  }

  /** Every copy of these sectors may be freed from now on, in any order. */
  discard(offsetBytes: number, lengthBytes: number): void {
    const { blockSize } = this.cache;
    const end = offsetBytes + lengthBytes - blockSize;
    for (let at = Math.ceil(offsetBytes / blockSize) * blockSize; at <= end; at += blockSize) {
      for (const { index } of this.copiesOf(BigInt(at / SECTOR_BYTES), -1)) this.discarded.add(index);
    }
  }

  /** Whether the origin has, durably, what the block holds; true for a sector beyond its end, false without an origin. */
  originHas(sector: bigint, index: number): boolean {
    if (this.origin === null) return false;
    const offset = Number(sector) * SECTOR_BYTES;
    const length = Math.min(this.cache.blockSize, this.origin.sizeBytes - offset);
    if (length <= 0) return true;
    const block = this.cache.data(index).subarray(0, length);
    return Buffer.compare(this.origin.durable(offset, length), block) === 0;
  }

  #takeInitialEntries(): void {
    const { hasMagic, seqCount } = this.cache.superblock();
    if (!hasMagic) return;
    for (let index = 0; index < this.cache.nBlocks; index += 1) {
      const entry = this.cache.entry(index);
      if (entry.seq_count === ALL_ONES) continue;
      this.filled.add(index);
      if (entry.seq_count >= seqCount) this.uncommitted.set(index, entry);
    }
  }
}

/** Whether the entry is one of the sector, and not free. */
export function names(entry: Entry, sector: bigint): boolean {
  return entry.seq_count !== ALL_ONES && entry.original_sector === sector;
}

/** The entry is neither free nor uncommitted, where the superblock has this seq_count. */
export function isCommitted(entry: Entry, seqCount: bigint): boolean {
  return entry.seq_count < seqCount;
}

/** `entry 3 (sector 8, seq_count 2)`. */
export function describe(index: number, entry: Entry): string {
  const seqCount = entry.seq_count === ALL_ONES ? 'free' : `seq_count ${String(entry.seq_count)}`;
  return `entry ${String(index)} (sector ${String(entry.original_sector)}, ${seqCount})`;
}
