import { memoryPageBytes } from './memory-page.js';
import type { OpenedDevice } from './open-device.js';
import { blockDeviceFacts } from './sysfs.js';

/**
 * Whether the kernel can map a device as persistent memory, which a table in mode p needs: its driver says so, and
 * its size is a multiple of a memory page (of another size, kernel 6.1 crashes all the same). Undefined for a file,
 * of which nobody knows what it will become.
 */
export function isMappable(device: OpenedDevice): boolean | undefined {
  if (device.deviceNumber === null) {
    return undefined;
  }
  const facts = blockDeviceFacts(device.deviceNumber);
  return facts?.dax === true && device.sizeBytes % BigInt(memoryPageBytes()) === 0n;
}
