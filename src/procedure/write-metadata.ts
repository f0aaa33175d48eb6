import type { Geometry } from '../format/index.js';
import { alignedBuffer } from '../device/aligned-buffer.js';
import type { BlockDevice } from '../device/block-device.js';
import { flushLater } from '../device/flush-later.js';
import { InterruptedError, OperationError } from '../errors.js';

/** All that lies before the first data block of an empty cache. */
export interface EmptyMetadata {
  readonly startBytes: bigint;
  readonly geometry: Geometry;
  readonly superblock: Uint8Array;
}

export interface WriteMetadataOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called some 25 times a second at most. What is written counts, and what is read back. */
  readonly onProgress?:
    ((progress: { readonly doneBytes: number; readonly totalBytes: number }) => void) | undefined;
}

const CHUNK_BYTES = 1 << 20;
/**
 * So much is written while what was written before it is on its way to the medium. Without that a disk would idle until
 * the kernel thinks of it, and an interruption would have to wait until gigabytes have arrived.
 */
const FLUSHED_BYTES = 64 << 20;
/** How long the event loop may be held: signals and progress are served in between. */
const TURN_MS = 25;

/**
 * Writes the metadata and reads all of it back. Everything is on the medium when it returns.
 *
 * Throws {@link OperationError} `verify-failed` where it reads back something else, {@link InterruptedError} when the
 * signal fires, and what the device throws.
 */
export async function writeMetadata(
  device: BlockDevice,
  metadata: EmptyMetadata,
  options: WriteMetadataOptions = {},
): Promise<void> {
  const metadataBytes = Number(metadata.geometry.dataOffsetBytes);
  const turns = new Turns(device, options, 2 * metadataBytes);
  const chunkBytes = Math.min(CHUNK_BYTES, metadataBytes);
  const buffer = alignedBuffer(chunkBytes);
  let flushed = Promise.resolve();
  let unflushedBytes = 0;
  for (const { offsetBytes, bytes } of chunksOf(metadata, buffer)) {
    device.write(bytes, offsetBytes);
    unflushedBytes += bytes.length;
    if (unflushedBytes >= FLUSHED_BYTES) {
      await orInterrupted(device, flushed, options.signal);
      flushed = flushBehind(device);
      unflushedBytes = 0;
    }
    await turns.done(bytes.length);
  }
  await orInterrupted(device, flushed, options.signal);
  // Reading back what is still on its way costs no time of its own.
  flushed = flushBehind(device);
  const found = alignedBuffer(chunkBytes);
  for (const { offsetBytes, bytes } of chunksOf(metadata, buffer)) {
    requireReadsBack(device, bytes, offsetBytes, found);
    await turns.done(bytes.length);
  }
  await orInterrupted(device, flushed, options.signal);
}

/**
 * Waits for something that cannot be stopped, but not when a signal comes: then it throws {@link InterruptedError}, and
 * how the work ends is nobody's concern any more.
 */
export async function orInterrupted(
  device: BlockDevice,
  work: Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal === undefined) return work;
  work.catch(() => undefined);
  if (signal.aborted) throw interrupted(device);
  const ended = new AbortController();
  const stopped = new Promise<never>((_resolve, reject) => {
    const stop = (): void => {
      reject(interrupted(device));
    };
    signal.addEventListener('abort', stop, { signal: ended.signal });
  });
  try {
    await Promise.race([work, stopped]);
  } finally {
    ended.abort();
  }
}

/** A flush that is waited for later: until then nobody listens, and Node would end the process where it fails. */
function flushBehind(device: BlockDevice): Promise<void> {
  const flushed = flushLater(device);
  flushed.catch(() => undefined);
  return flushed;
}

function interrupted(device: BlockDevice): InterruptedError {
  return new InterruptedError(
    `Formatting ${device.name} was interrupted; the kernel does not take it for a cache until a format is complete.`,
    { code: 'interrupted', hint: 'Run the same command again to finish it.' },
  );
}

/** Throws {@link OperationError} `verify-failed` where the device reads back something else than what was written. */
export function requireReadsBack(
  device: BlockDevice,
  written: Uint8Array,
  offsetBytes: bigint,
  buffer: Uint8Array = new Uint8Array(written.length),
): void {
  const read = buffer.subarray(0, written.length);
  device.read(read, offsetBytes);
  if (Buffer.compare(read, written) === 0) return;
  throw new OperationError(
    `${device.name} was formatted, but it reads back something else than what was written, in the ${String(written.length)} bytes from ${String(offsetBytes)}.`,
    { code: 'verify-failed', hint: 'Do not use the device: it does not keep what is written to it.' },
  );
}

interface MetadataChunk {
  readonly offsetBytes: bigint;
  /** Valid until the next chunk, and not to be changed: most chunks are the same. */
  readonly bytes: Uint8Array;
}

/** What a format leaves: the superblock, all entries with both fields all ones, and zeros up to the first data block. */
function* chunksOf(
  { startBytes, geometry, superblock }: EmptyMetadata,
  buffer: Uint8Array,
): Generator<MetadataChunk> {
  buffer.fill(0xff);
  const entriesEnd = Number(geometry.entriesEndBytes);
  const metadataEnd = Number(geometry.dataOffsetBytes);
  for (let at = 0; at < metadataEnd; at += buffer.length) {
    const bytes = buffer.subarray(0, Math.min(buffer.length, metadataEnd - at));
    if (entriesEnd < at + bytes.length) bytes.fill(0, Math.max(0, entriesEnd - at));
    if (at === 0) bytes.set(superblock);
    yield { offsetBytes: startBytes + BigInt(at), bytes };
    if (at === 0) bytes.fill(0xff, 0, superblock.length);
  }
}

/** Lets signals be heard and progress be told while much is done, and stops where a signal came. */
class Turns {
  readonly #device: BlockDevice;
  readonly #options: WriteMetadataOptions;
  readonly #totalBytes: number;
  #doneBytes = 0;
  #ends = performance.now() + TURN_MS;

  constructor(device: BlockDevice, options: WriteMetadataOptions, totalBytes: number) {
    this.#device = device;
    this.#options = options;
    this.#totalBytes = totalBytes;
  }

  /** So many bytes more are done. */
  async done(bytes: number): Promise<void> {
    this.#doneBytes += bytes;
    const { signal, onProgress } = this.#options;
    if (performance.now() > this.#ends) {
      onProgress?.({ doneBytes: this.#doneBytes, totalBytes: this.#totalBytes });
      await new Promise((resolve) => setImmediate(resolve));
      this.#ends = performance.now() + TURN_MS;
    }
    if (signal?.aborted === true) throw interrupted(this.#device);
  }
}
