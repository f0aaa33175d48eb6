import { expect, it } from 'vitest';
import { FaultyDevice } from '../../src/device/faulty-device.js';
import { MemoryDevice } from '../../src/device/memory-device.js';
import { RecordingDevice } from '../../src/device/recording-device.js';

it('records writes, flushes and discards in order, and passes everything on', () => {
  const inner = new MemoryDevice(64, { name: 'inner', logicalBlockSizeBytes: 4096 });
  const device = new RecordingDevice(inner);
  expect(device).toMatchObject({ name: 'inner', sizeBytes: 64n, logicalBlockSizeBytes: 4096 });
  const source = Uint8Array.of(1, 2, 3);
  device.write(source, 5);
  source.fill(9);
  device.flush();
  device.discard(6n, 1);
  device.read(source, 5);
  expect([...source]).toEqual([1, 0, 3]);
  expect(device.records).toEqual([
    { op: 'write', offsetBytes: 5n, data: Uint8Array.of(1, 2, 3) },
    { op: 'flush' },
    { op: 'discard', offsetBytes: 6n, lengthBytes: 1n },
  ]);
  device.clearRecords();
  expect(device.records).toEqual([]);
  device.close();
});

it('records nothing that failed', () => {
  const device = new RecordingDevice(new FaultyDevice(new MemoryDevice(64), { failAfterOperations: 1 }));
  device.write(Uint8Array.of(1), 0);
  expect(() => {
    device.write(Uint8Array.of(1), 0);
  }).toThrow();
  expect(() => {
    device.flush();
  }).toThrow();
  expect(() => {
    device.discard(0, 1);
  }).toThrow();
  expect(device.records).toHaveLength(1);
});
