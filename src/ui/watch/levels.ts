import { thresholdsOfCache } from '../../procedure/cache-health.js';
import type { WatchedCache } from '../../watch/index.js';

/** How full a cache is, as shares of its blocks from 0 to 1. */
export interface CacheLevels {
  readonly dirtyBlocks: number;
  readonly dirty: number;
  /** Where writeback starts and stops; null where the cleaner drives it, or there are no blocks. */
  readonly high: number | null;
  readonly low: number | null;
}

export function levelsOf({ cache }: WatchedCache): CacheLevels {
  const { total_blocks: total, free_blocks: free } = cache.status;
  const dirtyBlocks = total - free;
  if (total === 0) return { dirtyBlocks, dirty: 0, high: null, low: null };
  const dirty = dirtyBlocks / total;
  if (cache.table.options.cleaner === true) return { dirtyBlocks, dirty, high: null, low: null };
  const { startsAtDirty, stopsAtDirty } = thresholdsOfCache(cache);
  return {
    dirtyBlocks,
    dirty,
    high: Math.min(1, Number(startsAtDirty) / total),
    low: Math.min(1, Number(stopsAtDirty) / total),
  };
}

/** Whether no new block finds a place. */
export function isFull({ cache }: WatchedCache): boolean {
  return cache.status.total_blocks > 0 && cache.status.free_blocks === 0;
}
