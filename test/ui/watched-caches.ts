import type { StatusCounters } from '../../src/table/index.js';
import { COUNTER_NAMES } from '../../src/table/index.js';
import {
  History,
  type CacheInterval,
  type CounterName,
  type DiskInterval,
  type WatchView,
  type WatchedCache,
} from '../../src/watch/index.js';
import { DEBIAN_12, liveCache, type CacheSketch } from '../procedure/live-caches.js';

export interface WatchedSketch extends CacheSketch {
  readonly state?: WatchedCache['state'];
  readonly interval?: CacheInterval | null;
  readonly noRates?: WatchedCache['noRates'];
  readonly events?: WatchedCache['events'];
  readonly stateSinceMs?: number;
}

/** A cache as it is watched, made up from what the kernel would print. */
export function watchedCache(sketch: WatchedSketch = {}): WatchedCache {
  const cache = liveCache(sketch);
  const { interval = null } = sketch;
  const seen = cache.status.error ? 'error' : cache.device.suspended ? 'suspended' : 'active';
  return {
    key: `${cache.device.name} 0`,
    name: cache.name,
    state: sketch.state ?? seen,
    stateSinceMs: sketch.stateSinceMs ?? 0,
    cache,
    interval,
    noRates: sketch.noRates ?? (interval === null ? 'first-look' : null),
    outlook: {
      ...{ blocksPerSecond: null, toLowWatermarkMs: null, toCleanMs: null },
      ...{ toHighWatermarkMs: null, toFullMs: null },
    },
    history: new History(),
    events: sketch.events ?? [],
  };
}

/** What happened in a second. */
export function interval(changes: Partial<CacheInterval> = {}): CacheInterval {
  const rates = Object.fromEntries(COUNTER_NAMES.map((name) => [name, 0])) as Record<CounterName, number>;
  const counters = Object.fromEntries(COUNTER_NAMES.map((name) => [name, 0n])) as unknown as StatusCounters;
  return {
    ...{ elapsedMs: 1000, counters, rates, readHitRatio: null, writeHitRatio: null },
    ...{ dirtyBlocksPerSecond: 0, disks: { mapped: null, origin: null, cache: null } },
    ...changes,
  };
}

export function ratesOf(rates: Partial<Record<CounterName, number>>): Record<CounterName, number> {
  return {
    ...(Object.fromEntries(COUNTER_NAMES.map((name) => [name, 0])) as Record<CounterName, number>),
    ...rates,
  };
}

/** A disk on which a write took so long. */
export function diskWith(writeLatencyMs: number | null): DiskInterval {
  return {
    ...{ readsPerSecond: 0, writesPerSecond: 1, readBytesPerSecond: 0, writtenBytesPerSecond: 4096 },
    ...{ readLatencyMs: null, writeLatencyMs, flushLatencyMs: null, busyShare: 0.5, inFlight: 1 },
  };
}

export function watchView(
  caches: readonly WatchedCache[],
  time = new Date('2026-11-22T12:00:00Z'),
): WatchView {
  return {
    ...{ time, atMs: 5000, elapsedMs: 1000, caches, waiting: [], events: [] },
    ...{ kernel: DEBIAN_12, removals: [] },
  };
}
