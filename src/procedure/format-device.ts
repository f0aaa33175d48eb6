import {
  SECTOR_BYTES,
  SUPERBLOCK_BYTES,
  encodeSuperblock,
  freshSuperblock,
  layOut,
  type Geometry,
} from '../format/index.js';
import type { BlockDevice } from '../device/block-device.js';
import { flushLater } from '../device/flush-later.js';
import { WrongDeviceError } from '../errors.js';
import {
  orInterrupted,
  requireReadsBack,
  writeMetadata,
  type WriteMetadataOptions,
} from './write-metadata.js';

/** One write to the device, as it is shown before it is done. */
export interface PlannedWrite {
  readonly what: string;
  readonly offset_bytes: bigint;
  readonly length_bytes: bigint;
}

/** `format`: the whole metadata, as the kernel writes it. `zero`: only what makes the kernel format it later. */
export type FormatPlan =
  | {
      readonly action: 'format';
      readonly startSector: bigint;
      readonly geometry: Geometry;
      readonly unusedBytes: bigint;
      readonly writes: readonly PlannedWrite[];
    }
  | { readonly action: 'zero'; readonly startSector: bigint; readonly writes: readonly PlannedWrite[] };

/** Node writes at offsets that a double holds, and no further: 8 PiB. */
const WRITABLE_END_BYTES = 1n << 53n;

function requireWritable(device: BlockDevice, endBytes: bigint): void {
  if (endBytes > WRITABLE_END_BYTES) {
    throw new WrongDeviceError(
      `${device.name} cannot be formatted: its metadata would end at byte ${String(endBytes)}, and wcache writes only up to 8 PiB.`,
      { code: 'too-large', hint: 'Use a smaller --start-sector.' },
    );
  }
}

/**
 * Plans a format. Throws {@link WrongDeviceError} `too-small` or `too-large` where no cache of this block size
 * fits. Nothing is read or written.
 */
export function planFormat(device: BlockDevice, startSector: bigint, blockSize: number): FormatPlan {
  const startBytes = startSector * BigInt(SECTOR_BYTES);
  const areaBytes = device.sizeBytes - startBytes;
  const layout = layOut(areaBytes > 0n ? areaBytes : 0n, blockSize);
  if (!layout.ok) {
    throw layout.refusal === 'too-small'
      ? new WrongDeviceError(
          `${device.name} is too small for a writecache: ${String(areaBytes > 0n ? areaBytes : 0n)} bytes from start sector ${String(startSector)} on, and ${String(2 * blockSize)} are the least with blocks of ${String(blockSize)} bytes.`,
          {
            code: 'too-small',
            hint: 'Use a larger device, a smaller --block-size or a smaller --start-sector.',
          },
        )
      : new WrongDeviceError(
          `${device.name} is too large for a writecache with blocks of ${String(blockSize)} bytes.`,
          { code: 'too-large', hint: 'Use a larger --block-size or a part of the device.' },
        );
  }
  const { geometry, unusedBytes } = layout;
  requireWritable(device, startBytes + geometry.dataOffsetBytes);
  return {
    action: 'format',
    startSector,
    geometry,
    unusedBytes,
    writes: [
      blankingWrite(startBytes),
      {
        what: 'superblock without its magic, and all entries free; then flush',
        offset_bytes: startBytes,
        length_bytes: geometry.dataOffsetBytes,
      },
      {
        what: 'superblock with its magic; then flush',
        offset_bytes: startBytes,
        length_bytes: BigInt(SUPERBLOCK_BYTES),
      },
    ],
  };
}

/** Plans to make the superblock blank, so that the kernel formats the device when a table is loaded. */
export function planZero(device: BlockDevice, startSector: bigint): FormatPlan {
  const startBytes = startSector * BigInt(SECTOR_BYTES);
  if (device.sizeBytes - startBytes < BigInt(SUPERBLOCK_BYTES)) {
    throw new WrongDeviceError(
      `${device.name} has no superblock at start sector ${String(startSector)}: it ends before.`,
      { code: 'too-small', hint: 'Check --start-sector.' },
    );
  }
  requireWritable(device, startBytes + BigInt(SUPERBLOCK_BYTES));
  return { action: 'zero', startSector, writes: [blankingWrite(startBytes)] };
}

function blankingWrite(startBytes: bigint): PlannedWrite {
  return {
    what: 'zeros over the superblock; then flush',
    offset_bytes: startBytes,
    length_bytes: BigInt(SUPERBLOCK_BYTES),
  };
}

/**
 * Carries a plan out, in the order that makes every moment safe to stop at (kernel-target.md §1.6): first the old
 * superblock is made blank, so that old and new entries never appear under a valid one; then everything but the
 * magic; then the magic. Stopped anywhere, the device is blank, torn or finished, and a second run finishes it.
 *
 * Reads everything back before the magic is written, and the superblock after it, and throws {@link OperationError}
 * `verify-failed` if it is not what was written. Throws {@link InterruptedError} when the signal fires, and what the
 * device throws.
 */
export async function runFormat(
  device: BlockDevice,
  plan: FormatPlan,
  options: WriteMetadataOptions = {},
): Promise<void> {
  const startBytes = plan.startSector * BigInt(SECTOR_BYTES);
  device.write(new Uint8Array(SUPERBLOCK_BYTES), startBytes);
  await orInterrupted(device, flushLater(device), options.signal);
  if (plan.action === 'zero') {
    return;
  }
  const { geometry } = plan;
  const superblock = freshSuperblock(geometry.blockSize, geometry.nBlocks);
  await writeMetadata(
    device,
    { startBytes, geometry, superblock: encodeSuperblock({ ...superblock, magic: 0 }) },
    options,
  );
  const withMagic = encodeSuperblock(superblock);
  device.write(withMagic, startBytes);
  // Not to be interrupted: the cache is complete, and nothing is left to run again for.
  await flushLater(device);
  requireReadsBack(device, withMagic, startBytes);
}
