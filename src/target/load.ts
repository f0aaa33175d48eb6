import { OperationError } from '../errors.js';
import {
  decodeSuperblock,
  encodeSuperblock,
  freshSuperblock,
  geometryOf,
  predictLoad,
  SECTOR_BYTES,
  SUPERBLOCK_BYTES,
  type Geometry,
} from '../format/index.js';
import type { WritecacheTable } from '../table/index.js';
import { freshRegion, REGION_BYTES } from './entries.js';
import { TargetRefusal } from './errors.js';
import type { Medium } from './medium.js';

/** What a load has found out about the cache device. */
export interface LoadedCache {
  readonly geometry: Geometry;
  /** Where the superblock lies, in bytes. */
  readonly startBytes: number;
}

const MAGIC_BYTES = 4;

/**
 * What the constructor does with the cache device (kernel-target.md §1.5, §1.6): judges the superblock, and formats the
 * cache if it is blank. That happens at the load of a table, also of one that is never resumed.
 *
 * @throws {@link TargetRefusal} with the kernel's words.
 * @throws {@link OperationError} `device-too-large` beyond 2^53 bytes.
 */
export function loadCache(cache: Medium, table: WritecacheTable, logicalBlockSizeBytes: number): LoadedCache {
  requireExact(cache.sizeBytes);
  const startBytes = Number(table.options.start_sector ?? 0n) * SECTOR_BYTES;
  const sizeBytes = cache.sizeBytes - BigInt(startBytes);
  if (sizeBytes <= 0n) throw new TargetRefusal('Invalid optional argument');
  const superblock = new Uint8Array(SUPERBLOCK_BYTES);
  const isRead = sizeBytes >= SUPERBLOCK_BYTES && cache.tryRead(superblock, startBytes);
  const { mode, block_size: blockSize } = table;
  const answer = predictLoad(decodeSuperblock(superblock), {
    mode,
    blockSize,
    sizeBytes,
    logicalBlockSizeBytes,
  });
  if (answer.kind === 'refuses') throw new TargetRefusal(answer.message);
  if (!isRead) throw new TargetRefusal('Unable to read first block of metadata');
  if (answer.kind === 'loads') {
    return { geometry: geometryOf(blockSize, decodeSuperblock(superblock).n_blocks), startBytes };
  }
  const geometry = geometryOf(blockSize, answer.nBlocks);
  if (!format(cache, geometry, startBytes)) throw new TargetRefusal('Unable to initialize device');
  return { geometry, startBytes };
}

/** Everything but the magic first, so that a format that was cut short is never taken for a cache. */
function format(
  cache: Medium,
  { blockSize, nBlocks, dataOffsetBytes }: Geometry,
  startBytes: number,
): boolean {
  const superblock = encodeSuperblock(freshSuperblock(blockSize, nBlocks));
  const first = Uint8Array.from(freshRegion(Math.min(REGION_BYTES, Number(dataOffsetBytes))));
  first.set(superblock);
  first.fill(0, 0, MAGIC_BYTES);
  let isDone = cache.tryWrite(first, startBytes);
  for (let offset = REGION_BYTES; offset < Number(dataOffsetBytes); offset += REGION_BYTES) {
    const lengthBytes = Math.min(REGION_BYTES, Number(dataOffsetBytes) - offset);
    isDone = isDone && cache.tryWrite(freshRegion(lengthBytes), startBytes + offset);
  }
  isDone = isDone && cache.tryFlush();
  first.set(superblock);
  return isDone && cache.tryWrite(first, startBytes) && cache.tryFlush();
}

function requireExact(sizeBytes: bigint): void {
  if (sizeBytes <= BigInt(Number.MAX_SAFE_INTEGER)) return;
  throw new OperationError(`The reference target takes no device of ${String(sizeBytes)} bytes.`, {
    code: 'device-too-large',
    hint: 'The largest is 8 PiB.',
  });
}
