import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PAGE_BYTES, PagedBitmap } from '../../src/scan/paged-bitmap.js';

const PAGE = 65536;
/** From this number on pages are found by hash. */
const BEYOND = 2 ** 36;

const members = fc.oneof(
  fc.nat(200),
  fc.constantFrom(0, 31, 32, 63, 64, PAGE - 1, PAGE, PAGE + 31, 2 * PAGE - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32),
  fc.integer({ min: 0, max: 2 ** 26 }),
  fc.integer({ min: BEYOND - 40, max: BEYOND + 40 }),
  fc.integer({ min: 2 ** 45, max: Number.MAX_SAFE_INTEGER }),
  fc.constantFrom(2 ** 52, Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER),
);

it('equals a Set over any numbers below 2^53', () => {
  fc.assert(
    fc.property(
      fc.array(members, { maxLength: 60 }),
      fc.array(members, { maxLength: 20 }),
      (added, asked) => {
        const bitmap = new PagedBitmap();
        const set = new Set<number>();
        for (const value of added) {
          expect(bitmap.add(value)).toBe(set.has(value));
          set.add(value);
          expect(bitmap.add(value)).toBe(true);
        }
        for (const value of [...added, ...asked]) {
          expect(bitmap.has(value), String(value)).toBe(set.has(value));
        }
        expect([...bitmap.values()]).toEqual([...set].sort((a, b) => a - b));
      },
    ),
    { numRuns: 50 },
  );
});

it('keeps every bit of a page apart', () => {
  const bitmap = new PagedBitmap();
  for (let value = PAGE; value < 2 * PAGE; value += 3) {
    bitmap.add(value);
  }
  for (let value = 0; value < 3 * PAGE; value += 1) {
    const expected = value >= PAGE && value < 2 * PAGE && (value - PAGE) % 3 === 0;
    if (bitmap.has(value) !== expected) expect(bitmap.has(value), String(value)).toBe(expected);
  }
  expect([...bitmap.values()]).toHaveLength(Math.ceil(PAGE / 3));
});

it('is empty at first', () => {
  const bitmap = new PagedBitmap();
  expect([...bitmap.values()]).toEqual([]);
  expect([bitmap.has(0), bitmap.has(BEYOND), bitmap.has(Number.MAX_SAFE_INTEGER)]).toEqual([
    false,
    false,
    false,
  ]);
  expect(bitmap.sizeBytes).toBe(0);
});

it('takes memory only where members are', () => {
  const bitmap = new PagedBitmap();
  for (let value = 0; value < PAGE; value += 1) {
    bitmap.add(value);
  }
  expect(bitmap.sizeBytes).toBe(PAGE_BYTES + 8);
  bitmap.add(1000 * PAGE);
  expect(bitmap.sizeBytes).toBe(2 * PAGE_BYTES + 1001 * 8);
  bitmap.add(Number.MAX_SAFE_INTEGER);
  expect(bitmap.sizeBytes).toBe(3 * PAGE_BYTES + 1001 * 8);
});

it('visits with forEach what values gives, in the same order, near and far', () => {
  const bitmap = new PagedBitmap();
  for (const value of [0, 31, 32, 65535, 65536, 2 ** 36 - 1, 2 ** 36, 2 ** 45 + 7, 5]) {
    bitmap.add(value);
  }
  const visited: number[] = [];
  bitmap.forEach((value) => visited.push(value));
  expect(visited).toEqual([...bitmap.values()]);
  expect(visited).toHaveLength(9);
});
