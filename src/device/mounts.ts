import { join } from 'node:path';
import { devicesAbove } from './device-tree.js';
import { parseMountinfo, readProcText } from './proc-tables.js';
import { blockDeviceFacts } from './sysfs.js';
import type { UsesRoots } from './uses.js';

/** A file system in use on a device, or on one that is built on it. */
export interface DeviceMount {
  readonly mountPoint: string;
  /** The device that is mounted: `254:0`, and the kernel's name of it, `dm-0`. */
  readonly deviceNumber: string;
  readonly name: string;
}

/**
 * Where a device is mounted, itself first and then what is built on it (its partitions, volumes, an encrypted layer). Sees
 * only this process's mount namespace. Never throws.
 *
 * @param deviceNumber `254:0`
 */
export function mountsOf(deviceNumber: string, roots: UsesRoots = {}): DeviceMount[] {
  const mounts = parseMountinfo(readProcText(join(roots.procRoot ?? '/proc', 'self/mountinfo')));
  return [deviceNumber, ...devicesAbove(deviceNumber, roots)].flatMap((number) => {
    const facts = blockDeviceFacts(number, roots);
    const name = facts?.name ?? number;
    // A file system over several devices (btrfs) has a number of its own, and tells the path of one device.
    const paths = [`/dev/${name}`, ...(facts?.dmName ? [`/dev/mapper/${facts.dmName}`] : [])];
    return mounts
      .filter((mount) => mount.deviceNumber === number || paths.includes(mount.source))
      .map(({ mountPoint }) => ({ mountPoint, deviceNumber: number, name }));
  });
}
