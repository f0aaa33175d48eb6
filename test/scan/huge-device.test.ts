import { describe, expect, it } from 'vitest';
import { SparseDevice } from '../../src/device/sparse-device.js';
import { DirtyRanges, checkDevice, findSector, inspect } from '../../src/scan/index.js';
import { FREE, WatchedDevice, inspectEntries, selectAll, writeMetadata, type RawEntry } from './helpers.js';

/** Sectors that are equal, or wrong by one, where a double carries them. */
const ENTRIES: readonly RawEntry[] = [
  [2n ** 53n - 8n, 3n],
  [2n ** 53n, 3n],
  [2n ** 53n + 8n, 3n],
  [2n ** 54n - 8n, 2n ** 53n],
  [2n ** 54n - 8n, 2n ** 53n + 1n],
  [2n ** 54n - 16n, 2n ** 53n + 2n],
  [2n ** 52n, 2n ** 53n + 3n],
  [8n, FREE],
];
const SEQ_COUNT = 2n ** 53n + 2n;

/** Byte offsets of a superblock that no double tells from their neighbours, in sectors. */
describe.each([
  ['2^53 bytes and one sector', 2n ** 44n + 1n],
  ['2^60 bytes and three sectors', 2n ** 51n + 3n],
  ['2^63 bytes less 99 sectors', 2n ** 54n - 99n],
])('a cache behind %s', (_, startSector) => {
  const area = 4096n + 8n * 4096n;
  const device = new SparseDevice(startSector * 512n + area + 13n);
  const metadata = writeMetadata({ entries: ENTRIES, seqCount: SEQ_COUNT, blockSize: 4096 });
  device.write(metadata, startSector * 512n);

  it('is inspected exactly', async () => {
    const inspection = await inspect(device, { startSector });
    expect(inspection).toMatchObject({
      state: 'dirty',
      sizeBytes: startSector * 512n + area + 13n,
      areaBytes: area + 13n,
      startSector,
      superblock: { n_blocks: 8n, seq_count: SEQ_COUNT },
      maxNBlocks: 8n,
      geometry: { dataOffsetBytes: 4096n, dataEndBytes: area },
      entries: {
        free: 1,
        committed: 5,
        uncommitted: 2,
        live: 4,
        maxOriginalSector: 2n ** 54n - 8n,
        future: { count: 1, examples: [{ index: 6, original_sector: 2n ** 52n, seq_count: 2n ** 53n + 3n }] },
        misaligned: { count: 0 },
        impossible: { count: 0 },
        copies: { stale: 1, identical: 0 },
      },
    });
  });

  it('is found nowhere else', async () => {
    for (const near of [startSector - 1n, startSector + 1n]) {
      expect((await inspect(device, { startSector: near })).state).toBe('blank');
    }
    await expect(inspect(device, { startSector: startSector + 200n })).rejects.toThrow(/too small/);
  });

  it('is read only where its metadata is', async () => {
    const watched = new WatchedDevice(device);
    await inspect(watched, { startSector });
    for (const { offset, length } of watched.reads) {
      expect(offset).toBe(startSector * 512n);
      expect(length).toBeLessThanOrEqual(512);
    }
  });

  it('tells its entries', async () => {
    const inspection = await inspectEntries(device, { startSector });
    const selected = await selectAll(device, inspection);
    expect(selected.map(({ original_sector, seq_count }) => [original_sector, seq_count])).toEqual(ENTRIES);
    expect(selected.map(({ state }) => state).join(' ')).toBe(
      'live live live stale live uncommitted uncommitted free',
    );
    expect(await findSector(device, inspection, 2n ** 53n + 7n)).toMatchObject({
      entries: [{ index: 1 }],
      total: 1,
    });
    const dirty = await DirtyRanges.collect(device, inspection);
    expect([...dirty.ranges()]).toEqual([
      { first_sector: 2n ** 53n - 8n, sectors: 24n },
      { first_sector: 2n ** 54n - 8n, sectors: 8n },
    ]);
  });

  it('is checked against an origin of 2^62 bytes and a sector', async () => {
    const { problems, activation } = await checkDevice(device, {
      startSector,
      originBytes: 2n ** 62n + 512n,
    });
    expect(problems.map(({ code, count }) => [code, count])).toEqual([
      ['future-seq-count', 1],
      ['beyond-origin', 3],
      ['across-origin-end', 1],
      ['uncommitted-entries', 2],
      ['stale-copies', 1],
    ]);
    expect(activation).toEqual({
      outcome: 'activated',
      error: 0,
      nBlocks: 8n,
      freeBlocks: 4,
      droppedUncommitted: 2,
      droppedStale: 1,
      rewritesMetadata: true,
    });
  });
});

it.each([2n ** 53n + 1n, 2n ** 53n + 4097n, 2n ** 62n + 1n, 2n ** 63n - 1n, 2n ** 63n])(
  'a small cache at the beginning of %i bytes',
  async (sizeBytes) => {
    const device = new SparseDevice(sizeBytes);
    device.write(writeMetadata({ entries: ENTRIES, seqCount: SEQ_COUNT, blockSize: 4096 }), 0);
    const inspection = await inspect(device);
    expect(inspection).toMatchObject({
      state: 'dirty',
      sizeBytes,
      areaBytes: sizeBytes,
      entries: { live: 4 },
    });
    const largest = inspection.maxNBlocks;
    if (sizeBytes > 2n ** 56n) {
      expect(largest).toBeNull();
    } else {
      const end = (n: bigint): bigint => ((64n + 16n * n + 4095n) / 4096n + n) * 4096n;
      expect(largest !== null && end(largest) <= sizeBytes && end(largest + 1n) > sizeBytes).toBe(true);
    }
  },
);
