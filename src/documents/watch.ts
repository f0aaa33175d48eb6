import { z } from 'zod';
import { COUNTER_NAMES } from '../table/index.js';
import { WATCH_STATES, type CacheInterval, type WatchView, type WatchedCache } from '../watch/types.js';
import { integer, jsonInteger } from './json.js';
import { mappingFields, mappingShape } from './list.js';
import { counterFields, countersSchema } from './status.js';

const rate = z.number().nonnegative();
const share = z.number().min(0).max(1);
const time = z.iso.datetime();

/** What a block device did in the interval, as the kernel counts it (/proc/diskstats). */
const diskSchema = z.strictObject({
  reads_per_second: rate,
  writes_per_second: rate,
  read_bytes_per_second: rate,
  written_bytes_per_second: rate,
  /** Mean times of the requests that ended, queueing included; null where none did, or the kernel does not count them. */
  read_latency_ms: rate.nullable(),
  write_latency_ms: rate.nullable(),
  flush_latency_ms: rate.nullable(),
  busy_ratio: share,
  in_flight: z.int().nonnegative(),
});

const ratesSchema = z.strictObject(
  Object.fromEntries(COUNTER_NAMES.map((name) => [name, rate])) as Record<
    (typeof COUNTER_NAMES)[number],
    typeof rate
  >,
);

/** What happened since the look before. */
const intervalSchema = z.strictObject({
  seconds: z.number().positive(),
  /** By how much each counter grew; null where that cannot be told, as `no_rates` says. */
  counters: countersSchema.nullable(),
  /** The same per second. */
  rates: ratesSchema.nullable(),
  /** Null where nothing was read or written. */
  read_hit_ratio: share.nullable(),
  write_hit_ratio: share.nullable(),
  /** Negative while the dirty blocks become fewer. */
  dirty_blocks_per_second: z.number(),
  /** Null where the kernel counts nothing of a device, or not yet over an interval. */
  disks: z.strictObject({
    mapped: diskSchema.nullable(),
    origin: diskSchema.nullable(),
    cache: diskSchema.nullable(),
  }),
});

/** Where the dirty level is going, at the pace of the last looks; null where it is not. */
const outlookSchema = z.strictObject({
  blocks_per_second: z.number().nullable(),
  to_low_watermark_seconds: rate.nullable(),
  to_clean_seconds: rate.nullable(),
  to_high_watermark_seconds: rate.nullable(),
  to_full_seconds: rate.nullable(),
});

const eventSchema = z.strictObject({
  time,
  kind: z.enum([
    'appeared',
    'vanished',
    'suspended',
    'resumed',
    'error',
    'error-cleared',
    'table-changed',
    'counters-began-anew',
    'full',
    'not-full',
  ]),
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string(),
  advice: z.string().nullable(),
});

/** One line of `wcache status --watch --json`: a cache at a look. */
export const watchDocumentSchema = z.strictObject({
  time,
  ...mappingShape,
  /** The first sector of its line in the mapping's table. */
  start: jsonInteger,
  /** `gone` comes once; what is told of the cache then is the last that was seen. */
  state: z.enum(WATCH_STATES),
  state_since: time,
  suspended: z.boolean(),
  error: z.boolean(),
  block_size: z.int(),
  total_blocks: jsonInteger,
  free_blocks: jsonInteger,
  dirty_blocks: jsonInteger,
  writeback_blocks: jsonInteger,
  /** Since the table was loaded or the counters were reset; null before target 1.6.0. */
  counters: countersSchema.nullable(),
  /** Null at the first look at it, and where it is gone. */
  interval: intervalSchema.nullable(),
  /** Null where there are rates. */
  no_rates: z.enum(['first-look', 'counters-began-anew', 'not-counted', 'gone']).nullable(),
  outlook: outlookSchema,
  /** What changed since the look before. */
  events: z.array(eventSchema),
});
export type WatchDocument = z.infer<typeof watchDocumentSchema>;

/** The line of one cache. */
export function watchDocument(watched: WatchedCache, view: WatchView): WatchDocument {
  const { state, cache, interval, outlook } = watched;
  const { status, device } = cache;
  const since = view.time.getTime() - Math.max(0, view.atMs - watched.stateSinceMs);
  return {
    time: view.time.toISOString(),
    ...mappingFields(cache),
    start: integer(cache.line.startSector),
    state,
    state_since: new Date(since).toISOString(),
    suspended: device.suspended,
    error: status.error,
    block_size: cache.table.block_size,
    total_blocks: status.total_blocks,
    free_blocks: status.free_blocks,
    dirty_blocks: status.total_blocks - status.free_blocks,
    writeback_blocks: status.writeback_blocks,
    counters: status.counters === null ? null : counterFields(status.counters),
    interval: interval === null ? null : intervalFields(interval),
    no_rates: watched.noRates,
    outlook: {
      blocks_per_second: rounded(outlook.blocksPerSecond),
      to_low_watermark_seconds: seconds(outlook.toLowWatermarkMs),
      to_clean_seconds: seconds(outlook.toCleanMs),
      to_high_watermark_seconds: seconds(outlook.toHighWatermarkMs),
      to_full_seconds: seconds(outlook.toFullMs),
    },
    events: watched.events.map(({ time: at, kind, severity, message, advice }) => ({
      ...{ time: at.toISOString(), kind, severity, message, advice },
    })),
  };
}

function intervalFields(interval: CacheInterval): NonNullable<WatchDocument['interval']> {
  const { counters, rates, disks } = interval;
  return {
    seconds: rounded(interval.elapsedMs / 1000, 6),
    counters: counters === null ? null : counterFields(counters),
    rates:
      rates === null
        ? null
        : (Object.fromEntries(COUNTER_NAMES.map((name) => [name, rounded(rates[name])])) as z.infer<
            typeof ratesSchema
          >),
    read_hit_ratio: rounded(interval.readHitRatio, 4),
    write_hit_ratio: rounded(interval.writeHitRatio, 4),
    dirty_blocks_per_second: rounded(interval.dirtyBlocksPerSecond),
    disks: {
      mapped: diskFields(disks.mapped),
      origin: diskFields(disks.origin),
      cache: diskFields(disks.cache),
    },
  };
}

function diskFields(disk: CacheInterval['disks']['mapped']): z.infer<typeof diskSchema> | null {
  if (disk === null) return null;
  return {
    reads_per_second: rounded(disk.readsPerSecond),
    writes_per_second: rounded(disk.writesPerSecond),
    read_bytes_per_second: rounded(disk.readBytesPerSecond),
    written_bytes_per_second: rounded(disk.writtenBytesPerSecond),
    read_latency_ms: rounded(disk.readLatencyMs),
    write_latency_ms: rounded(disk.writeLatencyMs),
    flush_latency_ms: rounded(disk.flushLatencyMs),
    busy_ratio: rounded(disk.busyShare, 4),
    in_flight: disk.inFlight,
  };
}

function seconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : rounded(milliseconds / 1000, 1);
}

/** What is measured has no more digits than that, and 17 of them make a line hard to read. */
function rounded<T extends number | null>(value: T, digits = 3): T {
  return (value === null ? null : Number(value.toFixed(digits))) as T;
}
