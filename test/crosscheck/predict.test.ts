import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OverlaidDevice } from '../../src/crosscheck/metadata-device.js';
import { VoidDevice } from '../../src/device/index.js';
import { predictMetadata } from '../../src/crosscheck/predict.js';
import { MemoryDevice } from '../../src/device/index.js';
import {
  ALL_ONES,
  encodeEntry,
  encodeSuperblock,
  freshSuperblock,
  geometryOf,
} from '../../src/format/index.js';

const N_BLOCKS = 12;

function metadataOf(
  entries: readonly (readonly [sector: bigint, seqCount: bigint])[],
  blockSize = 512,
  nBlocks = N_BLOCKS,
): Uint8Array {
  const { entriesEndBytes } = geometryOf(blockSize, BigInt(nBlocks));
  const bytes = new Uint8Array(Number(entriesEndBytes)).fill(0xff);
  bytes.set(encodeSuperblock({ ...freshSuperblock(blockSize, BigInt(nBlocks)), seq_count: 5n }));
  for (const [index, [original_sector, seq_count]] of entries.entries()) {
    encodeEntry({ original_sector, seq_count }, bytes, 64 + 16 * index);
  }
  return bytes;
}

function predict(metadata: Uint8Array, mode: 's' | 'p', liveBlocks = 1): Uint8Array | null {
  const cache = { name: 'cache', sizeBytes: 1n << 30n };
  const origin = { name: 'origin', sizeBytes: 1n << 30n };
  return predictMetadata({ metadata, liveBlocks, cache, origin, startSector: 8n, mode });
}

describe('the prediction', () => {
  it('is the same in both modes: every entry free, with its sector, and the superblock as it was', () => {
    const entry = fc.tuple(
      fc.bigInt({ min: 0n, max: 1000n }),
      fc.constantFrom(0n, 1n, 2n, 3n, 4n, 5n, ALL_ONES),
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(entry, { maxLength: N_BLOCKS, selector: ([sector]) => sector }),
        (entries) => {
          const metadata = metadataOf(entries);
          const expected = metadataOf(entries.map(([sector]) => [sector, ALL_ONES] as const));
          const kept = new Uint8Array(metadata);
          expect(predict(metadata, 's')).toEqual(expected);
          expect(predict(metadata, 'p')).toEqual(expected);
          expect(predict(Buffer.from(metadata), 's')).toEqual(expected);
          expect(metadata).toEqual(kept);
        },
      ),
    );
  });

  it('is there for stale copies, and not for two identical entries', () => {
    const stale = metadataOf([
      [8n, 1n],
      [8n, 2n],
    ]);
    expect(predict(stale, 's')).not.toBeNull();
    const identical = metadataOf([
      [8n, 2n],
      [8n, 2n],
    ]);
    expect(predict(identical, 's')).toBeNull();
    expect(predict(identical, 'p')).toBeNull();
  });

  it('is not there for what the reference cannot have', () => {
    expect(predict(metadataOf([[2n ** 60n, 2n]]), 's')).toBeNull();
    expect(predict(metadataOf([], 65536), 's')).toBeNull();
    expect(predict(metadataOf([]), 's', 2 ** 19 + 1)).toBeNull();
    expect(predict(metadataOf([], 512, 2 ** 22 + 1), 's')).toBeNull();
  });

  it('for a great many live blocks in pmem mode is made in ssd mode', () => {
    const metadata = metadataOf([[8n, 2n]]);
    expect(predict(metadata, 'p', 2 ** 18)).toEqual(predict(metadata, 'p'));
  });
});

describe('a device of which a stretch is in memory', () => {
  it('reads and writes that, and the rest is void', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.nat(2000), fc.nat(900), fc.boolean(), (start, offset, length, hasBelow) => {
        const below = new MemoryDevice(4096);
        below.bytes.fill(7);
        const stretch = new Uint8Array(700).fill(1);
        const device = new OverlaidDevice(below, BigInt(start), stretch, hasBelow ? below : null);
        const model = new Uint8Array(4096).fill(hasBelow ? 7 : 0).fill(1, start * 512, start * 512 + 700);
        const read = new Uint8Array(length).fill(9);
        device.read(read, offset);
        expect(read).toEqual(model.subarray(offset, offset + length));
        device.write(new Uint8Array(length).fill(3), offset);
        const inside = model.fill(3, offset, offset + length).subarray(start * 512, start * 512 + 700);
        expect(stretch).toEqual(inside);
        expect(new Set(below.bytes)).toEqual(new Set([7]));
      }),
    );
  });

  it('ends where it ends', () => {
    const device = new VoidDevice('void', 100n);
    expect(() => {
      device.read(new Uint8Array(2), 99);
    }).toThrow(expect.objectContaining({ code: 'device-ended' }) as Error);
    expect(() => {
      device.discard(0, 101);
    }).toThrow(expect.objectContaining({ code: 'device-ended' }) as Error);
    device.flush();
    device.close();
  });
});
