import { SUPERBLOCK_BYTES, SUPERBLOCK_MAGIC, SUPERBLOCK_VERSION } from './limits.js';

/**
 * The 64 bytes at the start of a cache device, little-endian: u32 magic, version, block_size, pad; u64 n_blocks,
 * seq_count; 32 reserved bytes. Field names are the kernel's.
 */
export interface Superblock {
  readonly magic: number;
  readonly version: number;
  /** Bytes per cache block. */
  readonly block_size: number;
  /** The format writes 0 and nothing reads it. */
  readonly pad: number;
  /** Number of cache blocks, and of entries. */
  readonly n_blocks: bigint;
  /** An entry is committed if its seq_count is below this one. */
  readonly seq_count: bigint;
  /** The format writes 32 zero bytes and nothing reads them. */
  readonly reserved: Uint8Array;
}

/** Where seq_count lies in the superblock, in bytes: all that a commit changes there. */
export const SEQ_COUNT_OFFSET = 24;

const OFFSET = {
  magic: 0,
  version: 4,
  block_size: 8,
  pad: 12,
  n_blocks: 16,
  seq_count: SEQ_COUNT_OFFSET,
  reserved: 32,
};

/** Reads the 64 bytes as they are, whether or not they make sense. Throws RangeError for fewer than 64 bytes. */
export function decodeSuperblock(bytes: Uint8Array): Superblock {
  if (bytes.length < SUPERBLOCK_BYTES) {
    throw new RangeError(`a superblock has ${String(SUPERBLOCK_BYTES)} bytes, got ${String(bytes.length)}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, SUPERBLOCK_BYTES);
  return {
    magic: view.getUint32(OFFSET.magic, true),
    version: view.getUint32(OFFSET.version, true),
    block_size: view.getUint32(OFFSET.block_size, true),
    pad: view.getUint32(OFFSET.pad, true),
    n_blocks: view.getBigUint64(OFFSET.n_blocks, true),
    seq_count: view.getBigUint64(OFFSET.seq_count, true),
    // A Buffer's own slice would share its memory.
    reserved: Uint8Array.from(bytes.subarray(OFFSET.reserved, SUPERBLOCK_BYTES)),
  };
}

/** Writes the 64 bytes. Throws RangeError for a field that does not fit its width: nothing is ever truncated. */
export function encodeSuperblock(superblock: Superblock): Uint8Array {
  const bytes = new Uint8Array(SUPERBLOCK_BYTES);
  const view = new DataView(bytes.buffer);
  for (const field of ['magic', 'version', 'block_size', 'pad'] as const) {
    view.setUint32(OFFSET[field], fitsU32(field, superblock[field]), true);
  }
  for (const field of ['n_blocks', 'seq_count'] as const) {
    view.setBigUint64(OFFSET[field], fitsU64(field, superblock[field]), true);
  }
  if (superblock.reserved.length !== SUPERBLOCK_BYTES - OFFSET.reserved) {
    throw new RangeError(`reserved has 32 bytes, got ${String(superblock.reserved.length)}`);
  }
  bytes.set(superblock.reserved, OFFSET.reserved);
  return bytes;
}

/** The superblock that the kernel's format ends with (kernel-target.md §1.6): seq_count 0, padding zero. */
export function freshSuperblock(blockSize: number, nBlocks: bigint): Superblock {
  return {
    magic: SUPERBLOCK_MAGIC,
    version: SUPERBLOCK_VERSION,
    block_size: blockSize,
    pad: 0,
    n_blocks: nBlocks,
    seq_count: 0n,
    reserved: new Uint8Array(SUPERBLOCK_BYTES - OFFSET.reserved),
  };
}

/** The magic as it is written in messages and JSON: `0x23489321`. */
export function formatMagic(magic: number): string {
  return `0x${magic.toString(16).padStart(8, '0')}`;
}

function fitsU32(field: string, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new RangeError(`${field} ${String(value)} does not fit 32 bits`);
  }
  return value;
}

function fitsU64(field: string, value: bigint): bigint {
  if (value !== BigInt.asUintN(64, value)) {
    throw new RangeError(`${field} ${String(value)} does not fit 64 bits`);
  }
  return value;
}
