import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTargetVersion, thresholdsOf } from '../../src/table/index.js';

const percents = fc.integer({ min: 0, max: 100 });
const counts = fc.oneof(fc.bigInt(1n, 300n), fc.bigInt(1n, 2n ** 47n - 1n));

describe('thresholdsOf', () => {
  it('agrees with the example of kernel-target.md §2.3', () => {
    expect(thresholdsOf(63n, { high: 50, low: 45 })).toEqual({
      ...{ freeHigh: 32n, freeLow: 35n, startsAtDirty: 31n, stopsAtDirty: 27n },
    });
  });

  it('is the formula', () => {
    fc.assert(
      fc.property(counts, percents, percents, (n, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const { freeHigh, freeLow, startsAtDirty, stopsAtDirty } = thresholdsOf(n, { high, low });
        expect(freeHigh).toBe((n * (100n - BigInt(high)) + 50n) / 100n);
        expect(freeLow).toBe((n * (100n - BigInt(low)) + 50n) / 100n);
        expect(freeHigh <= freeLow).toBe(true);
        expect(startsAtDirty >= 1n && startsAtDirty <= n).toBe(true);
        expect(stopsAtDirty >= 0n && stopsAtDirty < startsAtDirty).toBe(true);
      }),
    );
  });

  it('says when the kernel, block by block, starts and stops', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), percents, percents, (n, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const { freeHigh, freeLow, startsAtDirty, stopsAtDirty } = thresholdsOf(BigInt(n), { high, low });
        let dirty = 1;
        while (BigInt(n - dirty) > freeHigh) dirty += 1;
        expect(startsAtDirty).toBe(BigInt(dirty));
        while (dirty > 0 && BigInt(n - dirty) <= freeLow) dirty -= 1;
        expect(stopsAtDirty).toBe(BigInt(dirty));
      }),
    );
  });

  it('writes back everything for the cleaner', () => {
    expect(thresholdsOf(63n, { high: 50, low: 45, cleaner: true })).toEqual({
      ...{ freeHigh: 63n, freeLow: 63n, startsAtDirty: 1n, stopsAtDirty: 0n },
    });
  });

  it('forgets the low watermark in 1.0.0', () => {
    const { freeLow, stopsAtDirty } = thresholdsOf(63n, { high: 50, low: 45 }, parseTargetVersion('1.0.0'));
    expect([freeLow, stopsAtDirty]).toEqual([32n, 30n]);
  });

  it('refuses what is no watermark, and no count', () => {
    for (const high of [-1, 101, 50.5, NaN]) {
      expect(() => thresholdsOf(63n, { high, low: 0 })).toThrow(RangeError);
    }
    expect(() => thresholdsOf(-1n, { high: 50, low: 45 })).toThrow(RangeError);
  });
});
