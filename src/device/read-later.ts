import type { BlockDevice, Bytes } from './block-device.js';

/** Reads beside other reads where the device can, and at once where it cannot. Throws as its `read` does. */
export async function readLater(device: BlockDevice, target: Uint8Array, offset: Bytes): Promise<void> {
  if (device.readAsync === undefined) device.read(target, offset);
  else await device.readAsync(target, offset);
}
