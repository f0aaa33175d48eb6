import { describe, expect, it } from 'vitest';
import {
  doctorDocument,
  doctorDocumentSchema,
  listDocument,
  listDocumentSchema,
  liveTableDocument,
  statusDocument,
  statusDocumentSchema,
  tableDocument,
  tableDocumentSchema,
  toJson,
  type StatusEntry,
} from '../../src/documents/index.js';
import { kernelIdentity, NEWEST_TARGET_VERSION, parseTargetVersion } from '../../src/table/index.js';
import {
  DEBIAN_12,
  LVM_UUID,
  healthyFacts,
  interruptedRemoval,
  liveCache,
  waitingCache,
  type CacheSketch,
} from '../procedure/live-caches.js';

/** Through JSON, as a script would get it. */
function parsed(document: unknown): unknown {
  return JSON.parse(toJson(document));
}

function status(sketch: CacheSketch = {}, kernel = DEBIAN_12): StatusEntry {
  const document = statusDocument([liveCache(sketch)], kernel);
  const [entry] = statusDocumentSchema.parse(parsed(document));
  if (entry === undefined) throw new Error('a cache has a status');
  return entry;
}

describe('the status document', () => {
  it('has what design.md promises', () => {
    expect(status({ parameters: 's 254:0 254:16 4096 2 high_watermark 60' })).toMatchObject({
      name: 'wc',
      uuid: '',
      major: 253,
      minor: 0,
      suspended: false,
      managed_by: null,
      start: 0,
      length_sectors: 524288,
      mode: 's',
      origin: '254:0',
      origin_path: '/dev/vda',
      cache: '254:16',
      cache_path: '/dev/vdb',
      block_size: 4096,
      options: { high_watermark: 60 },
      error: false,
      total_blocks: 8160,
      free_blocks: 7750,
      dirty_blocks: 410,
      writeback_blocks: 0,
      counters: {
        reads: 100,
        read_hits: 40,
        writes: 500,
        write_hits_uncommitted: 10,
        write_hits_committed: 20,
        writes_around: 30,
        writes_allocate: 440,
        writes_blocked_on_freelist: 0,
        flushes: 7,
        discards: 1,
      },
      watermarks: {
        high_percent: 60,
        low_percent: 45,
        writeback_starts_at_dirty_blocks: 4896,
        writeback_stops_at_dirty_blocks: 3671,
      },
      counter_unit: 'blocks',
      target_version: '1.6.0',
      inactive_table: false,
      advice: [],
    });
  });

  it('gives only the options of the table, and beside them those that hold', () => {
    const { options, effective_options } = status({
      parameters: 'p 254:0 259:0 4096 3 cleaner nofua metadata_only',
    });
    expect(options).toEqual({ cleaner: true, fua: false, metadata_only: true });
    expect(effective_options).toMatchObject({
      fua: { value: false, source: 'table' },
      high_watermark: { value: 50, source: 'default' },
      autocommit_blocks: { value: 64, source: 'default' },
      writeback_jobs: { value: null, source: 'default' },
    });
    expect(effective_options).not.toHaveProperty('pause_writeback');
  });

  it('has the kernel’s name where it is another', () => {
    expect(status()).not.toHaveProperty('kernel_name');
    expect(status({ name: String.raw`odd\x20name` })).toMatchObject({
      name: 'odd name',
      kernel_name: String.raw`odd\x20name`,
    });
  });

  it('tells whose it is', () => {
    expect(status({ name: 'vg-data', uuid: LVM_UUID })).toMatchObject({
      managed_by: 'lvm',
      logical_volume: 'vg/data',
    });
  });

  it('knows what it does not know', () => {
    const unknown = (sketch: CacheSketch, kernel = DEBIAN_12): string[] =>
      status(sketch, kernel).unknown.map(({ what, why }) => `${what} ${why}`);
    expect(unknown({})).toEqual(['cleaner message-not-shown', 'hits under-counted']);
    expect(unknown({ parameters: 'p 254:0 259:0 4096 1 cleaner' })).toEqual([]);
    expect(unknown({}, kernelIdentity('5.15.3', ''))).toContain('counters unit-not-known');
    expect(unknown({ status: '1 100 100 0' + ' 0'.repeat(10) })).toContain('dirty_blocks not-reliable');
    const old = {
      version: '1.3.0',
      status: '0 100 90 0',
      parameters: 's 254:0 254:16 4096 3 autocommit_time 1000 cleaner',
    };
    expect(unknown(old)).toEqual([
      'high_watermark not-printed',
      'low_watermark not-printed',
      'autocommit_time rounded',
      'cleaner perhaps-a-message',
      'counters not-counted',
    ]);
    expect(status(old)).toMatchObject({
      counters: null,
      counter_unit: null,
      watermarks: { high_percent: null, low_percent: null },
      effective_options: { high_watermark: { value: null, source: 'unknown' } },
    });
  });

  it('is exact where counters are beyond 2^53', () => {
    const big = '18446744073709551615';
    const [entry] = statusDocument([liveCache({ status: `0 100 90 0 ${big}${' 0'.repeat(9)}` })], DEBIAN_12);
    expect(toJson(entry)).toContain(`"reads": ${big},`);
    expect(() => statusDocumentSchema.parse([entry])).not.toThrow();
  });

  it('has the removal of this very mapping that was interrupted', () => {
    const cache = liveCache({ name: 'wc' });
    const advice = (name: string, uuid: string): unknown[] => {
      const document = parsed(statusDocument([cache], DEBIAN_12, [interruptedRemoval(name, uuid)]));
      return statusDocumentSchema
        .parse(document)
        .flatMap(({ advice: found }) => found.map(({ code }) => code));
    };
    expect(advice('wc', cache.device.uuid)).toContain('cache-removal-interrupted');
    expect(advice('wc', 'WCACHE-of-another')).not.toContain('cache-removal-interrupted');
    expect(advice('other', cache.device.uuid)).not.toContain('cache-removal-interrupted');
  });

  it('is an empty array where there is none', () => {
    expect(parsed(statusDocument([], DEBIAN_12))).toEqual([]);
  });
});

describe('the list document', () => {
  it('has all states, by name', () => {
    const live = [
      liveCache({ name: 'wc' }),
      liveCache({ name: 'sus', suspended: true }),
      liveCache({ name: 'err', suspended: true, status: '1 100 100 0' + ' 0'.repeat(10) }),
      liveCache({ name: 'vg-data', uuid: LVM_UUID }),
    ];
    const document = listDocumentSchema.parse(parsed(listDocument({ live, waiting: [waitingCache()] })));
    expect(document.map(({ name, state, managed_by }) => [name, state, managed_by])).toEqual([
      ['err', 'error', null],
      ['later', 'waiting', null],
      ['sus', 'suspended', null],
      ['vg-data', 'active', 'lvm'],
      ['wc', 'active', null],
    ]);
    expect(document[4]).toMatchObject({ dirty_blocks: 410, total_blocks: 8160, origin_path: '/dev/vda' });
    expect(document[1]).toMatchObject({
      dirty_blocks: null,
      total_blocks: null,
      mode: 's',
      block_size: 4096,
    });
  });
});

describe('the table document', () => {
  it('explains the words of a running cache with its devices', () => {
    const cache = liveCache({ parameters: 's 254:0 254:16 4096 2 start_sector 8' });
    const document = tableDocumentSchema.parse(parsed(liveTableDocument(cache)));
    expect(document).toMatchObject({
      name: 'wc',
      line: '0 524288 writecache s 254:0 254:16 4096 2 start_sector 8',
      valid: true,
      kernel: { accepts: true, reason: null },
      target_version: '1.6.0',
      start: 0,
      length_sectors: 524288,
      problems: [],
      table: { mode: 's', origin: '254:0', cache: '254:16', block_size: 4096, options: { start_sector: 8 } },
      unknown: [{ what: 'cleaner' }],
    });
    expect(document.words.map(({ word, role, number }) => [word, role, number])).toEqual([
      ['0', 'start', null],
      ['524288', 'length', null],
      ['writecache', 'target', null],
      ['s', 'mode', 1],
      ['254:0', 'origin', 2],
      ['254:16', 'cache', 3],
      ['4096', 'block_size', 4],
      ['2', 'count', 5],
      ['start_sector', 'option', 6],
      ['8', 'value', 7],
    ]);
    expect(document.words[4]?.meaning).toMatch(/^\/dev\/vda: /);
  });

  it('names no path of a device that is gone', () => {
    const { words } = liveTableDocument(liveCache({ originPath: null }));
    expect(words[4]?.meaning).toMatch(/^the origin/);
  });

  it('judges what somebody wrote', () => {
    const text = 's /dev/a /dev/b 4097 0';
    const document = tableDocumentSchema.parse(parsed(tableDocument(text, NEWEST_TARGET_VERSION)));
    expect(document).toMatchObject({
      name: null,
      line: text,
      valid: false,
      kernel: { accepts: false, reason: 'Invalid block size' },
      start: null,
      length_sectors: null,
      problems: [{ code: 'bad-block-size', severity: 'error', word_index: 3, stricter: false }],
      table: null,
      unknown: [],
    });
  });

  it('judges for another version of the target', () => {
    const version = parseTargetVersion('1.0.0');
    const document = tableDocument('s /dev/a /dev/b 4096 2 start_sector 8', version);
    expect(document).toMatchObject({ valid: false, target_version: '1.0.0' });
    expect(
      liveTableDocument(liveCache({ parameters: 's 254:0 254:16 4096 1 cleaner' }), version),
    ).toMatchObject({
      valid: false,
      target_version: '1.0.0',
    });
  });
});

describe('the doctor document', () => {
  it('has the machine and what was found', () => {
    const facts = healthyFacts({
      caches: { live: [liveCache({ suspended: true })], waiting: [waitingCache()] },
    });
    const document = doctorDocumentSchema.parse(parsed(doctorDocument(facts)));
    expect(document).toMatchObject({
      ok: false,
      kernel: { release: '6.1.0-51-amd64', version: '6.1.192', vendor: 'debian', exact: true },
      device_mapper: true,
      module: 'loaded',
      target_version: '1.6.0',
      dmsetup: { installed: true, library_version: '1.02.185 (2022-05-18)', driver_version: '4.47.0' },
      udev: true,
      root: true,
      caches: [
        { name: 'wc', state: 'suspended' },
        { name: 'later', state: 'waiting' },
      ],
    });
    expect(document.findings[0]).toMatchObject({ code: 'cache-suspended', severity: 'error', subject: 'wc' });
  });

  it('is ok with warnings', () => {
    expect(doctorDocument(healthyFacts())).toMatchObject({ ok: true });
  });

  it('says that the caches were not looked at', () => {
    const facts = healthyFacts({ root: false, caches: null, targetVersion: null, deviceMapper: null });
    expect(doctorDocumentSchema.parse(parsed(doctorDocument(facts)))).toMatchObject({
      ok: false,
      caches: null,
      target_version: null,
      device_mapper: null,
    });
  });
});
