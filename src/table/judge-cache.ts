import {
  MAX_BLOCK_SIZE,
  SECTOR_BYTES,
  judgeSuperblock,
  layOut,
  predictLoad,
  type Superblock,
} from '../format/index.js';
import type { Ledger } from './ledger.js';
import type { WritecacheTable } from './table.js';

/** What is known of the cache device; what is absent is not checked. */
export interface CacheFacts {
  readonly cacheSizeBytes?: bigint;
  /** The superblock at the table's start_sector. */
  readonly superblock?: Superblock;
  /** Whether the device can be mapped as memory (queue/dax). */
  readonly dax?: boolean;
}

/**
 * What the constructor finds when it opens the cache (kernel-target.md §1.4, §1.5): the last of its checks. Returns whether
 * it would format the cache, or null if that cannot be told.
 */
export function judgeCache(ledger: Ledger, table: WritecacheTable, facts: CacheFacts): boolean | null {
  const { cacheSizeBytes, superblock, dax } = facts;
  const { mode, block_size: blockSize } = table;
  if (mode === 'p' && dax === false) refuseWithoutDax(ledger);
  if (cacheSizeBytes === undefined) return null;
  const sizeBytes = cacheSizeBytes - (table.options.start_sector ?? 0n) * BigInt(SECTOR_BYTES);
  const layout = layOut(sizeBytes, blockSize, mode);
  if (!layout.ok && mode === 's') {
    refuseSize(ledger, 'Invalid device size', sizeBytes, blockSize);
    return null;
  }
  if (superblock === undefined) return null;
  // Its lower and upper bound were applied already.
  const answer = predictLoad(superblock, { mode, blockSize, sizeBytes, pageSizeBytes: MAX_BLOCK_SIZE });
  if (answer.kind !== 'refuses') return answer.kind === 'formats';
  if (answer.message === 'Unable to initialize device') {
    refuseSize(ledger, answer.message, sizeBytes, blockSize);
  } else {
    refuseSuperblock(ledger, answer.message, { superblock, blockSize, sizeBytes });
  }
  return null;
}

function refuseWithoutDax(ledger: Ledger): void {
  ledger.refuse('not-dax', 'Cache device is not a DAX device', {
    at: 2,
    message:
      'The table has mode p, and its cache device cannot be mapped as persistent memory. Many kernels do not refuse that but crash.',
    hint: 'Use mode s, or a persistent memory device with DAX.',
  });
}

function refuseSize(ledger: Ledger, reason: string, sizeBytes: bigint, blockSize: number): void {
  ledger.refuse('cache-size-unusable', reason, {
    at: 2,
    message: `The cache device has ${String(sizeBytes)} bytes from the superblock on, and no cache with blocks of ${String(blockSize)} bytes can be laid out there.`,
    hint: 'A cache needs at least two blocks of room: one for the metadata, one for data.',
  });
}

interface Refused {
  readonly superblock: Superblock;
  readonly blockSize: number;
  readonly sizeBytes: bigint;
}

function refuseSuperblock(
  ledger: Ledger,
  reason: string,
  { superblock, blockSize, sizeBytes }: Refused,
): void {
  if (reason === 'Block size does not match superblock') {
    ledger.refuse('block-size-mismatch', reason, {
      at: 3,
      message: `The cache was formatted with blocks of ${String(superblock.block_size)} bytes, and the table says ${String(blockSize)}.`,
      hint: `Write ${String(superblock.block_size)}, if this is the right cache.`,
    });
    return;
  }
  const verdict = judgeSuperblock(superblock, sizeBytes);
  const code = verdict.kind === 'foreign' ? 'no-superblock' : 'superblock-unusable';
  const found = verdict.kind === 'usable' ? reason : verdict.reason;
  ledger.refuse(code, reason, {
    at: 2,
    message: `The superblock of the cache device cannot be used: ${found}.`,
    hint: 'See what "wcache check" says about the device, and whether start_sector is right.',
  });
}
