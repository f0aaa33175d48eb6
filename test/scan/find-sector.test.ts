import { expect, it } from 'vitest';
import { findSector } from '../../src/scan/index.js';
import { FREE, MadeUpCache, inspectEntries, memoryImage } from './helpers.js';

const RECIPE = {
  seqCount: 5n,
  entries: [
    [16n, 2n],
    [8n, 4n],
    [8n, 4n],
    [8n, 1n],
    [8n, 5n],
    [8n, 9n],
    [8n, FREE],
    [2n ** 53n + 8n, 3n],
  ] as const,
};

it('finds every copy of a block, by index, with what it is', async () => {
  const device = memoryImage(RECIPE);
  const inspection = await inspectEntries(device);
  const copies = [
    { index: 1, original_sector: 8n, seq_count: 4n, state: 'identical' },
    { index: 2, original_sector: 8n, seq_count: 4n, state: 'live' },
    { index: 3, original_sector: 8n, seq_count: 1n, state: 'stale' },
    { index: 4, original_sector: 8n, seq_count: 5n, state: 'uncommitted' },
    { index: 5, original_sector: 8n, seq_count: 9n, state: 'uncommitted' },
  ];
  for (const sector of [8n, 11n, 15n]) {
    expect(await findSector(device, inspection, sector)).toEqual({ entries: copies, total: 5 });
  }
  expect(await findSector(device, inspection, 16n)).toEqual({
    entries: [{ index: 0, original_sector: 16n, seq_count: 2n, state: 'live' }],
    total: 1,
  });
});

it('finds nothing where nothing is', async () => {
  const device = memoryImage(RECIPE);
  const inspection = await inspectEntries(device);
  for (const sector of [0n, 7n, 24n, 2n ** 53n + 7n, 2n ** 53n + 16n, FREE, 2n ** 64n + 8n]) {
    expect(await findSector(device, inspection, sector), String(sector)).toEqual({ entries: [], total: 0 });
  }
});

it('tells sectors apart that are equal as doubles', async () => {
  const entries = [2n ** 53n, 2n ** 53n + 1n, 2n ** 53n + 2n].map((sector) => [sector, 0n] as const);
  const device = memoryImage({ entries, seqCount: 1, blockSize: 512 });
  const inspection = await inspectEntries(device);
  for (const [index, [sector]] of entries.entries()) {
    expect(await findSector(device, inspection, sector)).toEqual({
      entries: [{ index, original_sector: sector, seq_count: 0n, state: 'live' }],
      total: 1,
    });
  }
});

it.each([
  ['last', 19_999],
  ['somewhere', 12_345],
  ['among the first thousand', 7],
])('tells the first thousand copies of a hostile image, and always the live one: %s', async (_, live) => {
  const device = new MadeUpCache({
    nBlocks: 20_000,
    seqCount: 100_000n,
    entry: (index, words, at) => {
      words[at] = 80;
      words[at + 2] = index === live ? 50_000 : index;
    },
  });
  const { entries, total } = await findSector(device, await inspectEntries(device), 85n);
  const first = Array.from({ length: 1000 }, (__, index) => index);
  expect(total).toBe(20_000);
  expect(entries.map(({ index }) => index)).toEqual(live < 1000 ? first : [...first, live]);
  expect(entries.filter(({ state }) => state === 'live')).toEqual([
    { index: live, original_sector: 80n, seq_count: 50_000n, state: 'live' },
  ]);
});
