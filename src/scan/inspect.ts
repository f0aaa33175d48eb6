import {
  SECTOR_BYTES,
  SUPERBLOCK_BYTES,
  decodeSuperblock,
  judgeSuperblock,
  layOut,
  type Geometry,
  type Superblock,
  type SuperblockFault,
  type SuperblockVerdict,
} from '../format/index.js';
import type { BlockDevice } from '../device/block-device.js';
import { UsageError, WrongDeviceError } from '../errors.js';
import type { ScanOptions } from './chunks.js';
import type { EntryCounts } from './count-entries.js';
import type { Copies } from './judged-copies.js';
import { scanSmall } from './small-scan.js';

/** design.md §2: what a device is, seen as a cache device. */
export type CacheState = 'blank' | 'torn' | 'clean' | 'dirty' | 'damaged' | 'foreign';

export interface EntrySummary extends EntryCounts {
  readonly copies: Copies;
  /** Committed entries that win: the blocks that are newer in the cache than on the origin. */
  readonly live: number;
}

/** All that the metadata of one device tells. */
export interface Inspection {
  readonly name: string;
  readonly sizeBytes: bigint;
  readonly startSector: bigint;
  /** The device's size less what lies before the superblock. */
  readonly areaBytes: bigint;
  readonly state: CacheState;
  /** Why the state is what it is: one sentence without a full stop. */
  readonly reason: string;
  /** What a kernel would refuse the superblock for. */
  readonly fault: SuperblockFault | null;
  /** The first 64 bytes, whatever they are. */
  readonly superblock: Superblock;
  /** Null where the superblock is not usable; then there are no entries either. */
  readonly geometry: Geometry | null;
  /** How many blocks a format with the same block size would make now; null where that makes no sense. */
  readonly maxNBlocks: bigint | null;
  readonly entries: EntrySummary | null;
  /** The superblock was another one when the entries had been read: a running cache committed meanwhile. */
  readonly changedWhileRead: boolean;
}

export interface InspectOptions extends ScanOptions {
  readonly startSector?: bigint;
  /** The origin's size, if known: entries beyond it are then counted. */
  readonly originSectors?: bigint | undefined;
}

/**
 * At 72 bytes of kernel memory a block this takes 1.1 TiB, and its metadata alone has 256 GiB. What claims to have
 * more is a made-up file, and reading it to the end would take hours.
 */
const MOST_BLOCKS = 2n ** 34n;
/** So many entries are through before the kernels for more could be loaded. */
const SMALL = 1 << 15;

/**
 * Reads and judges the metadata of a cache device, as the kernel would when it activates it: nothing is written.
 * Reads each byte of metadata once, and once more only if one sector has several copies.
 *
 * Throws {@link WrongDeviceError} `too-small` when there is no room for a superblock and `too-many-blocks` when
 * there are more blocks than any machine could activate, what the device throws when
 * it can't be read, and {@link InterruptedError} when the signal fires.
 */
export async function inspect(device: BlockDevice, options: InspectOptions = {}): Promise<Inspection> {
  const startSector = options.startSector ?? 0n;
  const startBytes = startSector * BigInt(SECTOR_BYTES);
  const areaBytes = device.sizeBytes - startBytes;
  requireRoomForSuperblock(device, startSector, areaBytes);
  const superblock = readSuperblock(device, startBytes);
  const verdict = judgeSuperblock(superblock, areaBytes);
  const about = { name: device.name, sizeBytes: device.sizeBytes, startSector, areaBytes, superblock };
  if (verdict.kind !== 'usable') {
    return {
      ...about,
      ...unusable(verdict),
      geometry: null,
      maxNBlocks: null,
      entries: null,
      changedWhileRead: false,
    };
  }
  const { geometry } = verdict;
  const layout = layOut(areaBytes, geometry.blockSize);
  const entries = await summarizeEntries(device, startBytes, geometry, superblock.seq_count, options);
  return {
    ...about,
    ...stateOf(entries),
    fault: null,
    geometry,
    maxNBlocks: layout.ok ? layout.geometry.nBlocks : null,
    entries,
    changedWhileRead: readSuperblock(device, startBytes).seq_count !== superblock.seq_count,
  };
}

function requireRoomForSuperblock(device: BlockDevice, startSector: bigint, areaBytes: bigint): void {
  if (startSector < 0n) {
    throw new UsageError(`A start sector is not negative, and ${String(startSector)} is.`, {
      code: 'bad-start-sector',
    });
  }
  if (device.sizeBytes === 0n) {
    throw new WrongDeviceError(`${device.name} is empty: it has no bytes at all.`, {
      code: 'too-small',
      hint: 'Name the device or image file that holds the cache.',
    });
  }
  if (areaBytes < BigInt(SUPERBLOCK_BYTES)) {
    const where = startSector === 0n ? '' : ` behind start sector ${String(startSector)}`;
    throw new WrongDeviceError(
      `${device.name} is too small to hold a writecache superblock${where}: it has ${String(device.sizeBytes)} bytes.`,
      {
        code: 'too-small',
        hint:
          startSector === 0n
            ? 'Name the device or image file that holds the cache.'
            : 'Check --start-sector.',
      },
    );
  }
}

/** Reads the superblock at a byte offset. */
export function readSuperblock(device: BlockDevice, startBytes: bigint): Superblock {
  const bytes = new Uint8Array(SUPERBLOCK_BYTES);
  device.read(bytes, startBytes);
  return decodeSuperblock(bytes);
}

function unusable(
  verdict: Exclude<SuperblockVerdict, { kind: 'usable' }>,
): Pick<Inspection, 'state' | 'reason' | 'fault'> {
  return {
    state: verdict.kind,
    reason: verdict.reason,
    fault: verdict.kind === 'blank' ? null : verdict.fault,
  };
}

async function summarizeEntries(
  device: BlockDevice,
  startBytes: bigint,
  geometry: Geometry,
  seqCount: bigint,
  options: InspectOptions,
): Promise<EntrySummary> {
  if (geometry.nBlocks > MOST_BLOCKS) {
    throw new WrongDeviceError(
      `${device.name} claims to have ${String(geometry.nBlocks)} blocks; to activate more than ${String(MOST_BLOCKS)} takes over a tebibyte of kernel memory.`,
      { code: 'too-many-blocks', hint: 'Check that this is the right file; no real cache is as large.' },
    );
  }
  const nBlocks = Number(geometry.nBlocks);
  const { blockSize } = geometry;
  const question = { device, startBytes, nBlocks, blockSize, seqCount, originSectors: options.originSectors };
  const { counted, notes, copies } =
    nBlocks <= SMALL && options.kernel === undefined
      ? await scanSmall(question, options)
      : await (await import('./large-scan.js')).scanLarge(question, options);
  return {
    free: counted.free,
    committed: counted.committed,
    uncommitted: counted.uncommitted,
    maxOriginalSector: counted.maxOriginalSector,
    maxSeqCount: counted.maxSeqCount,
    uncommittedExamples: notes.uncommittedExamples,
    future: notes.future,
    misaligned: notes.misaligned,
    impossible: notes.impossible,
    beyondOrigin: notes.beyondOrigin,
    acrossOriginEnd: notes.acrossOriginEnd,
    copies,
    live: liveEntries(counted.committed, copies.stale),
  };
}

/** One of the copies of each block wins, also where a running cache was read at several moments. */
function liveEntries(committed: number, stale: number): number {
  return committed === 0 ? 0 : Math.max(1, committed - stale);
}

function stateOf(entries: EntrySummary): Pick<Inspection, 'state' | 'reason'> {
  if (entries.misaligned.count > 0) {
    return {
      state: 'damaged',
      reason: 'there are entries whose origin sector is not a multiple of the block size',
    };
  }
  if (entries.impossible.count > 0) {
    return { state: 'damaged', reason: 'there are entries for origin sectors that no device can have' };
  }
  if (entries.live > 0) {
    return { state: 'dirty', reason: 'there are committed entries: the origin alone is not up to date' };
  }
  return { state: 'clean', reason: 'no entry is committed: everything is on the origin' };
}
