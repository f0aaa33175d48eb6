import { describe, expect, it } from 'vitest';
import type { BlockDevice } from '../../src/device/block-device.js';
import { FaultyDevice } from '../../src/device/faulty-device.js';
import { InterruptedError, OperationError, WrongDeviceError } from '../../src/errors.js';
import {
  DirtyRanges,
  checkDevice,
  findSector,
  inspect,
  selectEntries,
  type InspectionWithEntries,
  type ScanOptions,
} from '../../src/scan/index.js';
import { MIB, MadeUpCache, WatchedDevice, expectRejection, inspectEntries } from './helpers.js';

/** Metadata of three MiB and a little; block 0 of the origin comes twice, so that `inspect` reads it two times. */
const N_BLOCKS = 200_000;
const CHUNKS = 4;
const CACHE = new MadeUpCache({
  nBlocks: N_BLOCKS,
  blockSize: 512,
  seqCount: 5n,
  entry: (index, words, at) => {
    words[at] = index % (N_BLOCKS - 1);
    words[at + 2] = 1;
  },
});

/** Everything that goes through the entries; `inspect` reads the superblock before and after that. */
const SCANS: readonly [
  string,
  number,
  (device: BlockDevice, known: InspectionWithEntries, options: ScanOptions) => Promise<unknown>,
][] = [
  ['inspect', 1, (device, _, options) => inspect(device, options)],
  ['checkDevice', 1, (device, _, options) => checkDevice(device, options)],
  ['findSector', 0, (device, known, options) => findSector(device, known, 7n, options)],
  ['DirtyRanges.collect', 0, (device, known, options) => DirtyRanges.collect(device, known, options)],
  [
    'selectEntries',
    0,
    async (device, known, options): Promise<number> => {
      let count = 0;
      for await (const batch of selectEntries(device, known, {}, options)) count += batch.count;
      return count;
    },
  ],
];

describe.each(SCANS)('%s', (_name, firstRead, scan) => {
  const passes = firstRead === 1 ? 2 : 1;
  const reads = firstRead + passes * CHUNKS + firstRead;

  it('reads all there is when nothing goes wrong', async () => {
    const device = new WatchedDevice(CACHE);
    await scan(device, await inspectEntries(CACHE), {});
    expect(device.reads).toHaveLength(reads);
  });

  it('is interrupted before the next read, at any read', async () => {
    const known = await inspectEntries(CACHE);
    for (let stopAt = firstRead; stopAt < firstRead + passes * CHUNKS - 1; stopAt += 1) {
      const device = new WatchedDevice(CACHE);
      const controller = new AbortController();
      device.beforeRead = (before): void => {
        if (before === stopAt) controller.abort();
      };
      const scanned = scan(device, known, { signal: controller.signal });
      await expectRejection(scanned, InterruptedError, 'interrupted', /^Reading made-up was interrupted\.$/);
      expect(device.reads).toHaveLength(stopAt + 1);
    }
  });

  it('does not start when it was interrupted before', async () => {
    const device = new WatchedDevice(CACHE);
    const scanned = scan(device, await inspectEntries(CACHE), { signal: AbortSignal.abort() });
    await expectRejection(scanned, InterruptedError, 'interrupted', /interrupted/);
    expect(device.reads).toHaveLength(firstRead);
  });

  it('finishes when nobody interrupts it, signal or not', async () => {
    const { signal } = new AbortController();
    const known = await inspectEntries(CACHE);
    expect(await scan(CACHE, known, { signal })).toEqual(await scan(CACHE, known, {}));
  }, 30_000);

  it('fails with the error of the device, at any read', async () => {
    const known = await inspectEntries(CACHE);
    for (let good = 0; good < reads; good += 1) {
      const device = new FaultyDevice(CACHE, { failAfterOperations: good });
      const scanned = scan(device, known, {});
      const error = await expectRejection(
        scanned,
        OperationError,
        'io-error',
        /^made-up could not be read at byte /,
      );
      expect(error.exitStatus).toBe(1);
      expect(device.operationCount).toBe(good + 1);
    }
  });

  it('tells where a bad sector is', async () => {
    const ranges = [{ offsetBytes: 2 * MIB + 1024, lengthBytes: 512, on: 'read' as const }];
    const scanned = scan(new FaultyDevice(CACHE, { ranges }), await inspectEntries(CACHE), {});
    await expectRejection(
      scanned,
      OperationError,
      'io-error',
      new RegExp(`at byte ${String(2 * MIB + 1024)}: `),
    );
  });

  it('does not mind a bad sector in the data', async () => {
    const ranges = [{ offsetBytes: 4 * MIB, lengthBytes: MIB, on: 'read' as const }];
    await scan(new FaultyDevice(CACHE, { ranges }), await inspectEntries(CACHE), {});
  });

  it.each([MIB, 2 * MIB + 77, CACHE.metadataBytes - 1])(
    'notices a device that shrank to %i bytes',
    async (endsAtBytes) => {
      const scanned = scan(new FaultyDevice(CACHE, { endsAtBytes }), await inspectEntries(CACHE), {});
      await expectRejection(
        scanned,
        WrongDeviceError,
        'device-ended',
        new RegExp(
          `^made-up ended at byte ${String(endsAtBytes)} although it was ${String(CACHE.sizeBytes)} bytes long`,
        ),
      );
    },
  );
});

it('fails with the error of the device where not even the superblock can be read', async () => {
  const ranges = [{ offsetBytes: 0, lengthBytes: 1, on: 'read' as const }];
  const scanned = inspect(new FaultyDevice(CACHE, { ranges }));
  await expectRejection(scanned, OperationError, 'io-error', /^made-up could not be read at byte 0: /);
});
