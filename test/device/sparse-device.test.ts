import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryDevice } from '../../src/device/memory-device.js';
import { SparseDevice } from '../../src/device/sparse-device.js';
import { WrongDeviceError } from '../../src/errors.js';
import { expectFailure, pattern } from './helpers.js';

const EIB = 2n ** 60n;

it('keeps the last bytes of the largest device there can be', () => {
  const device = new SparseDevice(2n ** 63n);
  const bytes = pattern(5000);
  device.write(bytes, 2n ** 63n - 5000n);
  const target = new Uint8Array(5000);
  device.read(target, 2n ** 63n - 5000n);
  expect(target).toEqual(bytes);
  expect(device.storedBytes).toBe(8192);
  expect(device.storedPageOffsets()).toEqual([2n ** 63n - 8192n, 2n ** 63n - 4096n]);
});

it('tells neighbours apart where doubles no longer do', () => {
  const device = new SparseDevice(4n * EIB);
  device.write(Uint8Array.of(1), 2n ** 61n + 1n);
  device.write(Uint8Array.of(2), 2n ** 61n + 2n);
  const target = new Uint8Array(4);
  device.read(target, 2n ** 61n);
  expect([...target]).toEqual([0, 1, 2, 0]);
});

it('reads as its fill byte where it was not written', () => {
  const device = new SparseDevice(EIB, { fill: 0xff, name: 'big' });
  device.write(Uint8Array.of(7), 4096);
  const target = new Uint8Array(3);
  device.read(target, 4095);
  expect([...target]).toEqual([255, 7, 255]);
  expect(device.storedBytes).toBe(4096);
  expect(device).toMatchObject({ name: 'big', logicalBlockSizeBytes: 512 });
});

it('reads as what its fill function makes of the place', () => {
  const device = new SparseDevice(EIB, {
    fill: (target, offsetBytes) => {
      new DataView(target.buffer).setBigUint64(0, offsetBytes, true);
    },
  });
  const target = new Uint8Array(16);
  device.read(target, EIB - 4096n);
  expect(new DataView(target.buffer).getBigUint64(0, true)).toBe(EIB - 4096n);
  expect(target.subarray(8)).toEqual(new Uint8Array(8));
});

it('forgets whole pages and restores the fill in parts of pages when discarded', () => {
  const device = new SparseDevice(EIB, { fill: 9 });
  device.write(new Uint8Array(3 * 4096).fill(1), EIB / 2n);
  device.write(Uint8Array.of(5), 0);
  device.discard(EIB / 2n + 100n, 2n * 4096n);
  expect(device.storedPageOffsets()).toEqual([0n, EIB / 2n, EIB / 2n + 8192n]);
  const target = new Uint8Array(3 * 4096);
  device.read(target, EIB / 2n);
  expect(target.subarray(0, 100).every((byte) => byte === 1)).toBe(true);
  expect(target.subarray(100, 100 + 8192).every((byte) => byte === 9)).toBe(true);
  expect(target.subarray(100 + 8192).every((byte) => byte === 1)).toBe(true);
  device.discard(0, EIB);
  expect(device.storedBytes).toBe(0);
});

it('has an end', () => {
  const device = new SparseDevice(EIB);
  const sentence =
    /^sparse could not be read at byte 1152921504606846975 for 2 bytes: it is only 1152921504606846976/;
  expectFailure(
    () => {
      device.read(new Uint8Array(2), EIB - 1n);
    },
    WrongDeviceError,
    'device-ended',
    sentence,
  );
  expectFailure(
    () => {
      device.write(new Uint8Array(2), EIB - 1n);
    },
    WrongDeviceError,
    'device-ended',
    /could not be written/,
  );
  expect(device.storedBytes).toBe(0);
});

it.each([-1n, 2n ** 63n + 1n, 0.5])('cannot be %s bytes long', (size) => {
  expect(() => new SparseDevice(size)).toThrow(RangeError);
});

it('equals memory over any sequence of operations (a discard reads as zeros in both)', () => {
  const size = 20_000;
  const operation = fc.record({
    op: fc.constantFrom('write', 'discard'),
    offset: fc.nat(size),
    length: fc.nat(9000),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 30 }), fc.bigInt(0n, 2n ** 62n), (operations, base) => {
      const sparse = new SparseDevice(2n ** 63n);
      const memory = new MemoryDevice(size);
      for (const { op, offset, length, seed } of operations) {
        const bytes = Math.min(length, size - offset);
        if (op === 'write') {
          sparse.write(pattern(bytes, seed), base + BigInt(offset));
          memory.write(pattern(bytes, seed), offset);
        } else {
          sparse.discard(base + BigInt(offset), bytes);
          memory.discard(offset, bytes);
        }
      }
      const target = new Uint8Array(size);
      sparse.read(target, base);
      sparse.flush();
      sparse.close();
      expect(Buffer.compare(target, memory.bytes)).toBe(0);
    }),
  );
});
