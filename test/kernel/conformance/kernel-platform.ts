import { setTimeout as sleep } from 'node:timers/promises';
import { alignedBuffer, openDevice } from '../../../src/device/index.js';
import { Dmsetup } from '../../../src/dm/dmsetup.js';
import { runProgram } from '../../../src/exec.js';
import type { KernelTraits } from '../../../src/model-dm/index.js';
import { BLOCK_BYTES, blocksOf, ROLES, type Platform, type Role, type TestDevice } from './platform.js';

/** The kernel that this runs on, as root, with devices that are there already. */
export function kernelPlatform(
  mode: 'p' | 's',
  traits: KernelTraits,
  devices: Readonly<Record<Role, TestDevice>>,
): Platform {
  return {
    dm: new Dmsetup(),
    mode,
    traits,
    devices,
    createEmpty: async (name) => {
      await runProgram('dmsetup', ['create', name, '--notable']);
    },
    open: (path, access) => openDevice(path, { access }),
    discard: async (path, offsetBytes, lengthBytes) => {
      const range = ['--offset', String(offsetBytes), '--length', String(lengthBytes)];
      await runProgram('blkdiscard', ['--force', ...range, path]);
    },
    wait: async (milliseconds) => {
      await sleep(milliseconds);
    },
  };
}

/** Removes what a case left, what is above before what is below, and makes the devices blank. */
export async function cleanUp({ devices }: Platform): Promise<void> {
  await runProgram('dmsetup', ['remove_all']);
  for (const role of ROLES) blank(devices[role].path, blocksOf(role) * BLOCK_BYTES);
}

function blank(path: string, bytes: number): void {
  const device = openDevice(path, { access: 'write' });
  device.write(alignedBuffer(bytes), 0);
  device.flush();
  device.close();
}
