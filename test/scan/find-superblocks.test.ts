import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FaultyDevice } from '../../src/device/faulty-device.js';
import { MemoryDevice } from '../../src/device/memory-device.js';
import { SparseDevice } from '../../src/device/sparse-device.js';
import { OperationError } from '../../src/errors.js';
import { findSuperblocks } from '../../src/scan/find-superblocks.js';
import { MIB, WatchedDevice, writeMetadata, type ImageRecipe } from './helpers.js';

const SMALL: ImageRecipe = { entries: [[0n, 0n]], blockSize: 512 };

/** A device of zeros with a superblock, by default of a cache of one block, at some sectors. */
function deviceWith(
  sizeBytes: bigint,
  sectors: readonly bigint[],
  recipe: ImageRecipe = SMALL,
): SparseDevice {
  const device = new SparseDevice(sizeBytes);
  for (const sector of sectors) {
    device.write(writeMetadata(recipe), sector * 512n);
  }
  return device;
}

describe('finds superblocks', () => {
  it.each([[0n], [1n], [7n], [8n], [2047n]])('at sector %i', (sector) => {
    const device = deviceWith(4n * BigInt(MIB), [sector]);
    expect(findSuperblocks(device, 0n, BigInt(MIB))).toEqual([sector]);
  });

  it('in the order of their sectors, over several MiB', () => {
    const sectors = [0n, 3n, 2047n, 2048n, 4095n, 6000n];
    expect(findSuperblocks(deviceWith(8n * BigInt(MIB), sectors), 0n, 8n * BigInt(MIB))).toEqual(sectors);
  });

  it('in a part of the device, and where numbers are no longer doubles', () => {
    const base = 2n ** 54n - 9000n;
    const device = deviceWith(2n ** 63n, [base, base + 1n, base + 2n, base + 3n]);
    expect(findSuperblocks(device, (base + 1n) * 512n, (base + 3n) * 512n)).toEqual([base + 1n, base + 2n]);
    expect(findSuperblocks(device, (base + 1n) * 512n + 5n, (base + 2n) * 512n + 1n)).toEqual([
      base + 1n,
      base + 2n,
    ]);
  });

  it('eight of them at most, unless told', () => {
    const sectors = Array.from({ length: 20 }, (_, at) => BigInt(at * 2));
    const device = deviceWith(BigInt(MIB), sectors);
    expect(findSuperblocks(device, 0n, BigInt(MIB))).toEqual(sectors.slice(0, 8));
    expect(findSuperblocks(device, 0n, BigInt(MIB), 3)).toEqual(sectors.slice(0, 3));
    expect(findSuperblocks(device, 0n, BigInt(MIB), 100)).toEqual(sectors);
  });

  it('only at sectors, and only whole ones', () => {
    const device = new MemoryDevice(10_000);
    device.write(writeMetadata(SMALL), 256);
    expect(findSuperblocks(device, 0n, 10_000n)).toEqual([]);
    const end = new MemoryDevice(1024 + 63);
    end.bytes.set(writeMetadata(SMALL).subarray(0, 63), 1024);
    expect(findSuperblocks(end, 0n, 10_000n)).toEqual([]);
  });
});

it.each<[string, ImageRecipe]>([
  ['with another version', { ...SMALL, version: 2 }],
  ['with a block size that is none', { ...SMALL, recordedBlockSize: 100 }],
  ['with no blocks', { ...SMALL, nBlocks: 0n }],
  ['with more blocks than follow', { ...SMALL, nBlocks: 5000n }],
  ['without a magic', { ...SMALL, magic: 0 }],
])('does not take for one what is unusable: %s', (_, recipe) => {
  expect(findSuperblocks(deviceWith(BigInt(MIB), [5n], recipe), 0n, BigInt(MIB))).toEqual([]);
});

it('takes the last one that has room for its blocks, and not the one behind it', () => {
  const device = deviceWith(10n * 512n, [8n, 9n]);
  expect(findSuperblocks(device, 0n, BigInt(MIB))).toEqual([8n]);
});

it('reads no more than it was told to search, and not beyond the end', () => {
  const large = new WatchedDevice(new SparseDevice(2n ** 40n));
  expect(findSuperblocks(large, 0n, BigInt(MIB))).toEqual([]);
  expect(large.reads).toEqual([{ offset: 0n, length: MIB }]);
  const small = new WatchedDevice(new MemoryDevice(777));
  expect(findSuperblocks(small, 0n, BigInt(MIB))).toEqual([]);
  expect(small.reads).toEqual([{ offset: 0n, length: 777 }]);
  const empty = new WatchedDevice(new MemoryDevice(0));
  expect(findSuperblocks(empty, 0n, BigInt(MIB))).toEqual([]);
  expect(empty.reads).toEqual([]);
});

it('fails with the error of the device', () => {
  const device = new FaultyDevice(new MemoryDevice(4096), { failAfterOperations: 0 });
  expect(() => findSuperblocks(device, 0n, BigInt(MIB))).toThrow(OperationError);
});

it('finds what a look at every sector finds', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(6000), { maxLength: 12 }),
      fc.nat(6000),
      fc.nat(6000),
      (sectors, from, to) => {
        const sizeBytes = 3n * BigInt(MIB);
        const inside = sectors.map(BigInt).filter((sector) => (sector + 2n) * 512n <= sizeBytes);
        const found = findSuperblocks(
          deviceWith(sizeBytes, inside),
          BigInt(from) * 512n,
          BigInt(to) * 512n,
          99,
        );
        const expected = inside.filter((sector) => sector >= BigInt(from) && sector < BigInt(to));
        expect(found).toEqual(expected.sort((a, b) => (a < b ? -1 : 1)));
      },
    ),
    { numRuns: 50 },
  );
});
