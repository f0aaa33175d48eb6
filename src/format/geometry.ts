import {
  ENTRY_BYTES,
  MAX_N_BLOCKS,
  MAX_SSD_METADATA_BYTES,
  SECTOR_BYTES,
  SUPERBLOCK_BYTES,
  isBlockSize,
} from './limits.js';

/**
 * Where things lie on a cache device. All offsets are relative to the superblock, which itself is at
 * `start_sector`; sizes are bigint because a device may be larger than 2^53 bytes.
 */
export interface Geometry {
  readonly blockSize: number;
  readonly nBlocks: bigint;
  /** Superblock and entries, without the padding behind them. */
  readonly entriesEndBytes: bigint;
  /** Where block 0 begins: the metadata, rounded up to whole blocks. */
  readonly dataOffsetBytes: bigint;
  readonly metadataSectors: bigint;
  /** Where the last block ends. */
  readonly dataEndBytes: bigint;
}

/** The geometry of a cache of this many blocks. Exact for every u64; no limit is applied. */
export function geometryOf(blockSize: number, nBlocks: bigint): Geometry {
  const entriesEndBytes = BigInt(SUPERBLOCK_BYTES) + nBlocks * BigInt(ENTRY_BYTES);
  const dataOffsetBytes = roundUp(entriesEndBytes, BigInt(blockSize));
  return {
    blockSize,
    nBlocks,
    entriesEndBytes,
    dataOffsetBytes,
    metadataSectors: dataOffsetBytes / BigInt(SECTOR_BYTES),
    dataEndBytes: dataOffsetBytes + nBlocks * BigInt(blockSize),
  };
}

/** Why no cache can be laid out: the device is too small (the kernel's ENOSPC) or has too many blocks (EFBIG). */
export type LayoutRefusal = 'too-small' | 'too-many-blocks';

export type Layout =
  | { readonly ok: true; readonly geometry: Geometry; readonly unusedBytes: bigint }
  | { readonly ok: false; readonly refusal: LayoutRefusal };

/**
 * The cache that a format makes on `sizeBytes` (the device's size less what lies before `start_sector`): as many
 * blocks as fit together with their entries. The same answer as the kernel's (kernel-target.md §1.4), including
 * its limits, of which ssd mode has one more; the result's `nBlocks` is the true maximum.
 *
 * Throws RangeError for a block size that no kernel takes or a negative size.
 */
export function layOut(sizeBytes: bigint, blockSize: number, mode: 'p' | 's' = 's'): Layout {
  if (!isBlockSize(blockSize)) {
    throw new RangeError(`${String(blockSize)} is not a writecache block size`);
  }
  if (sizeBytes < 0n) {
    throw new RangeError(`a device has no negative size (${String(sizeBytes)})`);
  }
  const nBlocks = maxNBlocks(sizeBytes, blockSize);
  if (nBlocks === 0n) {
    return { ok: false, refusal: 'too-small' };
  }
  const geometry = geometryOf(blockSize, nBlocks);
  const hasBitmap = mode === 's';
  if (nBlocks > MAX_N_BLOCKS || (hasBitmap && geometry.dataOffsetBytes > MAX_SSD_METADATA_BYTES)) {
    return { ok: false, refusal: 'too-many-blocks' };
  }
  return { ok: true, geometry, unusedBytes: sizeBytes - geometry.dataEndBytes };
}

/**
 * Without the rounding of the metadata to whole blocks the answer would be a plain division; the rounding costs
 * less than one block, so the start value is at most a step or two too high.
 */
function maxNBlocks(sizeBytes: bigint, blockSize: number): bigint {
  let nBlocks = sizeBytes / BigInt(blockSize + ENTRY_BYTES);
  while (nBlocks > 0n && geometryOf(blockSize, nBlocks).dataEndBytes > sizeBytes) {
    nBlocks -= 1n;
  }
  return nBlocks;
}

/** Bytes of RAM that the kernel takes per cache block: 72 in core, and in ssd mode the entry's copy (§1.8). */
export const KERNEL_BYTES_PER_BLOCK = { p: 72n, s: 88n } as const;

/** The kernel memory that an active cache of this many blocks takes, as kernels up to 6.12 do. */
export function kernelMemoryBytes(nBlocks: bigint, mode: 'p' | 's'): bigint {
  return nBlocks * KERNEL_BYTES_PER_BLOCK[mode];
}

/** `value` rounded up to a multiple of `unit`. */
export function roundUp(value: bigint, unit: bigint): bigint {
  return ((value + unit - 1n) / unit) * unit;
}
