import type * as fsModule from 'node:fs';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { FileDevice } from '../../src/device/file-device.js';
import { OperationError } from '../../src/errors.js';
import { expectFailure, pattern, useTempFolder } from './helpers.js';

// The kernel may transfer less than it was asked for; files and disks hardly ever do, so it is made to.
const limit = vi.hoisted(() => ({ readBytes: Infinity, writeBytes: Infinity }));
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof fsModule>();
  return {
    ...fs,
    readSync: (fd: number, target: Uint8Array, at: number, bytes: number, position: bigint) =>
      fs.readSync(fd, target, at, Math.min(bytes, limit.readBytes), position),
    writeSync: (fd: number, source: Uint8Array, at: number, bytes: number, position: number) =>
      limit.writeBytes === 0 ? 0 : fs.writeSync(fd, source, at, Math.min(bytes, limit.writeBytes), position),
  };
});

const temp = useTempFolder();

function image(name: string): { path: string; device: FileDevice } {
  const path = temp(name);
  writeFileSync(path, pattern(10_000));
  const fd = openSync(path, 'r+');
  return { path, device: new FileDevice({ fd, name: path, access: 'write', sizeBytes: 10_000n }) };
}

afterEach(() => {
  limit.readBytes = Infinity;
  limit.writeBytes = Infinity;
});

it('reads on until all is there', () => {
  const { device } = image('read');
  limit.readBytes = 7;
  const target = new Uint8Array(1000);
  device.read(target, 501);
  device.close();
  expect(target).toEqual(pattern(10_000).subarray(501, 1501));
});

it('writes on until all is there', () => {
  const { path, device } = image('write');
  limit.writeBytes = 13;
  device.write(pattern(1000, 5), 501n);
  device.close();
  const expected = pattern(10_000);
  expected.set(pattern(1000, 5), 501);
  expect(new Uint8Array(readFileSync(path))).toEqual(expected);
});

it('gives up on a medium that takes no more without saying why', () => {
  const { device } = image('stuck');
  limit.writeBytes = 0;
  const sentence = /could not be written at byte 3: it took no more bytes/;
  expectFailure(
    () => {
      device.write(new Uint8Array(10), 3);
    },
    OperationError,
    'io-error',
    sentence,
  );
  device.close();
});
