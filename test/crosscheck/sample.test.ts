import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inStretches, SAMPLE_BLOCKS, wantedBlocks } from '../../src/crosscheck/sample.js';

function chosen(total: number, wanted: number): number[] {
  const takes = inStretches(total, wanted);
  return Array.from({ length: total }, (_, position) => position).filter(takes);
}

describe('a sample', () => {
  it('has exactly as many as wanted', () => {
    fc.assert(
      fc.property(fc.nat(3000), fc.nat(3000), (total, wanted) => {
        expect(chosen(total, wanted)).toHaveLength(Math.min(total, wanted));
      }),
    );
  });

  it('lies in 16 stretches, evenly', () => {
    const positions = chosen(100_000, 1600);
    const starts = positions.filter((position, at) => position !== (positions[at - 1] ?? -2) + 1);
    expect(starts).toHaveLength(16);
    const distances = starts.slice(1).map((start, at) => start - (starts[at] ?? 0));
    expect(Math.max(...distances) - Math.min(...distances)).toBeLessThanOrEqual(1);
    expect(starts[0]).toBeLessThanOrEqual(100_000 / 16);
  });

  it('begins elsewhere each time, so that every position is looked at some time', () => {
    const seen = new Set<number>();
    for (let times = 0; times < 2000; times += 1) for (const position of chosen(100, 16)) seen.add(position);
    expect(seen.size).toBe(100);
  });

  it('is what a level asks for', () => {
    expect(wantedBlocks('metadata', 10)).toBe(0);
    expect(wantedBlocks('full', 10_000)).toBe(10_000);
    expect(wantedBlocks('sample', 10_000)).toBe(SAMPLE_BLOCKS);
    expect(wantedBlocks('sample', 10)).toBe(10);
    expect(wantedBlocks('sample', 100, 7)).toBe(7);
  });
});
