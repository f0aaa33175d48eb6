import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  encodeEntry,
  encodeSuperblock,
  freshSuperblock,
  layOut,
  type Superblock,
} from '../../src/format/index.js';

export interface ImageEntry {
  readonly index: number;
  readonly original_sector: bigint;
  readonly seq_count: bigint;
}

export interface ImageOptions {
  readonly sizeBytes?: number;
  readonly blockSize?: number;
  readonly startSector?: number;
  readonly superblock?: Partial<Superblock>;
  readonly entries?: readonly ImageEntry[];
}

/** The bytes of a made-up cache image; everything that is not named is as a format leaves it. */
export function imageBytes(options: ImageOptions = {}): Uint8Array {
  const { sizeBytes = 1 << 20, blockSize = 4096, startSector = 0, superblock = {}, entries = [] } = options;
  const bytes = new Uint8Array(sizeBytes);
  const start = startSector * 512;
  const layout = layOut(BigInt(sizeBytes - start), blockSize);
  if (!layout.ok) throw new Error('the image is too small for a cache');
  bytes.fill(0xff, start + 64, start + Number(layout.geometry.entriesEndBytes));
  bytes.set(
    encodeSuperblock({ ...freshSuperblock(blockSize, layout.geometry.nBlocks), ...superblock }),
    start,
  );
  for (const entry of entries) {
    encodeEntry(entry, bytes, start + 64 + entry.index * 16);
  }
  return bytes;
}

/** Writes an image into a folder and returns its path. */
export function writeImage(folder: string, options: ImageOptions = {}, name = 'cache.img'): string {
  const path = join(folder, name);
  writeFileSync(path, imageBytes(options));
  return path;
}

/** A cache with five live blocks, a stale copy and an uncommitted entry. */
export const DIRTY: ImageOptions = {
  superblock: { seq_count: 3n },
  entries: [
    { index: 0, original_sector: 0n, seq_count: 1n },
    { index: 1, original_sector: 8n, seq_count: 1n },
    { index: 2, original_sector: 800n, seq_count: 1n },
    { index: 3, original_sector: 800n, seq_count: 2n },
    { index: 4, original_sector: 240072n, seq_count: 2n },
    { index: 7, original_sector: 4096n, seq_count: 2n },
    { index: 9, original_sector: 16n, seq_count: 3n },
  ],
};
