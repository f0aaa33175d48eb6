import { expect, it } from 'vitest';
import { NO_OUTLOOK, OutlookMeter, type Level } from '../../src/watch/outlook.js';
import type { Outlook } from '../../src/watch/types.js';

/** Levels a second apart, of a cache of 1000 blocks that is written back from 500 to 450. */
function watch(meter: OutlookMeter, levels: readonly number[], startMs = 0, total = 1000): Outlook {
  let outlook = NO_OUTLOOK;
  levels.forEach((dirty, second) => {
    const level: Level = {
      atMs: startMs + second * 1000,
      dirty,
      total,
      startsAtDirty: 500,
      stopsAtDirty: 450,
    };
    outlook = meter.add(level);
  });
  return outlook;
}

function ramp(from: number, step: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index * step);
}

it('says nothing before three looks', () => {
  expect(watch(new OutlookMeter(), [600, 590])).toEqual(NO_OUTLOOK);
  expect(watch(new OutlookMeter(), [600, 590, 580]).blocksPerSecond).toBe(-10);
});

it('tells when the level comes to the low watermark and to nothing', () => {
  expect(watch(new OutlookMeter(), [600, 590, 580])).toEqual({
    blocksPerSecond: -10,
    toLowWatermarkMs: 13_000,
    toCleanMs: 58_000,
    toHighWatermarkMs: null,
    toFullMs: null,
  });
  expect(watch(new OutlookMeter(), [60, 50, 40])).toMatchObject({ toLowWatermarkMs: null, toCleanMs: 4000 });
});

it('tells when it comes to the high watermark and to the brim', () => {
  expect(watch(new OutlookMeter(), [100, 120, 140])).toEqual({
    blocksPerSecond: 20,
    toLowWatermarkMs: null,
    toCleanMs: null,
    toHighWatermarkMs: 18_000,
    toFullMs: 43_000,
  });
  expect(watch(new OutlookMeter(), [600, 620, 640])).toMatchObject({
    toHighWatermarkMs: null,
    toFullMs: 18_000,
  });
});

it('goes nowhere while the level stands still', () => {
  expect(watch(new OutlookMeter(), [600, 600, 600, 600])).toEqual({ ...NO_OUTLOOK, blocksPerSecond: 0 });
});

it('is there where it is clean, or full', () => {
  expect(watch(new OutlookMeter(), [0])).toEqual({ ...NO_OUTLOOK, toCleanMs: 0 });
  expect(watch(new OutlookMeter(), [0, 0, 0])).toMatchObject({ blocksPerSecond: 0, toCleanMs: 0 });
  expect(watch(new OutlookMeter(), [980, 990, 1000])).toMatchObject({ toFullMs: 0, toCleanMs: null });
});

it('gives no time where the level goes up and down', () => {
  const outlook = watch(new OutlookMeter(), [500, 540, 490, 530, 505, 545, 495]);
  expect(outlook).toEqual({ ...NO_OUTLOOK, blocksPerSecond: outlook.blocksPerSecond });
  expect(Math.abs(outlook.blocksPerSecond ?? NaN)).toBeLessThan(20);
});

it('evens out bursts', () => {
  const outlook = watch(new OutlookMeter(), [600, 600, 580, 580, 560, 560, 540, 540]);
  expect(outlook.blocksPerSecond).toBeCloseTo(-10, 0);
  expect(outlook.toCleanMs).toBeGreaterThan(45_000);
  expect(outlook.toCleanMs).toBeLessThan(65_000);
});

it('forgets what was more than a quarter of a minute ago', () => {
  const meter = new OutlookMeter();
  watch(meter, ramp(300, 0, 20));
  expect(watch(meter, ramp(300, 10, 16), 20_000)).toMatchObject({ blocksPerSecond: 10 });
});

it('sees a turn soon', () => {
  const meter = new OutlookMeter();
  watch(meter, ramp(350, 10, 16));
  const falling = watch(meter, ramp(470, -30, 3), 16_000);
  expect(falling).toMatchObject({ blocksPerSecond: -30, toFullMs: null });
  expect(falling.toCleanMs).toBeCloseTo((410 / 30) * 1000, 0);
});

it('sees soon that nothing moves any more', () => {
  const meter = new OutlookMeter();
  watch(meter, ramp(600, -10, 16));
  expect(watch(meter, [450, 450, 450], 16_000)).toEqual({ ...NO_OUTLOOK, blocksPerSecond: 0 });
});

it('needs three looks also where they are far apart', () => {
  const meter = new OutlookMeter();
  let outlook = NO_OUTLOOK;
  for (const [minute, dirty] of [600, 540, 480].entries()) {
    const place = { startsAtDirty: 500, stopsAtDirty: 450, total: 1000 };
    outlook = meter.add({ ...place, atMs: minute * 60_000, dirty });
  }
  expect(outlook).toMatchObject({ blocksPerSecond: -1, toCleanMs: 480_000 });
});

it('begins anew when told, and when the cache has another size', () => {
  const meter = new OutlookMeter();
  watch(meter, ramp(600, -10, 5));
  meter.restart();
  expect(watch(meter, [500, 480], 5000)).toEqual(NO_OUTLOOK);
  expect(watch(meter, [900, 880], 8000, 2000)).toEqual(NO_OUTLOOK);
});
