import { describe, expect, it } from 'vitest';
import {
  CACHE_FINDING_CODES,
  judgeCacheHealth,
  judgeWaitingCache,
  thresholdsOfCache,
} from '../../src/procedure/cache-health.js';
import type { Finding } from '../../src/procedure/finding.js';
import { LVM_UUID, liveCache, waitingCache, type CacheSketch } from './live-caches.js';

function codes(sketch: CacheSketch): string[] {
  return judgeCacheHealth(liveCache(sketch)).map(({ code, severity }) => `${severity} ${code}`);
}

function advice(findings: readonly Finding[], code: string): string {
  return findings.find((finding) => finding.code === code)?.advice ?? '';
}

describe('judgeCacheHealth', () => {
  it('has nothing to say of a healthy cache', () => {
    expect(codes({})).toEqual([]);
  });

  it.each<[CacheSketch, string[]]>([
    [{ status: '1 100 90 0' + ' 0'.repeat(10) }, ['error cache-error']],
    [{ status: '1 100 0 0' + ' 0'.repeat(10), suspended: true }, ['error cache-error']],
    [{ suspended: true }, ['error cache-suspended']],
    [{ hasInactiveTable: true }, ['warning cache-table-waiting']],
    [{ suspended: true, hasInactiveTable: true }, ['error cache-suspended', 'warning cache-table-waiting']],
    [{ status: '0 100 0 3' + ' 0'.repeat(10) }, ['warning cache-full']],
    [{ status: '0 100 50 3' + ' 0'.repeat(10) }, ['info cache-above-high-watermark']],
    [{ status: '0 100 51 3' + ' 0'.repeat(10) }, []],
    [{ status: '0 100 90 0 0 0 9 0 0 0 9 4 0 0' }, ['warning cache-freelist-stalls']],
    [
      { parameters: 's 254:0 254:16 4096 1 cleaner', status: '0 100 40 0' + ' 0'.repeat(10) },
      ['info cache-cleaner'],
    ],
    [{ name: 'vg-data', uuid: LVM_UUID }, ['info cache-of-lvm']],
    [{ lineCount: 2 }, ['info cache-among-others']],
    [{ version: '1.3.0', status: '0 100 90 0' }, []],
  ])('of %j says %j', (sketch, expected) => {
    expect(codes(sketch)).toEqual(expected);
  });

  it('tells a command for what is wcache’s, and LVM’s for what is LVM’s', () => {
    const sketches = [{ status: '1 100 90 0' + ' 0'.repeat(10) }, { suspended: true }] as const;
    const [error, suspended] = sketches.map((sketch) => judgeCacheHealth(liveCache(sketch)));
    expect(advice(error ?? [], 'cache-error')).toContain('wcache recover wc');
    expect(advice(error ?? [], 'cache-error')).toContain('Do not suspend and resume it');
    expect(advice(suspended ?? [], 'cache-suspended')).toContain('wcache resume wc');
    const [lvmError, lvmSuspended] = sketches.map((sketch) =>
      judgeCacheHealth(liveCache({ ...sketch, name: 'vg-data', uuid: LVM_UUID })),
    );
    expect(advice(lvmError ?? [], 'cache-error')).toContain('lvchange -an vg/data && lvchange -ay vg/data');
    expect(advice(lvmSuspended ?? [], 'cache-suspended')).toContain('lvchange --refresh vg/data');
  });

  it('never advises to resume what is suspended in error', () => {
    const found = judgeCacheHealth(liveCache({ suspended: true, status: '1 100 90 0' + ' 0'.repeat(10) }));
    expect(found.map(({ advice: text }) => text).join(' ')).not.toContain('wcache resume');
    expect(advice(found, 'cache-error')).toContain('Do not resume it');
  });

  it('proposes half of the high watermark, as long as there is a half', () => {
    const full = '0 100 0 0' + ' 0'.repeat(10);
    const at = (options: string, lvm = {}): string =>
      advice(
        judgeCacheHealth(liveCache({ status: full, parameters: `s 8:0 8:16 4096 ${options}`, ...lvm })),
        'cache-full',
      );
    expect(at('0')).toContain('wcache set wc high-watermark=25 low-watermark=20');
    expect(at('4 high_watermark 8 low_watermark 5')).toContain('high-watermark=4 low-watermark=0');
    expect(at('4 high_watermark 0 low_watermark 0')).not.toContain('wcache set');
    expect(at('0', { name: 'vg-data', uuid: LVM_UUID })).toContain(
      "lvchange --cachesettings 'high_watermark=25 low_watermark=20' vg/data",
    );
  });

  it('quotes a name as a shell needs it', () => {
    const found = judgeCacheHealth(liveCache({ name: String.raw`odd\x20name`, suspended: true }));
    expect(found[0]?.subject).toBe('odd name');
    expect(advice(found, 'cache-suspended')).toContain("wcache resume 'odd name'");
  });
});

describe('judgeWaitingCache', () => {
  it('tells how to make it live', () => {
    const [found] = judgeWaitingCache(waitingCache());
    expect(found).toMatchObject({ code: 'cache-waiting', severity: 'warning', subject: 'later' });
    expect(found?.advice).toContain('dmsetup resume later');
  });

  it('leaves LVM’s to LVM', () => {
    const [found] = judgeWaitingCache(waitingCache({ name: 'vg-data', uuid: LVM_UUID }));
    expect(found?.advice).toContain('lvchange --refresh vg/data');
  });
});

it('knows when writeback starts and stops', () => {
  expect(thresholdsOfCache(liveCache({ status: '0 63 63 0' + ' 0'.repeat(10) }))).toMatchObject({
    startsAtDirty: 31n,
    stopsAtDirty: 27n,
  });
});

it('has every code once', () => {
  expect(new Set(CACHE_FINDING_CODES).size).toBe(CACHE_FINDING_CODES.length);
});
