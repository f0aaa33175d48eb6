import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  geometryOf,
  isBlockSize,
  kernelMemoryBytes,
  layOut,
  roundUp,
  type Geometry,
} from '../../src/format/index.js';

const KIB = 1024n;
const MIB = 1024n * KIB;
const GIB = 1024n * MIB;
const BLOCK_SIZES = [512, 1024, 2048, 4096, 8192, 16384, 32768, 65536];
/** Metadata may be 2^31 pieces of 64 KiB in ssd mode (kernel-target.md §1.4). */
const MOST_METADATA_BYTES = 2n ** 47n;

const blockSizes = fc.constantFrom(...BLOCK_SIZES);
/** Evenly over the number of digits: as many small sizes as large ones. */
const sizes = fc
  .tuple(fc.integer({ min: 0, max: 63 }), fc.bigInt(0n, 2n ** 63n - 1n))
  .map(([bits, any]) => (bits === 63 ? any : any >> BigInt(63 - bits)));

/** Where the data of n blocks begins and ends (§1.3), without the help of src/. */
function places(nBlocks: bigint, blockSize: number): { offset: bigint; end: bigint } {
  const unit = BigInt(blockSize);
  let offset = 64n + 16n * nBlocks;
  while (offset % unit !== 0n) offset += unit - (offset % unit);
  return { offset, end: offset + nBlocks * unit };
}

/** calculate_memory_size as §1.4 tells it. */
function kernelLayout(size: bigint, blockSize: number): bigint | 'ENOSPC' | 'EFBIG' {
  let n = size / BigInt(blockSize + 16);
  for (;;) {
    if (n === 0n) return 'ENOSPC';
    if (n >= (2n ** 64n - 64n) / 16n) return 'EFBIG';
    if (places(n, blockSize).end <= size) break;
    n -= 1n;
  }
  if (n >= 2n ** 47n || places(n, blockSize).offset > MOST_METADATA_BYTES) return 'EFBIG';
  return n;
}

function laidOut(size: bigint, blockSize: number): { geometry: Geometry; unusedBytes: bigint } {
  const layout = layOut(size, blockSize);
  if (!layout.ok) throw new Error(`${String(size)} bytes were refused: ${layout.refusal}`);
  return layout;
}

describe('lays out as the kernel does', () => {
  it.each([
    [8192n, 4096, 1n, 4096n, 0n],
    [1024n, 512, 1n, 512n, 0n],
    [262144n, 4096, 63n, 4096n, 0n],
    [1n * MIB, 4096, 254n, 8192n, 0n],
    [1n * MIB, 512, 1985n, 32256n, 0n],
    [4n * MIB, 4096, 1020n, 16384n, 0n],
    [4n * MIB, 512, 7943n, 127488n, 0n],
    [8n * MIB, 4096, 2040n, 32768n, 0n],
    [64n * MIB, 4096, 16320n, 262144n, 0n],
    [1n * GIB, 4096, 261123n, 4182016n, 0n],
    [1n * GIB, 512, 2033601n, 32538112n, 0n],
    [100n * GIB, 4096, 26112398n, 417800192n, 0n],
    [100n * GIB, 512, 203360193n, 3253763584n, 0n],
    [10n ** 9n, 4096, 243190n, 3891200n, 2560n],
    [123456789n, 4096, 30022n, 483328n, 3349n],
    [5n * MIB, 1024, 5041n, 80896n, 0n],
    [5n * MIB, 2048, 2540n, 40960n, 0n],
  ])('%i bytes in blocks of %i: %i blocks, data from %i, %i unused', (size, blockSize, n, offset, unused) => {
    const { geometry, unusedBytes } = laidOut(size, blockSize);
    expect(geometry).toEqual({
      blockSize,
      nBlocks: n,
      entriesEndBytes: 64n + 16n * n,
      dataOffsetBytes: offset,
      metadataSectors: offset / 512n,
      dataEndBytes: offset + n * BigInt(blockSize),
    });
    expect(unusedBytes).toBe(unused);
  });

  it.each(BLOCK_SIZES)('two blocks of %i bytes are the least that is enough', (blockSize) => {
    const least = 2n * BigInt(blockSize);
    expect(laidOut(least, blockSize)).toMatchObject({ geometry: { nBlocks: 1n }, unusedBytes: 0n });
    for (const size of [least - 1n, BigInt(blockSize), 1n, 0n]) {
      expect(layOut(size, blockSize)).toEqual({ ok: false, refusal: 'too-small' });
    }
  });

  it('over all sizes that an address can have', () => {
    fc.assert(
      fc.property(sizes, blockSizes, (size, blockSize) => {
        const layout = layOut(size, blockSize);
        const kernel = kernelLayout(size, blockSize);
        const answer = layout.ok
          ? layout.geometry.nBlocks
          : { 'too-small': 'ENOSPC', 'too-many-blocks': 'EFBIG' }[layout.refusal];
        expect(answer).toBe(kernel);
      }),
      { numRuns: 5000 },
    );
  });
});

it('finds the true maximum: so many blocks fit, and one more does not', () => {
  fc.assert(
    fc.property(sizes, blockSizes, (size, blockSize) => {
      const layout = layOut(size, blockSize);
      if (!layout.ok) return;
      const { nBlocks, dataOffsetBytes, dataEndBytes, entriesEndBytes, metadataSectors } = layout.geometry;
      const { offset, end } = places(nBlocks, blockSize);
      expect({ dataOffsetBytes, dataEndBytes }).toEqual({ dataOffsetBytes: offset, dataEndBytes: end });
      expect(end <= size).toBe(true);
      expect(places(nBlocks + 1n, blockSize).end > size).toBe(true);
      expect(layout.unusedBytes).toBe(size - end);
      expect(entriesEndBytes).toBe(64n + 16n * nBlocks);
      expect(metadataSectors * 512n).toBe(offset);
    }),
    { numRuns: 5000 },
  );
});

it('is exact for every size around a whole number of blocks', () => {
  for (const blockSize of BLOCK_SIZES) {
    const nearEnd = places(2n ** 40n + 12345n, blockSize).end;
    for (let k = -70n; k <= 70n; k += 1n) {
      const { geometry, unusedBytes } = laidOut(nearEnd + k, blockSize);
      expect(geometry.nBlocks).toBe(k < 0n ? 2n ** 40n + 12344n : 2n ** 40n + 12345n);
      expect(unusedBytes).toBe(nearEnd + k - places(geometry.nBlocks, blockSize).end);
    }
  }
});

it.each([2n ** 53n, 2n ** 55n, 2n ** 57n, 2n ** 58n])(
  'is exact where doubles are not: %i bytes and a few',
  (base) => {
    for (let k = -3n; k <= 40n; k += 1n) {
      const size = base + k;
      const { geometry, unusedBytes } = laidOut(size, 65536);
      expect(geometry.nBlocks).toBe(kernelLayout(size, 65536));
      expect(geometry.dataEndBytes + unusedBytes).toBe(size);
    }
  },
);

describe('refuses what has too many blocks', () => {
  it.each(BLOCK_SIZES)('of %i bytes: the metadata ends at 2^47 bytes', (blockSize) => {
    const most = (MOST_METADATA_BYTES - 64n) / 16n;
    const size = MOST_METADATA_BYTES + most * BigInt(blockSize);
    expect(laidOut(size, blockSize).geometry).toMatchObject({
      nBlocks: most,
      dataOffsetBytes: MOST_METADATA_BYTES,
    });
    // One block more needs one block more of metadata, too.
    const over = size + 2n * BigInt(blockSize);
    expect(laidOut(over - 1n, blockSize).geometry.nBlocks).toBe(most);
    expect(layOut(over, blockSize)).toEqual({ ok: false, refusal: 'too-many-blocks' });
  });

  it.each(BLOCK_SIZES)('of %i bytes on 2^60 bytes and more', (blockSize) => {
    for (const size of [2n ** 60n, 2n ** 60n + 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(layOut(size, blockSize)).toEqual({ ok: false, refusal: 'too-many-blocks' });
    }
  });
});

it.each([0, 1, 256, 511, 513, 3000, 4095, 12288, 131072, 2 ** 31, 2 ** 32 + 512, -512, 512.5, NaN, Infinity])(
  'knows that %d is no block size',
  (blockSize) => {
    expect(isBlockSize(blockSize)).toBe(false);
    expect(() => layOut(MIB, blockSize)).toThrow(RangeError);
  },
);

it.each(BLOCK_SIZES)('knows that %i is a block size', (blockSize) => {
  expect(isBlockSize(blockSize)).toBe(true);
});

it('refuses a negative size', () => {
  expect(() => layOut(-1n, 512)).toThrow(RangeError);
});

it('tells where things lie for every number of blocks that 64 bits can say', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), blockSizes, (nBlocks, blockSize) => {
      const { offset, end } = places(nBlocks, blockSize);
      expect(geometryOf(blockSize, nBlocks)).toEqual({
        blockSize,
        nBlocks,
        entriesEndBytes: 64n + 16n * nBlocks,
        dataOffsetBytes: offset,
        metadataSectors: offset / 512n,
        dataEndBytes: end,
      });
    }),
    { numRuns: 1000 },
  );
});

it.each([
  [0n, 512n, 0n],
  [1n, 512n, 512n],
  [512n, 512n, 512n],
  [513n, 512n, 1024n],
  [2n ** 64n - 1n, 4096n, 2n ** 64n],
])('rounds %i up to a multiple of %i: %i', (value, unit, expected) => {
  expect(roundUp(value, unit)).toBe(expected);
});

it('tells how much memory the kernel takes', () => {
  expect(kernelMemoryBytes(26112398n, 's')).toBe(26112398n * 88n);
  expect(kernelMemoryBytes(26112398n, 'p')).toBe(26112398n * 72n);
  expect(kernelMemoryBytes(2n ** 60n, 's')).toBe(2n ** 60n * 88n);
});
