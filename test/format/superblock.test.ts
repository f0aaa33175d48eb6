import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeSuperblock,
  encodeSuperblock,
  formatMagic,
  freshSuperblock,
  type Superblock,
} from '../../src/format/index.js';

const U32_LIMIT = 2 ** 32;
const U64_LIMIT = 2n ** 64n;
const EMPTY: Superblock = {
  magic: 0,
  version: 0,
  block_size: 0,
  pad: 0,
  n_blocks: 0n,
  seq_count: 0n,
  reserved: new Uint8Array(32),
};

const u32 = fc.oneof(fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, U32_LIMIT - 1), fc.nat(U32_LIMIT - 1));
const u64 = fc.oneof(
  fc.constantFrom(0n, 1n, 2n ** 32n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, U64_LIMIT - 1n),
  fc.bigInt(0n, U64_LIMIT - 1n),
);
const superblocks: fc.Arbitrary<Superblock> = fc.record({
  magic: u32,
  version: u32,
  block_size: u32,
  pad: u32,
  n_blocks: u64,
  seq_count: u64,
  reserved: fc.uint8Array({ minLength: 32, maxLength: 32 }),
});

it('reads 64 bytes that were written by hand', () => {
  const bytes = Uint8Array.from(
    Buffer.from(
      '21934823010000000010000004030201' +
        '080706050403020118171615141312ff' +
        '202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f',
      'hex',
    ),
  );
  expect(decodeSuperblock(bytes)).toEqual({
    magic: 0x23489321,
    version: 1,
    block_size: 4096,
    pad: 0x01020304,
    n_blocks: 0x0102030405060708n,
    seq_count: 0xff12131415161718n,
    reserved: Uint8Array.from({ length: 32 }, (_, at) => 0x20 + at),
  });
});

it.each([
  ['magic', 0, 4],
  ['version', 4, 4],
  ['block_size', 8, 4],
  ['pad', 12, 4],
  ['n_blocks', 16, 8],
  ['seq_count', 24, 8],
] as const)('keeps %s in little-endian order at byte %i, and nothing else there', (field, offset, width) => {
  const value = width === 4 ? 0xf4030201 : 0xf807060504030201n;
  const bytes = encodeSuperblock({ ...EMPTY, [field]: value });
  const expected = new Uint8Array(64);
  expected.set(width === 4 ? [1, 2, 3, 0xf4] : [1, 2, 3, 4, 5, 6, 7, 0xf8], offset);
  expect(bytes).toEqual(expected);
  expect(decodeSuperblock(bytes)[field]).toBe(value);
});

it('keeps the reserved bytes at byte 32', () => {
  const reserved = Uint8Array.from({ length: 32 }, (_, at) => at + 1);
  const expected = new Uint8Array(64);
  expected.set(reserved, 32);
  expect(encodeSuperblock({ ...EMPTY, reserved })).toEqual(expected);
});

it('decodes what it encoded, whatever the fields are', () => {
  fc.assert(
    fc.property(superblocks, (superblock) => {
      expect(decodeSuperblock(encodeSuperblock(superblock))).toEqual(superblock);
    }),
    { numRuns: 2000 },
  );
});

it('encodes what it decoded, whatever the 64 bytes are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (bytes) => {
      expect(encodeSuperblock(decodeSuperblock(bytes))).toEqual(bytes);
    }),
    { numRuns: 2000 },
  );
});

it('reads from the middle of a buffer, and only 64 bytes', () => {
  const superblock = freshSuperblock(4096, 1020n);
  const buffer = new Uint8Array(300).fill(0xee);
  buffer.set(encodeSuperblock(superblock), 101);
  expect(decodeSuperblock(buffer.subarray(101))).toEqual(superblock);
});

it.each([
  ['an array', (bytes: Uint8Array) => bytes],
  ['a part of one', (bytes: Uint8Array) => Uint8Array.of(1, 2, ...bytes, 3).subarray(2, 66)],
  ['a Buffer', (bytes: Uint8Array) => Buffer.from(bytes)],
])('keeps its own copy of the reserved bytes of %s', (_, hold) => {
  const bytes = hold(encodeSuperblock(EMPTY));
  const { reserved } = decodeSuperblock(bytes);
  bytes.fill(0xff);
  expect(reserved.every((byte) => byte === 0)).toBe(true);
});

it('does not read a part of a superblock', () => {
  for (let length = 0; length < 64; length += 1) {
    expect(() => decodeSuperblock(new Uint8Array(length)), String(length)).toThrow(RangeError);
  }
  expect(decodeSuperblock(new Uint8Array(64))).toEqual(EMPTY);
});

describe('refuses to truncate', () => {
  it.each(['magic', 'version', 'block_size', 'pad'] as const)('%s', (field) => {
    for (const value of [-1, U32_LIMIT, U32_LIMIT + 4096, 2 ** 53, 0.5, 4096.25, NaN, Infinity, -Infinity]) {
      expect(() => encodeSuperblock({ ...EMPTY, [field]: value }), String(value)).toThrow(
        new RangeError(`${field} ${String(value)} does not fit 32 bits`),
      );
    }
    for (const value of [0, 1, 2 ** 31 - 1, 2 ** 31, U32_LIMIT - 1]) {
      expect(decodeSuperblock(encodeSuperblock({ ...EMPTY, [field]: value }))[field]).toBe(value);
    }
  });

  it.each(['n_blocks', 'seq_count'] as const)('%s', (field) => {
    for (const value of [-1n, -(2n ** 63n), U64_LIMIT, U64_LIMIT + 1n, 2n ** 100n]) {
      expect(() => encodeSuperblock({ ...EMPTY, [field]: value }), String(value)).toThrow(
        new RangeError(`${field} ${String(value)} does not fit 64 bits`),
      );
    }
    for (const value of [0n, 1n, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 63n, U64_LIMIT - 1n]) {
      expect(decodeSuperblock(encodeSuperblock({ ...EMPTY, [field]: value }))[field]).toBe(value);
    }
  });

  it.each([0, 31, 33, 64])('%i reserved bytes', (length) => {
    expect(() => encodeSuperblock({ ...EMPTY, reserved: new Uint8Array(length) })).toThrow(
      new RangeError(`reserved has 32 bytes, got ${String(length)}`),
    );
  });
});

it('makes the superblock that a format ends with', () => {
  const hex = Buffer.from(encodeSuperblock(freshSuperblock(4096, 63n))).toString('hex');
  expect(hex).toBe(`21934823010000000010000000000000${'3f'.padEnd(16, '0')}${'00'.repeat(40)}`);
});

it.each([
  [0x23489321, '0x23489321'],
  [0, '0x00000000'],
  [0xff, '0x000000ff'],
  [2 ** 32 - 1, '0xffffffff'],
])('writes the magic %i as %s', (magic, text) => {
  expect(formatMagic(magic)).toBe(text);
});
