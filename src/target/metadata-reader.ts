import { REGION_BYTES } from './entries.js';
import type { Medium } from './medium.js';

/** Where the metadata lies on the cache device, in bytes. */
export interface MetadataPlace {
  /** Of the superblock. */
  readonly startBytes: number;
  /** Superblock, entries, and what is behind them up to the first block. */
  readonly lengthBytes: number;
  readonly nBlocks: number;
}

/** Reads the metadata region by region; false, and the end, at the first that cannot be read. */
export function readRegions(
  cache: Medium,
  { startBytes, lengthBytes }: MetadataPlace,
  take: (region: Uint8Array, number: number) => void,
): boolean {
  const buffer = new Uint8Array(Math.min(REGION_BYTES, lengthBytes));
  for (let offset = 0; offset < lengthBytes; offset += REGION_BYTES) {
    const region = buffer.subarray(0, Math.min(REGION_BYTES, lengthBytes - offset));
    if (!cache.tryRead(region, startBytes + offset)) return false;
    take(region, offset / REGION_BYTES);
  }
  return true;
}
