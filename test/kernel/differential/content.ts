import { SECTOR_BYTES } from '../../../src/format/index.js';

/*
 * What a workload writes: every sector says with which tag and to which sector it was written, so that a block on a
 * disk tells what it is. The same as in driver.pl, which describes the identities.
 */
const MAGIC = 0x5743_4f4e;
const RECORD_BYTES = 16;
const ZEROS = 'z';

/** The content that a write with this tag has from this sector on. */
export function content(tag: number, sector: number, bytes: number): Buffer {
  const made = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += SECTOR_BYTES) fillSector(made, at, tag, sector + at / SECTOR_BYTES);
  return made;
}

function fillSector(bytes: Buffer, at: number, tag: number, sector: number): void {
  bytes.writeUInt32LE(MAGIC, at);
  bytes.writeUInt32LE(tag, at + 4);
  bytes.writeUInt32LE(sector, at + 8);
  bytes.writeUInt32LE((tag ^ sector) >>> 0, at + 12);
  for (let filled = RECORD_BYTES; filled < SECTOR_BYTES; filled *= 2) {
    bytes.copyWithin(at + filled, at, at + filled);
  }
}

/** What a block's content is: `sector` is where it lies on the origin, and undefined in the cache. */
export function identify(block: Buffer, sector: number | undefined): string {
  const tag = block.readUInt32LE(4);
  const itsSector = block.readUInt32LE(8);
  if (isMade(block, tag, itsSector)) {
    return itsSector === sector ? String(tag) : `${String(tag)}@${String(itsSector)}`;
  }
  return block.every((byte) => byte === 0) ? ZEROS : `?${block.toString('hex')}`;
}

function isMade(block: Buffer, tag: number, firstSector: number): boolean {
  for (let at = 0; at < block.length; at += SECTOR_BYTES) {
    const sector = firstSector + at / SECTOR_BYTES;
    const isRecord =
      block.readUInt32LE(at) === MAGIC &&
      block.readUInt32LE(at + 4) === tag &&
      block.readUInt32LE(at + 8) === sector &&
      block.readUInt32LE(at + 12) === (tag ^ sector) >>> 0;
    const end = at + SECTOR_BYTES;
    // Each record is like the one before it.
    if (!isRecord || block.compare(block, at, end - RECORD_BYTES, at + RECORD_BYTES, end) !== 0) return false;
  }
  return true;
}
