import { usesLowWatermark } from './features.js';
import { NEWEST_TARGET_VERSION, type TargetVersion } from './target-version.js';

export interface Watermarks {
  /** Percent of the blocks in use. */
  readonly high: number;
  readonly low: number;
  /** Whether the cleaner is active, by the table or by a message. */
  readonly cleaner?: boolean;
}

/** Block counts at which writeback starts and stops; see {@link thresholdsOf}. */
export interface Thresholds {
  /** Writeback starts when free blocks and those under writeback together are this many or fewer. */
  readonly freeHigh: bigint;
  /** It goes on while they are this many or fewer. Never below freeHigh. */
  readonly freeLow: bigint;
  /** The number of dirty blocks that starts writeback, if none is under way. */
  readonly startsAtDirty: bigint;
  /** The number of dirty blocks that it leaves, if nothing is written meanwhile. */
  readonly stopsAtDirty: bigint;
}

/**
 * The kernel's thresholds (kernel-target.md §2.3) for a cache of `nBlocks`: exact at any size. The cleaner writes back
 * everything. Target 1.0.0 forgets the low watermark and stops at the high one.
 *
 * Throws RangeError for percentages outside 0 to 100, or a count below 0.
 */
export function thresholdsOf(
  nBlocks: bigint,
  { high, low, cleaner = false }: Watermarks,
  version: TargetVersion = NEWEST_TARGET_VERSION,
): Thresholds {
  if (nBlocks < 0n) throw new RangeError(`a cache has no ${String(nBlocks)} blocks`);
  const freeHigh = cleaner ? nBlocks : freeAt(nBlocks, high);
  const freeLow = cleaner || !usesLowWatermark(version) ? freeHigh : freeAt(nBlocks, low);
  return {
    freeHigh,
    freeLow,
    // With a high watermark of 0 writeback is due always, and begins with the first block that there is.
    startsAtDirty: atLeast(1n, nBlocks - freeHigh),
    stopsAtDirty: atLeast(0n, nBlocks - freeLow - 1n),
  };
}

/** How many blocks are free when so many percent are in use, rounded to the nearest. */
function freeAt(nBlocks: bigint, percent: number): bigint {
  if (!Number.isInteger(percent) || percent < 0 || percent > 100) {
    throw new RangeError(`${String(percent)} is not a watermark in percent`);
  }
  return (nBlocks * BigInt(100 - percent) + 50n) / 100n;
}

function atLeast(least: bigint, value: bigint): bigint {
  return value < least ? least : value;
}
