import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zipfPlaces } from '../../src/simulate/places.js';
import { Random } from '../../src/simulate/random.js';
import { Zipf } from '../../src/simulate/zipf.js';

/** How far counts are from what was expected, in the usual measure; near the number of places where they fit. */
function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce(
    (sum, count, place) => sum + (count - (expected[place] ?? 0)) ** 2 / (expected[place] ?? 1),
    0,
  );
}

describe('Random', () => {
  it('is evenly spread, and has no pattern from one number to the next', () => {
    const random = new Random(1);
    const pairs = new Array<number>(256).fill(0);
    let last = random.below(16);
    for (let drawn = 0; drawn < 256_000; drawn++) {
      const next = random.below(16);
      pairs[last * 16 + next] = (pairs[last * 16 + next] ?? 0) + 1;
      last = next;
    }
    // 255 degrees of freedom: beyond 350 once in 30,000 seeds; this seed is always the same.
    expect(chiSquare(pairs, new Array<number>(256).fill(1000))).toBeLessThan(350);
  });

  it('gives the same for the same seed, differs for those that lie close together, and stays below the count', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 53 - 2 }),
        fc.integer({ min: 1, max: 2 ** 53 - 1 }),
        (seed, count) => {
          const [one, same, other] = [new Random(seed), new Random(seed), new Random(seed + 1)];
          const numbers = Array.from({ length: 8 }, () => one.below(count));
          expect(Array.from({ length: 8 }, () => same.below(count))).toEqual(numbers);
          if (count > 2 ** 20) {
            expect(Array.from({ length: 8 }, () => other.below(count))).not.toEqual(numbers);
          }
          for (const number of numbers) {
            expect(number >= 0 && number < count && Number.isInteger(number)).toBe(true);
          }
        },
      ),
    );
  });
});

describe('Zipf', () => {
  it.each([0.5, 0.99, 1, 1.2, 3])('has the shares of its law with the exponent %d', (exponent) => {
    const count = 50;
    const zipf = new Zipf(count, exponent);
    const random = new Random(3);
    const counts = new Array<number>(count).fill(0);
    const draws = 200_000;
    for (let drawn = 0; drawn < draws; drawn++) {
      const rank = zipf.rank(random);
      counts[rank - 1] = (counts[rank - 1] ?? 0) + 1;
    }
    const weights = counts.map((_, place) => (place + 1) ** -exponent);
    const whole = weights.reduce((a, b) => a + b);
    // 49 degrees of freedom.
    expect(
      chiSquare(
        counts,
        weights.map((weight) => (weight / whole) * draws),
      ),
    ).toBeLessThan(100);
  });

  it('stays in the range, however large it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 50 }),
        fc.double({ min: 0.01, max: 10, noNaN: true }),
        fc.nat(),
        (count, exponent, seed) => {
          const zipf = new Zipf(count, exponent);
          const random = new Random(seed);
          for (let drawn = 0; drawn < 20; drawn++) {
            const rank = zipf.rank(random);
            expect(rank >= 1 && rank <= count && Number.isInteger(rank)).toBe(true);
          }
        },
      ),
    );
  });
});

describe('places by Zipf', () => {
  it('strew the frequent ones, the same for every seed', () => {
    const top = (seed: number): number[] => {
      const next = zipfPlaces(1000, seed, 1.5);
      const counts = new Map<number, number>();
      for (let drawn = 0; drawn < 20_000; drawn++) {
        const place = next();
        counts.set(place, (counts.get(place) ?? 0) + 1);
      }
      return [...counts]
        .sort(([, a], [, b]) => b - a)
        .slice(0, 3)
        .map(([place]) => place);
    };
    const [first = 0, second = 0, third = 0] = top(1);
    expect(top(2)).toEqual([first, second, third]);
    expect(Math.abs(first - second)).toBeGreaterThan(10);
    expect(Math.abs(second - third)).toBeGreaterThan(10);
  });

  it('reach every place of a range once per rank, also beyond what a double multiplies exactly', () => {
    for (const count of [1, 2, 3, 10, 97, 1024]) {
      const next = zipfPlaces(count, 1, 0.01);
      const seen = new Set(Array.from({ length: count * 40 }, () => next()));
      expect(seen.size).toBe(count);
    }
    const next = zipfPlaces(2 ** 50 + 1, 1, 0.01);
    for (let drawn = 0; drawn < 100; drawn++) expect(next()).toBeLessThanOrEqual(2 ** 50);
  });
});
