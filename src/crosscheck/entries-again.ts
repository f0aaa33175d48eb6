import type { BlockDevice } from '../device/index.js';
import { ENTRY_BYTES, SECTOR_BYTES, SUPERBLOCK_BYTES } from '../format/index.js';
import { toHostOrder } from '../scan/chunks.js';
import type { BlockColumns } from './block-columns.js';
import { isFree } from './entry-words.js';
import { cachePlaces, type Run } from './places.js';
import { sweep } from './sweep.js';

/** What is done with an entry that was read: its sector is the one of the columns, or not; its words begin at 0. */
type TakeEntry = (block: number, isSameSector: boolean, words: Uint32Array) => void;

/** Reads the entries of blocks, which are in the order of their indexes, again. What cannot be read is left out. */
export function entriesAgain(
  cache: BlockDevice,
  startSector: bigint,
  columns: BlockColumns,
  order: Uint32Array,
  take: TakeEntry,
): Generator<Run> {
  const entry = new Uint8Array(ENTRY_BYTES);
  const words = new Uint32Array(entry.buffer);
  const at = {
    blockSize: ENTRY_BYTES,
    dataStartBytes: startSector * BigInt(SECTOR_BYTES) + BigInt(SUPERBLOCK_BYTES),
  };
  return sweep(cache, ENTRY_BYTES, cachePlaces(columns.index, order, at), {
    take: (block, bytes) => {
      entry.set(bytes);
      toHostOrder(entry);
      take(block, words[0] === columns.sectorLo[block] && words[1] === columns.sectorHi[block], words);
    },
    missing: () => undefined,
  });
}

/** Visits those of the blocks whose entries are free by now, with their sectors: they have been written back. */
export function freedEntries(
  cache: BlockDevice,
  startSector: bigint,
  columns: BlockColumns,
  order: Uint32Array,
  visit: (block: number) => void,
): Generator<Run> {
  return entriesAgain(cache, startSector, columns, order, (block, isSameSector, words) => {
    if (isSameSector && isFree(words, 0)) visit(block);
  });
}
