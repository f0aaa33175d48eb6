import type { DrainProgress } from '../procedure/drain-meter.js';
import type { RemovalStep } from '../procedure/removal/types.js';
import { formatCount, formatMilliseconds, formatSize } from '../units.js';

/** Without fewer dirty blocks for this long, that is told instead of a time that nobody knows. */
const STALL_TOLD_MS = 5000;

/** How much of a drain is done, from 0 to 1; null where there was nothing to do. */
export function drainShare({ startDirtyBlocks, dirtyBlocks }: DrainProgress): number | null {
  return startDirtyBlocks === 0 ? null : 1 - dirtyBlocks / startDirtyBlocks;
}

/** How a drain is doing: what is left, how fast, and for how long yet or without headway. */
export function drainProgressText(progress: DrainProgress, blockSize: number | null): string {
  const { dirtyBlocks, blocksPerSecond, remainingMs, stalledMs } = progress;
  const parts = [`${blocks(dirtyBlocks)} left`];
  if (blocksPerSecond !== null && blocksPerSecond > 0) parts.push(rate(blocksPerSecond, blockSize));
  if (stalledMs > STALL_TOLD_MS) parts.push(`no headway for ${formatMilliseconds(stalledMs)}`);
  else if (remainingMs !== null && dirtyBlocks > 0) parts.push(`about ${formatMilliseconds(remainingMs)}`);
  return parts.join(', ');
}

function rate(blocksPerSecond: number, blockSize: number | null): string {
  return blockSize === null
    ? `${formatCount(Math.round(blocksPerSecond))} blocks/s`
    : `${formatSize(BigInt(Math.round(blocksPerSecond * blockSize)))}/s`;
}

export interface ReadProgress {
  readonly doneBlocks: number;
  readonly totalBlocks: number;
}

export function readShare({ doneBlocks, totalBlocks }: ReadProgress): number | null {
  return totalBlocks === 0 ? null : doneBlocks / totalBlocks;
}

/**
 * How reading is doing, and how long yet if it goes on like that.
 *
 * @param elapsedMs since it began
 */
export function readProgressText({ doneBlocks, totalBlocks }: ReadProgress, elapsedMs: number): string {
  const counted = `${formatCount(doneBlocks)} of ${blocks(totalBlocks)}`;
  // The first moments say nothing about those to come.
  if (elapsedMs < 500 || doneBlocks === 0 || doneBlocks >= totalBlocks) return counted;
  const leftMs = (elapsedMs / doneBlocks) * (totalBlocks - doneBlocks);
  return `${counted}, about ${formatMilliseconds(leftMs)}`;
}

/** `1 block`, `26,112,398 blocks`. */
export function blocks(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'block' : 'blocks'}`;
}

/** Of a step that drains and reads beside it, the drain is what there is to wait for. */
export function isBesideDrain({ id }: RemovalStep): boolean {
  return id === 'drain' || id === 'drain-again';
}
