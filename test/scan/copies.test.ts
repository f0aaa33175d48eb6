import { describe, expect, it } from 'vitest';
import { MemoryDevice } from '../../src/device/memory-device.js';
import { inspect } from '../../src/scan/index.js';
import {
  FREE,
  MIB,
  MadeUpCache,
  MeasuringCache,
  WatchedDevice,
  inspectEntries,
  makeImage,
  memoryImage,
  scramble,
  selectAll,
  type MadeUpRecipe,
  type RawEntry,
} from './helpers.js';
import { decodeSlowly } from './slow-decoder.js';

async function statesOf(entries: readonly RawEntry[], seqCount: bigint | number): Promise<string[]> {
  const device = memoryImage({ entries, seqCount });
  return (await selectAll(device, await inspectEntries(device))).map(({ state }) => state);
}

describe('decides between copies as the kernel does at resume', () => {
  it.each([
    [
      [1, 2],
      ['stale', 'live'],
    ],
    [
      [2, 1],
      ['live', 'stale'],
    ],
    [
      [1, 1],
      ['identical', 'live'],
    ],
    [
      [1, 1, 1],
      ['identical', 'identical', 'live'],
    ],
    [
      [1, 1, 2],
      ['identical', 'stale', 'live'],
    ],
    [
      [1, 2, 1],
      ['stale', 'live', 'stale'],
    ],
    [
      [2, 1, 1],
      ['live', 'stale', 'stale'],
    ],
    [
      [1, 2, 2],
      ['stale', 'identical', 'live'],
    ],
    [
      [2, 1, 2],
      ['identical', 'stale', 'live'],
    ],
    [
      [2, 2, 1],
      ['identical', 'live', 'stale'],
    ],
    [
      [1, 2, 3],
      ['stale', 'stale', 'live'],
    ],
    [
      [3, 2, 1],
      ['live', 'stale', 'stale'],
    ],
    [
      [2, 3, 2, 3],
      ['stale', 'identical', 'stale', 'live'],
    ],
  ])('seq_counts %j: %j', async (seqs, expected) => {
    const entries = seqs.map((seq): RawEntry => [64n, seq]);
    expect(await statesOf(entries, 5)).toEqual(expected);
    // Other sectors in between change nothing.
    const apart = entries.flatMap((entry, at): RawEntry[] => [entry, [8 * (100 + at), 1]]);
    expect((await statesOf(apart, 5)).filter((_, at) => at % 2 === 0)).toEqual(expected);
    // Neither does where in 64 bits the numbers lie.
    const large = seqs.map((seq): RawEntry => [2n ** 54n - 8n, 2n ** 63n + 2n ** 32n * BigInt(seq)]);
    expect(await statesOf(large, FREE)).toEqual(expected);
  });

  it('and leaves out what is not committed', async () => {
    const entries: RawEntry[] = [
      [8n, 4n],
      [8n, 5n],
      [8n, FREE],
      [8n, 6n],
    ];
    expect(await statesOf(entries, 5)).toEqual(['live', 'uncommitted', 'free', 'uncommitted']);
    const inspection = await inspect(memoryImage({ entries, seqCount: 5 }));
    expect(inspection.entries).toMatchObject({ live: 1, copies: { stale: 0, identical: 0 } });
  });

  it('whatever the sector is, all ones included', async () => {
    for (const sector of [0n, 2n ** 52n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, FREE]) {
      const entries: RawEntry[] = [
        [sector, 1n],
        [BigInt.asUintN(64, sector + 2n), 1n],
        [sector, 1n],
      ];
      expect(await statesOf(entries, 2), String(sector)).toEqual(['identical', 'live', 'live']);
    }
  });
});

describe('shows examples', () => {
  it('of identical entries: the later one, with the sector and the seq_count that both have', async () => {
    const entries = Array.from({ length: 12 }, (_, at): RawEntry => [
      8 * (at % 2),
      at < 2 ? 1 : Math.floor(at / 4),
    ]);
    const { copies } = (await inspectEntries(memoryImage({ entries, seqCount: 9 }))).entries;
    const expected = decodeSlowly(makeImage({ entries, seqCount: 9 }));
    expect(copies.identical).toBe(expected.identical);
    expect(copies.identicalExamples).toHaveLength(expected.identical);
    for (const { index, original_sector, seq_count } of copies.identicalExamples) {
      expect([original_sector, seq_count]).toEqual(entries[index]?.map(BigInt));
      const earlier = entries.findIndex((entry) => entry.join() === entries[index]?.join());
      expect(earlier).toBeLessThan(index);
    }
  });

  it.each([
    ['the older comes first', [1, 2], 0],
    ['the newer comes first', [2, 1], 1],
  ])('of stale entries, where %s', async (_, seqs, staleIndex) => {
    const entries = seqs.map((seq): RawEntry => [8n, seq]);
    const { copies } = (await inspectEntries(memoryImage({ entries, seqCount: 3 }))).entries;
    expect(copies.isStale(staleIndex)).toBe(true);
    expect(copies.staleExamples).toEqual([{ index: staleIndex, original_sector: 8n, seq_count: 1n }]);
  });

  it('eight at most', async () => {
    const entries = Array.from({ length: 40 }, (_, at): RawEntry => [8n, at % 20]);
    const { copies } = (await inspectEntries(memoryImage({ entries, seqCount: 30 }))).entries;
    expect(copies).toMatchObject({ stale: 39, identical: 1 });
    expect(copies.staleExamples).toHaveLength(8);
    expect(copies.identicalExamples).toHaveLength(1);
  });
});

it('has no copies where no sector comes twice', async () => {
  const { copies, live } = (
    await inspectEntries(
      memoryImage({
        entries: [
          [8n, 1n],
          [16n, 1n],
        ],
        seqCount: 3,
      }),
    )
  ).entries;
  expect([live, copies.stale, copies.identical]).toEqual([2, 0, 0]);
  expect([0, 1].map((index) => [copies.isStale(index), copies.isIdentical(index)])).toEqual([
    [false, false],
    [false, false],
  ]);
});

it('reads the entries a second time only where a sector comes twice', async () => {
  const single = new WatchedDevice(
    memoryImage({
      entries: [
        [8n, 1n],
        [16n, 1n],
      ],
      seqCount: 3,
    }),
  );
  await inspect(single);
  // The superblock by itself, then everything, then the superblock again: has anybody committed meanwhile?
  expect(single.reads.map(({ length }) => length)).toEqual([64, 512, 64]);
  const twice = new WatchedDevice(
    memoryImage({
      entries: [
        [8n, 1n],
        [8n, 2n],
      ],
      seqCount: 3,
    }),
  );
  await inspect(twice);
  expect(twice.reads.map(({ length }) => length)).toEqual([64, 512, 512, 64]);
});

it('finds copies that are far apart: in the first and the last MiB of the metadata', async () => {
  const nBlocks = 200_000;
  const device = new MadeUpCache({
    nBlocks,
    seqCount: 10n,
    entry: (index, words, at) => {
      words[at] = (index === nBlocks - 1 ? 77 : index) * 8;
      words[at + 2] = 1;
    },
  });
  const { entries } = await inspectEntries(device);
  expect(entries).toMatchObject({ live: nBlocks - 1, copies: { stale: 1, identical: 1 } });
  expect(entries.copies.isIdentical(77)).toBe(true);
  expect(entries.copies.isStale(nBlocks - 1)).toBe(false);
});

/** So many sectors come more than once that `SeenSectors` no longer lists them (more than 2^20). */
describe('with more repeated sectors than are listed one by one', () => {
  const repeated = 2 ** 20 + 2 ** 16;
  const nBlocks = 2 * repeated + 3;
  // Sector k has the entries k and k + repeated: the first older, equal or newer by k. The last three are single.
  const recipe: MadeUpRecipe = {
    nBlocks,
    blockSize: 512,
    seqCount: 100n,
    entry: (index, words, at) => {
      const block = index < 2 * repeated ? index % repeated : index;
      words[at] = Math.imul(block, 0x9e3779b1);
      words[at + 1] = index < repeated ? 0 : block === index ? 1 : 0;
      words[at + 2] = index < repeated ? 1 + (block % 3) : 2;
    },
  };
  const stateOf = (index: number): string => {
    if (index >= 2 * repeated) return 'live';
    const first = index < repeated;
    const order = ((index % repeated) % 3) - 1;
    if (order < 0) return first ? 'stale' : 'live';
    if (order > 0) return first ? 'live' : 'stale';
    return first ? 'identical' : 'live';
  };

  it('decides each of them, in a few passes', async () => {
    const device = new MeasuringCache(recipe);
    const watched = new WatchedDevice(device);
    const inspection = await inspectEntries(watched);
    const identical = Math.floor((repeated + 1) / 3);
    expect(inspection.state).toBe('dirty');
    expect(inspection.entries).toMatchObject({
      free: 0,
      uncommitted: 0,
      committed: nBlocks,
      live: repeated + 3,
      copies: { stale: repeated, identical },
    });
    let wrong = 0;
    for (let index = 0; index < nBlocks; index += 1) {
      const { copies } = inspection.entries;
      const state = !copies.isStale(index) ? 'live' : copies.isIdentical(index) ? 'identical' : 'stale';
      if (state !== stateOf(index)) wrong += 1;
    }
    expect(wrong).toBe(0);
    // A bit for each block would take too much here, which takes a pass to see; then one to find the repeats, and one for each 2^20 sectors.
    expect(watched.bytesRead).toBeLessThan(6 * device.metadataBytes + MIB);
    // A table of 2^20 sectors takes 36 MiB, and is used again by each pass; the rest is for finding the repeats.
    expect(device.most / MIB).toBeLessThan(36 + (8 * nBlocks) / MIB + 16);
    expect(inspection.entries.copies.identicalExamples).toHaveLength(8);
    for (const { index } of inspection.entries.copies.identicalExamples) {
      expect(stateOf(index - repeated)).toBe('identical');
    }
  });
});

it('agrees with the slow decoder on metadata of some MiB', async () => {
  for (const salt of [1, 2]) {
    const nBlocks = 65_532 + 65_536 * (salt - 1) + salt;
    const sectors = salt === 1 ? 300_000 : 2 ** 27;
    const cache = new MadeUpCache({
      nBlocks,
      blockSize: 1024,
      seqCount: 2n ** 32n + 5n,
      entry: (index, words, at) => {
        words[at] = (scramble(index, salt) % sectors) * 2;
        words[at + 1] = scramble(index, salt + 10) % 50 === 0 ? 2 ** 20 : 0;
        words[at + 2] = scramble(index, salt + 20) % 7;
        words[at + 3] = index % 2;
        if (index % 11 === 0) words.fill(0xffff_ffff, at + 2, at + 4);
      },
    });
    const metadata = new Uint8Array(cache.metadataBytes);
    cache.read(metadata, 0);
    const slow = decodeSlowly(metadata, 0, cache.sizeBytes);
    const inspection = await inspectEntries(cache);
    const { entries } = inspection;
    expect({
      state: inspection.state,
      free: entries.free,
      committed: entries.committed,
      uncommitted: entries.uncommitted,
      live: entries.live,
      stale: entries.copies.stale,
      identical: entries.copies.identical,
      future: entries.future.count,
      max: entries.maxOriginalSector,
    }).toEqual({
      state: slow.state,
      free: slow.free,
      committed: slow.committed,
      uncommitted: slow.uncommitted,
      live: slow.live,
      stale: slow.stale,
      identical: slow.identical,
      future: slow.future,
      max: slow.maxOriginalSector,
    });
    expect(slow.stale).toBeGreaterThan(0);
    const states = (await selectAll(cache, inspection)).map(({ state }) => state);
    expect(states.join()).toBe(slow.entries.map(({ state }) => state).join());
  }
});

it('leaves an image as it is', async () => {
  const image = makeImage({
    entries: [
      [8n, 1n],
      [8n, 1n],
      [8n, 7n],
    ],
    seqCount: 3,
  });
  const before = Uint8Array.from(image);
  await inspect(new MemoryDevice(image));
  expect(image).toEqual(before);
});
