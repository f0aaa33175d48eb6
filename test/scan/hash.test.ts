import { describe, expect, it } from 'vitest';
import { mix, newHashSeed, slotOf } from '../../src/scan/hash.js';
import { randomWords } from './helpers.js';

it('has other seeds every time', () => {
  const seeds = Array.from({ length: 20 }, newHashSeed).flatMap(({ place, mark }) => [place, mark]);
  // Of 40 numbers of 32 bits two are equal once in five million runs.
  expect(new Set(seeds).size).toBeGreaterThanOrEqual(39);
  for (const seed of seeds) {
    expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true);
  }
});

it('is an unsigned 32-bit number, and the same for the same value', () => {
  const random = randomWords(7);
  for (let i = 0; i < 10_000; i += 1) {
    const [hi, lo, seed] = [random(), random(), random()];
    const hash = mix(hi, lo, seed);
    expect(hash === hash >>> 0 && hash === mix(hi, lo, seed)).toBe(true);
  }
});

it('tells all values with the same high half apart', () => {
  for (const hi of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
    const { place } = newHashSeed();
    const hashes = new Set<number>();
    for (let i = 0; i < 100_000; i += 1) {
      hashes.add(mix(hi, i * 8, place));
    }
    expect(hashes.size).toBe(100_000);
  }
});

describe('spreads over any number of slots', () => {
  it.each([1, 16, 17, 1000, 2 ** 28, 3 * 2 ** 28 + 1])('%i', (capacity) => {
    expect(slotOf(0, capacity)).toBe(0);
    expect(slotOf(2 ** 32 - 1, capacity)).toBe(capacity - 1);
    const random = randomWords(capacity);
    for (let i = 0; i < 1000; i += 1) {
      const slot = slotOf(random(), capacity);
      expect(Number.isInteger(slot) && slot >= 0 && slot < capacity).toBe(true);
    }
  });

  it('evenly, for sectors as caches have them', () => {
    const { place } = newHashSeed();
    const counts = new Uint32Array(64);
    for (let block = 0; block < 64_000; block += 1) {
      const slot = slotOf(mix(0, block * 8, place), 64);
      counts[slot] = (counts[slot] ?? 0) + 1;
    }
    // A thousand each; six deviations of a random spread are two hundred.
    expect(Math.min(...counts)).toBeGreaterThan(700);
    expect(Math.max(...counts)).toBeLessThan(1300);
  });
});

// hash.ts promises that an image made to collide in one run does not in the next.
it('lets no two sectors collide under every seed', () => {
  const groups = [
    [0, 0x80000000],
    // The high halves that the mixing of `hi` alone makes equal, whatever seed and low half are.
    sameAfterMixing(2 ** 18),
  ];
  for (const highHalves of groups) {
    const distinct = Array.from({ length: 20 }, () => {
      const { place } = newHashSeed();
      return new Set(highHalves.map((hi) => mix(hi, 0x1000, place))).size;
    });
    expect(Math.max(...distinct), `of ${String(highHalves.length)} sectors`).toBeGreaterThanOrEqual(
      Math.min(2, highHalves.length),
    );
  }
});

/** A set of high halves below a limit that collide under one seed and, if there is such a set, under others. */
function sameAfterMixing(limit: number): number[] {
  const byHash = new Map<number, number[]>();
  for (let hi = 0; hi < limit; hi += 1) {
    const hash = mix(hi, 0, 1);
    const there = byHash.get(hash);
    if (there === undefined) byHash.set(hash, [hi]);
    else there.push(hi);
  }
  return [...byHash.values()].reduce((best, group) => (group.length > best.length ? group : best));
}
