import { expect, it } from 'vitest';
import { MemoryDevice } from '../../src/device/memory-device.js';
import { WrongDeviceError } from '../../src/errors.js';
import { expectFailure, pattern } from './helpers.js';

it('is zeros of the asked size, or the very bytes it was given', () => {
  const blank = new MemoryDevice(1024);
  expect(blank.sizeBytes).toBe(1024n);
  expect(blank.bytes).toEqual(new Uint8Array(1024));
  expect(new MemoryDevice(2048n).sizeBytes).toBe(2048n);
  const bytes = pattern(100);
  const device = new MemoryDevice(bytes, { name: 'image', logicalBlockSizeBytes: 4096 });
  expect(device.bytes).toBe(bytes);
  expect(device).toMatchObject({ name: 'image', logicalBlockSizeBytes: 4096, sizeBytes: 100n });
});

it('reads what was written, and zeros what was discarded', () => {
  const device = new MemoryDevice(64);
  device.write(Uint8Array.of(1, 2, 3, 4), 30n);
  const target = new Uint8Array(6);
  device.read(target, 29);
  expect([...target]).toEqual([0, 1, 2, 3, 4, 0]);
  device.discard(31, 2n);
  device.flush();
  device.read(target, 29);
  expect([...target]).toEqual([0, 1, 0, 0, 4, 0]);
  device.close();
});

it('names itself, the place and its size when a range does not fit', () => {
  const device = new MemoryDevice(64);
  const sentence =
    /^memory could not be (read|written|discarded) at byte 60 for 5 bytes: it is only 64 bytes long/;
  const five = new Uint8Array(5);
  expectFailure(
    () => {
      device.read(five, 60);
    },
    WrongDeviceError,
    'device-ended',
    sentence,
  );
  expectFailure(
    () => {
      device.write(five, 60);
    },
    WrongDeviceError,
    'device-ended',
    sentence,
  );
  expectFailure(
    () => {
      device.discard(60, 5);
    },
    WrongDeviceError,
    'device-ended',
    sentence,
  );
  expect(device.bytes).toEqual(new Uint8Array(64));
  expect(() => {
    device.read(five, -1);
  }).toThrow(RangeError);
  expect(() => {
    device.read(five, 1.5);
  }).toThrow(RangeError);
  expect(() => {
    device.discard(0, -1);
  }).toThrow(RangeError);
});
