import { afterEach, describe, expect, it, vi } from 'vitest';
import { FaultyDevice } from '../../src/device/faulty-device.js';
import { MemoryDevice } from '../../src/device/memory-device.js';
import { InterruptedError, OperationError, WrongDeviceError } from '../../src/errors.js';
import { entryRuns } from '../../src/scan/chunks.js';
import { MIB, MadeUpCache, WatchedDevice, expectRejection, makeImage, scramble } from './helpers.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Entries that tell their own index in each of their four words. */
function numbered(nBlocks: number): MadeUpCache {
  return new MadeUpCache({
    nBlocks,
    entry: (index, words, at) => {
      for (let word = 0; word < 4; word += 1) words[at + word] = scramble(index, word);
    },
  });
}

async function readAll(device: WatchedDevice, startBytes: bigint, nBlocks: number, first = 0): Promise<void> {
  let next = 0;
  const buffers = new Set<ArrayBufferLike>();
  for await (const { words, firstIndex, count } of entryRuns(device, startBytes, nBlocks)) {
    expect(firstIndex).toBe(next);
    expect(words.length).toBe(count * 4);
    buffers.add(words.buffer);
    for (let entry = 0; entry < count; entry += 1) {
      for (let word = 0; word < 4; word += 1) {
        const is = words[entry * 4 + word];
        const wanted = scramble(first + firstIndex + entry, word);
        if (is !== wanted) {
          expect(is, `word ${String(word)} of entry ${String(firstIndex + entry)}`).toBe(wanted);
        }
      }
    }
    next += count;
  }
  expect(next).toBe(nBlocks);
  // One buffer of one MiB, however long the metadata is.
  expect([...buffers].map(({ byteLength }) => byteLength)).toEqual([MIB]);
}

/** So many entries does the first MiB hold besides the superblock. */
const FIRST_CHUNK = (MIB - 64) / 16;

describe('hands on every entry once, in order, in one buffer', () => {
  it.each([
    1,
    2,
    63,
    FIRST_CHUNK - 1,
    FIRST_CHUNK,
    FIRST_CHUNK + 1,
    FIRST_CHUNK + MIB / 16,
    FIRST_CHUNK + MIB / 16 + 1,
    300_001,
  ])('%i of them', async (nBlocks) => {
    const device = new WatchedDevice(numbered(nBlocks));
    await readAll(device, 0n, nBlocks);
    const metadataBytes = 64 + 16 * nBlocks;
    expect(device.timesRead(0, metadataBytes).every((times) => times === 1)).toBe(true);
    expect(device.bytesRead).toBeLessThan(metadataBytes + device.logicalBlockSizeBytes);
    for (const { offset, length } of device.reads) {
      expect(offset % BigInt(MIB)).toBe(0n);
      expect(length).toBeLessThanOrEqual(MIB);
      expect(length % 512).toBe(0);
    }
  });

  it('behind a start sector', async () => {
    const inner = numbered(1000);
    // The superblock itself is not looked at: any 64 bytes before the entries do.
    const device = new WatchedDevice(inner);
    await readAll(device, 1600n, 800, 100);
    expect(device.reads).toEqual([{ offset: 1600n, length: 13312 }]);
  });
});

it('reads whole logical blocks where the device has larger ones', async () => {
  const device = new WatchedDevice(numbered(66_000), 4096);
  await readAll(device, 0n, 66_000);
  expect(device.reads).toEqual([
    { offset: 0n, length: MIB },
    { offset: BigInt(MIB), length: 8192 },
  ]);
});

it('reads not beyond the end of a device that ends within a logical block', async () => {
  const image = makeImage({ entries: [[8n, 0n]], blockSize: 512 });
  const device = new WatchedDevice(new MemoryDevice(image), 4096);
  const seen: number[] = [];
  for await (const { words, count } of entryRuns(device, 0n, 1)) seen.push(count, ...words);
  expect(seen).toEqual([1, 8, 0, 0, 0]);
  expect(device.reads).toEqual([{ offset: 0n, length: 80 }]);
});

it('lets the event loop turn when it has worked for a while, and not before', async () => {
  const device = new WatchedDevice(numbered(300_000));
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  let turns = 0;
  const count = (): void => {
    turns += 1;
    again = setImmediate(count);
  };
  let again = setImmediate(count);
  device.beforeRead = (): void => void (now += 10);
  await readAll(device, 0n, 300_000);
  expect(device.reads).toHaveLength(5);
  // Five reads of 10 ms: the loop turned at most once for them.
  expect(turns).toBeLessThanOrEqual(1);
  turns = 0;
  device.beforeRead = (): void => void (now += 41);
  await readAll(device, 0n, 300_000);
  clearImmediate(again);
  expect(turns).toBeGreaterThanOrEqual(3);
});

describe('stops', () => {
  it('at once when the signal fired before', async () => {
    const device = new WatchedDevice(numbered(10));
    const run = entryRuns(device, 0n, 10, { signal: AbortSignal.abort() });
    await expectRejection(run.next(), InterruptedError, 'interrupted', /^Reading made-up was interrupted\.$/);
    expect(device.reads).toEqual([]);
  });

  it('before the next read when the signal fires', async () => {
    const device = new WatchedDevice(numbered(300_000));
    const controller = new AbortController();
    const runs = entryRuns(device, 0n, 300_000, { signal: controller.signal });
    await runs.next();
    await runs.next();
    controller.abort();
    await expectRejection(runs.next(), InterruptedError, 'interrupted', /interrupted/);
    expect(device.reads).toHaveLength(2);
    expect(await runs.next()).toEqual({ done: true, value: undefined });
  });

  it('with the error of a device that fails half-way', async () => {
    const device = new FaultyDevice(numbered(300_000), {
      ranges: [{ offsetBytes: 3 * MIB - 512, lengthBytes: 512, on: 'read' }],
    });
    const runs = entryRuns(device, 0n, 300_000);
    await runs.next();
    await runs.next();
    await expectRejection(
      runs.next(),
      OperationError,
      'io-error',
      /^made-up could not be read at byte 3145216: /,
    );
  });

  it('with the error of a device that shrank', async () => {
    const device = new FaultyDevice(numbered(300_000), { endsAtBytes: 2 * MIB + 5 });
    const runs = entryRuns(device, 0n, 300_000);
    await runs.next();
    await runs.next();
    await expectRejection(
      runs.next(),
      WrongDeviceError,
      'device-ended',
      /^made-up ended at byte 2097157 although/,
    );
  });
});
