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
  block_size: z.int(),
  n_blocks: jsonInteger.nullable(),
  metadata_sectors: jsonInteger.nullable(),
  data_offset_bytes: jsonInteger.nullable(),
  usable_bytes: jsonInteger.nullable(),
  unused_bytes: jsonInteger.nullable(),
  kernel_memory_ssd_bytes: jsonInteger.nullable(),
  kernel_memory_pmem_bytes: jsonInteger.nullable(),
});
export type LayoutDocument = z.infer<typeof layoutSchema>;

/** `wcache size --json`. */
export const sizeDocumentSchema = z.strictObject({
  device: z.string().nullable(),
  size_bytes: jsonInteger,
  start_sector: jsonInteger,
  /** The block size that was asked for, if one was. */
  block_size: z.int().nullable(),
  layouts: z.array(layoutSchema),
});
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
