import {
  SECTOR_BYTES,
  SUPERBLOCK_BYTES,
  SUPERBLOCK_MAGIC,
  decodeSuperblock,
  judgeSuperblock,
} from '../format/index.js';
import { alignedBuffer } from '../device/aligned-buffer.js';
import type { BlockDevice } from '../device/block-device.js';

const WINDOW_BYTES = 1 << 20;
/** Where a cache made with `start_sector` is looked for if there is none at the asked sector. */
export const SEARCHED_BYTES = 1n << 20n;

/**
 * Looks for usable superblocks at every sector of a range: a cache that was made with `start_sector` begins at one,
 * and looks blank or foreign from sector 0. Returns their sectors, in order, `most` of them at most.
 */
export function findSuperblocks(device: BlockDevice, fromBytes: bigint, toBytes: bigint, most = 8): bigint[] {
  const found: bigint[] = [];
  const end = toBytes < device.sizeBytes ? toBytes : device.sizeBytes;
  const first = (fromBytes / BigInt(SECTOR_BYTES)) * BigInt(SECTOR_BYTES);
  const buffer = alignedBuffer(WINDOW_BYTES);
  for (let at = first; at < end && found.length < most; at += BigInt(WINDOW_BYTES)) {
    const left = device.sizeBytes - at;
    const window = left < BigInt(WINDOW_BYTES) ? buffer.subarray(0, Number(left)) : buffer;
    device.read(window, at);
    const view = new DataView(window.buffer, window.byteOffset, window.length);
    for (
      let offset = 0;
      offset + SUPERBLOCK_BYTES <= window.length && found.length < most;
      offset += SECTOR_BYTES
    ) {
      const place = at + BigInt(offset);
      if (place < end && view.getUint32(offset, true) === SUPERBLOCK_MAGIC) {
        const superblock = decodeSuperblock(window.subarray(offset, offset + SUPERBLOCK_BYTES));
        if (judgeSuperblock(superblock, device.sizeBytes - place).kind === 'usable') {
          found.push(place / BigInt(SECTOR_BYTES));
        }
      }
    }
  }
  return found;
}
