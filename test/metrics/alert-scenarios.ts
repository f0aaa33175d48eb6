export const HOST = 'db1:29253';

/** Values of series at each minute, as promtool writes them: `0+2x30` are 0, 2, 4 and so on up to 60. */
type Values = Readonly<Record<string, string>>;

const LONG = 600;

/** A writecache with which nothing is wrong: it is written to, and writeback comes below the low watermark now and then. */
export const HEALTHY: Values = {
  wcache_error: `0x${String(LONG)}`,
  wcache_suspended: `0x${String(LONG)}`,
  wcache_inactive_table: `0x${String(LONG)}`,
  wcache_waiting: `0x${String(LONG)}`,
  wcache_blocks: `1000x${String(LONG)}`,
  wcache_high_watermark_blocks: `500x${String(LONG)}`,
  wcache_low_watermark_blocks: `450x${String(LONG)}`,
  wcache_cleaner: `0x${String(LONG)}`,
  wcache_free_blocks: repeated('500 560 540 520'),
  wcache_dirty_blocks: repeated('500 440 460 480'),
  wcache_writes_blocked_on_freelist_total: `7x${String(LONG)}`,
  wcache_removal_interrupted: `0x${String(LONG)}`,
};

export const MACHINE: Values = {
  wcache_up: `1x${String(LONG)}`,
  wcache_scrape_timestamp_seconds: `0+60x${String(LONG)}`,
};

function repeated(values: string): string {
  const each = values.split(' ');
  return Array.from({ length: LONG }, (_, i) => each[i % each.length]).join(' ');
}

export interface Scenario {
  /** Of the cache; null takes a series away. */
  readonly cache?: Readonly<Record<string, string | null>>;
  /** Of the machine. */
  readonly machine?: Readonly<Record<string, string | null>>;
  /** Whether there is a cache at all. */
  readonly noCache?: boolean;
}

export interface Expected {
  readonly at: string;
  /** All alerts that fire then. */
  readonly firing: readonly string[];
}

/** A value that comes at a minute and stays. */
function from(minute: number, value: string, before = '0'): string {
  return `${before}x${String(minute - 1)} ${value}x${String(LONG)}`;
}

/** What may come to pass, and which alerts fire then: those and no others. */
export const scenarios: readonly [string, Scenario, readonly Expected[]][] = [
  [
    'nothing is wrong',
    {},
    [
      { at: '0m', firing: [] },
      { at: '90m', firing: [] },
      { at: '9h', firing: [] },
    ],
  ],
  ['there is no cache', { noCache: true }, [{ at: '2h', firing: [] }]],
  [
    'a cache comes into error, and nothing is known of its blocks any more',
    {
      cache: {
        wcache_error: from(30, '1'),
        wcache_dirty_blocks: `${repeated('500 440 460 480').split(' ').slice(0, 30).join(' ')} stale`,
        wcache_free_blocks: null,
      },
    },
    [
      { at: '29m', firing: [] },
      { at: '30m', firing: ['WcacheError'] },
      { at: '3h', firing: ['WcacheError'] },
    ],
  ],
  [
    'a cache stays suspended',
    { cache: { wcache_suspended: from(10, '1') } },
    [
      { at: '14m', firing: [] },
      { at: '15m', firing: ['WcacheSuspended'] },
    ],
  ],
  [
    'a cache is suspended for the moment of a removal',
    { cache: { wcache_suspended: '0x9 1x2 0x300' } },
    [
      { at: '12m', firing: [] },
      { at: '20m', firing: [] },
    ],
  ],
  [
    'a cache fills up and stays full',
    { cache: { wcache_free_blocks: from(10, '0', '400'), wcache_dirty_blocks: from(10, '1000', '400') } },
    [
      { at: '14m', firing: [] },
      { at: '15m', firing: ['WcacheFull'] },
      { at: '31m', firing: ['WcacheDrainNotAdvancing', 'WcacheFull'] },
      { at: '80m', firing: ['WcacheAboveHighWatermark', 'WcacheDrainNotAdvancing', 'WcacheFull'] },
    ],
  ],
  [
    'the level is above the high watermark, with writeback that gets somewhere',
    { cache: { wcache_dirty_blocks: repeated('800 790 820 810') } },
    [
      { at: '59m', firing: [] },
      { at: '61m', firing: ['WcacheAboveHighWatermark'] },
    ],
  ],
  [
    'the level comes below it once in an hour',
    { cache: { wcache_dirty_blocks: `${'800 790 '.repeat(25)}499 ${'800 790 '.repeat(29)}499` } },
    [
      { at: '61m', firing: [] },
      { at: '108m', firing: [] },
    ],
  ],
  [
    'the high watermark is 0%, so that writeback is always due, and gets somewhere',
    {
      cache: { wcache_high_watermark_blocks: `1x${String(LONG)}`, wcache_dirty_blocks: repeated('9 3 20') },
    },
    [{ at: '3h', firing: [] }],
  ],
  [
    'a cleaner writes nothing back',
    {
      cache: {
        wcache_cleaner: `1x${String(LONG)}`,
        wcache_high_watermark_blocks: `1x${String(LONG)}`,
        wcache_dirty_blocks: `300-5x20 200x${String(LONG)}`,
      },
    },
    [
      { at: '40m', firing: [] },
      { at: '51m', firing: ['WcacheDrainNotAdvancing'] },
    ],
  ],
  [
    'a cleaner is slow and gets somewhere, and then is done',
    {
      cache: {
        wcache_cleaner: `1x${String(LONG)}`,
        wcache_high_watermark_blocks: `1x${String(LONG)}`,
        wcache_dirty_blocks: `${Array.from({ length: 100 }, (_, i) => String(100 - Math.floor(i / 8))).join(' ')} 0x300`,
      },
    },
    [
      { at: '60m', firing: [] },
      { at: '99m', firing: [] },
      { at: '3h', firing: [] },
    ],
  ],
  [
    'writes have to wait again and again',
    { cache: { wcache_writes_blocked_on_freelist_total: '7x29 7+3x500' } },
    [
      { at: '44m', firing: [] },
      { at: '47m', firing: ['WcacheFreelistStalls'] },
      { at: '5h', firing: ['WcacheFreelistStalls'] },
    ],
  ],
  [
    'writes had to wait once, and the counters began anew later',
    { cache: { wcache_writes_blocked_on_freelist_total: '7x29 5000x60 0x400' } },
    [
      { at: '39m', firing: [] },
      { at: '45m', firing: [] },
      { at: '2h', firing: [] },
    ],
  ],
  [
    'an old target has no counters, and tells no watermarks',
    {
      cache: {
        wcache_writes_blocked_on_freelist_total: null,
        wcache_high_watermark_blocks: null,
        wcache_low_watermark_blocks: null,
        wcache_dirty_blocks: `900x${String(LONG)}`,
      },
    },
    [{ at: '3h', firing: [] }],
  ],
  [
    'another table waits',
    { cache: { wcache_inactive_table: from(10, '1') } },
    [
      { at: '24m', firing: [] },
      { at: '25m', firing: ['WcacheTableWaiting'] },
    ],
  ],
  [
    'nothing but a table waits',
    {
      cache: {
        ...Object.fromEntries(Object.keys(HEALTHY).map((name) => [name, null])),
        wcache_waiting: from(10, '1'),
      },
    },
    [
      { at: '24m', firing: [] },
      { at: '25m', firing: ['WcacheTableWaiting'] },
    ],
  ],
  [
    'a removal was interrupted',
    { cache: { wcache_removal_interrupted: from(10, '1') } },
    [
      { at: '14m', firing: [] },
      { at: '15m', firing: ['WcacheRemovalInterrupted'] },
    ],
  ],
  [
    'the device-mapper does not answer',
    { noCache: true, machine: { wcache_up: from(10, '0', '1') } },
    [
      { at: '14m', firing: [] },
      { at: '15m', firing: ['WcacheScrapeFailing'] },
    ],
  ],
  [
    'nobody writes the file any more',
    { machine: { wcache_scrape_timestamp_seconds: `0+60x10 600x${String(LONG)}` } },
    [
      { at: '25m', firing: [] },
      { at: '26m', firing: ['WcacheStale'] },
    ],
  ],
];
