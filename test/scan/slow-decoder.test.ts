import { describe, expect, it } from 'vitest';
import { decodeSlowly } from './slow-decoder.js';

/** Bytes written out by hand, so that the decoder is held against the text and not against a program. */
function bytesOf(hex: string, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  bytes.set(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));
  return bytes;
}

const SUPERBLOCK = '21934823 01000000 00020000 00000000';
const ZEROS_32 = '00'.repeat(32);
const FREE = 'ff'.repeat(8);

it('reads an image that was written by hand', () => {
  // 8 blocks of 512 bytes, S = 5; 64 + 8·16 = 192, rounded up to 512, and 8·512 behind it.
  const image = bytesOf(
    `${SUPERBLOCK} 0800000000000000 0500000000000000 ${ZEROS_32}
     0a00000000000000 0300000000000000
     0a00000000000000 0300000000000000
     0a00000000000000 0400000000000000
     0a00000000000000 0100000000000000
     0b00000000000000 0500000000000000
     0c00000000000000 0600000000000000
     ${FREE} ${FREE}
     0d00000000000000 ${FREE}`,
    512 + 8 * 512 + 100,
  );
  const decoded = decodeSlowly(image, 0);
  expect(decoded).toMatchObject({
    state: 'dirty',
    fault: '',
    magic: 0x23489321n,
    version: 1n,
    block_size: 512n,
    pad: 0n,
    n_blocks: 8n,
    seq_count: 5n,
    dataOffsetBytes: 512n,
    dataEndBytes: 4608n,
    maxNBlocks: 8n,
    free: 2,
    committed: 4,
    uncommitted: 2,
    live: 1,
    stale: 3,
    identical: 1,
    misaligned: 0,
    impossible: 0,
    future: 1,
    maxOriginalSector: 10n,
  });
  expect(decoded.reserved).toEqual(new Array(32).fill(0));
  expect(decoded.entries.map(({ state }) => state)).toEqual([
    'identical',
    'stale',
    'live',
    'stale',
    'uncommitted',
    'uncommitted',
    'free',
    'free',
  ]);
  expect(decoded.entries[7]).toMatchObject({ index: 7, original_sector: 13n, seq_count: 2n ** 64n - 1n });
});

it('finds the superblock behind a start sector, and the size behind the bytes', () => {
  const image = bytesOf(`${'00'.repeat(512)}${SUPERBLOCK} 0100000000000000`, 512 + 80);
  expect(decodeSlowly(image, 1n, 512n + 1024n)).toMatchObject({
    state: 'clean',
    uncommitted: 1,
    maxNBlocks: 1n,
  });
  expect(decodeSlowly(image, 1n, 512n + 1023n)).toMatchObject({ state: 'damaged', fault: 'too small' });
  expect(decodeSlowly(image, 0n)).toMatchObject({ state: 'blank', entries: [] });
  expect(() => decodeSlowly(image, 2n)).toThrow(RangeError);
  expect(() => decodeSlowly(new Uint8Array(63))).toThrow(RangeError);
  expect(() => decodeSlowly(image, -1n)).toThrow(RangeError);
});

describe('judges superblocks in the order of the kernel', () => {
  it.each([
    ['00000000 00000000 ff', 'blank', 'blank'],
    ['00000000 01000000', 'torn', 'torn'],
    [`00000000 01000000 ${'00'.repeat(16)} 01`, 'damaged', 'magic lost'],
    ['00000000 02000000', 'foreign', 'magic'],
    ['20934823 01000000 00020000', 'foreign', 'magic'],
    ['21934823 02000000 b80b0000', 'damaged', 'version'],
    ['21934823 01000000 b80b0000 00000000 ffffffffffffffff', 'damaged', 'block size'],
    ['21934823 01000000 00010000 00000000 01', 'damaged', 'block size'],
    ['21934823 01000000 00000200 00000000 01', 'damaged', 'block size'],
    [`${SUPERBLOCK} ffffffffffffffff`, 'damaged', 'overflow'],
    [`${SUPERBLOCK} 0000000000000800`, 'damaged', 'too small'],
    [`${SUPERBLOCK} 08`, 'damaged', 'too small'],
    [`${SUPERBLOCK} 00`, 'damaged', 'no blocks'],
    [`${SUPERBLOCK} 07`, 'clean', ''],
  ])('%s is %s (%s)', (hex, state, fault) => {
    expect(decodeSlowly(bytesOf(hex, 4096))).toMatchObject({ state, fault });
  });
});

it.each([
  ['08', 'dirty', 0, 0],
  ['04', 'damaged', 1, 0],
  ['f8ffffffffff3f00', 'dirty', 0, 0],
  ['0000000000004000', 'damaged', 0, 1],
  ['fcffffffffff3f00', 'damaged', 1, 1],
  ['ffffffffffffffff', 'damaged', 1, 1],
])('a committed block at sector %s (4 KiB blocks) makes it %s', (sector, state, misaligned, impossible) => {
  const superblock = `21934823 01000000 00100000 00000000 0100000000000000 0100000000000000 ${ZEROS_32}`;
  const image = bytesOf(`${superblock} ${sector.padEnd(16, '0')} 0000000000000000`, 8192);
  expect(decodeSlowly(image)).toMatchObject({ state, misaligned, impossible, committed: 1, live: 1 });
});
