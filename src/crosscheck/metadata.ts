import { alignedBuffer, type BlockDevice } from '../device/index.js';
import { WrongDeviceError } from '../errors.js';
import {
  decodeSuperblock,
  ENTRY_BYTES,
  judgeSuperblock,
  SECTOR_BYTES,
  SUPERBLOCK_BYTES,
  type Geometry,
} from '../format/index.js';
import { readSuperblock } from '../scan/index.js';

/** Metadata up to this size are kept in memory as they are: 4 million entries. */
export const METADATA_LIMIT = 64 << 20;
const CHUNK_BYTES = 1 << 20;

/**
 * The superblock and the entries as they are on the cache device, without what lies behind them; null where they are
 * larger than {@link METADATA_LIMIT}.
 *
 * Throws {@link WrongDeviceError} `no-entries` where the superblock is not usable, and what the device throws.
 */
export function readMetadata(cache: BlockDevice, startSector: bigint): Uint8Array | null {
  const startBytes = startSector * BigInt(SECTOR_BYTES);
  const { entriesEndBytes } = requireGeometry(cache, startBytes);
  return entriesEndBytes > METADATA_LIMIT ? null : readBytes(cache, startBytes, Number(entriesEndBytes));
}

function requireGeometry(cache: BlockDevice, startBytes: bigint): Geometry {
  const areaBytes = cache.sizeBytes - startBytes;
  if (areaBytes < BigInt(SUPERBLOCK_BYTES)) {
    throw new WrongDeviceError(`${cache.name} is too small to hold a writecache superblock.`, {
      code: 'too-small',
      hint: 'Check the device name, and --start-sector.',
    });
  }
  const verdict = judgeSuperblock(readSuperblock(cache, startBytes), areaBytes);
  if (verdict.kind === 'usable') return verdict.geometry;
  throw new WrongDeviceError(`${cache.name} has no entries: it is ${verdict.kind} (${verdict.reason}).`, {
    code: 'no-entries',
    hint: 'wcache check says more; if the cache was made with start_sector, give --start-sector.',
  });
}

/** Reads a stretch of a device in aligned pieces. */
export function readBytes(device: BlockDevice, startBytes: bigint, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  const buffer = alignedBuffer(Math.min(CHUNK_BYTES, lengthBytes));
  for (let at = 0; at < lengthBytes; at += CHUNK_BYTES) {
    const piece = buffer.subarray(0, Math.min(CHUNK_BYTES, lengthBytes - at));
    device.read(piece, startBytes + BigInt(at));
    bytes.set(piece, at);
  }
  return bytes;
}

/** How many entries there are in metadata as {@link readMetadata} gives them. */
export function entriesIn(metadata: Uint8Array): number {
  return (metadata.length - SUPERBLOCK_BYTES) / ENTRY_BYTES;
}

/** The superblock's seq_count in metadata as {@link readMetadata} gives them. */
export function seqCountIn(metadata: Uint8Array): bigint {
  return decodeSuperblock(metadata).seq_count;
}
