import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WrongDeviceError } from '../../src/errors.js';
import {
  STATE_FILTERS,
  inspect,
  requireEntries,
  selectEntries,
  type EntryFilter,
  type StateFilter,
} from '../../src/scan/index.js';
import {
  FREE,
  MadeUpCache,
  expectRejection,
  inspectEntries,
  makeImage,
  memoryImage,
  selectAll,
  type RawEntry,
} from './helpers.js';
import { decodeSlowly, type SlowEntry } from './slow-decoder.js';
import { MemoryDevice } from '../../src/device/memory-device.js';

/** Every state, S = 10; what each entry is stands behind it. */
const ENTRIES: readonly (readonly [RawEntry, string])[] = [
  [[8n, 3n], 'identical'],
  [[8n, 3n], 'stale'],
  [[8n, 4n], 'live'],
  [[8n, 2n], 'stale'],
  [[16n, 9n], 'live'],
  [[24n, 10n], 'uncommitted'],
  [[32n, 11n], 'uncommitted'],
  [[40n, FREE], 'free'],
  [[FREE, FREE], 'free'],
  [[2n ** 53n, 1n], 'live'],
  [[2n ** 53n, 10n], 'uncommitted'],
  [[0n, 0n], 'identical'],
  [[0n, 0n], 'live'],
];
const RECIPE = { entries: ENTRIES.map(([entry]) => entry), seqCount: 10n };

async function indexes(filter: EntryFilter): Promise<number[]> {
  const device = memoryImage(RECIPE);
  return (await selectAll(device, await inspectEntries(device), filter)).map(({ index }) => index);
}

function indexesOf(...states: string[]): number[] {
  return ENTRIES.flatMap(([, state], index) => (states.includes(state) ? [index] : []));
}

it('hands on every entry with its state when nothing is filtered', async () => {
  const device = memoryImage(RECIPE);
  expect(await selectAll(device, await inspectEntries(device))).toEqual(
    ENTRIES.map(([[sector, seq], state], index) => ({
      index,
      original_sector: BigInt(sector),
      seq_count: BigInt(seq),
      state,
    })),
  );
});

describe('filters by state', () => {
  const expected: Record<StateFilter, number[]> = {
    free: indexesOf('free'),
    live: indexesOf('live'),
    // An identical loser is stale as well.
    stale: indexesOf('stale', 'identical'),
    identical: indexesOf('identical'),
    uncommitted: indexesOf('uncommitted'),
    committed: indexesOf('live', 'stale', 'identical'),
  };
  it.each(STATE_FILTERS)('%s', async (state) => {
    expect(await indexes({ state })).toEqual(expected[state]);
    expect(expected[state].length).toBeGreaterThan(1);
  });
});

describe('filters by sectors that the blocks hold', () => {
  it.each([
    [0n, 0n, [11, 12]],
    [0n, 7n, [11, 12]],
    [7n, 7n, [11, 12]],
    [8n, 8n, [0, 1, 2, 3]],
    [15n, 15n, [0, 1, 2, 3]],
    [16n, 16n, [4]],
    [15n, 16n, [0, 1, 2, 3, 4]],
    [7n, 8n, [0, 1, 2, 3, 11, 12]],
    [17n, 23n, [4]],
    [31n, 32n, [5, 6]],
    // Free entries hold nothing, whatever sector they still have.
    [40n, 47n, []],
    [FREE - 7n, FREE, []],
    [2n ** 53n - 1n, 2n ** 53n - 1n, []],
    [2n ** 53n, 2n ** 53n, [9, 10]],
    [2n ** 53n + 7n, 2n ** 53n + 7n, [9, 10]],
    [2n ** 53n + 8n, 2n ** 53n + 8n, []],
    [0n, FREE, [0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12]],
    [0n, 2n ** 70n, [0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12]],
    [41n, 2n ** 53n - 1n, []],
    [8n, 7n, []],
  ] as const)('%i to %i', async (first, last, expected) => {
    expect(await indexes({ sectors: { first, last } })).toEqual(expected);
  });

  it('together with the state', async () => {
    const sectors = { first: 8n, last: 39n };
    expect(await indexes({ sectors, state: 'live' })).toEqual([2, 4]);
    expect(await indexes({ sectors, state: 'stale' })).toEqual([0, 1, 3]);
    expect(await indexes({ sectors, state: 'uncommitted' })).toEqual([5, 6]);
    expect(await indexes({ sectors, state: 'committed' })).toEqual([0, 1, 2, 3, 4]);
    expect(await indexes({ sectors: { first: 0n, last: FREE }, state: 'free' })).toEqual([]);
  });
});

it('chooses what a plain look at every entry chooses', async () => {
  const sector = fc.oneof(
    fc.bigInt(0n, 40n),
    fc.bigInt(2n ** 32n - 20n, 2n ** 32n + 20n),
    fc.bigInt(0n, FREE),
  );
  const cases = fc.record({
    blockSize: fc.constantFrom(512, 1024, 4096),
    seqCount: fc.constantFrom(0n, 1n, 3n, 2n ** 32n, FREE),
    entries: fc.array(
      fc.tuple(sector, fc.oneof(fc.bigInt(0n, 4n), fc.constantFrom(FREE, 2n ** 32n - 1n, 2n ** 32n))),
      {
        minLength: 1,
        maxLength: 12,
      },
    ),
    state: fc.constantFrom(undefined, ...STATE_FILTERS),
    sectors: fc.option(fc.record({ first: sector, last: sector }), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ state, sectors, ...recipe }) => {
      const image = makeImage(recipe);
      const device = new MemoryDevice(image);
      const filter = {
        ...(state === undefined ? {} : { state }),
        ...(sectors === undefined ? {} : { sectors }),
      };
      const selected = await selectAll(device, await inspectEntries(device), filter);
      const sectorsPerBlock = BigInt(recipe.blockSize / 512);
      const expected = decodeSlowly(image).entries.filter(
        (entry) =>
          isOfState(entry, state) &&
          (sectors === undefined ||
            (entry.state !== 'free' &&
              entry.original_sector <= sectors.last &&
              entry.original_sector + sectorsPerBlock > sectors.first)),
      );
      expect(selected.map(({ index }) => index)).toEqual(expected.map(({ index }) => index));
      expect(selected.map((entry) => entry.state)).toEqual(expected.map((entry) => entry.state));
    }),
    { numRuns: 500 },
  );
});

function isOfState({ state }: SlowEntry, filter: StateFilter | undefined): boolean {
  const committed = ['live', 'stale', 'identical'].includes(state);
  return (
    filter === undefined ||
    filter === state ||
    (filter === 'committed' && committed) ||
    (filter === 'stale' && state === 'identical')
  );
}

it('hands on batches of a fixed size in the same arrays', async () => {
  const nBlocks = 3 * 8192 + 1;
  const device = new MadeUpCache({
    nBlocks,
    entry: (index, words, at) => {
      words[at] = index * 8;
    },
  });
  const inspection = await inspectEntries(device);
  const counts: number[] = [];
  const arrays = new Set<unknown>();
  let next = 0;
  for await (const batch of selectEntries(device, inspection)) {
    counts.push(batch.count);
    for (const column of ['index', 'sectorHi', 'sectorLo', 'seqHi', 'seqLo', 'state'] as const) {
      arrays.add(batch[column]);
    }
    for (let at = 0; at < batch.count; at += 1, next += 1) {
      if (batch.index[at] !== next) expect(batch.index[at]).toBe(next);
      if (batch.sectorLo[at] !== next * 8) expect(batch.sectorLo[at]).toBe(next * 8);
    }
  }
  expect(counts).toEqual([8192, 8192, 8192, 1]);
  expect(arrays.size).toBe(6);
});

it('hands on no empty batch', async () => {
  const device = new MadeUpCache({
    nBlocks: 8192,
    entry: (index, words, at) => void (words[at] = index * 8),
  });
  const inspection = await inspectEntries(device);
  const counts: number[] = [];
  for await (const { count } of selectEntries(device, inspection)) counts.push(count);
  for await (const { count } of selectEntries(device, inspection, { state: 'free' })) counts.push(count);
  expect(counts).toEqual([8192]);
});

describe('has nothing to select from', () => {
  it.each([
    [{ entries: [], magic: 0, version: 0 }, 'blank'],
    [{ entries: [], magic: 0 }, 'torn'],
    [{ entries: [], magic: 7 }, 'foreign'],
    [{ entries: [], version: 2 }, 'damaged'],
  ])('%j: %s', async (recipe, state) => {
    const device = memoryImage({ ...recipe, slackBytes: 8192 });
    const inspection = await inspect(device);
    const sentence = new RegExp(`^memory has no entries to show: it is ${state} \\(.+\\)\\.$`);
    await expectRejection(
      Promise.resolve().then(() => requireEntries(inspection)),
      WrongDeviceError,
      'no-entries',
      sentence,
    );
  });

  it('but a damaged cache whose superblock is usable has entries', async () => {
    const inspection = await inspect(memoryImage({ entries: [[1n, 0n]], seqCount: 1 }));
    expect(inspection.state).toBe('damaged');
    expect(requireEntries(inspection)).toEqual(inspection);
  });
});
