import { MemoryDevice, type BlockDevice } from '../../../src/device/index.js';
import { ModelMapper, type KernelTraits } from '../../../src/model-dm/index.js';
import { BLOCK_BYTES, blocksOf, ROLES, type Platform, type Role, type TestDevice } from './platform.js';

/** The device-mapper of this process, with devices in memory. */
export function modelPlatform(mode: 'p' | 's', traits: KernelTraits): Platform {
  const dm = new ModelMapper({ traits });
  const media = new Map<string, BlockDevice>();
  const entries = ROLES.map((role, index) => {
    const device: TestDevice = { path: `/dev/disk${String(index)}`, number: `7:${String(index)}` };
    const medium = new MemoryDevice(blocksOf(role) * BLOCK_BYTES);
    media.set(device.path, medium);
    dm.addDevice({ ...device, device: medium, dax: mode === 'p' && role.endsWith('cache') });
    return [role, device] as const;
  });
  const open = (path: string): BlockDevice =>
    media.get(path) ?? dm.open(path.slice(path.lastIndexOf('/') + 1));
  return {
    dm,
    mode,
    traits,
    devices: Object.fromEntries(entries) as Record<Role, TestDevice>,
    createEmpty: (name) => dm.createEmpty(name),
    open,
    discard: (path, offsetBytes, lengthBytes) => {
      const device = open(path);
      device.discard(offsetBytes, lengthBytes);
      device.close();
      return Promise.resolve();
    },
    wait: (milliseconds) => {
      dm.advance(milliseconds);
      return Promise.resolve();
    },
  };
}
