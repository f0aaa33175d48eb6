import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DirtyRanges, type SectorRange } from '../../src/scan/index.js';
import {
  MadeUpCache,
  inspectEntries,
  memoryImage,
  scramble,
  type ImageRecipe,
  type RawEntry,
} from './helpers.js';

async function rangesOf(recipe: ImageRecipe): Promise<{ ranges: SectorRange[]; endSector: bigint }> {
  const device = memoryImage(recipe);
  const dirty = await DirtyRanges.collect(device, await inspectEntries(device));
  const ranges = [...dirty.ranges()];
  // It can be asked again.
  expect([...dirty.ranges()]).toEqual(ranges);
  return { ranges, endSector: dirty.endSector };
}

/** The same from a sorted list of every live sector. */
function plainRanges(sectors: readonly bigint[], blockSize: number): SectorRange[] {
  const sectorsPerBlock = BigInt(blockSize / 512);
  const ranges: { first_sector: bigint; sectors: bigint }[] = [];
  for (const sector of [...new Set(sectors)].sort((a, b) => (a < b ? -1 : 1))) {
    const last = ranges.at(-1);
    if (last !== undefined && last.first_sector + last.sectors === sector) {
      last.sectors += sectorsPerBlock;
    } else ranges.push({ first_sector: sector, sectors: sectorsPerBlock });
  }
  return ranges;
}

function live(sectors: readonly (bigint | number)[]): RawEntry[] {
  return sectors.map((sector): RawEntry => [sector, 0]);
}

describe('merges neighbours', () => {
  it.each([
    [[0], [[0, 8]]],
    [[8], [[8, 8]]],
    [[0, 8, 16], [[0, 24]]],
    [[16, 0, 8], [[0, 24]]],
    [
      [0, 16],
      [
        [0, 8],
        [16, 8],
      ],
    ],
    [
      [8, 0, 8000, 7992, 800],
      [
        [0, 16],
        [800, 8],
        [7992, 16],
      ],
    ],
  ])('%j', async (sectors, expected) => {
    const { ranges, endSector } = await rangesOf({ entries: live(sectors), seqCount: 1 });
    expect(ranges).toEqual(
      expected.map(([first, count]) => ({ first_sector: BigInt(first ?? 0), sectors: BigInt(count ?? 0) })),
    );
    expect(endSector).toBe(BigInt(Math.max(...sectors) + 8));
  });

  it('over 2^32 and over the pages of a bitmap', async () => {
    const sectors = [65_535, 65_536, 131_071, 131_072, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1];
    const { ranges } = await rangesOf({ entries: live(sectors), seqCount: 1, blockSize: 512 });
    expect(ranges).toEqual([
      { first_sector: 65_535n, sectors: 2n },
      { first_sector: 131_071n, sectors: 2n },
      { first_sector: 2n ** 32n - 1n, sectors: 3n },
    ]);
  });
});

it('has nothing where nothing is live', async () => {
  expect(
    await rangesOf({
      entries: [
        [8n, 5n],
        [16n, 2n ** 64n - 1n],
      ],
      seqCount: 1,
    }),
  ).toEqual({
    ranges: [],
    endSector: 0n,
  });
});

it('takes only live entries, and each block once', async () => {
  const entries: RawEntry[] = [
    [8, 1],
    [8, 2],
    [8, 2],
    [16, 3],
    [24, 4],
    [32, 2n ** 64n - 1n],
  ];
  expect(await rangesOf({ entries, seqCount: 3 })).toEqual({
    ranges: [{ first_sector: 8n, sectors: 8n }],
    endSector: 16n,
  });
});

it.each([
  ['as a bitmap', 1600n],
  ['sorted', 2n ** 40n],
  ['sorted as bigints', 2n ** 53n],
])('counts two misaligned entries of one block once, %s', async (_, far) => {
  const { ranges } = await rangesOf({ entries: live([9, 10, 8, far, far + 1n]), seqCount: 1 });
  expect(ranges).toEqual([
    { first_sector: 8n, sectors: 8n },
    { first_sector: far, sectors: 8n },
  ]);
});

it.each([512, 4096, 65536])(
  'is exact for what no origin can have, with blocks of %i bytes',
  async (blockSize) => {
    const block = BigInt(blockSize / 512);
    const edges = [2n ** 52n, 2n ** 53n, 2n ** 54n, 2n ** 63n];
    const sectors = edges.flatMap((edge) => [
      edge + block,
      edge - 2n * block,
      edge,
      edge - block,
      edge + 5n * block,
    ]);
    sectors.push(0n, block, 2n ** 64n - block);
    // From 2^52 on numbers are no longer doubles; one less and all of them still are.
    for (const below of [2n ** 52n - block, 2n ** 52n, 2n ** 53n, 2n ** 54n - 1n, 2n ** 64n]) {
      const some = sectors.filter((sector) => sector <= below);
      const { ranges, endSector } = await rangesOf({ entries: live(some), seqCount: 1, blockSize });
      expect(ranges).toEqual(plainRanges(some, blockSize));
      expect(endSector).toBe(some.reduce((a, b) => (a > b ? a : b)) + block);
    }
  },
);

/** The bitmap is taken where it has at most 64 bits for each live block; else the blocks are sorted. */
describe('equals a sorted list of every live block', () => {
  it.each([
    ['as a bitmap', 50],
    ['sorted, because they lie far apart', 2 ** 40],
    ['sorted as bigints', 2 ** 53],
  ])('%s', async (_, spread) => {
    const recipes = fc.record({
      blockSize: fc.constantFrom(512, 1024, 4096),
      blocks: fc.array(fc.oneof(fc.integer({ min: 0, max: spread - 1 }), fc.nat(12)), {
        minLength: 1,
        maxLength: 40,
      }),
      farthest: fc.constant(spread),
    });
    await fc.assert(
      fc.asyncProperty(recipes, async ({ blockSize, blocks, farthest }) => {
        const sectors = [...blocks, farthest].map((block) => BigInt(block) * BigInt(blockSize / 512));
        const { ranges, endSector } = await rangesOf({ entries: live(sectors), seqCount: 1, blockSize });
        expect(ranges).toEqual(plainRanges(sectors, blockSize));
        expect(endSector).toBe((BigInt(farthest) + 1n) * BigInt(blockSize / 512));
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['as a bitmap', 200_000, 1_000_000],
    ['sorted', 200_000, 2 ** 31],
  ])('%s, of a cache with many blocks', async (_, nBlocks, originBlocks) => {
    const block = (index: number): number => scramble(index, originBlocks) % originBlocks;
    const device = new MadeUpCache({
      nBlocks,
      entry: (index, words, at) => {
        const sector = block(index) * 8;
        words[at] = sector % 2 ** 32;
        words[at + 1] = Math.floor(sector / 2 ** 32);
      },
    });
    const dirty = await DirtyRanges.collect(device, await inspectEntries(device));
    const sorted = Float64Array.from(
      new Set(Array.from({ length: nBlocks }, (__, index) => block(index))),
    ).sort();
    const expected: string[] = [];
    for (let at = 0; at < sorted.length;) {
      const first = sorted[at] ?? 0;
      let count = 0;
      for (; sorted[at] === first + count; at += 1) count += 1;
      expected.push(`${String(first * 8)}+${String(count * 8)}`);
    }
    const ranges = Array.from(
      dirty.ranges(),
      ({ first_sector, sectors }) => `${String(first_sector)}+${String(sectors)}`,
    );
    expect(ranges.length).toBe(expected.length);
    expect(ranges.join()).toBe(expected.join());
  });
});
