import { geometryOf, layOut, type Geometry } from './geometry.js';
import { SUPERBLOCK_MAGIC, SUPERBLOCK_VERSION, X86_MAX_BLOCK_SIZE, isBlockSize } from './limits.js';
import { formatMagic, type Superblock } from './superblock.js';

const U64_LIMIT = 1n << 64n;

/** Stable names of what can be wrong with a superblock; `check` reports them as problem codes. */
export type SuperblockFault =
  | 'not-a-writecache'
  | 'torn-format'
  | 'magic-lost'
  | 'bad-version'
  | 'bad-block-size'
  | 'no-blocks'
  | 'size-overflow'
  | 'area-too-small';

/**
 * What the first 64 bytes say, before any entry is looked at. `usable` means that nothing in it makes
 * a kernel refuse it whose table names the same block size; only then are there entries to read.
 */
export type SuperblockVerdict =
  | { readonly kind: 'blank'; readonly reason: string }
  | {
      readonly kind: 'torn' | 'foreign' | 'damaged';
      readonly fault: SuperblockFault;
      readonly reason: string;
    }
  | { readonly kind: 'usable'; readonly geometry: Geometry };

/**
 * Judges a superblock in the order in which the kernel does when a table is loaded (kernel-target.md §1.5).
 * `sizeBytes` is the device's size less what lies before `start_sector`.
 */
export function judgeSuperblock(superblock: Superblock, sizeBytes: bigint): SuperblockVerdict {
  const { magic, version, block_size: blockSize, n_blocks: nBlocks, seq_count: seqCount } = superblock;
  if (magic === 0 && version === 0) {
    return { kind: 'blank', reason: 'magic and version are zero: the kernel would format it' };
  }
  // A format leaves seq_count 0, with which no entry can be committed; a cache that was ever written has more.
  if (magic === 0 && version === SUPERBLOCK_VERSION && seqCount === 0n) {
    return {
      kind: 'torn',
      fault: 'torn-format',
      reason: 'the version is set but the magic, which a format writes last, is not: a format was cut short',
    };
  }
  if (magic === 0 && version === SUPERBLOCK_VERSION) {
    return damaged(
      'magic-lost',
      `the magic is gone although the cache was in use (seq_count ${String(seqCount)}): something wrote over its first bytes`,
    );
  }
  if (magic !== SUPERBLOCK_MAGIC) {
    return {
      kind: 'foreign',
      fault: 'not-a-writecache',
      reason: `the magic is ${formatMagic(magic)} and a writecache has ${formatMagic(SUPERBLOCK_MAGIC)}`,
    };
  }
  if (version !== SUPERBLOCK_VERSION) {
    return damaged('bad-version', `the version is ${String(version)} and every kernel knows only version 1`);
  }
  if (!isBlockSize(blockSize)) {
    return damaged(
      'bad-block-size',
      `the block size is ${String(blockSize)}, which is not a power of two from 512 to 65536`,
    );
  }
  const geometry = geometryOf(blockSize, nBlocks);
  if (geometry.dataEndBytes >= U64_LIMIT) {
    return damaged('size-overflow', `${String(nBlocks)} blocks are more than 64-bit sizes can express`);
  }
  if (geometry.dataEndBytes > sizeBytes) {
    return damaged(
      'area-too-small',
      `its ${String(nBlocks)} blocks end at byte ${String(geometry.dataEndBytes)} and the device has ${String(sizeBytes)}`,
    );
  }
  if (nBlocks === 0n) {
    return damaged('no-blocks', 'it has no blocks at all');
  }
  return { kind: 'usable', geometry };
}

function damaged(fault: SuperblockFault, reason: string): SuperblockVerdict {
  return { kind: 'damaged', fault, reason };
}

/** What a table says about the cache when it is loaded. */
export interface LoadQuestion {
  readonly mode: 'p' | 's';
  /** The table's block size argument. */
  readonly blockSize: number;
  /** The device's size less what lies before `start_sector`. */
  readonly sizeBytes: bigint;
  /** The kernel's page size, an upper bound of the block size. */
  readonly pageSizeBytes?: number;
  /** The larger logical block size of origin and cache, a lower bound of the block size. */
  readonly logicalBlockSizeBytes?: number;
}

export type LoadAnswer =
  | { readonly kind: 'formats'; readonly nBlocks: bigint }
  | { readonly kind: 'loads' }
  | { readonly kind: 'refuses'; readonly message: string };

/**
 * What the kernel's constructor does with this superblock: format, load, or refuse with which words (§1.4, §1.5,
 * §2.4). The words are what the kernel logs after `device-mapper: table: …: writecache: `.
 */
export function predictLoad(superblock: Superblock, question: LoadQuestion): LoadAnswer {
  const { mode, blockSize, sizeBytes, pageSizeBytes = X86_MAX_BLOCK_SIZE } = question;
  if (!isBlockSize(blockSize) || blockSize > pageSizeBytes) {
    return { kind: 'refuses', message: 'Invalid block size' };
  }
  if (blockSize < (question.logicalBlockSizeBytes ?? 0)) {
    return { kind: 'refuses', message: 'Block size is smaller than device logical block size' };
  }
  const layout = layOut(sizeBytes, blockSize, mode);
  // In ssd mode the layout is computed before the superblock is read, whatever that says.
  if (mode === 's' && !layout.ok) {
    return { kind: 'refuses', message: 'Invalid device size' };
  }
  if (superblock.magic === 0 && superblock.version === 0) {
    return layout.ok
      ? { kind: 'formats', nBlocks: layout.geometry.nBlocks }
      : { kind: 'refuses', message: 'Unable to initialize device' };
  }
  if (superblock.magic !== SUPERBLOCK_MAGIC) {
    return { kind: 'refuses', message: 'Invalid magic in the superblock' };
  }
  if (superblock.version !== SUPERBLOCK_VERSION) {
    return { kind: 'refuses', message: 'Invalid version in the superblock' };
  }
  if (superblock.block_size !== blockSize) {
    return { kind: 'refuses', message: 'Block size does not match superblock' };
  }
  const geometry = geometryOf(blockSize, superblock.n_blocks);
  if (geometry.dataEndBytes >= U64_LIMIT) {
    return { kind: 'refuses', message: 'Overflow in size calculation' };
  }
  if (geometry.dataEndBytes > sizeBytes) {
    return { kind: 'refuses', message: 'Memory area is too small' };
  }
  if (superblock.n_blocks === 0n) {
    return { kind: 'refuses', message: 'Cannot allocate memory' };
  }
  return { kind: 'loads' };
}
