import type { EntryRun } from './chunks.js';
import { CopyTable } from './copy-table.js';
import { u64 } from './examples.js';
import { mix, newHashSeed } from './hash.js';
import type { Copies, JudgedCopies } from './judged-copies.js';
import type { Passes } from './passes.js';

/** What a cache has in which no sector comes twice. */
export const NO_COPIES: Copies = {
  stale: 0,
  identical: 0,
  identicalExamples: [],
  staleExamples: [],
  isStale: () => false,
  isIdentical: () => false,
};

/** Which sectors of committed entries are to be looked at, as two halves. */
export type SectorChoice = (hi: number, lo: number) => boolean;

export interface CopiesQuestion {
  readonly seqCount: bigint;
  /** How many entries may be concerned. */
  readonly committed: number;
  /** The sectors that may come more than once; null where there are too many to list. */
  readonly repeated: ReadonlySet<number | bigint> | null;
  /** All, unless told. */
  readonly chosen?: SectorChoice | undefined;
}

/** Sectors that are followed at once where there are too many repeated ones to follow them all. */
const MIN_SECTORS_PER_PASS = 1 << 20;
/** 36 bytes a sector for an eighth of the blocks is 4.5 bytes per cache block. */
const PASS_SHARE = 8;

/** Of a sector that is followed. */
const BYTES_PER_SECTOR = 36;

/**
 * Decides between the copies of repeated sectors by reading the entries once more; only called where there are
 * any. Where the repeated sectors are too many to follow at once (never in a cache that a kernel wrote), it
 * takes as many passes as keep the memory below 5 bytes per cache block, or within what was told.
 */
export async function resolveCopies(
  passes: Passes,
  question: CopiesQuestion,
  judged: JudgedCopies,
  memoryBytes?: number,
): Promise<void> {
  const judge = new CopyJudge(question.seqCount, judged);
  const { repeated, chosen } = question;
  if (repeated !== null) {
    const table = new CopyTable(repeated.size);
    for (const sector of repeated) {
      const exact = BigInt(sector);
      table.watch(Number(exact >> 32n), Number(exact & 0xffff_ffffn));
    }
    for await (const run of passes.run()) {
      judge.take(run, (hi, lo) => table.find(hi, lo), table);
    }
    return;
  }
  const most = memoryBytes === undefined ? Infinity : Math.floor(memoryBytes / BYTES_PER_SECTOR / 2);
  const perPass = Math.min(
    most,
    Math.max(MIN_SECTORS_PER_PASS, Math.ceil(passes.place.nBlocks / PASS_SHARE)),
  );
  const count = Math.ceil(question.committed / perPass);
  const seed = newHashSeed().place;
  const table = new CopyTable(perPass);
  for (let pass = 0; pass < count; pass += 1) {
    table.clear();
    const slotOfPass = (hi: number, lo: number): number =>
      mix(hi, lo, seed) % count === pass && (chosen === undefined || chosen(hi, lo))
        ? table.watch(hi, lo)
        : -1;
    for await (const run of passes.run(count - pass - 1)) {
      judge.take(run, slotOfPass, table);
    }
  }
}

class CopyJudge {
  readonly #judged: JudgedCopies;
  readonly #seqHi: number;
  readonly #seqLo: number;

  constructor(seqCount: bigint, judged: JudgedCopies) {
    this.#judged = judged;
    this.#seqHi = Number(seqCount >> 32n);
    this.#seqLo = Number(seqCount & 0xffff_ffffn);
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
    this.#judged.stale += 1;
    this.#judged.lose(loser, order === 0);
    if (order === 0) {
      this.#judged.identical += 1;
      if (index < this.#judged.identicals.bound) {
        const original_sector = u64(words[at + 1] ?? 0, words[at] ?? 0);
        this.#judged.identicals.add(index, { index, original_sector, seq_count: u64(seqHi, seqLo) });
      }
    } else if (index < this.#judged.stales.bound) {
      const original_sector = u64(words[at + 1] ?? 0, words[at] ?? 0);
      const seq_count = order > 0 ? u64(seqHi, seqLo) : table.keptSeqCount(slot);
      this.#judged.stales.add(index, { index: loser, original_sector, seq_count });
    }
    if (order <= 0) {
      table.keep(slot, index, seqHi, seqLo);
    }
  }
}
