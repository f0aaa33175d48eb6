import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import {
  ALL_ONES,
  encodeEntry,
  encodeSuperblock,
  freshSuperblock,
  layOut,
  type Geometry,
} from '../src/format/index.js';

export const BLOCK_BYTES = 4096;
/** What the first bytes of a block are: which block it is, as the probe writes it too (removal-probe.pl). */
const LABEL_BYTES = 32;
const CHUNK_BLOCKS = 256;
const SECTORS_PER_BLOCK = BigInt(BLOCK_BYTES / 512);

/** Which blocks of the origin are dirty: somewhere, each for itself, or all in a row. */
export type Shape = 'random' | 'sequential';

/** The cache that a format makes on so many bytes. */
export function geometryOn(cacheBytes: number): Geometry {
  const layout = layOut(BigInt(cacheBytes), BLOCK_BYTES);
  if (!layout.ok) throw new RangeError(`a cache device of ${String(cacheBytes)} bytes is ${layout.refusal}`);
  return layout.geometry;
}

/**
 * Blocks of the origin in the order of the cache's blocks that hold them, each once and always the same. Block 0 is not
 * among them: the probe writes it.
 */
export function dirtyBlocks(shape: Shape, count: number, originBlocks: number): Uint32Array {
  if (count >= originBlocks) throw new RangeError('the origin has fewer blocks than are to be dirty');
  if (shape === 'sequential') return Uint32Array.from({ length: count }, (_, index) => index + 1);
  const taken = new Uint8Array(originBlocks);
  const blocks = new Uint32Array(count);
  let random = 2_463_534_242;
  for (let found = 0; found < count;) {
    // Marsaglia's xorshift.
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    const block = (random >>> 0) % originBlocks;
    if (block === 0 || taken[block] === 1) continue;
    taken[block] = 1;
    blocks[found] = block;
    found += 1;
  }
  return blocks;
}

/** Writes a cache in which these blocks are dirty and all others free, at `startBytes` of a file that is large enough. */
export function writeDirtyCache(
  path: string,
  startBytes: number,
  geometry: Geometry,
  blocks: Uint32Array,
): void {
  const dataBytes = startBytes + Number(geometry.dataOffsetBytes);
  const fd = openSync(path, 'r+');
  try {
    const metadata = metadataOf(geometry, blocks);
    writeSync(fd, metadata, 0, metadata.length, startBytes);
    const chunk = Buffer.alloc(CHUNK_BLOCKS * BLOCK_BYTES, 'the newest copy ');
    for (let first = 0; first < blocks.length; first += CHUNK_BLOCKS) {
      const some = blocks.subarray(first, first + CHUNK_BLOCKS);
      some.forEach((block, index) => chunk.write(label(block), index * BLOCK_BYTES));
      writeSync(fd, chunk, 0, some.length * BLOCK_BYTES, dataBytes + first * BLOCK_BYTES);
    }
  } finally {
    closeSync(fd);
  }
}

/** How many of these blocks are not on the origin, which begins at `startBytes` of a file. */
export function missingBlocks(path: string, startBytes: number, blocks: Uint32Array): number {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(LABEL_BYTES);
    return blocks.reduce((missing, block) => {
      readSync(fd, bytes, 0, LABEL_BYTES, startBytes + block * BLOCK_BYTES);
      return bytes.toString('latin1') === label(block) ? missing : missing + 1;
    }, 0);
  } finally {
    closeSync(fd);
  }
}

function label(block: number): string {
  return `block ${String(block).padEnd(LABEL_BYTES - 'block \n'.length)}\n`;
}

function metadataOf({ blockSize, nBlocks, dataOffsetBytes }: Geometry, blocks: Uint32Array): Uint8Array {
  const metadata = new Uint8Array(Number(dataOffsetBytes));
  const superblock = encodeSuperblock({ ...freshSuperblock(blockSize, nBlocks), seq_count: 2n });
  metadata.set(superblock);
  for (let index = 0; index < Number(nBlocks); index += 1) {
    const block = blocks[index];
    const entry =
      block === undefined
        ? { original_sector: ALL_ONES, seq_count: ALL_ONES }
        : { original_sector: BigInt(block) * SECTORS_PER_BLOCK, seq_count: 1n };
    encodeEntry(entry, metadata, superblock.length + index * 16);
  }
  return metadata;
}
