import { execFileSync } from 'node:child_process';
import type * as fsModule from 'node:fs';
import { lstatSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, vi } from 'vitest';
import { openDevice } from '../../src/device/open-device.js';
import { WrongDeviceError } from '../../src/errors.js';
import { expectFailure, pattern, useTempFolder } from './helpers.js';

// What the path means changes between the look at it and its opening: the look is led to another file.
const redirect = vi.hoisted(() => ({ from: '', to: '' }));
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof fsModule>();
  const look = (path: string, options: { bigint: true }) =>
    fs.statSync(path === redirect.from ? redirect.to : path, options);
  return { ...fs, statSync: look };
});

const temp = useTempFolder();

beforeAll(() => {
  writeFileSync(temp('image'), pattern(100));
  execFileSync('mkfifo', [temp('fifo')]);
});

it.each(['read', 'write'] as const)('a FIFO that was a file a moment ago does not hang (%s)', (access) => {
  redirect.from = temp('fifo');
  redirect.to = temp('image');
  expect(statSync(temp('fifo'), { bigint: true }).isFile()).toBe(true);
  const open = () => openDevice(temp('fifo'), { access });
  expectFailure(open, WrongDeviceError, 'not-a-block-device', /it is a FIFO/);
});

it('a file that was a block device a moment ago is not taken for it', () => {
  const device = blockDeviceNode();
  redirect.from = temp('image');
  redirect.to = device;
  const open = () => openDevice(temp('image'), { access: 'read' });
  expectFailure(open, WrongDeviceError, 'changed-meanwhile', /became another device/);
});

/** A path of a block device of this machine; looking at it is all that the test does. */
function blockDeviceNode(): string {
  const name = readdirSync('/dev').find((entry) => lstatSync(join('/dev', entry)).isBlockDevice());
  if (name === undefined) throw new Error('this machine has no block device');
  return join('/dev', name);
}
