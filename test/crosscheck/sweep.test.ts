import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cachePlaces, originPlaces } from '../../src/crosscheck/places.js';
import { sectorOrder } from '../../src/crosscheck/sector-order.js';
import { paced, runToEnd, sweep } from '../../src/crosscheck/sweep.js';
import { sweepLater } from '../../src/crosscheck/sweep-later.js';
import { FaultyDevice, MemoryDevice, SparseDevice, type BlockDevice } from '../../src/device/index.js';
import { u64 } from '../../src/scan/index.js';
import { WatchedDevice } from './watched-device.js';

const MIB = 1 << 20;

afterEach(() => {
  vi.restoreAllMocks();
});

function halves(sectors: readonly bigint[]): [hi: Uint32Array, lo: Uint32Array] {
  return [
    Uint32Array.from(sectors, (sector) => Number(sector >> 32n)),
    Uint32Array.from(sectors, (sector) => Number(sector & 0xffff_ffffn)),
  ];
}

/** Blocks of 512 bytes at these sectors; a sector's bytes are the low byte of its number. */
function numbered(sectors: number): MemoryDevice {
  const device = new MemoryDevice(sectors * 512);
  for (let sector = 0; sector < sectors; sector += 1) {
    device.bytes.fill(sector, sector * 512, (sector + 1) * 512);
  }
  return device;
}

/** What both kinds of sweep find of the blocks at these sectors: a byte of each, or why there is none. */
async function bothSweeps(device: BlockDevice, sectors: readonly bigint[]): Promise<unknown[]> {
  const [hi, lo] = halves(sectors);
  const places = originPlaces(hi, lo, sectorOrder(hi, lo, sectors.length));
  const collect = (found: unknown[]) => ({
    take: (block: number, bytes: Uint8Array) => {
      expect(found[block]).toBeUndefined();
      expect(new Set(bytes).size).toBe(1);
      expect(bytes).toHaveLength(512);
      found[block] = bytes[0];
    },
    missing: (block: number, why: string) => {
      expect(found[block]).toBeUndefined();
      found[block] = why;
    },
  });
  const atOnce: unknown[] = [];
  runToEnd(sweep(device, 512, places, collect(atOnce)));
  const later: unknown[] = [];
  await sweepLater(device, 512, places, collect(later));
  expect(later).toEqual(atOnce);
  return atOnce;
}

describe('a sweep', () => {
  it('finds each block once, in whatever order they come and however often', async () => {
    const device = numbered(3000);
    const sector = fc.nat(2999).map(BigInt);
    await fc.assert(
      fc.asyncProperty(fc.array(sector, { maxLength: 60 }), async (sectors) => {
        const found = await bothSweeps(device, sectors);
        expect(found).toEqual(sectors.map((each) => Number(each) % 256));
      }),
      { numRuns: 100 },
    );
  });

  it('misses only what cannot be read, and what lies beyond the end', async () => {
    const ranges = [{ offsetBytes: 5 * 512, lengthBytes: 1, on: 'read' as const }];
    const device = new FaultyDevice(numbered(100), { ranges });
    const found = await bothSweeps(device, [3n, 4n, 5n, 6n, 99n, 100n, 2n ** 40n, 2n ** 54n + 1n]);
    expect(found).toEqual([3, 4, 'unreadable', 6, 99, 'beyond-end', 'beyond-end', 'beyond-end']);
  });

  it('is exact where doubles are not', async () => {
    const device = new SparseDevice(2n ** 63n, {
      fill: (target, offset) => target.fill(Number((offset >> 9n) & 0xffn)),
    });
    const first = 2n ** 53n;
    const sectors = [first + 3n, first, first + 1n, first + 2n, 2n ** 54n - 1n, 2n ** 54n, 2n ** 64n - 1n];
    // The pages of that device are 4 KiB, so that a page has the value of its first sector.
    expect(await bothSweeps(device, sectors)).toHaveLength(7);
    const [hi, lo] = halves(sectors);
    const places = originPlaces(hi, lo, sectorOrder(hi, lo, sectors.length));
    expect([...places.order].map((block) => sectors[block])).toEqual(
      [...sectors].sort((a, b) => (a < b ? -1 : 1)),
    );
    expect(places.offsetBytes(0)).toBe((first + 3n) * 512n);
  });

  it('reads over neighbours and small gaps at once, but not too much', () => {
    const device = new WatchedDevice(new SparseDevice(1024 * MIB));
    const places = (blocks: readonly number[]) =>
      cachePlaces(Float64Array.from(blocks), Uint32Array.from(blocks.keys()), {
        blockSize: 4096,
        dataStartBytes: 8192n,
      });
    const visitor = { take: () => undefined, missing: () => undefined };
    runToEnd(sweep(device, 4096, places([0, 1, 2, 10, 26, 44, 1000]), visitor));
    // 16 blocks are 64 KiB: over the gap from 10 to 26 it reads on, over the one from 26 to 44 it does not.
    expect(device.reads).toEqual([
      { offset: 8192, length: 27 * 4096 },
      { offset: 8192 + 44 * 4096, length: 4096 },
      { offset: 8192 + 1000 * 4096, length: 4096 },
    ]);
    device.reads.length = 0;
    runToEnd(sweep(device, 4096, places(Array.from({ length: 600 }, (_, at) => at)), visitor));
    expect(device.reads.map(({ length }) => length / 4096)).toEqual([256, 256, 88]);
  });

  it('passes on what is no failure of a device', async () => {
    const device = new WatchedDevice(numbered(10), () => {
      throw new TypeError('a mistake in the program');
    });
    await expect(bothSweeps(device, [1n])).rejects.toThrow(TypeError);
  });

  it('lets the event loop turn, and tells how far it is', async () => {
    let nowMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 30));
    let hasTurned = false;
    setImmediate(() => (hasTurned = true));
    const progress: number[] = [];
    const runs = [1, 2, 3, 4, 5].map((to) => ({ from: to - 1, to }));
    await paced('device', runs, { onProgress: (done) => progress.push(done) });
    expect(hasTurned).toBe(true);
    expect(progress).toEqual([2, 4]);
  });
});

/** A device whose reads end when the test says so. */
class SlowDevice extends WatchedDevice {
  underWay = 0;
  most = 0;

  async readAsync(target: Uint8Array, offset: number | bigint): Promise<void> {
    this.underWay += 1;
    this.most = Math.max(this.most, this.underWay);
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.underWay -= 1;
    this.read(target, offset);
  }
}

describe('a sweep with several reads under way', () => {
  /** So far apart that each is a read of its own. */
  const far = Array.from({ length: 20 }, (_, at) => BigInt(at * 1000));

  async function sweepFar(device: BlockDevice, signal?: AbortSignal): Promise<number[]> {
    const [hi, lo] = halves(far);
    const seen: number[] = [];
    await sweepLater(
      device,
      512,
      originPlaces(hi, lo, sectorOrder(hi, lo, far.length)),
      { take: (block) => seen.push(block), missing: () => undefined },
      { signal },
    );
    return seen;
  }

  it('has four of them', async () => {
    const device = new SlowDevice(new SparseDevice(MIB * 16));
    expect((await sweepFar(device)).sort((a, b) => a - b)).toEqual([...far.keys()]);
    expect(device.most).toBe(4);
  });

  it('ends none of them later than itself, whatever happens', async () => {
    let reads = 0;
    const device = new SlowDevice(new SparseDevice(MIB * 16), () => {
      reads += 1;
      if (reads === 7) throw new TypeError('a mistake in the program');
    });
    await expect(sweepFar(device)).rejects.toThrow(TypeError);
    expect(device.underWay).toBe(0);

    const controller = new AbortController();
    const interrupted = new SlowDevice(new SparseDevice(MIB * 16), () => {
      controller.abort();
    });
    await expect(sweepFar(interrupted, controller.signal)).rejects.toMatchObject({ code: 'interrupted' });
    expect(interrupted.underWay).toBe(0);
    expect(interrupted.reads.length).toBeLessThan(far.length);
  });
});

describe('sectorOrder', () => {
  it('sorts by all 64 bits, and keeps the order of equal ones', () => {
    const sector = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 300n }));
    fc.assert(
      fc.property(fc.array(sector), (sectors) => {
        const [hi, lo] = halves(sectors);
        const sorted = sectors
          .map((value, position) => ({ value, position }))
          .sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.position - b.position));
        const order = sectorOrder(hi, lo, sectors.length);
        expect([...order]).toEqual(sorted.map(({ position }) => position));
        expect([...order].map((at) => u64(hi[at] ?? 0, lo[at] ?? 0))).toEqual(
          sorted.map(({ value }) => value),
        );
      }),
    );
  });
});
