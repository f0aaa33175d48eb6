import type { BlockDevice } from '../device/index.js';
import { ENTRY_BYTES, SECTOR_BYTES, SUPERBLOCK_BYTES } from '../format/index.js';
import { toHostOrder } from '../scan/chunks.js';
import type { BlockColumns } from './block-columns.js';

const ALL_ONES = 0xffff_ffff;

/** Reads entries again, to see which of them still stand for the data that was just read. */
export class EntryWatch {
  readonly #cache: BlockDevice;
  readonly #entriesStartBytes: bigint;
  readonly #columns: BlockColumns;

  constructor(cache: BlockDevice, startSector: bigint, columns: BlockColumns) {
    this.#cache = cache;
    this.#entriesStartBytes = startSector * BigInt(SECTOR_BYTES) + BigInt(SUPERBLOCK_BYTES);
    this.#columns = columns;
  }

  /** Of the blocks `from` to `to` - 1, which follow each other on the device. Throws what the device throws. */
  forEachChanged(from: number, to: number, visit: (block: number) => void): void {
    const { index, sectorHi, sectorLo } = this.#columns;
    const first = index[from] ?? 0;
    const bytes = new Uint8Array(((index[to - 1] ?? 0) - first + 1) * ENTRY_BYTES);
    this.#cache.read(bytes, this.#entriesStartBytes + BigInt(first) * BigInt(ENTRY_BYTES));
    toHostOrder(bytes);
    const words = new Uint32Array(bytes.buffer);
    for (let block = from; block < to; block += 1) {
      const at = ((index[block] ?? 0) - first) * 4;
      const isSameSector = words[at] === sectorLo[block] && words[at + 1] === sectorHi[block];
      if (!isSameSector || !this.#isSameOrFree(block, words[at + 3] ?? 0, words[at + 2] ?? 0)) visit(block);
    }
  }

  #isSameOrFree(block: number, seqHi: number, seqLo: number): boolean {
    if (seqHi === ALL_ONES && seqLo === ALL_ONES) return true;
    return seqHi === this.#columns.seqHi[block] && seqLo === this.#columns.seqLo[block];
  }
}
