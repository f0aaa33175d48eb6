import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { OpenedDevice } from '../../src/device/open-device.js';
import { withDevice } from '../../src/device/with-device.js';
import { WrongDeviceError } from '../../src/errors.js';
import { pattern, useTempFolder } from './helpers.js';

const temp = useTempFolder();

it('passes the result on, and closes the device however the work ends', async () => {
  writeFileSync(temp('image'), pattern(1000));
  const seen: OpenedDevice[] = [];
  const size = await withDevice(temp('image'), { access: 'read' }, (device) => {
    seen.push(device);
    return Promise.resolve(device.sizeBytes);
  });
  expect(size).toBe(1000n);
  const failing = withDevice(temp('image'), { access: 'read' }, (device) => {
    seen.push(device);
    return Promise.reject(new Error('work failed'));
  });
  await expect(failing).rejects.toThrow('work failed');
  expect(seen).toHaveLength(2);
  for (const device of seen) {
    expect(() => {
      device.read(new Uint8Array(1), 0);
    }).toThrow(/after it was closed/);
  }
});

it('does no work on what cannot be opened', async () => {
  const work = withDevice(temp('nowhere'), { access: 'read' }, () => Promise.resolve(1));
  await expect(work).rejects.toBeInstanceOf(WrongDeviceError);
});
