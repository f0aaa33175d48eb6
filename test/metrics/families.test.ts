import { describe, expect, it } from 'vitest';
import { metricsDocumentSchema, toJson } from '../../src/documents/index.js';
import { METRICS, METRIC_NAMES } from '../../src/metrics/catalog.js';
import { metricFamilies } from '../../src/metrics/families.js';
import { LVM_UUID, interruptedRemoval, liveCache, waitingCache } from '../procedure/live-caches.js';
import { EVERY_SHAPE, look, oneOfSeveral, scraped } from './looks.js';
import { valueOf } from './text-format.js';

const WC = { name: 'wc' };
/** Of what says nothing in error. */
const FILL = ['wcache_free_blocks', 'wcache_dirty_blocks', 'wcache_dirty_bytes', 'wcache_writeback_blocks'];

describe('the metrics of a cache', () => {
  it('are what the kernel says, in base units', async () => {
    const families = await scraped({
      live: [
        liveCache({
          parameters: 's 254:0 254:16 4096 4 high_watermark 60 low_watermark 20',
          status: '0 8160 7750 3 100 40 500 10 20 30 440 5 7 1',
        }),
      ],
    });
    const values = Object.fromEntries(
      [...families.values()]
        .flatMap(({ samples }) => samples)
        .filter(({ labels }) => labels['name'] === 'wc')
        .map(({ name, labels, value }) => [
          [name, labels['kind'] ?? labels['severity']].join(' ').trim(),
          value,
        ]),
    );
    expect(values).toEqual({
      wcache_cache_info: 1,
      wcache_error: 0,
      wcache_suspended: 0,
      wcache_inactive_table: 0,
      wcache_waiting: 0,
      wcache_removal_interrupted: 0,
      'wcache_findings error': 0,
      'wcache_findings warning': 1,
      'wcache_findings info': 0,
      wcache_mapping_size_bytes: 524288 * 512,
      wcache_block_size_bytes: 4096,
      wcache_blocks: 8160,
      wcache_free_blocks: 7750,
      wcache_dirty_blocks: 410,
      wcache_dirty_bytes: 410 * 4096,
      wcache_writeback_blocks: 3,
      wcache_high_watermark_blocks: 4896,
      wcache_low_watermark_blocks: 1631,
      wcache_cleaner: 0,
      wcache_reads_total: 100,
      wcache_read_hits_total: 40,
      wcache_writes_total: 500,
      'wcache_write_hits_total uncommitted': 10,
      'wcache_write_hits_total committed': 20,
      wcache_writes_around_total: 30,
      wcache_writes_allocate_total: 440,
      wcache_writes_blocked_on_freelist_total: 5,
      wcache_flushes_total: 7,
      wcache_discards_total: 1,
    });
  });

  it('have a series that tells what it is made of, and no label without a value', async () => {
    const families = await scraped({
      live: [liveCache(), liveCache({ name: 'vg-lv', uuid: LVM_UUID, originPath: null })],
    });
    const [plain, lvm] = families.get('wcache_cache_info')?.samples ?? [];
    expect(plain?.labels).toEqual({
      ...{ name: 'wc', device: 'dm-0', mode: 's', block_size: '4096' },
      ...{ origin: '254:0', origin_path: '/dev/vda', cache: '254:16', cache_path: '/dev/vdb' },
    });
    expect(lvm?.labels).toMatchObject({ uuid: LVM_UUID, managed_by: 'lvm', logical_volume: 'vg/lv' });
    expect(lvm?.labels).not.toHaveProperty('origin_path');
  });

  it('leave out the counts of blocks in error', async () => {
    const families = await scraped({
      live: [liveCache({ status: '1 8160 8160 0 100 40 500 10 20 30 440 0 7 1', suspended: true })],
    });
    expect(valueOf(families, 'wcache_error', WC)).toBe(1);
    expect(valueOf(families, 'wcache_suspended', WC)).toBe(1);
    expect(valueOf(families, 'wcache_findings', { ...WC, severity: 'error' })).toBe(1);
    for (const name of FILL) expect(families.has(name)).toBe(false);
    expect(valueOf(families, 'wcache_blocks', WC)).toBe(8160);
    expect(valueOf(families, 'wcache_writes_total', WC)).toBe(500);
  });

  it('have no counters where the target has none', async () => {
    const families = await scraped({ live: [liveCache({ version: '1.5.0', status: '0 8160 8000 0' })] });
    expect([...families.values()].filter(({ type }) => type === 'counter')).toEqual([]);
    expect(valueOf(families, 'wcache_dirty_blocks', WC)).toBe(160);
  });

  it('have no watermarks where an old target keeps them to itself', async () => {
    const { unknownOptions, ...told } = liveCache();
    expect(unknownOptions).toEqual([]);
    const cache = {
      ...told,
      unknownOptions: [{ option: 'low_watermark' as const, why: 'not-printed' as const }],
    };
    const families = await scraped({ live: [cache] });
    expect(valueOf(families, 'wcache_high_watermark_blocks', WC)).toBe(4080);
    expect(families.has('wcache_low_watermark_blocks')).toBe(false);
  });

  it('tell of a cleaner, with which writeback starts at the first block', async () => {
    const families = await scraped({ live: [liveCache({ parameters: 's 254:0 254:16 4096 1 cleaner' })] });
    expect(valueOf(families, 'wcache_cleaner', WC)).toBe(1);
    expect(valueOf(families, 'wcache_high_watermark_blocks', WC)).toBe(1);
    expect(valueOf(families, 'wcache_low_watermark_blocks', WC)).toBe(0);
  });

  it('keep the state of a suspended cache with another table apart', async () => {
    const families = await scraped({ live: [liveCache({ suspended: true, hasInactiveTable: true })] });
    expect(valueOf(families, 'wcache_suspended', WC)).toBe(1);
    expect(valueOf(families, 'wcache_inactive_table', WC)).toBe(1);
    expect(valueOf(families, 'wcache_waiting', WC)).toBe(0);
    expect(valueOf(families, 'wcache_dirty_blocks', WC)).toBe(410);
  });
});

describe('the metrics of a machine', () => {
  it('say how the look went, with nothing about caches where there are none', async () => {
    const families = await scraped();
    expect(Object.fromEntries([...families].map(([name, { samples }]) => [name, samples]))).toEqual({
      wcache_up: [{ name: 'wcache_up', labels: {}, value: 1 }],
      wcache_scrape_duration_seconds: [{ name: 'wcache_scrape_duration_seconds', labels: {}, value: 0.0625 }],
      wcache_scrape_timestamp_seconds: [
        {
          name: 'wcache_scrape_timestamp_seconds',
          labels: {},
          value: Date.UTC(2026, 10, 22, 12) / 1000 + 0.25,
        },
      ],
      wcache_build_info: [{ name: 'wcache_build_info', labels: { version: '0.1.0' }, value: 1 }],
      wcache_target_info: [
        { name: 'wcache_target_info', labels: { version: '1.6.0', kernel: '6.1.0-51-amd64' }, value: 1 },
      ],
    });
    expect((await scraped({ targetVersion: null })).has('wcache_target_info')).toBe(false);
  });

  it('say that a look failed, and nothing else that could be taken for a state', async () => {
    const families = await scraped(null);
    expect(valueOf(families, 'wcache_up')).toBe(0);
    expect([...families.keys()]).toEqual([
      'wcache_up',
      'wcache_scrape_duration_seconds',
      'wcache_scrape_timestamp_seconds',
      'wcache_build_info',
    ]);
  });

  it('count failures only for who asks for it', () => {
    const names = (failures?: number): string[] =>
      metricFamilies({ ...look(), ...(failures !== undefined && { failures }) }).map(({ name }) => name);
    expect(names()).not.toContain('wcache_scrape_failures_total');
    expect(names(0)).toContain('wcache_scrape_failures_total');
  });

  it('have one series for a table that only waits', async () => {
    const families = await scraped({ waiting: [waitingCache()] });
    expect(valueOf(families, 'wcache_waiting', { name: 'later' })).toBe(1);
    const about = [...families].filter(([, { samples }]) => samples.some(({ labels }) => 'name' in labels));
    expect(about.map(([name]) => name)).toEqual(['wcache_waiting']);
  });

  it('tell of interrupted removals, also where the cache is off already', async () => {
    const under = { ...interruptedRemoval('busy') };
    const removals = [
      interruptedRemoval('wc'),
      interruptedRemoval('gone'),
      { ...under, finding: { ...under.finding, code: 'cache-removal-under-way' as const } },
      // Of a mapping that had the name before: the series goes by the name.
      interruptedRemoval('other', 'WCACHE-old'),
    ];
    const live = ['wc', 'busy', 'other', 'fine'].map((name) => liveCache({ name }));
    const families = await scraped({ live, removals });
    const interrupted = families.get('wcache_removal_interrupted')?.samples;
    expect(
      Object.fromEntries(interrupted?.map(({ labels, value }) => [labels['name'], value]) ?? []),
    ).toEqual({
      ...{ wc: 1, busy: 0, other: 1, fine: 0, gone: 1 },
    });
  });
});

describe('what tells caches apart', () => {
  it('is the name, with the first sector where a mapping has several', async () => {
    const families = await scraped({
      live: [liveCache(), oneOfSeveral(0n, { name: 'parts' }), oneOfSeveral(8192n, { name: 'parts' })],
    });
    expect(families.get('wcache_error')?.samples.map(({ labels }) => labels)).toEqual([
      { name: 'wc' },
      { name: 'parts', start: '0' },
      { name: 'parts', start: '8192' },
    ]);
    expect(families.get('wcache_removal_interrupted')?.samples).toHaveLength(2);
  });

  it('is not mixed up by a name that looks like labels', async () => {
    const families = await scraped({
      live: [
        liveCache({ name: 'a\\x2cstart:8192' }),
        oneOfSeveral(0n, { name: 'a' }),
        oneOfSeveral(8192n, { name: 'a' }),
      ],
    });
    expect(families.get('wcache_error')?.samples.map(({ labels }) => labels)).toEqual([
      { name: 'a,start:8192' },
      { name: 'a', start: '0' },
      { name: 'a', start: '8192' },
    ]);
  });

  it("is the kernel's name where people would write two mappings alike", async () => {
    const live = ['a\\x20b', 'a b', 'a\\x5cx20b', 'c\\x20d'].map((name) => liveCache({ name }));
    const families = await scraped({ live, waiting: [waitingCache({ name: 'a\\x2520' })] });
    const names = families.get('wcache_waiting')?.samples.map(({ labels }) => labels['name']);
    expect(names).toEqual(['a\\x20b', 'a b', 'a\\x5cx20b', 'c d', 'a%20']);
  });
});

describe('the families', () => {
  it('of every shape fit their document, the catalogue and its order', () => {
    const families = metricFamilies({ ...look(EVERY_SHAPE), failures: 0 });
    const document = { families, output: null };
    expect(metricsDocumentSchema.parse(document)).toEqual(document);
    expect(families.map(({ name }) => name)).toEqual(METRIC_NAMES);
    for (const { name, samples } of families) {
      const { labels } = METRICS[name as keyof typeof METRICS];
      for (const sample of samples) {
        expect(labels).toEqual(expect.arrayContaining(Object.keys(sample.labels)));
      }
    }
    // The label names of the catalogue are all in use.
    for (const name of METRIC_NAMES) {
      const used = families
        .find((family) => family.name === name)
        ?.samples.flatMap(({ labels }) => Object.keys(labels));
      expect([name, ...new Set(used)].sort()).toEqual([name, ...METRICS[name].labels].sort());
    }
  });

  it('are exact as JSON beyond what a double holds', () => {
    const text = toJson({ families: metricFamilies(look(EVERY_SHAPE)), output: null });
    expect(text).toContain('"value": 18446744073709551615');
  });
});
