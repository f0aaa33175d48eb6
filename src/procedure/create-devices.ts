import {
  blockDeviceFacts,
  findUses,
  isMappable,
  openDevice,
  type OpenedDevice,
  type Use,
} from '../device/index.js';
import { overlap } from '../device/device-tree.js';
import { deviceIdentity } from '../device/identity.js';
import { lvmOwner } from '../device/lvm.js';
import { BusyError, UsageError, WrongDeviceError } from '../errors.js';
import type { FoundDevice } from './create-request.js';

/** The two devices of a cache that is to be made, claimed so that nobody else can take them meanwhile. */
export interface ClaimedDevices {
  readonly origin: OpenedDevice;
  readonly cache: OpenedDevice;
  readonly found: { readonly origin: FoundDevice; readonly cache: FoundDevice };
  /** Whether the cache can be mapped as persistent memory. */
  readonly mappable: boolean;
}

/**
 * Opens origin and cache for reading, claims both, and looks at what they are and who uses them.
 *
 * @throws {@link BusyError} `device-in-use` and {@link WrongDeviceError} `lvm-internal`, `devices-overlap` with the
 *   evidence; {@link UsageError} `same-device`; as {@link openDevice}.
 */
export async function withClaimedDevices<T>(
  paths: { readonly origin: string; readonly cache: string },
  work: (devices: ClaimedDevices) => Promise<T>,
): Promise<T> {
  requireDifferent(paths);
  const origin = claim(paths.origin);
  try {
    const cache = claim(paths.cache);
    try {
      const found = { origin: foundDevice(origin), cache: foundDevice(cache) };
      return await work({ origin, cache, found, mappable: isMappable(cache) === true });
    } finally {
      cache.close();
    }
  } finally {
    origin.close();
  }
}

/** Before anything is claimed: a device that is claimed twice, or with a partition of it, only says that it is busy. */
function requireDifferent({ origin, cache }: { readonly origin: string; readonly cache: string }): void {
  const numbers = [origin, cache].map((path) => {
    const device = openDevice(path, { access: 'read' });
    try {
      if (device.kind !== 'block') throw notBlock(path);
      refuseUses(device, findUses(device));
      return device.deviceNumber;
    } finally {
      device.close();
    }
  });
  const [a = '', b = ''] = numbers.map((number) => number ?? '');
  const hint = 'The cache must be on another device than the origin.';
  if (a === b) {
    throw new UsageError(`${origin} and ${cache} are the same device (${a}).`, { code: 'same-device', hint });
  }
  const shared = overlap(a, b);
  if (shared !== null) {
    throw new WrongDeviceError(`${origin} and ${cache} are no two devices: ${shared}`, {
      code: 'devices-overlap',
      hint,
    });
  }
}

function claim(path: string): OpenedDevice {
  return openDevice(path, { access: 'read', exclusive: true });
}

function refuseUses(device: OpenedDevice, [use]: readonly Use[]): void {
  if (use === undefined) return;
  throw new BusyError(`${device.path} is in use: ${use.evidence.replace(/\.$/, '')}.`, {
    code: 'device-in-use',
    hint: 'Free the device first (unmount it, remove the mapping on it); no flag overrides this.',
  });
}

function foundDevice(device: OpenedDevice): FoundDevice {
  const { path, deviceNumber, sizeBytes, logicalBlockSizeBytes } = device;
  const facts = deviceNumber === null ? null : blockDeviceFacts(deviceNumber);
  if (deviceNumber === null || facts === null) throw notBlock(path);
  const lvm = lvmOwner(facts.dmName, facts.dmUuid);
  if (lvm !== null && !lvm.visible) {
    throw new WrongDeviceError(
      `${path} is a part of LVM's own: the ${lvm.layer ?? 'hidden'} layer of ${lvm.vg}/${lvm.lv}.`,
      { code: 'lvm-internal', hint: 'Use the logical volume itself, or lvconvert --type writecache.' },
    );
  }
  if (facts.readOnly) {
    throw new WrongDeviceError(`${path} is read-only, and a writecache writes to both devices.`, {
      code: 'read-only',
      hint: `If it is not meant to be: blockdev --setrw ${path}`,
    });
  }
  const identity = deviceIdentity(deviceNumber);
  if (identity === null) throw notBlock(path);
  return { path, deviceNumber, sizeBytes, logicalBlockSizeBytes, identity };
}

function notBlock(path: string): WrongDeviceError {
  return new WrongDeviceError(`${path} is a file, and a mapping takes block devices.`, {
    code: 'not-a-block-device',
    hint: `Make one of it: losetup --find --show ${path}`,
  });
}
