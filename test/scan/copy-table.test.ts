import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CopyTable } from '../../src/scan/copy-table.js';
import { randomWords } from './helpers.js';

it('knows nothing at first', () => {
  const table = new CopyTable(0);
  expect(table.find(0, 0)).toBe(-1);
  expect(table.find(0xffff_ffff, 0xffff_ffff)).toBe(-1);
  const slot = table.watch(0, 0);
  expect(table.find(0, 0)).toBe(slot);
  expect(table.keptIndex(slot)).toBe(-1);
  expect(table.find(0, 8)).toBe(-1);
});

it.each([0, 1, 100, 20_000])('grows from %i expected sectors to 20,000, and forgets nothing', (expected) => {
  const random = randomWords(expected + 1);
  const table = new CopyTable(expected);
  const sectors = Array.from({ length: 20_000 }, (_, index) => ({
    hi: index % 5 === 0 ? 0 : random(),
    lo: random(),
  }));
  for (const [index, { hi, lo }] of sectors.entries()) {
    const slot = table.watch(hi, lo);
    if (index % 3 !== 0) table.keep(slot, index, hi ^ 1, lo ^ 2);
  }
  for (const [index, { hi, lo }] of sectors.entries()) {
    const slot = table.find(hi, lo);
    const kept = [
      table.keptIndex(slot),
      index % 3 === 0 ? 0 : table.compareKept(slot, (hi ^ 1) >>> 0, (lo ^ 2) >>> 0),
    ];
    const wanted = [index % 3 === 0 ? -1 : index, 0];
    if (kept.join() !== wanted.join()) expect(kept, `sector ${String(index)}`).toEqual(wanted);
  }
  for (let i = 0; i < 1000; i += 1) {
    // 20,000 of 2^64 values are there: none of these.
    if (table.find(random(), random()) !== -1) expect.unreachable('a sector that nobody watched was found');
  }
});

it('equals a Map over any sequence of operations', () => {
  const word = fc.oneof(fc.nat(3), fc.constantFrom(2 ** 31, 2 ** 32 - 1));
  const operation = fc.record({
    hi: word,
    lo: word,
    keep: fc.boolean(),
    index: fc.nat(2 ** 40),
    seqHi: word,
    seqLo: word,
  });
  fc.assert(
    fc.property(fc.nat(4), fc.array(operation, { maxLength: 60 }), (expected, operations) => {
      const table = new CopyTable(expected);
      const map = new Map<string, { index: number; seq: bigint }>();
      for (const { hi, lo, keep, index, seqHi, seqLo } of operations) {
        const key = `${String(hi)}:${String(lo)}`;
        expect(table.find(hi, lo) === -1).toBe(!map.has(key));
        const slot = table.watch(hi, lo);
        const known = map.get(key) ?? { index: -1, seq: 0n };
        expect(table.keptIndex(slot)).toBe(known.index);
        const seq = (BigInt(seqHi) << 32n) | BigInt(seqLo);
        expect(Math.sign(table.compareKept(slot, seqHi, seqLo))).toBe(
          known.seq > seq ? 1 : known.seq < seq ? -1 : 0,
        );
        if (keep) table.keep(slot, index, seqHi, seqLo);
        map.set(key, keep ? { index, seq } : known);
      }
    }),
    { numRuns: 500 },
  );
});

it('forgets everything when it is cleared, and can be used again', () => {
  const table = new CopyTable(10);
  for (let round = 0; round < 3; round += 1) {
    for (let lo = 0; lo < 500; lo += 1) {
      expect(table.find(round, lo)).toBe(-1);
      const slot = table.watch(round, lo);
      expect(table.keptIndex(slot)).toBe(-1);
      table.keep(slot, lo, round, lo);
    }
    expect(table.keptIndex(table.find(round, 499))).toBe(499);
    table.clear();
    expect(table.find(round, 499)).toBe(-1);
  }
});

it('keeps the index of an entry beyond 2^32', () => {
  const table = new CopyTable(1);
  const slot = table.watch(1, 2);
  table.keep(slot, 2 ** 47 - 1, 3, 4);
  expect(table.keptIndex(slot)).toBe(2 ** 47 - 1);
  table.keep(slot, 5, 2 ** 32 - 1, 2 ** 32 - 2);
  expect(table.keptSeqCount(slot)).toBe(2n ** 64n - 2n);
});
