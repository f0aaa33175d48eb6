import { alignedBuffer, type BlockDevice } from '../device/index.js';
import { InterruptedError, WcacheError } from '../errors.js';
import { runLength, runsOf, type Places, type Reach, type Run } from './places.js';
import { takeRun, type SweepVisitor } from './visitor.js';

const REACH: Reach = { runBytes: 1 << 20, gapBytes: 64 << 10 };
/** How long a sweep may hold the event loop: signals, timers and progress are served in between. */
export const TURN_MS = 40;

/** Safe to be shared: what was read is handed on before anything else can run. */
let shared: Uint8Array | undefined;

/**
 * Reads blocks in the order of their offsets, in large aligned reads over neighbours and small gaps, and hands each on. A
 * read that fails is tried again block by block, so that only what cannot be read is missing.
 */
export function* sweep(
  device: BlockDevice,
  blockSize: number,
  places: Places,
  visitor: SweepVisitor,
): Generator<Run> {
  const buffer = (shared ??= alignedBuffer(REACH.runBytes));
  for (const run of runsOf(places, blockSize, REACH)) {
    const bytes = buffer.subarray(0, runLength(places, blockSize, run));
    const offset = places.offsetBytes(places.order[run.from] ?? 0);
    const isRead = ends(device, offset, bytes.length) && tryRead(device, bytes, offset);
    if (isRead) takeRun(places, blockSize, run, bytes, visitor);
    else readOneByOne(device, places, run, buffer.subarray(0, blockSize), visitor);
    yield run;
  }
}

function readOneByOne(
  device: BlockDevice,
  { order, offsetBytes }: Places,
  { from, to }: Run,
  bytes: Uint8Array,
  visitor: SweepVisitor,
): void {
  for (const block of order.subarray(from, to)) {
    const offset = offsetBytes(block);
    if (!ends(device, offset, bytes.length)) visitor.missing(block, 'beyond-end');
    else if (tryRead(device, bytes, offset)) visitor.take(block, bytes);
    else visitor.missing(block, 'unreadable');
  }
}

/** Whether a stretch ends within the device. */
function ends(device: BlockDevice, offset: bigint, lengthBytes: number): boolean {
  return offset + BigInt(lengthBytes) <= device.sizeBytes;
}

/** False where the device failed; what is no failure of a device is thrown. */
function tryRead(device: BlockDevice, target: Uint8Array, offset: bigint): boolean {
  try {
    device.read(target, offset);
    return true;
  } catch (error) {
    if (error instanceof WcacheError) return false;
    throw error;
  }
}

/** Runs a sweep to its end without a pause. */
export function runToEnd(runs: Iterator<Run>): void {
  while (runs.next().done !== true);
}

export interface PaceOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told of the blocks that were visited so far. */
  readonly onProgress?: ((doneBlocks: number) => void) | undefined;
}

/**
 * Runs a sweep to its end and lets the event loop turn in between.
 *
 * @param name of the device, for the message.
 * @throws {@link InterruptedError} when the signal fires.
 */
export async function paced(
  name: string,
  runs: Iterable<Run>,
  { signal, onProgress }: PaceOptions = {},
): Promise<void> {
  let turnEnds = performance.now() + TURN_MS;
  for (const { to } of runs) {
    if (performance.now() > turnEnds) {
      onProgress?.(to);
      await new Promise((resolve) => setImmediate(resolve));
      turnEnds = performance.now() + TURN_MS;
    }
    throwIfAborted(name, signal);
  }
}

/** Throws {@link InterruptedError} when the signal has fired. */
export function throwIfAborted(name: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new InterruptedError(`Reading ${name} was interrupted.`, { code: 'interrupted' });
}
