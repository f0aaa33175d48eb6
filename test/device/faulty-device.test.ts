import { describe, expect, it } from 'vitest';
import { FaultyDevice } from '../../src/device/faulty-device.js';
import { MemoryDevice } from '../../src/device/memory-device.js';
import { OperationError, WrongDeviceError } from '../../src/errors.js';
import { expectFailure, pattern } from './helpers.js';

const ioSentence = /^memory could not be \w+( at byte \d+)?: the device reported an I\/O error \(EIO\)\.$/;

function ioFails(run: () => unknown): OperationError {
  return expectFailure(run, OperationError, 'io-error', ioSentence);
}

it('without faults is the inner device', () => {
  const inner = new MemoryDevice(pattern(8192), { name: 'inner', logicalBlockSizeBytes: 4096 });
  const device = new FaultyDevice(inner);
  expect(device).toMatchObject({ name: 'inner', logicalBlockSizeBytes: 4096, sizeBytes: 8192n });
  device.write(Uint8Array.of(1, 2), 10);
  device.discard(11, 1);
  device.flush();
  const target = new Uint8Array(2);
  device.read(target, 10n);
  expect([...target]).toEqual([1, 0]);
  expect(device.operationCount).toBe(4);
  device.close();
});

describe('ranges', () => {
  it('fail reads, writes or both, exactly where they overlap', () => {
    const inner = new MemoryDevice(4096);
    const device = new FaultyDevice(inner, {
      ranges: [
        { offsetBytes: 512, lengthBytes: 512n, on: 'read' },
        { offsetBytes: 2048n, lengthBytes: 512, on: 'write' },
        { offsetBytes: 3072, lengthBytes: 1, on: 'both' },
      ],
    });
    const target = new Uint8Array(512);
    device.read(target, 0);
    device.read(target, 1024);
    expect(
      ioFails(() => {
        device.read(target, 1);
      }).message,
    ).toContain('read at byte 512:');
    expect(
      ioFails(() => {
        device.read(target, 1000);
      }).message,
    ).toContain('read at byte 1000:');
    device.write(target, 512);
    expect(
      ioFails(() => {
        device.write(pattern(512), 2559);
      }).message,
    ).toContain('written at byte 2559:');
    device.write(target, 2560);
    expect(
      ioFails(() => {
        device.discard(0, 4096);
      }).message,
    ).toContain('discarded at byte 2048:');
    device.read(target, 2048);
    ioFails(() => {
      device.read(target, 3072);
    });
    ioFails(() => {
      device.write(target, 3072);
    });
    expect(inner.bytes).toEqual(new Uint8Array(4096));
  });
});

describe('endsAtBytes', () => {
  it('is a device that shrank', () => {
    const device = new FaultyDevice(new MemoryDevice(4096), { endsAtBytes: 1000 });
    expect(device.sizeBytes).toBe(4096n);
    device.read(new Uint8Array(1000), 0);
    const sentence =
      /^memory ended at byte 1000 although it was 4096 bytes long when it was opened: it was truncated/;
    for (const run of [
      () => {
        device.read(new Uint8Array(1), 1000);
      },
      () => {
        device.write(new Uint8Array(2), 999);
      },
      () => {
        device.discard(0, 4096);
      },
    ]) {
      expectFailure(run, WrongDeviceError, 'device-ended', sentence);
    }
  });

  it('does not hide the mistake of going beyond the promised size', () => {
    const device = new FaultyDevice(new MemoryDevice(4096), { endsAtBytes: 1000 });
    const sentence = /it is only 4096 bytes long/;
    expectFailure(
      () => {
        device.read(new Uint8Array(1), 4096);
      },
      WrongDeviceError,
      'device-ended',
      sentence,
    );
  });
});

describe('failAfterOperations', () => {
  it('lets that many operations through, then fails for good and leaves the medium as it was', () => {
    const inner = new MemoryDevice(16);
    const device = new FaultyDevice(inner, { failAfterOperations: 2 });
    device.write(Uint8Array.of(1), 0);
    device.flush();
    expect(
      ioFails(() => {
        device.write(Uint8Array.of(2), 0);
      }).message,
    ).toContain('written at byte 0:');
    expect(
      ioFails(() => {
        device.flush();
      }).message,
    ).toContain('could not be flushed:');
    ioFails(() => {
      device.read(new Uint8Array(1), 0);
    });
    ioFails(() => {
      device.discard(0, 1);
    });
    expect(inner.bytes[0]).toBe(1);
    expect(device.operationCount).toBe(6);
  });

  it('0 fails at once, and new faults start a new countdown', () => {
    const device = new FaultyDevice(new MemoryDevice(16), { failAfterOperations: 0 });
    ioFails(() => {
      device.flush();
    });
    device.setFaults({ failAfterOperations: 1 });
    expect(device.operationCount).toBe(0);
    device.flush();
    ioFails(() => {
      device.flush();
    });
    device.setFaults({});
    device.flush();
  });
});
