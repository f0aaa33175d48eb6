import { describe, expect, it } from 'vitest';
import { DrainMeter } from '../../src/procedure/drain-meter.js';

const sample = (atMs: number, dirtyBlocks: number) => ({
  atMs,
  dirtyBlocks,
  writebackBlocks: 0,
  totalBlocks: 1000,
});

describe('DrainMeter', () => {
  it('tells nothing of the rate before there are two samples', () => {
    expect(new DrainMeter().add(sample(0, 800))).toMatchObject({ blocksPerSecond: null, remainingMs: null });
  });

  it('tells rate and remaining time', () => {
    const meter = new DrainMeter();
    meter.add(sample(0, 800));
    expect(meter.add(sample(2000, 600))).toMatchObject({
      blocksPerSecond: 100,
      remainingMs: 6000,
      startDirtyBlocks: 800,
      stalledMs: 0,
    });
  });

  it('follows a change of the rate within its window', () => {
    const meter = new DrainMeter();
    for (let second = 0; second <= 20; second++) meter.add(sample(second * 1000, 1000 - second * 40));
    let last = meter.add(sample(21_000, 200));
    for (let second = 22; second <= 60; second++) last = meter.add(sample(second * 1000, 200));
    expect(last).toMatchObject({ blocksPerSecond: 0, remainingMs: null, stalledMs: 40_000 });
  });

  it('counts a stall from the last new low, however the level goes up and down', () => {
    const meter = new DrainMeter();
    meter.add(sample(0, 500));
    meter.add(sample(1000, 400));
    meter.add(sample(2000, 450));
    expect(meter.add(sample(3000, 400))).toMatchObject({ stalledMs: 2000 });
    expect(meter.add(sample(4000, 399))).toMatchObject({ stalledMs: 0 });
  });

  it('knows the end', () => {
    const meter = new DrainMeter();
    meter.add(sample(0, 5));
    expect(meter.add(sample(10, 0))).toMatchObject({ remainingMs: 0 });
  });
});
