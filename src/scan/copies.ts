import type { BlockDevice } from '../device/block-device.js';
import { entryRuns, type EntryRun, type ScanOptions } from './chunks.js';
import { CopyTable } from './copy-table.js';
import { MAX_EXAMPLES, noteExample, u64, type EntryExample } from './examples.js';
import { mix, newHashSeed } from './hash.js';
import { PagedBitmap } from './paged-bitmap.js';

/**
 * Which committed entries lose against another of the same sector, as the kernel decides when a table is resumed
 * (kernel-target.md §5.6): it goes through the entries by index and keeps the higher seq_count; of two that are
 * equal it keeps the later one, reports "two identical entries" and sets the error flag.
 */
export interface Copies {
  /** Committed entries that lose, the losers of identical pairs included. */
  readonly stale: number;
  /** How often the kernel would report two identical entries. */
  readonly identical: number;
  readonly identicalExamples: readonly EntryExample[];
  readonly staleExamples: readonly EntryExample[];
  isStale(index: number): boolean;
  /** Whether the entry lost against one with the same seq_count. */
  isIdentical(index: number): boolean;
}

/** What a cache has in which no sector comes twice. */
export const NO_COPIES: Copies = {
  stale: 0,
  identical: 0,
  identicalExamples: [],
  staleExamples: [],
  isStale: () => false,
  isIdentical: () => false,
};

export interface CopiesQuestion {
  readonly device: BlockDevice;
  readonly startBytes: bigint;
  readonly nBlocks: number;
  readonly seqCount: bigint;
  readonly committed: number;
  /** The sectors that may come more than once; null where there are too many to list. */
  readonly repeated: ReadonlySet<number | bigint> | null;
}

/** Sectors that are followed at once where there are too many repeated ones to follow them all. */
const MIN_SECTORS_PER_PASS = 1 << 20;
/** 36 bytes a sector for an eighth of the blocks is 4.5 bytes per cache block. */
const PASS_SHARE = 8;

/**
 * Decides between the copies of repeated sectors by reading the entries once more; only called where there are
 * any. Where the repeated sectors are too many to follow at once (never in a cache that a kernel wrote), it
 * takes as many passes as keep the memory below 5 bytes per cache block.
 */
export async function resolveCopies(question: CopiesQuestion, options: ScanOptions = {}): Promise<Copies> {
  const resolution = new Resolution(question.seqCount);
  const { repeated } = question;
  if (repeated !== null) {
    const table = new CopyTable(repeated.size);
    for (const sector of repeated) {
      const exact = BigInt(sector);
      table.watch(Number(exact >> 32n), Number(exact & 0xffff_ffffn));
    }
    for await (const run of entryRuns(question.device, question.startBytes, question.nBlocks, options)) {
      resolution.take(run, (hi, lo) => table.find(hi, lo), table);
    }
    return resolution;
  }
  const perPass = Math.max(MIN_SECTORS_PER_PASS, Math.ceil(question.nBlocks / PASS_SHARE));
  const passes = Math.ceil(question.committed / perPass);
  const seed = newHashSeed().place;
  const table = new CopyTable(perPass);
  for (let pass = 0; pass < passes; pass += 1) {
    table.clear();
    const slotOfPass = (hi: number, lo: number): number =>
      mix(hi, lo, seed) % passes === pass ? table.watch(hi, lo) : -1;
    for await (const run of entryRuns(question.device, question.startBytes, question.nBlocks, options)) {
      resolution.take(run, slotOfPass, table);
    }
  }
  return resolution;
}

class Resolution implements Copies {
  stale = 0;
  identical = 0;
  readonly identicalExamples: EntryExample[] = [];
  readonly staleExamples: EntryExample[] = [];
  readonly #stale = new PagedBitmap();
  readonly #identical = new PagedBitmap();
  readonly #seqHi: number;
  readonly #seqLo: number;

  constructor(seqCount: bigint) {
    this.#seqHi = Number(seqCount >> 32n);
    this.#seqLo = Number(seqCount & 0xffff_ffffn);
  }

  isStale(index: number): boolean {
    return this.#stale.has(index);
  }

  isIdentical(index: number): boolean {
    return this.#identical.has(index);
  }

  take(run: EntryRun, slotOfSector: (hi: number, lo: number) => number, table: CopyTable): void {
    const { words, firstIndex, count } = run;
    for (let entry = 0, at = 0; entry < count; entry += 1, at += 4) {
      const seqLo = words[at + 2] ?? 0;
      const seqHi = words[at + 3] ?? 0;
      if (seqHi > this.#seqHi || (seqHi === this.#seqHi && seqLo >= this.#seqLo)) {
        continue;
      }
      const slot = slotOfSector(words[at + 1] ?? 0, words[at] ?? 0);
      if (slot >= 0) {
        this.#judge(table, slot, firstIndex + entry, words, at);
      }
    }
  }

  #judge(table: CopyTable, slot: number, index: number, words: Uint32Array, at: number): void {
    const seqLo = words[at + 2] ?? 0;
    const seqHi = words[at + 3] ?? 0;
    const kept = table.keptIndex(slot);
    if (kept < 0) {
      table.keep(slot, index, seqHi, seqLo);
      return;
    }
    const order = table.compareKept(slot, seqHi, seqLo);
    const loser = order > 0 ? index : kept;
    this.stale += 1;
    this.#stale.add(loser);
    if (order === 0) {
      this.identical += 1;
      this.#identical.add(loser);
      noteExample(this.identicalExamples, index, words, at);
    } else {
      this.#noteStale({
        index: loser,
        original_sector: u64(words[at + 1] ?? 0, words[at] ?? 0),
        seq_count: order > 0 ? u64(seqHi, seqLo) : table.keptSeqCount(slot),
      });
    }
    if (order <= 0) {
      table.keep(slot, index, seqHi, seqLo);
    }
  }

  #noteStale(example: EntryExample): void {
    if (this.staleExamples.length < MAX_EXAMPLES) {
      this.staleExamples.push(example);
    }
  }
}
