import { openDevice, type OpenDeviceOptions, type OpenedDevice } from './open-device.js';

/** Opens a device for the time of `work`, and closes it whatever happens. Throws as {@link openDevice} does. */
export async function withDevice<T>(
  path: string,
  options: OpenDeviceOptions,
  work: (device: OpenedDevice) => Promise<T>,
): Promise<T> {
  const device = openDevice(path, options);
  try {
    return await work(device);
  } finally {
    device.close();
  }
}
