import { setTimeout as sleep } from 'node:timers/promises';
import { statusNow, type DeviceMapper, type LiveCache } from '../dm/index.js';
import { InterruptedError, OperationError } from '../errors.js';
import type { WritecacheStatus } from '../table/index.js';
import { DrainMeter, type DrainProgress } from './drain-meter.js';
import { nameAsTyped } from './name-as-typed.js';

export interface DrainOptions {
  /** Gives up waiting. What the kernel was told to do, it goes on doing. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DrainProgress) => void) | undefined;
  /** Give up after this long without fewer dirty blocks; never unless told. */
  readonly maxStallMs?: number | undefined;
}

export interface DrainResult {
  readonly before: WritecacheStatus;
  readonly after: WritecacheStatus;
  readonly elapsedMs: number;
}

/** A short drain is not held up by a long interval, and a long one does not keep asking. */
const FIRST_INTERVAL_MS = 50;
const LONGEST_INTERVAL_MS = 1000;

/** Without headway for this long, it is worth a look whether the mapping still runs. */
const SUSPICIOUS_STALL_MS = 2000;

/**
 * Writes back everything that is in the cache when it is called, with the message `flush`, and waits for it. The
 * kernel can't be stopped in it; an interruption only gives up waiting, and nothing is lost by that.
 *
 * @throws {@link OperationError} `in-error` when the target is in error before or after; {@link InterruptedError}.
 */
export async function flushCache(
  dm: DeviceMapper,
  cache: LiveCache,
  options: DrainOptions = {},
): Promise<DrainResult> {
  prepareDrain(cache);
  const started = performance.now();
  const abandon = new AbortController();
  const done = new AbortController();
  const flushed = dm.message(cache.device.name, 'flush', abandon.signal).finally(() => {
    done.abort();
  });
  const watched = watch(dm, cache, options, {
    isDone: () => done.signal.aborted,
    wake: done.signal,
    interrupted: () => flushGivenUp(cache),
  });
  watched.catch((reason: unknown) => {
    abandon.abort(reason);
  });
  const [message, watching] = await Promise.allSettled([flushed, watched]);
  if (watching.status === 'rejected') throw watching.reason;
  if (message.status === 'rejected') {
    requireNoError(cache, await statusNow(dm, cache));
    throw message.reason;
  }
  const after = await statusNow(dm, cache);
  requireNoError(cache, after);
  return { before: cache.status, after, elapsedMs: performance.now() - started };
}

/**
 * Turns the cleaner on (target 1.3.0 or later), under which the target caches nothing new and writes everything back,
 * and waits until nothing is dirty. The cleaner stays on, whatever happens, until the table is swapped.
 *
 * @throws {@link OperationError} `in-error`, `stalled`; {@link InterruptedError}.
 */
export async function cleanCache(
  dm: DeviceMapper,
  cache: LiveCache,
  options: DrainOptions = {},
): Promise<DrainResult> {
  prepareDrain(cache);
  const started = performance.now();
  await dm.message(cache.device.name, 'cleaner');
  const after = await watch(dm, cache, options, {
    isDone: ({ dirtyBlocks }) => dirtyBlocks === 0,
    restart: () => dm.message(cache.device.name, 'cleaner'),
    interrupted: (progress) => cleanGivenUp(cache, progress),
  });
  return { before: cache.status, after, elapsedMs: performance.now() - started };
}

interface Ending {
  readonly isDone: (progress: DrainProgress) => boolean;
  /** Fires when it is worth another look at once. */
  readonly wake?: AbortSignal;
  /**
   * Sets the kernel to work again. Its cleaner passes over a block of which an older copy is just being written back, and
   * then has no reason of its own to come back to it (seen in pmem mode).
   */
  readonly restart?: () => Promise<void>;
  readonly interrupted: (progress: DrainProgress) => InterruptedError;
}

/** Looks at the status again and again until `isDone`; at the error flag each time (peers.md §1.6.2). */
async function watch(
  dm: DeviceMapper,
  cache: LiveCache,
  options: DrainOptions,
  { isDone, wake, restart, interrupted }: Ending,
): Promise<WritecacheStatus> {
  const meter = new DrainMeter();
  for (let intervalMs = FIRST_INTERVAL_MS; ; intervalMs = Math.min(intervalMs * 1.5, LONGEST_INTERVAL_MS)) {
    const status = await statusNow(dm, cache);
    requireNoError(cache, status);
    const progress = meter.add({
      atMs: performance.now(),
      dirtyBlocks: status.total_blocks - status.free_blocks,
      writebackBlocks: status.writeback_blocks,
      totalBlocks: status.total_blocks,
    });
    options.onProgress?.(progress);
    if (isDone(progress)) return status;
    if (options.maxStallMs !== undefined && progress.stalledMs > options.maxStallMs) {
      throw stalled(cache, progress);
    }
    if (progress.stalledMs > SUSPICIOUS_STALL_MS) await requireStillRunning(dm, cache);
    if (isAborted(options)) throw interrupted(progress);
    if (progress.stalledMs > 0 && progress.writebackBlocks === 0) await restart?.();
    await pause(intervalMs, options.signal, wake);
    if (isAborted(options)) throw interrupted(progress);
  }
}

function isAborted({ signal }: DrainOptions): boolean {
  return signal?.aborted === true;
}

/** Ends early where one of the signals fires. */
async function pause(milliseconds: number, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  const present = signals.filter((signal) => signal !== undefined);
  await sleep(milliseconds, undefined, { signal: AbortSignal.any(present) }).catch(() => undefined);
}

/** A suspended mapping makes no headway, and whoever waits for it would wait for ever. */
async function requireStillRunning(dm: DeviceMapper, cache: LiveCache): Promise<void> {
  const device = await dm.info(cache.device.name);
  if (device !== null) requireRunning({ ...cache, device });
}

/** Refuses a cache that is in error or suspended. Throws {@link OperationError} `in-error`, `suspended`. */
export function prepareDrain(cache: LiveCache): void {
  requireNoError(cache, cache.status);
  requireRunning(cache);
}

/** Seen on 6.12: a failed writeback frees no block in pmem mode, and a flush that waits for one waits for ever. */
const HANGING =
  '. If that finds it locked, a flush hangs in the kernel for good: only a reboot ends it, and what is committed is safe.';

/** Throws {@link OperationError} `in-error` where the error flag is set: nothing is written back any more. */
export function requireNoError(
  cache: LiveCache,
  { error, total_blocks, free_blocks }: WritecacheStatus,
): void {
  if (!error) return;
  throw new OperationError(
    `${cache.name} is in error: the target has met a device that failed, and writes nothing back any more (${String(total_blocks - free_blocks)} of ${String(total_blocks)} blocks count as dirty).`,
    {
      code: 'in-error',
      hint: `Do not suspend and resume it. Mend the device, then: wcache recover ${nameAsTyped(cache)}${cache.table.mode === 'p' ? HANGING : ''}`,
    },
  );
}

/** Throws {@link OperationError} `suspended` where no I/O goes on. */
function requireRunning(cache: LiveCache): void {
  if (!cache.device.suspended) return;
  throw new OperationError(`${cache.name} is suspended.`, {
    code: 'suspended',
    hint: `Let it run again with: wcache resume ${nameAsTyped(cache)}`,
  });
}

function stalled(cache: LiveCache, { dirtyBlocks, stalledMs }: DrainProgress): OperationError {
  return new OperationError(
    `${cache.name} makes no headway: ${String(dirtyBlocks)} blocks are still dirty, no fewer than ${String(Math.round(stalledMs / 1000))} s ago. The cleaner stays on.`,
    {
      code: 'stalled',
      hint: 'Blocks that are in the cache are still overwritten there. Lessen the writes, or wait longer.',
    },
  );
}

function flushGivenUp(cache: LiveCache): InterruptedError {
  return new InterruptedError(
    `Waiting for ${cache.name} was given up; the kernel goes on writing it back, and nothing is lost.`,
    {
      code: 'interrupted',
      hint: `Look at it with \`wcache status ${nameAsTyped(cache)}\`, or run the same command again.`,
    },
  );
}

function cleanGivenUp(cache: LiveCache, { dirtyBlocks }: DrainProgress): InterruptedError {
  return new InterruptedError(
    `Waiting for ${cache.name} was given up with ${String(dirtyBlocks)} dirty blocks left; the cleaner stays on and goes on writing.`,
    {
      code: 'interrupted',
      hint: `Run the same command again to wait. \`wcache set ${nameAsTyped(cache)} cleaner=off\` ends it, and holds all I/O until what is left has been written.`,
    },
  );
}
