import { bestPath, deviceIdentity } from '../../device/identity.js';
import type { BlockDevice } from '../../device/block-device.js';
import { diskActivity, type DiskActivity } from '../../device/disk-activity.js';
import { openDevice } from '../../device/open-device.js';
import { readAheadSectors } from '../../device/sysfs.js';
import type { LiveCache, MappedDevice } from '../../dm/index.js';
import { WrongDeviceError } from '../../errors.js';
import type { KernelIdentity } from '../../table/index.js';
import { diagnose } from '../diagnose.js';
import { PAIRS_FOLDER } from '../pairs.js';
import { REMOVALS_FOLDER } from './journal.js';
import { filesOfOurs } from './own-files.js';

/** What a removal takes from the machine that it runs on, beside the device-mapper. */
export interface RemovalEnvironment {
  readonly kernel: KernelIdentity;
  readonly removalsFolder: string;
  readonly pairsFolder: string;
  /** Opens a block device by its number. */
  open(number: string, access: 'read' | 'write'): BlockDevice;
  /** Has the mapping commit all that was acknowledged, as an fsync of the device does. */
  commit(device: MappedDevice): void;
  /** What was written to the mapping so far; null where nobody counts. */
  activity(device: MappedDevice): DiskActivity | null;
  identity(number: string): { readonly path: string; readonly ids: readonly string[] };
  readAheadSectors(device: MappedDevice): number | undefined;
  /** What wcache itself needs and could not read while the mapping is suspended; sentences. */
  ownFiles(device: MappedDevice): string[];
  /** Which device failed, as far as can be known: a sentence. */
  blame(cache: LiveCache): Promise<string>;
}

/** The machine that wcache runs on. */
export function thisMachine(kernel: KernelIdentity): RemovalEnvironment {
  return {
    kernel,
    removalsFolder: REMOVALS_FOLDER,
    pairsFolder: PAIRS_FOLDER,
    open: (number, access) => openDevice(pathOf(number), { access, exclusive: access === 'write' }),
    commit: (device) => {
      const opened = openDevice(pathOf(numberOf(device)), { access: 'read' });
      try {
        opened.flush();
      } finally {
        opened.close();
      }
    },
    activity: (device) => diskActivity(numberOf(device)),
    identity: (number) => ({ path: pathOf(number), ids: deviceIdentity(number)?.ids ?? [] }),
    readAheadSectors: (device) => readAheadSectors(numberOf(device)),
    ownFiles: (device) => filesOfOurs(numberOf(device)),
    blame: async (cache) => (await diagnose(cache)).conclusion,
  };
}

function numberOf({ major, minor }: MappedDevice): string {
  return `${String(major)}:${String(minor)}`;
}

function pathOf(number: string): string {
  const path = bestPath(number);
  if (path !== null) return path;
  throw new WrongDeviceError(`There is no node in /dev for the device ${number}.`, {
    code: 'no-node',
    hint: 'Let udev make it: udevadm trigger, or dmsetup mknodes for a mapping.',
  });
}
