import { ENTRY_BYTES, SUPERBLOCK_BYTES } from '../format/index.js';
import { alignedBuffer } from '../device/aligned-buffer.js';
import type { BlockDevice } from '../device/block-device.js';
import { readLater } from '../device/read-later.js';
import { endianness } from 'node:os';
import { InterruptedError } from '../errors.js';

export const CHUNK_BYTES = 1 << 20;
/** How long a scan may hold the event loop: signals, timers and progress are served in between. */
const TURN_MS = 40;

export interface ScanProgress {
  /** Of all passes so far. */
  readonly doneBytes: number;
  /** Of all passes that are known to be needed; grows where one more turns out to be. */
  readonly totalBytes: number;
}

export interface ScanOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called now and then, some 25 times a second at most. */
  readonly onProgress?: ((progress: ScanProgress) => void) | undefined;
  /**
   * What the search for copies may take; less means more passes over the entries. Unless told: 68 MiB and one bit for
   * each block of the origin.
   */
  readonly memoryBytes?: number | undefined;
  /** How many threads may work at a large image at once; as many as help unless told. */
  readonly threads?: number | undefined;
  /** Which implementation of the hot loops; the fastest that works here unless told. */
  readonly kernel?: 'wasm' | 'plain' | undefined;
  /** Only counts and examples are wanted: which entry each stale one is, is not kept, and costs no memory. */
  readonly summaryOnly?: boolean | undefined;
}

/** What is reported while one pass goes on. */
export interface PassOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((doneBytes: number) => void) | undefined;
  /** Where to read to: one buffer of a chunk, or two, so that a device is read ahead. */
  readonly buffers?: readonly [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] | undefined;
}

/** A run of entries: four 32-bit words each (sector low, high; seq_count low, high), valid until the next run. */
export interface EntryRun {
  readonly words: Uint32Array;
  readonly firstIndex: number;
  readonly count: number;
}

/**
 * Reads the entry array from its first byte to its last, each byte once, in large aligned reads, and hands it on in
 * runs. Lets the event loop turn in between. Where there are two buffers, and the device says that its medium is worth
 * it, one is read while the other is worked on.
 *
 * Throws what the device throws, and {@link InterruptedError} when the signal fires.
 */
export async function* entryRuns(
  device: BlockDevice,
  startBytes: bigint,
  nBlocks: number,
  { signal, onBytes, buffers }: PassOptions = {},
): AsyncGenerator<EntryRun> {
  const [buffer, other] = buffers ?? [alignedBuffer(CHUNK_BYTES)];
  const entriesEnd = SUPERBLOCK_BYTES + nBlocks * ENTRY_BYTES;
  const readsAhead = other !== undefined && device.isDirect === true;
  const read = (target: Uint8Array, chunkStart: number): Promise<void> | void => {
    const offset = startBytes + BigInt(chunkStart);
    const wanted = Math.min(CHUNK_BYTES, entriesEnd - chunkStart);
    const place = target.subarray(0, readLength(device, offset, wanted));
    if (!readsAhead) {
      device.read(place, offset);
      return;
    }
    const reading = readLater(device, place, offset);
    // Whoever waits for it hears of a failure; nobody may be left to wait.
    reading.catch(() => undefined);
    return reading;
  };
  let turnEnds = performance.now() + TURN_MS;
  let [current, next] = [buffer, other ?? buffer];
  let reading: Promise<void> | void = readsAhead ? read(current, 0) : undefined;
  try {
    for (let chunkStart = 0; chunkStart < entriesEnd; chunkStart += CHUNK_BYTES) {
      if (performance.now() > turnEnds) {
        await new Promise((resolve) => setImmediate(resolve));
        turnEnds = performance.now() + TURN_MS;
        onBytes?.(chunkStart);
      }
      if (signal?.aborted === true) {
        throw new InterruptedError(`Reading ${device.name} was interrupted.`, { code: 'interrupted' });
      }
      if (readsAhead) {
        await reading;
        const following = chunkStart + CHUNK_BYTES;
        reading = following < entriesEnd ? read(next, following) : undefined;
      } else {
        void read(current, chunkStart);
      }
      const wanted = Math.min(CHUNK_BYTES, entriesEnd - chunkStart);
      toHostOrder(current.subarray(0, wanted));
      // The superblock is as long as four entries, so every chunk holds whole entries.
      const skipped = chunkStart === 0 ? SUPERBLOCK_BYTES : 0;
      yield {
        words: new Uint32Array(current.buffer, current.byteOffset + skipped, (wanted - skipped) / 4),
        firstIndex: (chunkStart + skipped - SUPERBLOCK_BYTES) / ENTRY_BYTES,
        count: (wanted - skipped) / ENTRY_BYTES,
      };
      if (readsAhead) [current, next] = [next, current];
    }
  } finally {
    // The device may be closed and the buffer used again after this.
    await Promise.resolve(reading).catch(() => undefined);
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
