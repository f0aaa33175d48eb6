import type { BlockDevice } from '../device/index.js';
import { WrongDeviceError } from '../errors.js';
import {
  encodeSuperblock,
  geometryOf,
  judgeSuperblock,
  SECTOR_BYTES,
  SUPERBLOCK_BYTES,
  SUPERBLOCK_MAGIC,
  SUPERBLOCK_VERSION,
  type Superblock,
} from '../format/index.js';
import {
  inspect,
  readSuperblock,
  requireEntries,
  type InspectionWithEntries,
  type ScanOptions,
} from '../scan/index.js';
import type { Evidence } from './evidence.js';
import { METADATA_LIMIT, readBytes } from './metadata.js';
import { metadataSource, OverlaidDevice } from './metadata-device.js';
import { requireSameCache } from './same-cache.js';

/** What the cache device says in the end. */
export interface FinalState {
  /** As it is there. */
  readonly superblock: Superblock;
  readonly inspection: InspectionWithEntries;
  /** What the entries are read from, behind a superblock that can be used. */
  readonly source: BlockDevice;
  /** Superblock, as it is there, and entries; null without evidence, or where they are too large to be kept. */
  readonly metadata: Uint8Array | null;
}

/**
 * Reads the metadata. Where the superblock is not usable, the entries are read as the evidence's superblock tells, so that
 * they can still be judged.
 *
 * Throws {@link WrongDeviceError} `too-small`, `no-entries` (without evidence), `other-cache`, and what the device throws.
 */
export async function readFinalState(
  cache: BlockDevice,
  startSector: bigint,
  evidence: Evidence | null,
  scan: ScanOptions,
): Promise<FinalState> {
  const startBytes = startSector * BigInt(SECTOR_BYTES);
  const areaBytes = cache.sizeBytes - startBytes;
  if (evidence === null || areaBytes < BigInt(SUPERBLOCK_BYTES)) {
    const inspection = requireEntries(await inspect(cache, { startSector, ...scan }));
    return { superblock: inspection.superblock, inspection, source: cache, metadata: null };
  }
  const superblock = readSuperblock(cache, startBytes);
  if (superblock.magic === SUPERBLOCK_MAGIC && superblock.version === SUPERBLOCK_VERSION) {
    requireSameCache(cache.name, evidence, superblock);
  }
  requireRoom(cache, areaBytes, evidence);
  const metadata = keepMetadata(cache, startBytes, evidence.superblock);
  const kept = metadataSource(cache, startSector, metadata);
  const isUsable = judgeSuperblock(superblock, areaBytes).kind === 'usable';
  const source = isUsable
    ? kept
    : new OverlaidDevice(cache, startSector, encodeSuperblock(evidence.superblock), kept);
  const inspection = requireEntries(await inspect(source, { startSector, ...scan }));
  return { superblock, inspection, source, metadata };
}

function requireRoom(cache: BlockDevice, areaBytes: bigint, { superblock }: Evidence): void {
  const { dataEndBytes } = geometryOf(superblock.block_size, superblock.n_blocks);
  if (areaBytes >= dataEndBytes) return;
  throw new WrongDeviceError(
    `${cache.name} is shorter than the cache that the evidence is of, which needs ${String(dataEndBytes)} bytes.`,
    { code: 'too-small', hint: 'Check that this is the whole cache device, and --start-sector.' },
  );
}

function keepMetadata(
  cache: BlockDevice,
  startBytes: bigint,
  { block_size, n_blocks }: Superblock,
): Uint8Array | null {
  const { entriesEndBytes } = geometryOf(block_size, n_blocks);
  return entriesEndBytes > METADATA_LIMIT ? null : readBytes(cache, startBytes, Number(entriesEndBytes));
}
