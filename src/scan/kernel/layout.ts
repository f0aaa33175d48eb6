import { FIRST_FREE_BYTE } from '../../wasm/instantiate.js';

/*
 * What lies where in the memory of a scan kernel, in bytes; the same in both. src/wasm/assembly has the sizes of
 * what it keeps behind FIRST_PAGE once more.
 */

/** Log2 of the origin blocks in a bucket: their bits, 128 KiB, stay in a processor's second cache. */
export const BUCKET_BITS = 20;
export const PAGE_BYTES = 2 ** (BUCKET_BITS - 3);
export const BUFFER_BYTES = 65536;
/** A count for each 256 bits of a page. */
export const RANK_BYTES = 2 ** (BUCKET_BITS - 8) * 4;
export const COPY_BUFFER_BYTES = 32768;
/** Blocks of the origin beyond this one (256 TiB of 4 KiB blocks) go another way. */
export const DIRECT_BLOCK_BITS = 36;

/** Two of them, so that one can be read while the other is worked on. */
export const CHUNK_BYTES = 1 << 20;
export const CHUNKS: readonly [number, number] = [FIRST_FREE_BYTE, FIRST_FREE_BYTE + CHUNK_BYTES];
const AFTER_CHUNKS = FIRST_FREE_BYTE + 2 * CHUNK_BYTES;

/** Nine 64-bit counts, see {@link TALLIES}. */
export const TALLY = AFTER_CHUNKS;
/** Four 32-bit words for each bucket: page, buffer, fill, repeated page. */
export const DIRECTORY = TALLY + 4096;
export const BUCKET_BYTES = 16;
/** The sectors of the committed entries of a chunk. */
export const SECTORS = DIRECTORY + 2 ** (DIRECT_BLOCK_BITS - BUCKET_BITS) * BUCKET_BYTES;
/** A word for each item of a buffer of copies, and one more. */
export const SCRATCH = SECTORS + CHUNK_BYTES / 2;
/** Five 64-bit words for each: loser, later entry, sector, loser's seq_count, whether identical. */
export const NOTES = SCRATCH + 16384;
export const NOTE_BYTES = 40;
export const MOST_NOTES = 1024;
/** What goes to buckets that have none goes here, and nowhere after that. */
export const NO_BUFFER = NOTES + 65536;
export const FIRST_PAGE = NO_BUFFER + BUFFER_BYTES;

/** Positions in the tally; the first seven are of the last chunk, the others of all. */
export const TALLIES = {
  committed: 0,
  free: 1,
  /** seq_count above the superblock's, free entries included. */
  above: 2,
  /** Committed, and the sector is one of those that go another way. */
  odd: 3,
  /** Committed, and the sector is at or above the one from which on entries are looked at more closely. */
  beyond: 4,
  maxSector: 5,
  maxSeqCount: 6,
  stale: 7,
  identical: 8,
} as const;

/** States of a bucket, in the place of its page. */
export const BUCKET = { fresh: 0, skipped: 1, done: 2, waiting: 3 } as const;

/** How many buckets there can be. */
export const BUCKETS = 2 ** (DIRECT_BLOCK_BITS - BUCKET_BITS);
