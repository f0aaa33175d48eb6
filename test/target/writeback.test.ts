import { describe, expect, it } from 'vitest';
import { CURRENT, KernelBug, type Pace } from '../../src/target/index.js';
import { SmallCache } from './small-cache.js';

const SLOW: Pace = { copyEndsAtMs: (_, nowMs) => nowMs + 1000 };

it.each(['s', 'p'] as const)(
  'begins at the high watermark and ends at the low one, the oldest first, in mode %s',
  (mode) => {
    const cache = new SmallCache({ mode, nBlocks: 10, options: { high_watermark: 50, low_watermark: 30 } });
    for (const sector of [40, 30, 20, 10]) cache.write(sector, 1);
    expect(cache.free).toBe(6);
    cache.write(0, 1);
    expect(cache.free).toBe(8);
    expect(cache.onOrigin(40)).toEqual([1]);
    expect(cache.onOrigin(30)).toEqual([1]);
    expect(cache.onOrigin(10)).toEqual([0]);
  },
);

it('takes along the blocks behind, if they lie in a row', () => {
  const cache = new SmallCache({
    mode: 's',
    nBlocks: 10,
    options: { high_watermark: 50, low_watermark: 40 },
  });
  cache.write(20, 1, { blocks: 4 });
  cache.write(30, 1);
  expect(cache.free).toBe(9);
  expect(cache.onOrigin(20, 4)).toEqual([1, 1, 1, 1]);
});

it.each(['s', 'p'] as const)(
  'writes back what is too old, down to the low watermark at once, in mode %s',
  (mode) => {
    const options = { high_watermark: 100, low_watermark: 50, max_age: 1600 };
    const cache = new SmallCache({ mode, nBlocks: 10, options });
    for (let sector = 0; sector < 12; sector += 2) cache.write(sector, 1);
    expect(cache.free).toBe(4);
    cache.target.advance(100);
    expect(cache.free).toBe(6);
    cache.target.advance(1499);
    expect(cache.free).toBe(6);
    cache.target.advance(1500);
    expect(cache.free).toBe(10);
  },
);

it.each(['s', 'p'] as const)(
  'lets time go on where it finds nothing but newer copies of what is on its way, in mode %s',
  (mode) => {
    const options = { high_watermark: 10, low_watermark: 5 };
    const cache = new SmallCache({ mode, nBlocks: 600, options, target: { pace: SLOW }, originBlocks: 300 });
    const sectors = Array.from({ length: 150 }, (_, index) => 2 * index);
    for (const sector of sectors) cache.write(sector, 1);
    cache.target.flush();
    for (const sector of sectors) cache.write(sector, 2);
    cache.target.flush();
    cache.target.advance(60_000);
    expect(cache.free).toBeGreaterThanOrEqual(540);
    expect(cache.onOrigin(0)).toEqual([2]);
  },
);

it('keeps seq_count and the sectors of what it frees', () => {
  const cache = new SmallCache({ mode: 's', nBlocks: 3 });
  for (const sector of [7, 8]) cache.write(sector, 1);
  cache.target.message('flush_on_suspend');
  cache.target.suspend();
  expect(cache.entries()).toEqual(['7 free', '8 free', 'unused']);
  expect(cache.seqCount).toBe(1n);
});

it('asks for flush_on_suspend again each time', () => {
  const cache = new SmallCache({ mode: 's', nBlocks: 3 });
  cache.target.message('flush_on_suspend');
  cache.target.suspend();
  cache.target.resume();
  cache.write(7, 1);
  cache.target.suspend();
  expect(cache.free).toBe(2);
});

it.each(['s', 'p'] as const)(
  'lets a write wait where a sector has a copy under way and no block is free, in mode %s',
  (mode) => {
    const cache = new SmallCache({ mode, nBlocks: 1, target: { pace: SLOW } });
    cache.write(7, 1);
    expect(cache.target.status().writeback_blocks).toBe(1);
    cache.write(7, 2);
    expect(cache.target.stalledMs).toBe(1000);
    expect(cache.target.status().counters?.writes_blocked_on_freelist).toBe(1n);
    expect(cache.read(7)).toEqual([2]);
  },
);

it('leaves out what lies beyond the end of the origin', () => {
  const cache = new SmallCache({ mode: 's', nBlocks: 4 });
  cache.write(63, 1);
  cache.target.suspend();
  Object.defineProperty(cache.origin, 'sizeBytes', { value: 63n * 512n });
  cache.target.resume();
  cache.target.message('flush');
  expect(cache.free).toBe(4);
  expect(cache.origin.bytes[63 * 512]).toBe(0);
});

it('stops at the high watermark in the first version of the target', () => {
  const options = { high_watermark: 50, low_watermark: 30 };
  const behaviour = { ...CURRENT, usesLowWatermark: false };
  const cache = new SmallCache({ mode: 's', nBlocks: 10, options, target: { behaviour } });
  for (const sector of [40, 30, 20, 10, 0]) cache.write(sector, 1);
  expect(cache.free).toBe(6);
});

it('waits in ssd mode for some time after a write that went around the cache', () => {
  const options = { high_watermark: 50, low_watermark: 50, pause_writeback: 3000 };
  const cache = new SmallCache({ mode: 's', nBlocks: 4, options });
  cache.target.message('clear_stats');
  const around = cache.load({
    metadata_only: true,
    pause_writeback: 3000,
    high_watermark: 50,
    low_watermark: 50,
  });
  cache.write(1, 1);
  cache.target.suspend();
  cache.use(around);
  cache.write(9, 2);
  expect(cache.onOrigin(9)).toEqual([2]);
  cache.target.message('flush');
  expect(cache.free).toBe(4);
});

describe('where a kernel crashes', () => {
  const options = { high_watermark: 50, low_watermark: 0 };

  it('goes on with a block that its own commit has freed', () => {
    const cache = new SmallCache({ mode: 's', nBlocks: 4, options });
    cache.write(1, 1);
    expect(() => {
      cache.write(0, 2, { blocks: 2 });
    }).toThrow(KernelBug);
  });

  it('takes a block for a neighbour that is none (W3)', () => {
    const cache = new SmallCache({ mode: 's', nBlocks: 8 });
    for (const sector of [11, 20, 21, 12]) cache.write(sector, 1);
    cache.target.flush();
    cache.target.discard(20, 2);
    cache.write(30, 1, { blocks: 4 });
    cache.target.flush();
    // 10 and 11 go where 20 and 21 were: beside 12, and not where the old 11 is.
    expect(() => {
      cache.write(10, 2, { blocks: 2 });
    }).toThrow('the blocks 0 and 3 as neighbours');
  });

  it('does neither where the fault is mended', () => {
    const behaviour = { ...CURRENT, diesOfDuplicates: false };
    const cache = new SmallCache({ mode: 's', nBlocks: 4, options, target: { behaviour } });
    cache.write(1, 1);
    cache.write(0, 2, { blocks: 2 });
    expect(cache.free).toBe(4);
    expect(cache.onOrigin(0, 2)).toEqual([2, 2]);
  });
});
