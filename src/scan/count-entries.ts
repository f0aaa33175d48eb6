import type { BlockDevice } from '../device/block-device.js';
import type { EntryRun } from './chunks.js';
import { EntryNotes, type Noted } from './entry-notes.js';
import { u64, type EntryExample } from './examples.js';
import { SeenSectors } from './seen-sectors.js';

/** How many entries there are of each kind. */
export interface Counted {
  readonly free: number;
  readonly committed: number;
  readonly uncommitted: number;
  /** Highest original_sector of a committed entry. */
  readonly maxOriginalSector: bigint | null;
  /** Highest seq_count of a committed entry. */
  readonly maxSeqCount: bigint | null;
}

/** Entries that something is to be said about. */
export interface EntryNoted {
  readonly uncommittedExamples: readonly EntryExample[];
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

/** What one pass over the entries tells, before copies of one sector are judged. */
export type EntryCounts = Counted & EntryNoted;

export interface CountQuestion {
  readonly device: BlockDevice;
  readonly startBytes: bigint;
  readonly nBlocks: number;
  readonly blockSize: number;
  /** The superblock's seq_count: entries below it are committed. */
  readonly seqCount: bigint;
  readonly originSectors?: bigint | undefined;
}

/**
 * Counts entries. The loop works on 32-bit words of the read buffer: no object and no bigint for an entry, unless it is
 * one of the first few of a kind to be noted.
 */
export class EntryCounter implements Counted {
  free = 0;
  committed = 0;
  uncommitted = 0;
  readonly notes: EntryNotes;
  #seen: SeenSectors | null;
  readonly #seqHi: number;
  readonly #seqLo: number;
  readonly #sectorMask: number;
  /** From this sector on an entry is looked at more closely; two halves. */
  readonly #noteHi: number;
  readonly #noteLo: number;
  #maxHi = 0;
  #maxLo = 0;
  #maxSeqHi = 0;
  #maxSeqLo = 0;

  constructor(question: Omit<CountQuestion, 'device' | 'startBytes'>) {
    const { nBlocks, blockSize, seqCount, originSectors } = question;
    this.notes = new EntryNotes(seqCount, blockSize, originSectors);
    this.#seen = new SeenSectors(nBlocks, blockSize);
    this.#seqHi = Number(seqCount >> 32n);
    this.#seqLo = Number(seqCount & 0xffff_ffffn);
    this.#sectorMask = blockSize / 512 - 1;
    this.#noteHi = Number(this.notes.noteFrom >> 32n);
    this.#noteLo = Number(this.notes.noteFrom & 0xffff_ffffn);
  }

  get maxOriginalSector(): bigint | null {
    return this.committed === 0 ? null : u64(this.#maxHi, this.#maxLo);
  }

  get maxSeqCount(): bigint | null {
    return this.committed === 0 ? null : u64(this.#maxSeqHi, this.#maxSeqLo);
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
    let maxSeqHi = this.#maxSeqHi;
    let maxSeqLo = this.#maxSeqLo;
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
          this.notes.uncommitted(firstIndex + entry, words, at);
        }
        continue;
      }
      if (hi > maxHi || (hi === maxHi && lo > maxLo)) {
        maxHi = hi;
        maxLo = lo;
      }
      if (entrySeqHi > maxSeqHi || (entrySeqHi === maxSeqHi && entrySeqLo > maxSeqLo)) {
        maxSeqHi = entrySeqHi;
        maxSeqLo = entrySeqLo;
      }
      if ((lo & sectorMask) !== 0 || hi > noteHi || (hi === noteHi && lo >= noteLo)) {
        this.notes.committed(firstIndex + entry, words, at);
      }
      seen.add(hi, lo);
    }
    this.free += free;
    this.uncommitted += uncommitted;
    this.committed += count - free - uncommitted;
    this.#maxHi = maxHi;
    this.#maxLo = maxLo;
    this.#maxSeqHi = maxSeqHi;
    this.#maxSeqLo = maxSeqLo;
  }
}
