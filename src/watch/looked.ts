import { unmangleName } from '../device/index.js';
import {
  findCaches,
  findWaitingCaches,
  TARGET,
  type DeviceMapper,
  type Glance,
  type LiveCache,
  type MappedDevice,
} from '../dm/index.js';
import { parseStatus, type WritecacheStatus } from '../table/index.js';
import { fellBetween } from './interval.js';

/** All writecaches of a machine as they were found at one moment. */
export interface Looked {
  readonly caches: readonly LiveCache[];
  /** Names of mappings whose only writecache waits in the inactive slot. */
  readonly waiting: readonly string[];
  /** When all was asked anew for it, and not only how what is known is doing. */
  readonly surveyedMs: number;
}

/** Asks for everything: four questions, and one more for each mapping whose table waits. */
export async function survey(dm: DeviceMapper, nowMs: number): Promise<Looked> {
  const asked = { version: await dm.targetVersion(TARGET), devices: await dm.list() };
  const caches = await findCaches(dm, asked);
  const waiting = (await findWaitingCaches(dm, asked)).map(({ device }) => unmangleName(device.name));
  return { caches, waiting, surveyedMs: nowMs };
}

/**
 * Asks in one question how what was found before is doing. null where that does not do: there is a cache that is not known,
 * one is gone, or looks as if its table might be another one now.
 */
export async function glanceAgain(dm: DeviceMapper, before: Looked): Promise<Looked | null> {
  const glance = await dm.glance(TARGET, devicesOf(before.caches));
  const caches = glance === null ? null : withGlance(before.caches, glance);
  return caches && { ...before, caches };
}

function devicesOf(caches: readonly LiveCache[]): MappedDevice[] {
  return [...new Map(caches.map(({ device }) => [device.name, device])).values()];
}

function withGlance(caches: readonly LiveCache[], { statuses, suspended }: Glance): LiveCache[] | null {
  const lineCount = [...statuses.values()].reduce((sum, lines) => sum + lines.length, 0);
  if (lineCount !== caches.length) return null;
  const found: LiveCache[] = [];
  for (const cache of caches) {
    const { device, line } = cache;
    const now = statuses.get(device.name)?.find(({ startSector }) => startSector === line.startSector);
    const isSuspended = suspended.has(device.name);
    // Who was suspended may have got another table; and so may who has another length.
    if (now?.lengthSectors !== line.lengthSectors || (device.suspended && !isSuspended)) return null;
    const status = statusLike(cache, now.parameters);
    if (status === null) return null;
    const deviceNow = isSuspended === device.suspended ? device : { ...device, suspended: isSuspended };
    found.push({ ...cache, device: deviceNow, status });
  }
  return found;
}

/** null where it is not that of the same instance, or cannot be read: whoever asks anew then says why. */
function statusLike(cache: LiveCache, parameters: string): WritecacheStatus | null {
  try {
    const status = parseStatus(parameters, cache.targetVersion);
    const isSame = status.total_blocks === cache.status.total_blocks && !fellBetween(cache.status, status);
    return isSame ? status : null;
  } catch {
    return null;
  }
}
