import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NEVER_USED, classifyEntry, decodeEntry, encodeEntry, type Entry } from '../../src/format/index.js';

const ALL_ONES = 2n ** 64n - 1n;
const u64 = fc.oneof(
  fc.constantFrom(
    0n,
    1n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 53n,
    2n ** 53n + 1n,
    2n ** 63n,
    ALL_ONES - 1n,
    ALL_ONES,
  ),
  fc.bigInt(0n, ALL_ONES),
);
const entries: fc.Arbitrary<Entry> = fc.record({ original_sector: u64, seq_count: u64 });

it('reads 16 bytes that were written by hand', () => {
  const bytes = Buffer.from('08070605040302f118171615141312f1', 'hex');
  const entry = { original_sector: 0xf102030405060708n, seq_count: 0xf112131415161718n };
  expect(decodeEntry(bytes)).toEqual(entry);
  expect(encodeEntry(entry)).toEqual(new Uint8Array(bytes));
});

it('decodes what it encoded, and encodes what it decoded', () => {
  fc.assert(
    fc.property(entries, fc.uint8Array({ minLength: 16, maxLength: 16 }), (entry, bytes) => {
      expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
      expect(encodeEntry(decodeEntry(bytes))).toEqual(bytes);
    }),
    { numRuns: 2000 },
  );
});

it('writes where it is told, and nowhere else', () => {
  fc.assert(
    fc.property(entries, fc.nat(50), fc.nat(50), (entry, before, behind) => {
      const buffer = new Uint8Array(7 + before + 16 + behind).fill(0x5a);
      const bytes = buffer.subarray(7);
      expect(encodeEntry(entry, bytes, before)).toBe(bytes);
      expect(decodeEntry(bytes, before)).toEqual(entry);
      expect(buffer.subarray(7 + before, 7 + before + 16)).toEqual(encodeEntry(entry));
      buffer.fill(0x5a, 7 + before, 7 + before + 16);
      expect(buffer.every((byte) => byte === 0x5a)).toBe(true);
    }),
  );
});

it('is all ones where it was never used', () => {
  expect(encodeEntry(NEVER_USED)).toEqual(new Uint8Array(16).fill(0xff));
});

describe('refuses', () => {
  it.each(['original_sector', 'seq_count'] as const)('a %s beyond 64 bits', (field) => {
    for (const value of [-1n, 2n ** 64n, 2n ** 64n + 8n, -(2n ** 64n)]) {
      const bytes = new Uint8Array(16);
      expect(() => encodeEntry({ ...NEVER_USED, [field]: value }, bytes)).toThrow(
        new RangeError(`an entry's field ${String(value)} does not fit 64 bits`),
      );
      expect(bytes).toEqual(new Uint8Array(16));
    }
  });

  it.each([
    [16, 1],
    [16, 9],
    [16, 16],
    [15, 0],
    [0, 0],
    [16, -1],
    [64, 49],
  ])('an entry that does not lie inside %i bytes at %i', (length, offset) => {
    expect(() => decodeEntry(new Uint8Array(length), offset)).toThrow(RangeError);
    expect(() => encodeEntry(NEVER_USED, new Uint8Array(length), offset)).toThrow(RangeError);
  });

  it('to look behind the end of its part of a buffer', () => {
    const part = new Uint8Array(64).subarray(16, 40);
    expect(() => decodeEntry(part, 16)).toThrow(RangeError);
    expect(() => encodeEntry(NEVER_USED, part, 16)).toThrow(RangeError);
  });
});

describe('classifies by the seq_count of the superblock', () => {
  it.each([
    [0n, 0n, 'uncommitted'],
    [0n, 1n, 'committed'],
    [1n, 1n, 'uncommitted'],
    [2n, 1n, 'uncommitted'],
    [ALL_ONES, 0n, 'free'],
    [ALL_ONES, ALL_ONES, 'free'],
    [ALL_ONES - 1n, ALL_ONES, 'committed'],
    [ALL_ONES - 1n, ALL_ONES - 1n, 'uncommitted'],
    [2n ** 32n - 1n, 2n ** 32n, 'committed'],
    [2n ** 32n, 2n ** 32n, 'uncommitted'],
    [2n ** 53n, 2n ** 53n + 1n, 'committed'],
    [2n ** 53n + 1n, 2n ** 53n + 1n, 'uncommitted'],
    [2n ** 63n, 2n ** 63n + 1n, 'committed'],
    [2n ** 63n, 1n, 'uncommitted'],
  ])('%i of %i is %s', (seqCount, S, expected) => {
    expect(classifyEntry({ original_sector: 8n, seq_count: seqCount }, S)).toBe(expected);
    // The sector plays no part: a freed entry keeps its last one.
    expect(classifyEntry({ original_sector: ALL_ONES, seq_count: seqCount }, S)).toBe(expected);
  });
});
