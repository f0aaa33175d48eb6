import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { encodeSuperblock, freshSuperblock, geometryOf } from '../src/format/index.js';

const BLOCK_SIZE = 4096;
const SECTORS_PER_BLOCK = BLOCK_SIZE / 512;
const CHUNK_ENTRIES = 1 << 18;

/** An origin of 1 TiB. */
export const ORIGIN_BLOCKS = 2 ** 28;
export const ORIGIN_BYTES = BigInt(ORIGIN_BLOCKS) * BigInt(BLOCK_SIZE);

/** The superblock's, so that half of all seq_counts that are drawn are below it. */
const SEQ_COUNT = 2 ** 20;
const ALL_ONES = 0xffff_ffff;

/** Sets the four words of entry `index` at `at`: sector low, high; seq_count low, high. */
type Fill = (words: Uint32Array, at: number, index: number) => void;

/** What the entries are. Always the same ones, unpredictable to a processor. */
export const CONTENTS = {
  /** A tenth free, half of the rest committed, the others of the transaction under way. */
  mixed: (words, at, index) => {
    const draw = scramble(index);
    if ((draw >>> 0) % 10 === 0) setFree(words, at);
    else set(words, at, permuted(index), (draw & 8) === 0 ? draw >>> 12 : SEQ_COUNT);
  },
  /** All committed, each for a block drawn from the whole origin: of 64 Mi, every ninth comes again. */
  draws: (words, at, index) => {
    const draw = scramble(index);
    set(words, at, draw >>> 4, scramble(draw) >>> 12);
  },
  /** All committed, each for another block, in no order: what a kernel leaves. */
  permutation: (words, at, index) => {
    set(words, at, permuted(index), scramble(index) >>> 12);
  },
  /** Never used. */
  free: (words, at) => {
    setFree(words, at);
  },
} as const satisfies Record<string, Fill>;

export type Content = keyof typeof CONTENTS | 'zeros';

/** Writes the metadata of a made-up cache, its data area left as a hole; of `zeros`, all entries are holes too. */
export function writeImage(path: string, nBlocks: number, content: Content): void {
  const { dataEndBytes } = geometryOf(BLOCK_SIZE, BigInt(nBlocks));
  const superblock = { ...freshSuperblock(BLOCK_SIZE, BigInt(nBlocks)), seq_count: BigInt(SEQ_COUNT) };
  const fd = openSync(path, 'w');
  try {
    ftruncateSync(fd, Number(dataEndBytes));
    writeSync(fd, encodeSuperblock(superblock), 0, 64, 0);
    if (content !== 'zeros') writeEntries(fd, nBlocks, CONTENTS[content]);
  } finally {
    closeSync(fd);
  }
}

function writeEntries(fd: number, nBlocks: number, fill: Fill): void {
  const chunk = new Uint32Array(Math.min(CHUNK_ENTRIES, nBlocks) * 4);
  for (let first = 0; first < nBlocks; first += CHUNK_ENTRIES) {
    const count = Math.min(CHUNK_ENTRIES, nBlocks - first);
    for (let entry = 0; entry < count; entry += 1) fill(chunk, entry * 4, first + entry);
    writeSync(fd, chunk, 0, count * 16, 64 + first * 16);
  }
}

function setFree(words: Uint32Array, at: number): void {
  words[at] = ALL_ONES;
  words[at + 1] = ALL_ONES;
  words[at + 2] = ALL_ONES;
  words[at + 3] = ALL_ONES;
}

function set(words: Uint32Array, at: number, block: number, seqCount: number): void {
  // The last block of 1 TiB begins below sector 2^31.
  words[at] = block * SECTORS_PER_BLOCK;
  words[at + 1] = 0;
  words[at + 2] = seqCount;
  words[at + 3] = 0;
}

/** 32 bits, signed, of which none tells of those of its neighbours: the end of MurmurHash3. */
function scramble(index: number): number {
  let value = index + 0x9e37_79b9;
  value = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2_ae35);
  return value ^ (value >>> 16);
}

/** Each number below 2^28 for another such: odd factors and shifted differences can both be undone. */
function permuted(index: number): number {
  const mask = ORIGIN_BLOCKS - 1;
  let value = Math.imul(index, 0x85eb_ca6b) & mask;
  value ^= value >>> 15;
  value = Math.imul(value, 0xc2b2_ae35) & mask;
  return value ^ (value >>> 13);
}
