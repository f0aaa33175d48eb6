import { describe, expect, it } from 'vitest';
import type { DiskStatistics } from '../../src/device/index.js';
import { parseStatus } from '../../src/table/index.js';
import { diskInterval, elapsedBetween, fellBetween, type Sample } from '../../src/watch/interval.js';

const NO_DISKS = { mapped: null, origin: null, cache: null };
const QUIET: DiskStatistics = {
  ...{ reads: 10, readSectors: 80, readMs: 5, writes: 20, writtenSectors: 160, writeMs: 40 },
  ...{ inFlight: 0, busyMs: 30, discards: 0, flushes: 2, flushMs: 10 },
};

function sample(atMs: number, line: string): Sample {
  return { atMs, status: parseStatus(line), disks: NO_DISKS };
}

describe('two looks at a cache', () => {
  const before = sample(1000, '0 100 90 0 10 4 20 1 2 0 17 0 3 0');
  const after = sample(3000, '0 100 70 5 30 9 60 5 6 4 45 2 4 1');

  it('make what each counter grew by, and rates', () => {
    const { interval, noRates } = elapsedBetween(before, after, false);
    expect(noRates).toBeNull();
    expect(interval).toMatchObject({ elapsedMs: 2000, dirtyBlocksPerSecond: 10, readHitRatio: 0.25 });
    expect(interval.writeHitRatio).toBe(0.2);
    expect(interval.counters).toMatchObject({ reads: 20n, writes_blocked_on_freelist: 2n, discards: 1n });
    expect(interval.rates).toMatchObject({ reads: 10, writes: 20, writes_blocked_on_freelist: 1 });
  });

  it('make no ratios of nothing', () => {
    const { interval } = elapsedBetween(before, { ...before, atMs: 2000 }, false);
    expect(interval).toMatchObject({ readHitRatio: null, writeHitRatio: null });
    expect(interval.rates?.reads).toBe(0);
  });

  it('make no rates over counters that began anew, but tell the level', () => {
    const reset = sample(3000, '0 100 80 0 0 0 0 0 0 0 0 0 0 0');
    for (const { interval, noRates } of [
      elapsedBetween(before, reset, false),
      elapsedBetween(before, after, true),
    ]) {
      expect(interval).toMatchObject({
        rates: null,
        counters: null,
        readHitRatio: null,
        writeHitRatio: null,
      });
      expect(noRates).toBe('counters-began-anew');
    }
    expect(elapsedBetween(before, reset, false).interval.dirtyBlocksPerSecond).toBe(5);
    expect(fellBetween(before.status, reset.status)).toBe(true);
    expect(fellBetween(before.status, after.status)).toBe(false);
  });

  it('make no rates where a target does not count', () => {
    const { interval, noRates } = elapsedBetween(sample(0, '0 100 90 0'), sample(1000, '0 100 80 0'), false);
    expect(noRates).toBe('not-counted');
    expect(interval).toMatchObject({ rates: null, dirtyBlocksPerSecond: 10 });
    expect(fellBetween(sample(0, '0 100 90 0').status, before.status)).toBe(false);
  });

  it('say nothing of a level that means nothing', () => {
    const broken = sample(3000, '1 100 100 0 10 4 20 1 2 0 17 0 3 0');
    expect(elapsedBetween(before, broken, false).interval.dirtyBlocksPerSecond).toBe(0);
    const larger = sample(3000, '0 200 100 0 10 4 20 1 2 0 17 0 3 0');
    expect(elapsedBetween(before, larger, true).interval.dirtyBlocksPerSecond).toBe(0);
  });

  it('are never divided by nothing', () => {
    const { interval } = elapsedBetween(before, { ...after, atMs: before.atMs }, false);
    expect(interval.elapsedMs).toBe(1);
    expect(interval.rates?.reads).toBe(20_000);
  });

  it('count exactly where numbers are large', () => {
    const [one, other] = ['18446744073709551000', '18446744073709551615'];
    const line = (reads: string): string => `0 100 90 0 ${reads} 0 0 0 0 0 0 0 0 0`;
    const { interval } = elapsedBetween(sample(0, line(one)), sample(1000, line(other)), false);
    expect(interval.counters?.reads).toBe(615n);
    expect(interval.rates?.reads).toBe(615);
  });
});

describe('two readings of a disk', () => {
  const busy: DiskStatistics = {
    ...{ reads: 20, readSectors: 240, readMs: 25, writes: 60, writtenSectors: 1184, writeMs: 100 },
    ...{ inFlight: 3, busyMs: 530, discards: 0, flushes: 4, flushMs: 16 },
  };

  it('make rates, latencies and how busy it was', () => {
    expect(diskInterval(QUIET, busy, 2000)).toEqual({
      readsPerSecond: 5,
      writesPerSecond: 20,
      readBytesPerSecond: 160 * 256,
      writtenBytesPerSecond: 1024 * 256,
      readLatencyMs: 2,
      writeLatencyMs: 1.5,
      flushLatencyMs: 3,
      busyShare: 0.25,
      inFlight: 3,
    });
  });

  it('make no latency of no request, and no flushes where they are not counted', () => {
    const none = { readLatencyMs: null, writeLatencyMs: null, flushLatencyMs: null, busyShare: 0 };
    expect(diskInterval(QUIET, QUIET, 1000)).toMatchObject(none);
    const old = { ...QUIET, flushes: null, flushMs: null };
    expect(diskInterval(old, { ...busy, flushes: null, flushMs: null }, 1000)?.flushLatencyMs).toBeNull();
  });

  it('go over the end of 32 bits', () => {
    const late = { ...QUIET, writeMs: 2 ** 32 - 10, busyMs: 2 ** 32 - 10 };
    const wrapped = { ...late, writes: 22, writeMs: 10, busyMs: 240 };
    expect(diskInterval(late, wrapped, 1000)).toMatchObject({ writeLatencyMs: 10, busyShare: 0.25 });
  });

  it('say nothing where it began anew, or is not counted', () => {
    expect(diskInterval(busy, QUIET, 1000)).toBeNull();
    expect(diskInterval(null, busy, 1000)).toBeNull();
    expect(diskInterval(busy, null, 1000)).toBeNull();
  });

  it('are busy all the time at most', () => {
    expect(diskInterval(QUIET, { ...busy, busyMs: 5000 }, 1000)?.busyShare).toBe(1);
  });
});
