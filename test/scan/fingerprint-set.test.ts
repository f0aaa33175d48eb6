import { describe, expect, it } from 'vitest';
import { FingerprintSet } from '../../src/scan/fingerprint-set.js';
import { randomWords } from './helpers.js';

/** Different pairs: 64-bit values as a hostile image may have them, far apart and next to each other. */
function values(count: number, seed: number): [number, number][] {
  const random = randomWords(seed);
  const found = new Map<string, [number, number]>();
  while (found.size < count) {
    const base: [number, number] = [random() % 3 === 0 ? 0 : random(), random()];
    for (const pair of [base, [base[0], (base[1] + 8) >>> 0]] as [number, number][]) {
      found.set(pair.join(), pair);
    }
  }
  return [...found.values()].slice(0, count);
}

describe('never overlooks a value', () => {
  it.each([
    [50_000, 50_000, 'as many as were expected'],
    [20_000, 10_000, 'twice as many'],
    [4000, 1, 'thousands where one was expected'],
    [3000, 0, 'thousands where none was expected'],
  ])('%i added, %i expected: %s', (count, expected) => {
    const set = new FingerprintSet(expected);
    const all = values(count, count + expected);
    let mistaken = 0;
    for (const [hi, lo] of all) {
      mistaken += set.add(hi, lo) ? 1 : 0;
    }
    for (const [hi, lo] of all) {
      if (!set.add(hi, lo)) expect.unreachable(`${String(hi)}:${String(lo)} was overlooked`);
    }
    // A comparison of 32 bits goes wrong once in 2^32; there were some millions at most.
    expect(mistaken).toBeLessThan(3);
  });
});

it('takes zero and all ones like any other value', () => {
  const set = new FingerprintSet(4);
  const all: [number, number][] = [
    [0, 0],
    [0xffff_ffff, 0xffff_ffff],
    [0, 0xffff_ffff],
    [0xffff_ffff, 0],
  ];
  expect(all.map(([hi, lo]) => set.add(hi, lo))).toEqual([false, false, false, false]);
  expect(all.map(([hi, lo]) => set.add(hi, lo))).toEqual([true, true, true, true]);
});

it('takes under 5.8 bytes for each value that it was made for', () => {
  const count = 2 ** 21;
  const before = process.memoryUsage().arrayBuffers;
  const set = new FingerprintSet(count);
  const taken = process.memoryUsage().arrayBuffers - before;
  const random = randomWords(3);
  for (let i = 0; i < count; i += 1) {
    set.add(random(), random());
  }
  expect(taken).toBeGreaterThan(5 * count);
  expect(taken).toBeLessThan(5.8 * count);
});
