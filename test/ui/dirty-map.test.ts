import { describe, expect, it } from 'vitest';
import type { SectorRange } from '../../src/scan/index.js';
import { dirtyMapText } from '../../src/ui/dirty-map.js';

function picture(ranges: readonly [number, number][], endSector: number): string[] {
  const sectors: SectorRange[] = ranges.map(([first, count]) => ({
    first_sector: BigInt(first),
    sectors: BigInt(count),
  }));
  const liveBlocks = ranges.reduce((sum, [, count]) => sum + count / 8, 0);
  const text = dirtyMapText({
    name: 'x',
    ranges: sectors,
    endSector: BigInt(endSector),
    blockSize: 4096,
    liveBlocks,
    unicode: true,
  });
  return text.split('\n').slice(2, -2);
}

describe('dirtyMapText', () => {
  it('has a cell a block where they all fit', () => {
    expect(
      picture(
        [
          [0, 8],
          [24, 16],
        ],
        40,
      ),
    ).toEqual(['       0 B  █··██']);
  });

  it('darkens a cell with its dirty share', () => {
    // 1024 cells of 4 blocks each: a quarter, a half, three quarters and all of one.
    const rows = picture(
      [
        [0, 8],
        [32, 16],
        [64, 24],
        [96, 32],
      ],
      1024 * 32,
    );
    expect(rows).toHaveLength(16);
    expect(rows[0]).toMatch(/0 B {2}░▒▓█·+$/);
    expect(rows[1]).toMatch(/1 MiB {2}·+$/);
  });

  it('spreads a range over the cells that it crosses', () => {
    const rows = picture([[16, 32]], 1024 * 32);
    expect(rows[0]).toMatch(/0 B {2}▒▒·+$/);
  });

  it('never grows with the origin', () => {
    for (const endSector of [8, 8 * 1023, 8 * 1024, 8 * 1025, 2 ** 40]) {
      const rows = picture([[0, 8]], endSector);
      expect(rows.length).toBeLessThanOrEqual(16);
      for (const row of rows) expect(row.length).toBeLessThanOrEqual(80);
    }
  });
});
