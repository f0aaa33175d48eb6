import { ENTRY_BYTES, SUPERBLOCK_BYTES } from '../format/index.js';
import { alignedBuffer } from '../device/aligned-buffer.js';
import type { BlockDevice } from '../device/block-device.js';
import { endianness } from 'node:os';
import { InterruptedError } from '../errors.js';

const CHUNK_BYTES = 1 << 20;
/** How long a scan may hold the event loop: signals, timers and progress are served in between. */
const TURN_MS = 40;

export interface ScanOptions {
  readonly signal?: AbortSignal;
}

/** A run of entries: four 32-bit words each (sector low, high; seq_count low, high), valid until the next run. */
export interface EntryRun {
  readonly words: Uint32Array;
  readonly firstIndex: number;
  readonly count: number;
}

/**
 * Reads the entry array from its first byte to its last, each byte once, in large aligned reads into one buffer,
 * and hands it on in runs. Lets the event loop turn in between.
 *
 * Throws what the device throws, and {@link InterruptedError} when the signal fires.
 */
export async function* entryRuns(
  device: BlockDevice,
  startBytes: bigint,
  nBlocks: number,
  options: ScanOptions = {},
): AsyncGenerator<EntryRun> {
  const buffer = alignedBuffer(CHUNK_BYTES);
  const entriesEnd = SUPERBLOCK_BYTES + nBlocks * ENTRY_BYTES;
  let turnEnds = performance.now() + TURN_MS;
  for (let chunkStart = 0; chunkStart < entriesEnd; chunkStart += CHUNK_BYTES) {
    if (performance.now() > turnEnds) {
      await new Promise((resolve) => setImmediate(resolve));
      turnEnds = performance.now() + TURN_MS;
    }
    if (options.signal?.aborted === true) {
      throw new InterruptedError(`Reading ${device.name} was interrupted.`, { code: 'interrupted' });
    }
    const offset = startBytes + BigInt(chunkStart);
    const wanted = Math.min(CHUNK_BYTES, entriesEnd - chunkStart);
    device.read(buffer.subarray(0, readLength(device, offset, wanted)), offset);
    toHostOrder(buffer.subarray(0, wanted));
    // The superblock is as long as four entries, so every chunk holds whole entries.
    const skipped = chunkStart === 0 ? SUPERBLOCK_BYTES : 0;
    yield {
      words: new Uint32Array(buffer.buffer, buffer.byteOffset + skipped, (wanted - skipped) / 4),
      firstIndex: (chunkStart + skipped - SUPERBLOCK_BYTES) / ENTRY_BYTES,
      count: (wanted - skipped) / ENTRY_BYTES,
    };
  }
}

/** The format is little-endian and the words of a typed array are the host's: where these differ, turns every word. */
export function toHostOrder(bytes: Uint8Array, order: 'BE' | 'LE' = endianness()): void {
  if (order === 'BE') {
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).swap32();
  }
}

/** Rounds a read up to whole logical blocks, which direct reads need, as far as the device goes. */
function readLength(device: BlockDevice, offset: bigint, wanted: number): number {
  const unit = device.logicalBlockSizeBytes;
  const rounded = Math.min(CHUNK_BYTES, Math.ceil(wanted / unit) * unit);
  return offset + BigInt(rounded) <= device.sizeBytes ? rounded : wanted;
}
