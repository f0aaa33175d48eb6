import { z } from 'zod';
import {
  COMMON_BLOCK_SIZES,
  SECTOR_BYTES,
  kernelMemoryBytes,
  layOut,
  type Geometry,
} from '../format/index.js';
import { integer, jsonInteger } from './json.js';

/** What one block size would give; the numbers are null where no cache fits. */
export const layoutSchema = z.strictObject({
  block_size: z.int().describe('Bytes.'),
  n_blocks: jsonInteger
    .nullable()
    .describe('Blocks of the cache; this and what follows is null where no cache fits.'),
  metadata_sectors: jsonInteger
    .nullable()
    .describe('Superblock and entries, rounded up to whole blocks, in sectors of 512 bytes.'),
  data_offset_bytes: jsonInteger
    .nullable()
    .describe('Where block 0 begins, in bytes behind the start of the superblock.'),
  usable_bytes: jsonInteger.nullable().describe('What can be cached: all blocks together.'),
  unused_bytes: jsonInteger.nullable().describe('Behind the last block, too few for another one.'),
  kernel_memory_ssd_bytes: jsonInteger
    .nullable()
    .describe('What the kernel takes of its memory for it in ssd mode.'),
  kernel_memory_pmem_bytes: jsonInteger.nullable().describe('The same in pmem mode.'),
});
export type LayoutDocument = z.infer<typeof layoutSchema>;

/** `wcache size --json`. */
export const sizeDocumentSchema = z
  .strictObject({
    device: z
      .string()
      .nullable()
      .describe('The device or file, as it was named; null where a size was given.'),
    size_bytes: jsonInteger.describe('Its size in bytes, or the size that was given.'),
    start_sector: jsonInteger.describe(
      'Where the superblock would lie, in sectors of 512 bytes from the start of the device.',
    ),
    block_size: z
      .int()
      .nullable()
      .describe('The block size that was asked for, in bytes; null where none was.'),
    layouts: z
      .array(layoutSchema)
      .describe('One for each common block size and the one that was asked for, the smallest first.'),
  })
  .describe('How many blocks a cache device of some size holds, by block size.');
export type SizeDocument = z.infer<typeof sizeDocumentSchema>;

export interface SizeQuestion {
  readonly device: string | null;
  readonly sizeBytes: bigint;
  readonly startSector: bigint;
  readonly blockSize: number | null;
}

/** What every common block size (and the one asked for) makes of a device of this size. */
export function sizeDocument(question: SizeQuestion): SizeDocument {
  const { device, sizeBytes, startSector, blockSize } = question;
  const area = sizeBytes - startSector * BigInt(SECTOR_BYTES);
  const asked = blockSize === null ? [] : [blockSize];
  const blockSizes = [...new Set<number>([...COMMON_BLOCK_SIZES, ...asked])].sort((a, b) => a - b);
  return {
    device,
    size_bytes: integer(sizeBytes),
    start_sector: integer(startSector),
    block_size: blockSize,
    layouts: blockSizes.map((size) => layoutDocument(area > 0n ? area : 0n, size)),
  };
}

function layoutDocument(areaBytes: bigint, blockSize: number): LayoutDocument {
  const layout = layOut(areaBytes, blockSize);
  const geometry: Geometry | null = layout.ok ? layout.geometry : null;
  const value = (of: (geometry: Geometry) => bigint): number | bigint | null =>
    geometry === null ? null : integer(of(geometry));
  return {
    block_size: blockSize,
    n_blocks: value(({ nBlocks }) => nBlocks),
    metadata_sectors: value(({ metadataSectors }) => metadataSectors),
    data_offset_bytes: value(({ dataOffsetBytes }) => dataOffsetBytes),
    usable_bytes: value(({ nBlocks }) => nBlocks * BigInt(blockSize)),
    unused_bytes: value(({ dataEndBytes }) => areaBytes - dataEndBytes),
    kernel_memory_ssd_bytes: value(({ nBlocks }) => kernelMemoryBytes(nBlocks, 's')),
    kernel_memory_pmem_bytes: value(({ nBlocks }) => kernelMemoryBytes(nBlocks, 'p')),
  };
}
