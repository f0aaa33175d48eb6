import { millisecondsBetween, type DiskStatistics } from '../device/index.js';
import { COUNTER_NAMES, type StatusCounters, type WritecacheStatus } from '../table/index.js';
import type { CacheDisks, CacheInterval, CounterName, DiskInterval, NoRates } from './types.js';

/** What the kernel counts of a cache's three devices; null of one of which it counts nothing. */
export type DiskSamples = Readonly<Record<keyof CacheDisks, DiskStatistics | null>>;

/** What one look showed of a cache. */
export interface Sample {
  readonly atMs: number;
  readonly status: WritecacheStatus;
  readonly disks: DiskSamples;
}

/** What happened between two looks, and why there are no rates of the counters where there are none. */
export interface Elapsed {
  readonly interval: CacheInterval;
  readonly noRates: NoRates | null;
}

/** No two looks are closer than this, so that nothing is divided by nothing. */
const SHORTEST_MS = 1;

/** @param isAnew the cache has got another instance in between, whose counters began at zero. */
export function elapsedBetween(before: Sample, after: Sample, isAnew: boolean): Elapsed {
  const elapsedMs = Math.max(SHORTEST_MS, after.atMs - before.atMs);
  const counters = isAnew ? null : grownBy(before.status.counters, after.status.counters);
  const ratio = (part: bigint | undefined, of: bigint | undefined): number | null =>
    part === undefined || of === undefined || of === 0n ? null : Math.min(1, Number(part) / Number(of));
  const interval: CacheInterval = {
    elapsedMs,
    counters,
    rates: counters && perSecond(counters, elapsedMs),
    readHitRatio: ratio(counters?.read_hits, counters?.reads),
    writeHitRatio: ratio(
      counters === null ? undefined : counters.write_hits_uncommitted + counters.write_hits_committed,
      counters?.writes,
    ),
    dirtyBlocksPerSecond: dirtyGrowth(before.status, after.status) / (elapsedMs / 1000),
    disks: {
      mapped: diskInterval(before.disks.mapped, after.disks.mapped, elapsedMs),
      origin: diskInterval(before.disks.origin, after.disks.origin, elapsedMs),
      cache: diskInterval(before.disks.cache, after.disks.cache, elapsedMs),
    },
  };
  if (counters !== null) return { interval, noRates: null };
  return { interval, noRates: after.status.counters === null ? 'not-counted' : 'counters-began-anew' };
}

/** Whether any counter is lower than it was: `clear_stats`, or another instance. */
export function fellBetween(
  { counters: before }: WritecacheStatus,
  { counters: after }: WritecacheStatus,
): boolean {
  return before !== null && after !== null && COUNTER_NAMES.some((name) => after[name] < before[name]);
}

/** What a disk did between two readings; null where one is missing, or it began to count anew in between. */
export function diskInterval(
  before: DiskStatistics | null,
  after: DiskStatistics | null,
  elapsedMs: number,
): DiskInterval | null {
  if (before === null || after === null) return null;
  const reads = after.reads - before.reads;
  const writes = after.writes - before.writes;
  const readSectors = after.readSectors - before.readSectors;
  const writtenSectors = after.writtenSectors - before.writtenSectors;
  if (Math.min(reads, writes, readSectors, writtenSectors) < 0) return null;
  const seconds = elapsedMs / 1000;
  return {
    readsPerSecond: reads / seconds,
    writesPerSecond: writes / seconds,
    readBytesPerSecond: (readSectors * 512) / seconds,
    writtenBytesPerSecond: (writtenSectors * 512) / seconds,
    readLatencyMs: meanMs(before.readMs, after.readMs, reads),
    writeLatencyMs: meanMs(before.writeMs, after.writeMs, writes),
    flushLatencyMs: flushLatency(before, after),
    busyShare: Math.min(1, millisecondsBetween(before.busyMs, after.busyMs) / elapsedMs),
    inFlight: after.inFlight,
  };
}

function flushLatency(before: DiskStatistics, after: DiskStatistics): number | null {
  if (before.flushMs === null || after.flushMs === null) return null;
  return meanMs(before.flushMs, after.flushMs, (after.flushes ?? 0) - (before.flushes ?? 0));
}

function meanMs(before: number, after: number, requests: number): number | null {
  return requests > 0 ? millisecondsBetween(before, after) / requests : null;
}

/** null where they are not counted, or one of them fell. */
function grownBy(before: StatusCounters | null, after: StatusCounters | null): StatusCounters | null {
  if (before === null || after === null) return null;
  const grown = COUNTER_NAMES.map((name) => [name, after[name] - before[name]] as const);
  return grown.some(([, by]) => by < 0n) ? null : (Object.fromEntries(grown) as StatusCounters);
}

function perSecond(counters: StatusCounters, elapsedMs: number): Readonly<Record<CounterName, number>> {
  const rates = COUNTER_NAMES.map((name) => [name, Number(counters[name]) / (elapsedMs / 1000)] as const);
  return Object.fromEntries(rates) as Record<CounterName, number>;
}

/** 0 where the two cannot be compared: the counts of a cache in error mean nothing (kernel-target.md §3). */
function dirtyGrowth(before: WritecacheStatus, after: WritecacheStatus): number {
  if (before.error || after.error || before.total_blocks !== after.total_blocks) return 0;
  return before.free_blocks - after.free_blocks;
}
