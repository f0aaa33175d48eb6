import { describe, expect, it } from 'vitest';
import { SparseDevice } from '../../src/device/index.js';
import { layOut } from '../../src/format/index.js';
import { VoidDevice } from '../../src/device/index.js';
import { HollowCache } from '../../src/simulate/hollow-cache.js';
import { OriginPace } from '../../src/simulate/origin-pace.js';
import { ReferenceTarget } from '../../src/target/index.js';

describe('HollowCache', () => {
  it.each([
    [4n << 20n, 4096, 0n],
    [(1n << 20n) + 512n, 512, 7n],
    [8192n, 4096, 0n],
  ])(
    'of %d bytes in blocks of %d reads as the target leaves a cache that it has formatted',
    (sizeBytes, blockSize, startSector) => {
      const formatted = new SparseDevice(sizeBytes);
      const table = {
        mode: 's',
        origin: '',
        cache: '',
        block_size: blockSize,
        options: { start_sector: startSector },
      } as const;
      ReferenceTarget.load(table, { origin: new SparseDevice(1n << 20n), cache: formatted });
      const layout = layOut(sizeBytes - startSector * 512n, blockSize);
      if (!layout.ok) throw new Error('there is room');
      const hollow = new HollowCache(sizeBytes, startSector, layout.geometry);
      const start = Number(startSector) * 512;
      const end = start + Number(layout.geometry.entriesEndBytes);
      for (const pieceBytes of [16, 64, 4096, 65_536, end - start]) {
        for (let at = start; at < end; at += pieceBytes) {
          const [mine, theirs] = [
            new Uint8Array(Math.min(pieceBytes, end - at)),
            new Uint8Array(Math.min(pieceBytes, end - at)),
          ];
          hollow.read(mine, at);
          formatted.read(theirs, at);
          expect(Buffer.compare(mine, theirs)).toBe(0);
        }
      }
    },
  );

  it('refuses what is beyond its end, as a device does', () => {
    const device = new VoidDevice('the origin', 4096n);
    expect(() => {
      device.write(new Uint8Array(512), 4096);
    }).toThrow(/ends at byte 4096/);
    expect(() => {
      device.read(new Uint8Array(4096), 512);
    }).toThrow(/ends at byte 4096/);
    device.write(new Uint8Array(4096), 0n);
  });
});

describe('OriginPace', () => {
  it('does one copy after the other, and rests between', () => {
    const pace = new OriginPace({ bytesPerSecond: 4_096_000, latencyMs: 5 });
    expect(pace.nextEndMs(0)).toBe(Infinity);
    expect(pace.copyEndsAtMs({ blocks: 1, sizeBytes: 4096 }, 100)).toBe(106);
    expect(pace.copyEndsAtMs({ blocks: 10, sizeBytes: 40_960 }, 100)).toBe(121);
    expect(pace.nextEndMs(100)).toBe(106);
    expect(pace.nextEndMs(106)).toBe(121);
    expect(pace.copyEndsAtMs({ blocks: 1, sizeBytes: 4096 }, 500)).toBe(506);
    expect(pace.nextEndMs(121)).toBe(506);
    expect(pace.nextEndMs(506)).toBe(Infinity);
  });

  it('forgets the ends that have passed', () => {
    const pace = new OriginPace({ bytesPerSecond: 4_096_000, latencyMs: 0 });
    for (let copy = 0; copy < 5000; copy++) {
      const endMs = pace.copyEndsAtMs({ blocks: 1, sizeBytes: 4096 }, copy);
      expect(endMs).toBe(copy + 1);
      expect(pace.nextEndMs(copy)).toBe(copy + 1);
    }
  });
});
