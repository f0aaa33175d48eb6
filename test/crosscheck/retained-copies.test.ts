import { describe, expect, it } from 'vitest';
import { ColumnsBuilder } from '../../src/crosscheck/block-columns.js';
import { RetainedCopies } from '../../src/crosscheck/retained-copies.js';

const ONES = 0xffff_ffff;

describe('the copies that a cache still holds', () => {
  it('are together by all 64 bits of their sectors', () => {
    const builder = new ColumnsBuilder(0);
    builder.add(0, 1, 8, ONES, ONES);
    builder.add(1, 0, 8, ONES, ONES);
    builder.add(2, 0, 16, ONES, ONES);
    builder.add(3, 0, 8, 0, 2);
    const copies = new RetainedCopies(builder.build());
    expect(copies.blockCount).toBe(3);
    expect([0, 1, 2].map((block) => [...copies.copiesOf(block)])).toEqual([[1, 3], [2], [0]]);
    expect([0, 1, 2].map((block) => copies.isInUse(block))).toEqual([true, false, false]);
  });

  it('may be none', () => {
    expect(new RetainedCopies(new ColumnsBuilder(0).build()).blockCount).toBe(0);
  });
});
