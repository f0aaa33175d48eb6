import {
  SECTOR_BYTES,
  SUPERBLOCK_BYTES,
  encodeSuperblock,
  freshSuperblock,
  layOut,
  type Geometry,
} from '../format/index.js';
import { alignedBuffer } from '../device/aligned-buffer.js';
import type { BlockDevice } from '../device/block-device.js';
import { InterruptedError, OperationError, WrongDeviceError } from '../errors.js';

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

const CHUNK_BYTES = 1 << 20;

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

export interface FormatRunOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Carries a plan out, in the order that makes every moment safe to stop at (kernel-target.md §1.6): first the old
 * superblock is made blank, so that old and new entries never appear under a valid one; then everything but the
 * magic; then the magic. Stopped anywhere, the device is blank, torn or finished, and a second run finishes it.
 *
 * Reads everything back in the end, and throws {@link OperationError} `verify-failed` if it is not what was
 * written. Throws {@link InterruptedError} when the signal fires, and what the device throws.
 */
export async function runFormat(
  device: BlockDevice,
  plan: FormatPlan,
  options: FormatRunOptions = {},
): Promise<void> {
  const startBytes = plan.startSector * BigInt(SECTOR_BYTES);
  device.write(new Uint8Array(SUPERBLOCK_BYTES), startBytes);
  device.flush();
  if (plan.action === 'zero') {
    return;
  }
  const { geometry } = plan;
  const superblock = freshSuperblock(geometry.blockSize, geometry.nBlocks);
  const withoutMagic = encodeSuperblock({ ...superblock, magic: 0 });
  for (const { offsetBytes, bytes } of metadataChunks(startBytes, geometry, withoutMagic)) {
    device.write(bytes, offsetBytes);
    await orStop(device, options.signal);
  }
  device.flush();
  device.write(encodeSuperblock(superblock), startBytes);
  device.flush();
  await verify(device, metadataChunks(startBytes, geometry, encodeSuperblock(superblock)));
}

interface MetadataChunk {
  readonly offsetBytes: bigint;
  /** Valid until the next chunk. */
  readonly bytes: Uint8Array;
}

/** What a format leaves: the superblock, all entries with both fields all ones, and zeros up to the first data block. */
function* metadataChunks(
  startBytes: bigint,
  geometry: Geometry,
  superblock: Uint8Array,
): Generator<MetadataChunk> {
  const buffer = alignedBuffer(CHUNK_BYTES);
  const entriesEnd = Number(geometry.entriesEndBytes);
  const metadataEnd = Number(geometry.dataOffsetBytes);
  for (let at = 0; at < metadataEnd; at += CHUNK_BYTES) {
    const bytes = buffer.subarray(0, Math.min(CHUNK_BYTES, metadataEnd - at));
    bytes.fill(0xff);
    if (entriesEnd < at + bytes.length) {
      bytes.fill(0, Math.max(0, entriesEnd - at));
    }
    if (at === 0) {
      bytes.set(superblock);
    }
    yield { offsetBytes: startBytes + BigInt(at), bytes };
  }
}

/** Lets signals be heard, and stops where one came. */
async function orStop(device: BlockDevice, signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal?.aborted === true) {
    throw new InterruptedError(
      `Formatting ${device.name} was interrupted; the kernel does not take it for a cache until a format is complete.`,
      { code: 'interrupted', hint: 'Run the same command again to finish it.' },
    );
  }
}

/** Reads every byte of the metadata back. */
async function verify(device: BlockDevice, chunks: Iterable<MetadataChunk>): Promise<void> {
  const found = alignedBuffer(CHUNK_BYTES);
  for (const { offsetBytes, bytes } of chunks) {
    const read = found.subarray(0, bytes.length);
    device.read(read, offsetBytes);
    if (Buffer.compare(read, bytes) !== 0) {
      throw new OperationError(
        `${device.name} was formatted, but it reads back something else than what was written, in the ${String(bytes.length)} bytes from ${String(offsetBytes)}.`,
        { code: 'verify-failed', hint: 'Do not use the device: it does not keep what is written to it.' },
      );
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
