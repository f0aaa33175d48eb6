import { DEVICE_END_BYTES, SECTOR_BYTES } from '../format/index.js';
import { MAX_EXAMPLES, noteExample, u64, type EntryExample } from './examples.js';

/** A kind of entry that deserves a closer look: how many there are, and the first few. */
export interface Noted {
  readonly count: number;
  readonly examples: readonly EntryExample[];
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

/** The entries that something is to be said about, one by one: there are few of them, except in made-up images. */
export class EntryNotes {
  readonly uncommittedExamples: EntryExample[] = [];
  readonly future = new Notes();
  readonly misaligned = new Notes();
  readonly impossible = new Notes();
  readonly beyondOrigin = new Notes();
  readonly acrossOriginEnd = new Notes();
  /** From this sector on a committed entry is to be given to {@link committed}. */
  readonly noteFrom: bigint;
  readonly #seqCount: bigint;
  readonly #sectorMask: number;
  readonly #sectorsPerBlock: bigint;
  readonly #originSectors: bigint | undefined;

  constructor(seqCount: bigint, blockSize: number, originSectors: bigint | undefined) {
    this.#seqCount = seqCount;
    this.#sectorsPerBlock = BigInt(blockSize / SECTOR_BYTES);
    this.#sectorMask = blockSize / SECTOR_BYTES - 1;
    this.#originSectors = originSectors;
    const end =
      originSectors !== undefined && originSectors < IMPOSSIBLE_SECTORS ? originSectors : IMPOSSIBLE_SECTORS;
    this.noteFrom = end < this.#sectorsPerBlock ? 0n : end - this.#sectorsPerBlock + 1n;
  }

  /** Whether there are as many examples of uncommitted entries as are wanted. */
  get hasUncommitted(): boolean {
    return this.uncommittedExamples.length >= MAX_EXAMPLES;
  }

  /** The same of those whose seq_count is above the superblock's. */
  get hasFuture(): boolean {
    return this.future.examples.length >= MAX_EXAMPLES;
  }

  /** Takes an uncommitted entry, whose four words begin at `words[at]`. */
  uncommitted(index: number, words: Uint32Array, at: number): void {
    noteExample(this.uncommittedExamples, index, words, at);
    if (u64(words[at + 3] ?? 0, words[at + 2] ?? 0) !== this.#seqCount) this.future.add(index, words, at);
  }

  /** Takes a committed entry whose sector is no multiple of the block size, or not below {@link noteFrom}. */
  committed(index: number, words: Uint32Array, at: number): void {
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
