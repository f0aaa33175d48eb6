import { statusNow } from '../../dm/index.js';
import { InterruptedError, OperationError } from '../../errors.js';
import type { WritecacheStatus } from '../../table/index.js';
import { countOf, formatElapsed } from '../../units.js';
import type { DrainProgress } from '../drain-meter.js';
import { flushCache } from '../drain.js';
import { compareBeside } from './compare-beside.js';
import { cacheOf, tell, type RemovalContext } from './context.js';
import type { RemovalStep } from './types.js';

/** A round that leaves more than this share of what the one before left makes no headway. */
const HEADWAY_SHARE = 0.8;
/** After so many such rounds it is given up. */
const VAIN_ROUNDS = 3;

/**
 * Writes back while I/O goes on, until what is left fits into the stall that was allowed. The message `flush` writes back what
 * is there when it comes, and applications write on meanwhile: so there may be several rounds, each shorter than the last.
 *
 * The cleaner would not hang in the kernel in pmem mode where the origin fails; but nothing shows that it is on, only another
 * table ends it, and a removal that is killed would leave it so. On many kernels it loses the ends of writes besides (W11).
 *
 * @throws {@link OperationError} `drain-timeout`, `no-headway`, and what the drains throw.
 */
export async function runDrain(context: RemovalContext, step: RemovalStep): Promise<string> {
  const started = performance.now();
  const drained = new AbortController();
  const beside = compareBeside(context, step, drained.signal);
  beside.catch(() => undefined);
  try {
    const left = await drainRounds(context, step);
    return left === 0 ? 'nothing is dirty' : `${countOf(left, 'block')} left for the suspend`;
  } finally {
    context.times.drainMs += performance.now() - started;
    drained.abort();
    await beside;
  }
}

/** Returns how many blocks are left. */
async function drainRounds(context: RemovalContext, step: RemovalStep): Promise<number> {
  const { dm, request, times } = context;
  const deadline = performance.now() + (request.timeoutMs ?? Infinity) - times.drainMs;
  let status = await statusNow(dm, cacheOf(context));
  let least = dirtyBlocks(status);
  for (let vain = 0; ;) {
    const left = dirtyBlocks(status);
    if (fits(context, left)) return left;
    if (performance.now() >= deadline) throw timedOut(context, left);
    vain = left > least * HEADWAY_SHARE ? vain + 1 : 0;
    if (vain === VAIN_ROUNDS) throw noHeadway(context, left);
    least = Math.min(least, left);
    status = await drainOnce(context, step, { status, deadline });
  }
}

interface Round {
  readonly status: WritecacheStatus;
  readonly deadline: number;
}

/** One message, and waiting for what it does. Returns the status behind it. */
async function drainOnce(
  context: RemovalContext,
  step: RemovalStep,
  { status, deadline }: Round,
): Promise<WritecacheStatus> {
  const { dm, options } = context;
  const cache = { ...cacheOf(context), status };
  const enough = new AbortController();
  const onProgress = (progress: DrainProgress): void => {
    void tell(context, { type: 'drain', step, progress });
    if (performance.now() >= deadline) enough.abort();
  };
  const signals = [enough.signal, ...(options.signal === undefined ? [] : [options.signal])];
  const drainOptions = { signal: AbortSignal.any(signals), onProgress };
  const before = dirtyBlocks(status);
  const started = performance.now();
  const perSecond = (blocks: number): number => (blocks / Math.max(1, performance.now() - started)) * 1000;
  try {
    const { after } = await flushCache(dm, cache, drainOptions);
    // It has written back all that was there, whatever came since.
    notePace(context, perSecond(before));
    if (performance.now() - started <= context.request.maxStallMs) noteFitting(context, before);
    return after;
  } catch (error) {
    if (!(error instanceof InterruptedError) || options.signal?.aborted === true) throw error;
  }
  const after = await statusNow(dm, cache);
  notePace(context, perSecond(before - dirtyBlocks(after)));
  return after;
}

/** The best of all rounds: in one of a few blocks most of the time is for the program that sends the message. */
function notePace(context: RemovalContext, blocksPerSecond: number): void {
  if (blocksPerSecond <= 0) return;
  context.blocksPerSecond = Math.max(context.blocksPerSecond ?? 0, blocksPerSecond);
}

/** However little the pace of a short flush tells: what was written back in the time of a stall will be again. */
function noteFitting(context: RemovalContext, blocks: number): void {
  context.fittingBlocks = Math.max(context.fittingBlocks, blocks);
}

/** Whether so many blocks can be written back within the stall that was allowed, at the pace of the drain. */
function fits({ blocksPerSecond, fittingBlocks, request }: RemovalContext, blocks: number): boolean {
  if (blocks <= fittingBlocks) return true;
  return blocksPerSecond !== null && (blocks / blocksPerSecond) * 1000 <= request.maxStallMs;
}

function dirtyBlocks({ total_blocks, free_blocks }: WritecacheStatus): number {
  return total_blocks - free_blocks;
}

function timedOut(context: RemovalContext, left: number): OperationError {
  return new OperationError(
    `The drain of ${cacheOf(context).name} was not over in time: ${countOf(left, 'block')} ${left === 1 ? 'is' : 'are'} still dirty.`,
    { code: 'drain-timeout', hint: moreStall(context, left, 'Allow more with --timeout') },
  );
}

function noHeadway(context: RemovalContext, left: number): OperationError {
  return new OperationError(
    `The drain of ${cacheOf(context).name} makes no headway: applications write as fast as the origin takes it, and ${countOf(left, 'block')} are still dirty.`,
    { code: 'no-headway', hint: moreStall(context, left, 'Lessen the writes') },
  );
}

function moreStall({ blocksPerSecond }: RemovalContext, left: number, first: string): string {
  const stall = blocksPerSecond === null ? null : formatElapsed((left / blocksPerSecond) * 1000);
  return `${first}, or let I/O stand still for the rest with --max-stall${stall === null ? '' : ` (about ${stall} as it is now)`}, or go straight to the suspend with --no-drain.`;
}
