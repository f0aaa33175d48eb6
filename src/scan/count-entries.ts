import { DEVICE_END_BYTES, SECTOR_BYTES } from '../format/index.js';
import type { BlockDevice } from '../device/block-device.js';
import { entryRuns, type EntryRun, type ScanOptions } from './chunks.js';
import { noteExample, u64, type EntryExample } from './examples.js';
import { SeenSectors } from './seen-sectors.js';

/** A kind of entry that deserves a closer look: how many there are, and the first few. */
export interface Noted {
  readonly count: number;
  readonly examples: readonly EntryExample[];
}

/** What one pass over the entries tells, before copies of one sector are judged. */
export interface EntryCounts {
  readonly free: number;
  readonly committed: number;
  readonly uncommitted: number;
  readonly uncommittedExamples: readonly EntryExample[];
  /** Highest original_sector of a committed entry. */
  readonly maxOriginalSector: bigint | null;
  /** Uncommitted entries whose seq_count is even above the superblock's: no kernel writes that. */
  readonly future: Noted;
  /** Committed entries whose original_sector is not a multiple of the block size. */
  readonly misaligned: Noted;
  /** Committed entries whose block would end beyond 2^63 bytes, where no Linux device reaches. */
  readonly impossible: Noted;
  /** Committed entries whose block begins at or after the origin's end (0 where no origin size was given). */
  readonly beyondOrigin: Noted;
  /** Committed entries whose block begins before the origin's end and ends after it. */
  readonly acrossOriginEnd: Noted;
}

export interface CountQuestion {
  readonly device: BlockDevice;
  readonly startBytes: bigint;
  readonly nBlocks: number;
  readonly blockSize: number;
  /** The superblock's seq_count: entries below it are committed. */
  readonly seqCount: bigint;
  readonly originSectors?: bigint | undefined;
}

class Notes implements Noted {
  count = 0;
  readonly examples: EntryExample[] = [];

  add(index: number, words: Uint32Array, at: number): void {
    this.count += 1;
    noteExample(this.examples, index, words, at);
  }
}

/** From this sector on there is no byte that Linux could address. */
const IMPOSSIBLE_SECTORS = DEVICE_END_BYTES / BigInt(SECTOR_BYTES);

/**
 * Reads every entry once and counts. The loop works on 32-bit words of the read buffer: no object and no bigint
 * for an entry, unless it is one of the first few of a kind to be noted.
 */
export class EntryCounter implements EntryCounts {
  free = 0;
  committed = 0;
  uncommitted = 0;
  readonly uncommittedExamples: EntryExample[] = [];
  readonly future = new Notes();
  readonly misaligned = new Notes();
  readonly impossible = new Notes();
  readonly beyondOrigin = new Notes();
  readonly acrossOriginEnd = new Notes();
  #seen: SeenSectors | null;
  readonly #seqHi: number;
  readonly #seqLo: number;
  readonly #sectorMask: number;
  readonly #sectorsPerBlock: bigint;
  readonly #originSectors: bigint | undefined;
  /** From this sector on an entry is looked at more closely; two halves. */
  readonly #noteHi: number;
  readonly #noteLo: number;
  #maxHi = 0;
  #maxLo = 0;

  constructor(question: Omit<CountQuestion, 'device' | 'startBytes'>) {
    this.#seen = new SeenSectors(question.nBlocks, question.blockSize);
    this.#seqHi = Number(question.seqCount >> 32n);
    this.#seqLo = Number(question.seqCount & 0xffff_ffffn);
    const sectorsPerBlock = question.blockSize / 512;
    this.#sectorMask = sectorsPerBlock - 1;
    this.#sectorsPerBlock = BigInt(sectorsPerBlock);
    this.#originSectors = question.originSectors;
    const end = min(question.originSectors ?? IMPOSSIBLE_SECTORS, IMPOSSIBLE_SECTORS);
    const noteFrom = end < this.#sectorsPerBlock ? 0n : end - this.#sectorsPerBlock + 1n;
    this.#noteHi = Number(noteFrom >> 32n);
    this.#noteLo = Number(noteFrom & 0xffff_ffffn);
  }

  get maxOriginalSector(): bigint | null {
    return this.committed === 0 ? null : u64(this.#maxHi, this.#maxLo);
  }

  /**
   * Which sectors may have come more than once, with which this gives back the memory that finding them took. Null
   * means that none has.
   */
  takeRepeats(): Pick<SeenSectors, 'repeated'> | null {
    const seen = this.#seen;
    this.#seen = null;
    return seen?.hasRepeats === true ? { repeated: seen.repeated } : null;
  }

  take(run: EntryRun): void {
    const { words, firstIndex, count } = run;
    const seqHi = this.#seqHi;
    const seqLo = this.#seqLo;
    const noteHi = this.#noteHi;
    const noteLo = this.#noteLo;
    const sectorMask = this.#sectorMask;
    const seen = this.#seen;
    if (seen === null) {
      throw new Error('entries were counted after the repeated sectors had been taken');
    }
    let maxHi = this.#maxHi;
    let maxLo = this.#maxLo;
    let free = 0;
    let uncommitted = 0;
    for (let entry = 0, at = 0; entry < count; entry += 1, at += 4) {
      const lo = words[at] ?? 0;
      const hi = words[at + 1] ?? 0;
      const entrySeqLo = words[at + 2] ?? 0;
      const entrySeqHi = words[at + 3] ?? 0;
      if (entrySeqHi > seqHi || (entrySeqHi === seqHi && entrySeqLo >= seqLo)) {
        if (entrySeqLo === 0xffff_ffff && entrySeqHi === 0xffff_ffff) {
          free += 1;
        } else {
          uncommitted += 1;
          noteExample(this.uncommittedExamples, firstIndex + entry, words, at);
          if (entrySeqLo !== seqLo || entrySeqHi !== seqHi) {
            this.future.add(firstIndex + entry, words, at);
          }
        }
        continue;
      }
      if (hi > maxHi || (hi === maxHi && lo > maxLo)) {
        maxHi = hi;
        maxLo = lo;
      }
      if ((lo & sectorMask) !== 0 || hi > noteHi || (hi === noteHi && lo >= noteLo)) {
        this.#note(firstIndex + entry, words, at);
      }
      seen.add(hi, lo);
    }
    this.free += free;
    this.uncommitted += uncommitted;
    this.committed += count - free - uncommitted;
    this.#maxHi = maxHi;
    this.#maxLo = maxLo;
  }

  #note(index: number, words: Uint32Array, at: number): void {
    const sector = u64(words[at + 1] ?? 0, words[at] ?? 0);
    if (((words[at] ?? 0) & this.#sectorMask) !== 0) {
      this.misaligned.add(index, words, at);
    }
    if (sector + this.#sectorsPerBlock > IMPOSSIBLE_SECTORS) {
      this.impossible.add(index, words, at);
    } else if (this.#originSectors === undefined) {
      return;
    } else if (sector >= this.#originSectors) {
      this.beyondOrigin.add(index, words, at);
    } else if (sector + this.#sectorsPerBlock > this.#originSectors) {
      this.acrossOriginEnd.add(index, words, at);
    }
  }
}

/** Counts all entries of a cache in one pass. */
export async function countEntries(
  question: CountQuestion,
  options: ScanOptions = {},
): Promise<EntryCounter> {
  const counter = new EntryCounter(question);
  for await (const run of entryRuns(question.device, question.startBytes, question.nBlocks, options)) {
    counter.take(run);
  }
  return counter;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
