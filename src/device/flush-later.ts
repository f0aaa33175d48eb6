import type { BlockDevice } from './block-device.js';

/** Flushes without holding up the process where the device can, and at once where it cannot. Throws as its `flush` does. */
export async function flushLater(device: BlockDevice): Promise<void> {
  if (device.flushAsync === undefined) device.flush();
  else await device.flushAsync();
}
