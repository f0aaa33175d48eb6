import type { EntryRun } from './chunks.js';
import { u64 } from './examples.js';
import type { JudgedCopies } from './judged-copies.js';
import {
  BUCKET,
  BUCKETS,
  BUCKET_BYTES,
  DIRECTORY,
  DIRECT_BLOCK_BITS,
  NOTES,
  NOTE_BYTES,
  TALLIES,
  TALLY,
} from './kernel/layout.js';
import { makeKernel, type KernelInMemory, type KernelName } from './kernel/make-kernel.js';

/** What a search looks for, and within which limits. All of it can be sent to another thread. */
export interface SearchQuestion {
  /** The superblock's seq_count. */
  readonly seqCount: bigint;
  readonly blockSize: number;
  readonly nBlocks: number;
  /** From this sector on an entry is looked at more closely. */
  readonly noteFrom: bigint;
  /** Which of how many searches beside each other this is; each has origin blocks of its own. */
  readonly part: number;
  readonly parts: number;
  /** Memory for pages: `base` and one bit for each block of the origin, `most` at most. */
  readonly baseBytes: number;
  readonly mostBytes: number;
  readonly kernel: KernelName | undefined;
}

/** Above so many rounds for what has no room in the first, the blocks lie too far apart for a bit for each. */
const MOST_ROUNDS = 6;

/** So many buckets are worked on in some tens of milliseconds at most. */
const BUCKETS_AT_ONCE = 64;
const LONG_MS = 1;

/** One pass over the entries; a new one with each call. */
export type Pass = () => AsyncIterable<EntryRun>;

/**
 * Finds the copies of origin blocks with a bit for each block, in as many rounds as the memory asks for: one pass over
 * the entries to see which blocks come again, and where there are any, another to judge between their copies.
 */
export class CopySearch {
  readonly memory: KernelInMemory;
  readonly #judged: JudgedCopies;
  readonly #words: Uint32Array;
  readonly #onNotes: ((notes: Uint8Array) => void) | undefined;

  /** `onNotes` gets the notes too (see {@link takeNotes}). */
  constructor(question: SearchQuestion, judged: JudgedCopies, onNotes?: (notes: Uint8Array) => void) {
    this.#judged = judged;
    this.#onNotes = onNotes;
    this.memory = makeKernel(
      question.mostBytes,
      (count) => {
        this.#takeNotes(count);
      },
      question.kernel,
    );
    const { kernel, memory, pagesBytes } = this.memory;
    this.#words = new Uint32Array(memory.buffer, memory.byteOffset, memory.length / 4);
    const { seqCount, noteFrom, blockSize, nBlocks } = question;
    const shift = BigInt(Math.log2(blockSize / 512));
    kernel.setQuestion(seqCount, noteFrom, oddBits(blockSize), shift, nBlocks < 2 ** 32 - 1 ? 12 : 16);
    kernel.setPart(question.part, question.parts);
    kernel.setBudget(Math.min(question.baseBytes, pagesBytes), Math.min(question.mostBytes, pagesBytes));
    kernel.setBounds(EVERYWHERE, EVERYWHERE);
  }

  /** Takes a run of the first pass. */
  take({ words, count }: EntryRun): void {
    this.memory.kernel.mark(words.byteOffset, count);
  }

  /**
   * Does what remains after the first pass, and adds what it finds to the copies it was made with. Returns the buckets
   * whose blocks lie too far apart: they are left out.
   */
  async finish(pass: Pass): Promise<Uint32Array> {
    const { kernel } = this.memory;
    await this.#endMarks();
    for (let round = 0; ; round += 1) {
      await this.#judge(pass);
      const left = kernel.bucketsIn(BUCKET.skipped);
      if (left === 0 || (round === 0 && left > (MOST_ROUNDS - 1) * kernel.bucketsIn(BUCKET.done))) break;
      kernel.nextMarks();
      for await (const run of pass()) this.take(run);
      await this.#endMarks();
    }
    this.#judged.stale += this.tally(TALLIES.stale);
    this.#judged.identical += this.tally(TALLIES.identical);
    return this.#leftOut();
  }

  async #judge(pass: Pass): Promise<void> {
    const { kernel } = this.memory;
    while (kernel.bucketsIn(BUCKET.waiting) > 0) {
      let begun = 0;
      await this.#throughBuckets((from, to) => (begun += kernel.beginCopies(from, to)));
      if (begun === 0) throw new Error('the search for copies has no room for one bucket');
      for await (const { words, count, firstIndex } of pass()) {
        kernel.resolve(words.byteOffset, count, firstIndex);
      }
      await this.#throughBuckets((from, to) => {
        kernel.endCopies(from, to);
      });
    }
  }

  async #endMarks(): Promise<void> {
    await this.#throughBuckets((from, to) => {
      this.memory.kernel.endMarks(from, to);
    });
  }

  /** Goes through all buckets, with turns of the event loop in between. */
  async #throughBuckets(work: (from: number, to: number) => void): Promise<void> {
    for (let from = 0; from < BUCKETS; from += BUCKETS_AT_ONCE) {
      const before = performance.now();
      work(from, from + BUCKETS_AT_ONCE);
      // Most ranges have no bucket that was ever used, and take no time.
      if (performance.now() - before > LONG_MS) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** One of {@link TALLIES}, except for sectors and seq_counts: no more than there are entries. */
  tally(which: number): number {
    return (
      (this.#words[TALLY / 4 + which * 2] ?? 0) + (this.#words[TALLY / 4 + which * 2 + 1] ?? 0) * 2 ** 32
    );
  }

  /** One of {@link TALLIES}, whatever it is. */
  exactTally(which: number): bigint {
    const at = TALLY / 4 + which * 2;
    return (BigInt(this.#words[at + 1] ?? 0) << 32n) | BigInt(this.#words[at] ?? 0);
  }

  #leftOut(): Uint32Array {
    const buckets: number[] = [];
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      if (this.#words[(DIRECTORY + bucket * BUCKET_BYTES) / 4] === BUCKET.skipped) buckets.push(bucket);
    }
    return Uint32Array.from(buckets);
  }

  #takeNotes(count: number): void {
    const notes = this.memory.memory.subarray(NOTES, NOTES + count * NOTE_BYTES);
    takeNotes(notes, this.#judged);
    this.#onNotes?.(notes);
    if (this.#judged.wantsAll) return;
    const { stales, identicals } = this.#judged;
    this.memory.kernel.setBounds(boundary(stales.bound), boundary(identicals.bound));
  }
}

const EVERYWHERE = 2n ** 64n - 1n;

function boundary(bound: number): bigint {
  return bound === Infinity ? EVERYWHERE : BigInt(bound);
}

/** Bits of a sector with which a bit for each block can't do: inside of a block, or beyond what has a bucket. */
export function oddBits(blockSize: number): bigint {
  const sectorsPerBlock = BigInt(blockSize / 512);
  const end = sectorsPerBlock << BigInt(DIRECT_BLOCK_BITS);
  return (2n ** 64n - end) | (sectorsPerBlock - 1n);
}

/** Takes what a kernel notes of losing copies (layout.ts). */
export function takeNotes(notes: Uint8Array, judged: JudgedCopies): void {
  // Low words first, on machines of either order: so the kernels write them.
  const words = new Uint32Array(notes.buffer, notes.byteOffset, notes.length / 4);
  for (let at = 0; at < words.length; at += NOTE_BYTES / 4) {
    const loser = exact(words, at);
    const found = exact(words, at + 2);
    const isIdentical = words[at + 8] === 1;
    judged.lose(loser, isIdentical);
    const examples = isIdentical ? judged.identicals : judged.stales;
    if (found >= examples.bound) continue;
    examples.add(found, {
      index: isIdentical ? found : loser,
      original_sector: u64(words[at + 5] ?? 0, words[at + 4] ?? 0),
      seq_count: u64(words[at + 7] ?? 0, words[at + 6] ?? 0),
    });
  }
}

/** An index, which is below 2^53. */
function exact(words: Uint32Array, at: number): number {
  return (words[at] ?? 0) + (words[at + 1] ?? 0) * 2 ** 32;
}
