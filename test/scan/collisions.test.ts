import { describe, expect, it, vi } from 'vitest';
import { CopyTable } from '../../src/scan/copy-table.js';
import { FingerprintSet } from '../../src/scan/fingerprint-set.js';
import type * as hash from '../../src/scan/hash.js';

const PLACE_SEED = 1;
const MARK_SEED = 2;

// A hash that tests can see through: a value's place is its low half, and its mark the high one.
vi.mock('../../src/scan/hash.js', async (importOriginal) => ({
  ...(await importOriginal<typeof hash>()),
  newHashSeed: (): hash.HashSeed => ({ place: PLACE_SEED, mark: MARK_SEED }),
  mix: (hi: number, lo: number, seed: number): number => (seed === PLACE_SEED ? lo : hi),
}));

const LAST = 2 ** 32 - 1;

describe('FingerprintSet', () => {
  it('keeps values with one place apart by their marks, over the end of the table', () => {
    for (const place of [0, 2 ** 31, LAST]) {
      const set = new FingerprintSet(20);
      const marks = Array.from({ length: 20 }, (_, at) => at + 1);
      expect(marks.filter((mark) => set.add(mark, place))).toEqual([]);
      expect(marks.filter((mark) => !set.add(mark, place))).toEqual([]);
    }
  });

  it('does not overlook the value whose mark is zero, which is what an empty slot has', () => {
    const set = new FingerprintSet(20);
    expect(set.add(0, 77)).toBe(false);
    expect(set.add(0, 77)).toBe(true);
    expect(set.add(5, 77)).toBe(false);
    expect(set.add(0, 77)).toBe(true);
  });

  it('takes values with the same place and mark for one', () => {
    const set = new FingerprintSet(2 ** 20);
    expect(set.add(9, 8)).toBe(false);
    // Next to it among 2^32 places, and in the same one of some million slots.
    expect(set.add(9, 9)).toBe(true);
  });

  it('finds values in all of its tables', () => {
    const set = new FingerprintSet(0);
    const marks = Array.from({ length: 500 }, (_, at) => at + 1);
    for (const mark of marks) set.add(mark, LAST);
    expect(marks.filter((mark) => !set.add(mark, LAST))).toEqual([]);
    expect(set.add(501, LAST)).toBe(false);
  });
});

describe('CopyTable', () => {
  it.each([0, 100, LAST])('keeps sectors with the hash %i apart, also while it grows', (lo) => {
    const table = new CopyTable(0);
    for (let hi = 0; hi < 300; hi += 1) {
      expect(table.find(hi, lo)).toBe(-1);
      table.keep(table.watch(hi, lo), hi * 3, hi, 7);
    }
    for (let hi = 0; hi < 300; hi += 1) {
      const slot = table.find(hi, lo);
      expect(table.keptIndex(slot)).toBe(hi * 3);
      expect(table.compareKept(slot, hi, 7)).toBe(0);
    }
    expect(table.find(300, lo)).toBe(-1);
  });
});
