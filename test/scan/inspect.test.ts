import { describe, expect, it } from 'vitest';
import { MemoryDevice } from '../../src/device/memory-device.js';
import { SparseDevice } from '../../src/device/sparse-device.js';
import { UsageError, WrongDeviceError } from '../../src/errors.js';
import { inspect, type CacheState } from '../../src/scan/index.js';
import {
  FREE,
  MIB,
  MadeUpCache,
  WatchedDevice,
  expectRejection,
  inspectEntries,
  makeImage,
  memoryImage,
  writeMetadata,
  type ImageRecipe,
} from './helpers.js';

describe('tells the state', () => {
  it.each<[string, ImageRecipe, CacheState, RegExp]>([
    ['of zeros', { entries: [], magic: 0, version: 0 }, 'blank', /magic and version are zero/],
    ['of a format that was cut short', { entries: [], magic: 0 }, 'torn', /cut short/],
    [
      'of a cache whose magic was overwritten',
      { entries: [], magic: 0, seqCount: 7 },
      'damaged',
      /seq_count 7/,
    ],
    ['of something else', { entries: [], magic: 0x53ef }, 'foreign', /magic is 0x000053ef/],
    ['of an unknown version', { entries: [], version: 2 }, 'damaged', /version is 2/],
    [
      'without an entry in use',
      {
        entries: [
          [FREE, FREE],
          [8, FREE],
        ],
      },
      'clean',
      /no entry is committed/,
    ],
    [
      'with uncommitted entries only',
      {
        entries: [
          [8, 0],
          [16, 7],
        ],
      },
      'clean',
      /no entry is committed/,
    ],
    [
      'with a committed entry',
      {
        entries: [
          [8, 0],
          [16, 1],
        ],
        seqCount: 1,
      },
      'dirty',
      /committed entries/,
    ],
    [
      'with a misaligned sector',
      {
        entries: [
          [12, 0],
          [16, 0],
        ],
        seqCount: 1,
      },
      'damaged',
      /multiple of the block size/,
    ],
    [
      'with a misaligned sector that is not committed',
      {
        entries: [
          [12, 1],
          [16, 0],
        ],
        seqCount: 1,
      },
      'dirty',
      /committed/,
    ],
    ['with the last sector there is', { entries: [[2n ** 54n - 8n, 0]], seqCount: 1 }, 'dirty', /committed/],
    ['with a sector behind it', { entries: [[2n ** 54n, 0]], seqCount: 1 }, 'damaged', /no device can have/],
  ])('%s', async (_, recipe, state, reason) => {
    const inspection = await inspect(memoryImage({ ...recipe, slackBytes: 8192 }));
    expect(inspection.state).toBe(state);
    expect(inspection.reason).toMatch(reason);
    expect(inspection.reason).not.toMatch(/\.$/);
  });

  it('of a cache that is damaged because a stale copy is misaligned', async () => {
    const entries = [
      [9, 0],
      [9, 1],
    ] as const;
    expect((await inspect(memoryImage({ entries, seqCount: 2 }))).state).toBe('damaged');
  });
});

it('tells everything that the metadata has', async () => {
  const recipe = {
    startSector: 3,
    blockSize: 1024,
    seqCount: 5n,
    slackBytes: 2048,
    pad: 9,
    entries: [
      [4, 1],
      [4, 2],
      [4, 2],
      [6, 5],
      [6, 8],
      [FREE, FREE],
      [10, FREE],
      [7, 0],
      [2n ** 54n - 1n, 3],
    ] as const,
  };
  const inspection = await inspect(new MemoryDevice(makeImage(recipe), { name: 'cache.img' }), {
    startSector: 3n,
    originSectors: 5n,
  });
  expect(inspection).toMatchObject({
    name: 'cache.img',
    sizeBytes: 3n * 512n + 1024n + 9n * 1024n + 2048n,
    startSector: 3n,
    areaBytes: 12n * 1024n,
    state: 'damaged',
    fault: null,
    superblock: { magic: 0x23489321, version: 1, block_size: 1024, pad: 9, n_blocks: 9n, seq_count: 5n },
    geometry: { nBlocks: 9n, dataOffsetBytes: 1024n, metadataSectors: 2n, dataEndBytes: 10n * 1024n },
    maxNBlocks: 11n,
    entries: {
      free: 2,
      committed: 5,
      uncommitted: 2,
      live: 3,
      maxOriginalSector: 2n ** 54n - 1n,
      future: { count: 1, examples: [{ index: 4, original_sector: 6n, seq_count: 8n }] },
      misaligned: { count: 2 },
      impossible: { count: 1, examples: [{ index: 8, original_sector: 2n ** 54n - 1n, seq_count: 3n }] },
      beyondOrigin: { count: 1, examples: [{ index: 7, original_sector: 7n, seq_count: 0n }] },
      acrossOriginEnd: { count: 3 },
      copies: { stale: 2, identical: 1 },
    },
  });
});

describe('compares committed entries with the end of the origin', () => {
  const entries = [
    [0, 0],
    [8, 0],
    [16, 0],
    [24, 1],
    [32, FREE],
  ] as const;
  it.each([
    [undefined, 0, 0],
    [100n, 0, 0],
    [24n, 0, 0],
    [23n, 0, 1],
    [17n, 0, 1],
    [16n, 1, 0],
    [12n, 1, 1],
    [8n, 2, 0],
    [1n, 2, 1],
    [0n, 3, 0],
    [2n ** 60n, 0, 0],
  ])('at sector %s: %i beyond, %i across', async (originSectors, beyond, across) => {
    const inspected = await inspectEntries(memoryImage({ entries, seqCount: 1 }), { originSectors });
    expect(inspected.entries.beyondOrigin.count).toBe(beyond);
    expect(inspected.entries.acrossOriginEnd.count).toBe(across);
    // How large the origin is changes nothing in the state: the metadata is as good as it was.
    expect(inspected.state).toBe('dirty');
  });
});

describe('refuses', () => {
  it.each([0, 1, 8, 63])('a device of %i bytes', async (length) => {
    await expectRejection(
      inspect(new MemoryDevice(length)),
      WrongDeviceError,
      'too-small',
      length === 0 ? /^memory is empty/ : /^memory is too small to hold a writecache superblock: it has/,
    );
  });

  it.each([1n, 8n, 9n, 2n ** 32n, 2n ** 55n, 2n ** 64n])(
    'start sector %i of a device with 512 bytes',
    async (startSector) => {
      await expectRejection(
        inspect(new MemoryDevice(512), { startSector }),
        WrongDeviceError,
        'too-small',
        /too small to hold a writecache superblock behind start sector \d+: it has 512 bytes/,
      );
    },
  );

  it('a negative start sector', async () => {
    const start = { startSector: -1n };
    await expectRejection(inspect(new MemoryDevice(512), start), UsageError, 'bad-start-sector', /-1/);
  });

  it('more blocks than any machine could activate, instead of reading them for hours', async () => {
    const device = new SparseDevice(2n ** 63n);
    device.write(writeMetadata({ entries: [], blockSize: 512, nBlocks: 2n ** 34n + 1n }), 0);
    const watched = new WatchedDevice(device);
    await expectRejection(
      inspect(watched),
      WrongDeviceError,
      'too-many-blocks',
      /claims to have 17179869185 blocks/,
    );
    expect(watched.bytesRead).toBe(64);
  });
});

it('needs no more than a superblock to judge one', async () => {
  const device = new WatchedDevice(new MemoryDevice(64));
  expect(await inspect(device)).toMatchObject({
    state: 'blank',
    geometry: null,
    maxNBlocks: null,
    entries: null,
  });
  expect(device.reads).toEqual([{ offset: 0n, length: 64 }]);
});

describe('reads each byte of metadata once where no sector comes twice', () => {
  it.each([1, 1020, 65_532, 65_533, 200_000])('%i entries', async (nBlocks) => {
    const device = new MadeUpCache({
      nBlocks,
      entry: (index, words, at) => {
        words[at] = index * 8;
        words[at + 2] = index % 3;
      },
    });
    const watched = new WatchedDevice(device);
    const { entries } = await inspectEntries(watched);
    expect(entries).toMatchObject({ committed: Math.ceil(nBlocks / 3), live: Math.ceil(nBlocks / 3) });
    // The superblock is read by itself before and after: it tells how much there is, and whether it changed.
    expect(watched.bytesRead).toBeLessThanOrEqual(2 * 64 + Math.ceil(device.metadataBytes / 512) * 512);
    expect(watched.timesRead(64, device.metadataBytes).every((times) => times === 1)).toBe(true);
    expect(watched.bytesRead).toBeLessThanOrEqual(device.metadataBytes + MIB);
  });
});

describe('notices a commit of a running cache while it reads', () => {
  /** A device on which somebody writes another seq_count before read number `at`. */
  function running(at: number, seqCount: bigint): WatchedDevice {
    const inner = memoryImage({
      entries: [
        [8, 1],
        [8, 2],
        [16, 3],
        [24, 4],
      ],
      seqCount: 3n,
    });
    const device = new WatchedDevice(inner);
    device.beforeRead = (before): void => {
      if (before === at) new DataView(inner.bytes.buffer).setBigUint64(24, seqCount, true);
    };
    return device;
  }

  it.each([1, 2, 3])('before read %i', async (at) => {
    const inspection = await inspect(running(at, 4n));
    expect(inspection.changedWhileRead).toBe(true);
    // The numbers are those of the superblock that was read first.
    expect(inspection.superblock.seq_count).toBe(3n);
    expect(inspection.entries).toMatchObject({ committed: 2, uncommitted: 2, live: 1 });
  });

  it('and nothing where there was none', async () => {
    expect((await inspect(running(99, 4n))).changedWhileRead).toBe(false);
    expect((await inspect(running(1, 3n))).changedWhileRead).toBe(false);
    expect((await inspect(new MemoryDevice(512))).changedWhileRead).toBe(false);
  });
});

it('shows the first uncommitted entries', async () => {
  const entries = Array.from({ length: 20 }, (_, at) => [at * 8, at % 2 === 0 ? 0 : at] as const);
  const { entries: summary } = await inspectEntries(memoryImage({ entries, seqCount: 1 }));
  expect(summary.uncommitted).toBe(10);
  expect(summary.uncommittedExamples).toEqual(
    [1, 3, 5, 7, 9, 11, 13, 15].map((index) => ({
      index,
      original_sector: BigInt(index * 8),
      seq_count: BigInt(index),
    })),
  );
});

it('knows how many blocks a format would make now', async () => {
  const smaller = await inspect(memoryImage({ entries: [[8, FREE]], slackBytes: 253 * 4096 + 4096 }));
  expect(smaller).toMatchObject({ maxNBlocks: 254n, geometry: { nBlocks: 1n } });
});
