import { SUPERBLOCK_BYTES } from '../format/index.js';
import { toHostOrder } from '../scan/chunks.js';

/** Half of what marks a free entry, or one that was never used. */
export const ONES = 0xffff_ffff;

/** Entries as four 32-bit words each, as the scans have them: sector low, high; seq_count low, high. */
export type EntryWords = Uint32Array;

/** The entries of metadata as readMetadata gives them, in a copy. */
export function entryWords(metadata: Uint8Array): EntryWords {
  // Not slice: a Buffer would share its memory.
  const bytes = new Uint8Array(metadata.subarray(SUPERBLOCK_BYTES));
  toHostOrder(bytes);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
}

/** Whether the entry at `words[at]` has a sector: it holds a block's data, or held it. */
export function isUsed(words: EntryWords, at: number): boolean {
  return words[at] !== ONES || words[at + 1] !== ONES;
}

export function isFree(words: EntryWords, at: number): boolean {
  return words[at + 2] === ONES && words[at + 3] === ONES;
}

/** Whether an entry has the same sector in both. */
export function hasSameSector(a: EntryWords, b: EntryWords, at: number): boolean {
  return a[at] === b[at] && a[at + 1] === b[at + 1];
}
