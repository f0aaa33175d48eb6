import { ALL_ONES, ENTRY_BYTES } from './limits.js';

/** One cache block's record: u64 original_sector, u64 seq_count, little-endian. Field names are the kernel's. */
export interface Entry {
  /** First sector of the block on the origin. A freed entry keeps its last value; a never-used one has all ones. */
  readonly original_sector: bigint;
  /** All ones: the entry is free. */
  readonly seq_count: bigint;
}

/** An entry as the format writes it: never used. */
export const NEVER_USED: Entry = { original_sector: ALL_ONES, seq_count: ALL_ONES };

/** Reads one entry at a byte offset. Throws RangeError where it does not lie inside `bytes`. */
export function decodeEntry(bytes: Uint8Array, offset = 0): Entry {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { original_sector: view.getBigUint64(offset, true), seq_count: view.getBigUint64(offset + 8, true) };
}

/** Writes one entry. Throws RangeError for a value beyond 64 bits, or where it does not lie inside `bytes`. */
export function encodeEntry(
  entry: Entry,
  bytes: Uint8Array = new Uint8Array(ENTRY_BYTES),
  offset = 0,
): Uint8Array {
  for (const value of [entry.original_sector, entry.seq_count]) {
    if (value !== BigInt.asUintN(64, value)) {
      throw new RangeError(`an entry's field ${String(value)} does not fit 64 bits`);
    }
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // The second half first: where an entry does not fit, this throws before a byte is written.
  view.setBigUint64(offset + 8, entry.seq_count, true);
  view.setBigUint64(offset, entry.original_sector, true);
  return bytes;
}

export type EntryClass = 'free' | 'committed' | 'uncommitted';

/** How the kernel reads one entry when a table is resumed: by its seq_count and the superblock's (§5). */
export function classifyEntry(entry: Entry, superblockSeqCount: bigint): EntryClass {
  if (entry.seq_count === ALL_ONES) {
    return 'free';
  }
  return entry.seq_count < superblockSeqCount ? 'committed' : 'uncommitted';
}
