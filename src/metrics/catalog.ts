/** What is told of a metric beside its values. */
export interface Metric {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  /** All that a time series of it may have. Of a cache they are what tells it from others; the rest is in the info. */
  readonly labels: readonly string[];
}

/** `start` is there only where one mapping has several writecaches. */
const CACHE = ['name', 'start'] as const;

const counts = (what: string): string => `${what} Counted since its table was loaded.`;
const blocks = (what: string): string =>
  counts(`${what} In blocks of the cache since Linux 6.0, in requests before.`);
const ofCache = (type: Metric['type'], help: string) => ({ type, help, labels: CACHE });

/** Every metric, in the order in which they are shown. Names and labels are stable. */
export const METRICS = {
  wcache_up: {
    type: 'gauge',
    help: 'Whether the device-mapper answered; where it did not, there are no series about caches.',
    labels: [],
  },
  wcache_scrape_duration_seconds: { type: 'gauge', help: 'How long the look took.', labels: [] },
  wcache_scrape_timestamp_seconds: {
    type: 'gauge',
    help: 'When the look began, in seconds since 1970; tells how old a file is.',
    labels: [],
  },
  wcache_scrape_failures_total: {
    type: 'counter',
    help: 'Looks that failed since this server was started; only with --listen.',
    labels: [],
  },
  wcache_build_info: { type: 'gauge', help: 'Which wcache tells this; always 1.', labels: ['version'] },
  wcache_target_info: {
    type: 'gauge',
    help: 'The writecache target that is loaded, and the kernel; always 1. No series where it is not loaded.',
    labels: ['version', 'kernel'],
  },
  wcache_cache_info: {
    type: 'gauge',
    help: 'What a live writecache is made of; always 1.',
    labels: [
      ...[...CACHE, 'device', 'uuid', 'mode', 'origin', 'origin_path', 'cache', 'cache_path', 'block_size'],
      ...['managed_by', 'logical_volume'],
    ],
  },
  wcache_error: ofCache(
    'gauge',
    'Whether the error flag is set: writes, flushes and discards fail, and nothing is written back.',
  ),
  wcache_suspended: ofCache('gauge', 'Whether it is suspended: who reads or writes it waits.'),
  wcache_inactive_table: ofCache('gauge', 'Whether another table waits for the next resume.'),
  wcache_waiting: ofCache(
    'gauge',
    'Whether its only writecache is a table that was loaded and never made live. There are no other series then.',
  ),
  wcache_removal_interrupted: {
    type: 'gauge',
    help: 'Whether a removal of it was interrupted, and is to be finished or taken back.',
    labels: ['name'],
  },
  wcache_findings: {
    type: 'gauge',
    help: 'What `wcache status` has to say about it, by severity.',
    labels: [...CACHE, 'severity'],
  },
  wcache_mapping_size_bytes: ofCache('gauge', 'Size of what it caches, as its users see it.'),
  wcache_block_size_bytes: ofCache('gauge', 'Size of one block of the cache.'),
  wcache_blocks: ofCache('gauge', 'Blocks of the cache.'),
  wcache_free_blocks: ofCache(
    'gauge',
    'Blocks that hold nothing. No series in error, because the counts of blocks mean nothing then.',
  ),
  wcache_dirty_blocks: ofCache(
    'gauge',
    'Blocks that are only in the cache. No series in error, because the counts of blocks mean nothing then.',
  ),
  wcache_dirty_bytes: ofCache('gauge', 'The same in bytes. No series in error.'),
  wcache_writeback_blocks: ofCache(
    'gauge',
    'Dirty blocks that are being written back now. No series in error.',
  ),
  wcache_high_watermark_blocks: ofCache(
    'gauge',
    'Dirty blocks at which writeback starts. No series where an old target does not tell.',
  ),
  wcache_low_watermark_blocks: ofCache(
    'gauge',
    'Dirty blocks at which writeback stops. No series where an old target does not tell.',
  ),
  wcache_cleaner: ofCache(
    'gauge',
    'Whether the table says that everything is written back and nothing new is cached. One that a message started shows nowhere since target 1.4.0.',
  ),
  wcache_reads_total: ofCache('counter', blocks('Reads.')),
  wcache_read_hits_total: ofCache(
    'counter',
    counts('Reads that the cache answered. In ssd mode one for a request of several blocks.'),
  ),
  wcache_writes_total: ofCache('counter', blocks('Writes.')),
  wcache_write_hits_total: {
    type: 'counter',
    help: counts(
      'Writes to a block that was in the cache already, committed or not yet. In ssd mode one for a request of several blocks.',
    ),
    labels: [...CACHE, 'kind'],
  },
  wcache_writes_around_total: ofCache('counter', blocks('Writes that went past the cache to the origin.')),
  wcache_writes_allocate_total: ofCache('counter', blocks('Writes that took a free block.')),
  wcache_writes_blocked_on_freelist_total: ofCache(
    'counter',
    counts('Times that a write had to wait for a free block; one write may wait more than once.'),
  ),
  wcache_flushes_total: ofCache('counter', counts('Flushes that users of it asked for.')),
  wcache_discards_total: ofCache('counter', blocks('Discards.')),
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;

export const METRIC_NAMES = Object.keys(METRICS) as readonly MetricName[];
