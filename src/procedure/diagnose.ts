import type { LiveCache } from '../dm/index.js';
import { blockDeviceFacts } from '../device/sysfs.js';
import { kernelLogSince } from '../device/kernel-log.js';
import { withDevice } from '../device/with-device.js';
import { alignedBuffer } from '../device/aligned-buffer.js';
import { WcacheError } from '../errors.js';

/** What could be learned of one of the two devices. */
export interface DeviceHealth {
  readonly role: 'origin' | 'cache';
  readonly path: string | null;
  /** A read of it failed just now; null where it could not be tried. */
  readonly readFails: boolean | null;
  /** What the kernel logged of it, newest last. */
  readonly log: readonly string[];
}

/** What is known of an error before anything is done about it. */
export interface Diagnosis {
  readonly devices: readonly DeviceHealth[];
  /** What the target logged, newest last; it does not name the mapping, so it may be of another writecache. */
  readonly log: readonly string[];
  /** A sentence; nobody can tell from a status alone which device failed. */
  readonly conclusion: string;
}

const SHOWN_LINES = 5;

/** Finds out, without a write, which device it is that fails: by reading both, and by what the kernel logged. */
export async function diagnose(cache: LiveCache): Promise<Diagnosis> {
  const all = kernelLogSince(-1);
  const log = all.filter((line) => line.startsWith('device-mapper: writecache: ')).slice(-SHOWN_LINES);
  const devices = [
    await healthOf('origin', cache.table.origin, cache.originPath, all),
    await healthOf('cache', cache.table.cache, cache.cachePath, all),
  ];
  return { devices, log, conclusion: conclusion(devices, log) };
}

async function healthOf(
  role: 'origin' | 'cache',
  deviceNumber: string,
  path: string | null,
  log: readonly string[],
): Promise<DeviceHealth> {
  const facts = blockDeviceFacts(deviceNumber);
  const names =
    facts === null ? [] : [facts.name, ...(facts.parentDisk === null ? [] : [facts.parentDisk.name])];
  const own = log.filter((line) =>
    names.some((name) => new RegExp(`(?:dev|device) ${name.replaceAll(/\W/g, '\\$&')}\\b`).test(line)),
  );
  return {
    role,
    path,
    readFails: path === null ? null : await readFails(path),
    log: own.filter((line) => /error|fail|timeout|abort/i.test(line)).slice(-SHOWN_LINES),
  };
}

/** Reads a little at both ends. A device that takes no writes may still be read. */
async function readFails(path: string): Promise<boolean | null> {
  try {
    return await withDevice(path, { access: 'read' }, (device) => {
      const buffer = alignedBuffer(4096).subarray(0, Math.max(4096, device.logicalBlockSizeBytes));
      const size = BigInt(buffer.length);
      for (const offset of device.sizeBytes >= size ? [0n, device.sizeBytes - size] : []) {
        device.read(buffer, (offset / size) * size);
      }
      return Promise.resolve(false);
    });
  } catch (error) {
    if (error instanceof WcacheError) return error.code === 'io-error' ? true : null;
    throw error;
  }
}

/** The target's own words for a device that failed under it (kernel-target.md §3). */
const CACHE_WORDS = /(?:reading|read|writing) (?:metadata|superblock)|hardware memory/;
const ORIGIN_WORDS = /copy error|write error/;

function conclusion(devices: readonly DeviceHealth[], log: readonly string[]): string {
  const named = (role: string): string => devices.find((device) => device.role === role)?.path ?? role;
  for (const { role, readFails: fails } of devices) {
    if (fails === true) return `The ${role} ${named(role)} cannot be read.`;
  }
  const [logged] = devices.filter((device) => device.log.length > 0);
  const others = devices.filter((device) => device.log.length > 0).length;
  if (logged !== undefined && others === 1) {
    return `The kernel logged errors of the ${logged.role} ${named(logged.role)}.`;
  }
  const last = log.at(-1) ?? '';
  if (last.includes('identical entries')) {
    return 'As the target logged last, two entries had the same sector and number after a power cut; the kernel kept the later one, and no device failed.';
  }
  if (CACHE_WORDS.test(last)) return `What the target logged last points to the cache ${named('cache')}.`;
  if (ORIGIN_WORDS.test(last)) {
    return `What the target logged last is a failed copy from the cache ${named('cache')} to the origin ${named('origin')}; either may be to blame.`;
  }
  if (last.includes('flushing')) {
    return 'The target logged a failed flush, and does not say of which device; both can be read.';
  }
  return 'Both devices can be read, and the kernel log no longer tells which of them failed; one may refuse writes.';
}
