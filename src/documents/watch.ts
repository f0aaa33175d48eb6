import { z } from 'zod';
import { COUNTER_NAMES } from '../table/index.js';
import { WATCH_STATES, type CacheInterval, type WatchView, type WatchedCache } from '../watch/types.js';
import { integer, jsonInteger } from './json.js';
import { severitySchema } from './finding.js';
import { cacheShape, mappingFields, mappingShape } from './list.js';
import { counterFields, countersSchema } from './status.js';

const rate = z.number().nonnegative();
const share = z.number().min(0).max(1);
const time = z.iso.datetime();

const latency =
  'in milliseconds, queueing included; null where none ended, or the kernel does not count them.';

/** What a block device did in the interval, as the kernel counts it (/proc/diskstats). */
const diskSchema = z
  .strictObject({
    reads_per_second: rate.describe('Read requests that ended, in a second.'),
    writes_per_second: rate.describe('Write requests that ended, in a second.'),
    read_bytes_per_second: rate.describe('Bytes that were read in a second.'),
    written_bytes_per_second: rate.describe('Bytes that were written in a second.'),
    read_latency_ms: rate.nullable().describe(`Mean time of a read, ${latency}`),
    write_latency_ms: rate.nullable().describe(`Mean time of a write, ${latency}`),
    flush_latency_ms: rate.nullable().describe(`Mean time of a flush, ${latency}`),
    busy_ratio: share.describe('Share of the time in which a request was under way, from 0 to 1.'),
    in_flight: z.int().nonnegative().describe('Requests under way at this look.'),
  })
  .describe('What a block device did in the interval, as /proc/diskstats counts it.');

const ratesSchema = z.strictObject(
  Object.fromEntries(
    COUNTER_NAMES.map((name) => [name, rate.describe(`By how much the counter ${name} grew in a second.`)]),
  ) as Record<(typeof COUNTER_NAMES)[number], typeof rate>,
);

/** What happened since the look before. */
const intervalSchema = z.strictObject({
  seconds: z.number().positive().describe('Since the look before.'),
  counters: countersSchema
    .nullable()
    .describe('By how much each counter grew; null where that cannot be told, as `no_rates` says.'),
  rates: ratesSchema.nullable().describe('The same per second.'),
  read_hit_ratio: share
    .nullable()
    .describe(
      'Share of the reads that the cache answered, from 0 to 1; null where nothing was read or nothing is counted.',
    ),
  write_hit_ratio: share
    .nullable()
    .describe(
      'Share of the writes over blocks in the cache, from 0 to 1; null where nothing was written or nothing is counted.',
    ),
  dirty_blocks_per_second: z
    .number()
    .describe('By how many the dirty blocks grew in a second; negative while they become fewer.'),
  disks: z
    .strictObject({
      mapped: diskSchema.nullable().describe('The mapping itself.'),
      origin: diskSchema.nullable().describe('The origin.'),
      cache: diskSchema.nullable().describe('The cache device.'),
    })
    .describe(
      'The three block devices; null where the kernel counts nothing of one, or not yet over an interval.',
    ),
});

const outlookSchema = z
  .strictObject({
    blocks_per_second: z
      .number()
      .nullable()
      .describe(
        'By how many the dirty blocks grow in a second; negative while they become fewer. Null before it can be told.',
      ),
    to_low_watermark_seconds: rate.nullable().describe('Until writeback stops at the low watermark.'),
    to_clean_seconds: rate.nullable().describe('Until nothing is dirty.'),
    to_high_watermark_seconds: rate.nullable().describe('Until writeback starts at the high watermark.'),
    to_full_seconds: rate.nullable().describe('Until no block is free.'),
  })
  .describe(
    'Where the dirty level is going, at the pace of the last looks; a time is null where it does not go there.',
  );

const eventSchema = z.strictObject({
  time: time.describe('When it was seen: ISO 8601, UTC.'),
  kind: z
    .enum([
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
    ])
    .describe('What happened: a word for programs, which does not change.'),
  severity: severitySchema,
  message: z.string().describe('The same in words.'),
  advice: z.string().nullable().describe('What to do; null where there is nothing to do.'),
});

/** One line of `wcache status --watch --json`: a cache at a look. */
export const watchDocumentSchema = z
  .strictObject({
    time: time.describe('When it was looked at: ISO 8601, UTC.'),
    ...mappingShape,
    start: cacheShape.start,
    state: z
      .enum(WATCH_STATES)
      .describe(
        'error: it met an error, whether it is suspended or not. gone: comes once; what is told of the cache then is the last that was seen.',
      ),
    state_since: time.describe('Since when it has been seen in this state: ISO 8601, UTC.'),
    suspended: z.boolean().describe('Whether I/O to the mapping stands still.'),
    error: z
      .boolean()
      .describe(
        'Whether the target met an error: it writes nothing back any more, and its counts of blocks say nothing.',
      ),
    block_size: z.int().describe('Bytes.'),
    total_blocks: jsonInteger.describe('Blocks of the cache.'),
    free_blocks: jsonInteger.describe('Blocks that hold nothing.'),
    dirty_blocks: jsonInteger.describe('total_blocks - free_blocks: blocks that may be only in the cache.'),
    writeback_blocks: jsonInteger.describe('Blocks that are being written back.'),
    counters: countersSchema
      .nullable()
      .describe(
        'What happened since the table was loaded or the counters were reset; null before target 1.6.0.',
      ),
    interval: intervalSchema
      .nullable()
      .describe('What happened since the look before; null at the first look at it, and where it is gone.'),
    no_rates: z
      .enum(['first-look', 'counters-began-anew', 'not-counted', 'gone'])
      .nullable()
      .describe('Why there are no rates; null where there are. not-counted: before target 1.6.0.'),
    outlook: outlookSchema,
    events: z.array(eventSchema).describe('What changed since the look before.'),
  })
  .describe('A cache at one look of a watch.');
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
