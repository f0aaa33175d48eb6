import { describe, expect, it } from 'vitest';
import { MemoryDevice } from '../../../src/device/index.js';
import { cacheZones, DeviceDurability } from '../../../src/target/durability.js';
import { smallGeometry } from './workload.js';

type Write = Parameters<DeviceDurability['write']>[0];

const ATOM = 4;
const device = (): DeviceDurability =>
  new DeviceDurability([{ startBytes: 0, atomBytes: ATOM }], new Uint8Array(10));
const put = (offsetBytes: number, bytes: readonly number[], more: Partial<Write> = {}): Write => ({
  op: 'write',
  device: 'cache',
  offsetBytes,
  data: Uint8Array.from(bytes),
  fua: false,
  ...more,
});
/** The first byte of everything that the first atom may be left with. */
const left = (durability: DeviceDurability): (number | undefined)[] =>
  durability.possible(0).contents.map(([first]) => first);

describe('what a power cut may leave', () => {
  it('is any of the writes since the last flush, or what was durable', () => {
    const durability = device();
    durability.write(put(0, [1, 1, 1, 1]), 0);
    durability.write(put(0, [2, 2, 2, 2]), 1);
    expect(left(durability)).toEqual([0, 1, 2]);
    durability.flush();
    expect(left(durability)).toEqual([2]);
    expect([...durability.unsettledAtoms()]).toEqual([]);
  });

  it('is a FUA write at once, and nothing from before it', () => {
    const durability = device();
    durability.write(put(0, [1, 1, 1, 1]), 0);
    durability.write(put(0, [2, 2, 2, 2], { fua: true }), 1);
    expect(left(durability)).toEqual([2]);
  });

  it('can lack a held write after a flush, until one that comes after it is done', () => {
    const durability = device();
    durability.write(put(0, [1, 1, 1, 1], { held: 7 }), 0);
    durability.flush();
    expect(left(durability)).toEqual([0, 1]);
    durability.done(7);
    expect(left(durability)).toEqual([0, 1]);
    durability.flush();
    expect(left(durability)).toEqual([1]);
  });

  it('has a held FUA write when it is done', () => {
    const durability = device();
    durability.write(put(0, [1, 1, 1, 1], { held: 7, fua: true }), 0);
    expect(left(durability)).toEqual([0, 1]);
    durability.done(8);
    expect(left(durability)).toEqual([0, 1]);
    durability.done(7);
    expect(left(durability)).toEqual([1]);
  });

  it('has no earlier write to an atom once a later one is durable', () => {
    const durability = device();
    durability.write(put(0, [1, 1, 1, 1], { held: 7 }), 0);
    durability.write(put(0, [2, 2, 2, 2]), 1);
    durability.flush();
    durability.done(7);
    durability.flush();
    expect(left(durability)).toEqual([2]);
  });

  it('is told atom by atom, and the last atom may be short', () => {
    const durability = device();
    durability.write(put(2, [1, 2, 3, 4, 5, 6, 7, 8]), 0);
    expect([...durability.unsettledAtoms()].map(({ pending }) => [...(pending[0]?.content ?? [])])).toEqual([
      [0, 0, 1, 2],
      [3, 4, 5, 6],
      [7, 8],
    ]);
    durability.write(put(5, [9], { fua: true }), 1);
    expect([...durability.durable(0, 10)]).toEqual([0, 0, 0, 0, 3, 9, 5, 6, 0, 0]);
    expect([...durability.newest(1, 9)]).toEqual([0, 1, 2, 3, 9, 5, 6, 7, 8]);
  });

  it('has what a discard takes, or zeros', () => {
    const durability = new DeviceDurability([{ startBytes: 0, atomBytes: ATOM }], new Uint8Array(8).fill(5));
    durability.discard(0, 4, 0);
    expect(left(durability)).toEqual([5, 0]);
  });

  it('leaves the bytes alone that it was given, and reads a device only then', () => {
    const bytes = Buffer.alloc(8, 5);
    for (const base of [bytes, new MemoryDevice(new Uint8Array(bytes))]) {
      const durability = new DeviceDurability([{ startBytes: 0, atomBytes: ATOM }], base);
      durability.write(put(0, [1, 1, 1, 1], { fua: true }), 0);
      expect([...durability.newest(0, 8)]).toEqual([1, 1, 1, 1, 5, 5, 5, 5]);
    }
    expect(bytes).toEqual(Buffer.alloc(8, 5));
  });

  it('is nothing beyond the device', () => {
    expect(() => {
      device().write(put(8, [1, 2, 3]), 0);
    }).toThrow(RangeError);
  });
});

it('a cache’s atoms are sectors, or 8 bytes of persistent memory, and blocks', () => {
  const geometry = smallGeometry(8);
  expect(cacheZones({ mode: 's', geometry, startSector: 0 })).toEqual([
    { startBytes: 0, atomBytes: 512 },
    { startBytes: 512, atomBytes: 512 },
  ]);
  expect(cacheZones({ mode: 'p', geometry: { ...geometry, blockSize: 4096 }, startSector: 3 })).toEqual([
    { startBytes: 0, atomBytes: 512 },
    { startBytes: 1536, atomBytes: 8 },
    { startBytes: 2048, atomBytes: 4096 },
  ]);
});
