import { ALL_ONES, ENTRY_BYTES, SUPERBLOCK_BYTES } from '../format/index.js';

/** The unit in which ssd mode writes its metadata, and in which both modes read it here. */
export const REGION_BYTES = 65_536;

/** An entry that is in use or was: those with all ones as seq_count are told as gaps. */
export type VisitEntry = (index: number, originalSector: bigint, seqCount: bigint) => void;
export type VisitGap = (first: number, count: number) => void;

/** Where entry `index` lies in the metadata, in bytes from the superblock. */
export function entryOffset(index: number): number {
  return SUPERBLOCK_BYTES + index * ENTRY_BYTES;
}

/**
 * Goes through the entries of one region in the order of their index: each one that is not free by itself, the free ones
 * between as gaps. `offset` is where the region begins in the metadata.
 */
export function walkRegion(
  region: Uint8Array,
  offset: number,
  nBlocks: number,
  entry: VisitEntry,
  gap: VisitGap,
): void {
  const view = new DataView(region.buffer, region.byteOffset, region.length);
  let gapStart: number | undefined;
  const from = Math.max(SUPERBLOCK_BYTES, offset);
  const end = Math.min(entryOffset(nBlocks), offset + region.length);
  const endIndex = (end - SUPERBLOCK_BYTES) / ENTRY_BYTES;
  let index = (from - SUPERBLOCK_BYTES) / ENTRY_BYTES;
  for (let at = from - offset; index < endIndex; at += ENTRY_BYTES, index += 1) {
    const isFree = view.getUint32(at + 8) === 0xffff_ffff && view.getUint32(at + 12) === 0xffff_ffff;
    if (isFree) {
      gapStart ??= index;
      continue;
    }
    if (gapStart !== undefined) gap(gapStart, index - gapStart);
    gapStart = undefined;
    entry(index, view.getBigUint64(at, true), view.getBigUint64(at + 8, true));
  }
  if (gapStart !== undefined) gap(gapStart, endIndex - gapStart);
}

const FRESH = Buffer.alloc(REGION_BYTES, 0xff);

/** Whether a region holds nothing but entries that were never used. */
export function isFresh(region: Uint8Array): boolean {
  return FRESH.compare(region, 0, region.length, 0, region.length) === 0;
}

/** The content of a region of never-used entries. Not to be written to. */
export function freshRegion(lengthBytes: number): Uint8Array {
  return FRESH.subarray(0, lengthBytes);
}

/** Writes entries into one piece of memory again and again: the hot path of a store. */
export class EntryBytes {
  readonly bytes = new Uint8Array(ENTRY_BYTES);
  readonly #view = new DataView(this.bytes.buffer);

  /** The entry, until the next call. A sector is below 2^53, and exact in two halves. */
  of(sector: number, seqCount: bigint): Uint8Array {
    this.#view.setUint32(0, sector % 2 ** 32, true);
    this.#view.setUint32(4, Math.floor(sector / 2 ** 32), true);
    this.#view.setBigUint64(8, seqCount, true);
    return this.bytes;
  }
}

/** The 8 bytes of a 64-bit number, little-endian, as it lies in the metadata. */
export function u64Bytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}

/** The mark of a free entry. */
export const FREE_SEQ_BYTES = u64Bytes(ALL_ONES);
