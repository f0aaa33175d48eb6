import { isDeepStrictEqual } from 'node:util';
import { findFileSystem } from '../device/file-system.js';
import { deviceIdentity } from '../device/identity.js';
import { findCache, type DeviceMapper, type LiveCache } from '../dm/index.js';
import { requireMappingName } from '../device/dm-names.js';
import { blockDeviceNumber } from '../device/device-number.js';
import { WcacheError } from '../errors.js';
import { sameTable } from '../table/index.js';
import { originIds } from './create-pair.js';
import type { CreateRequest, Note } from './create-request.js';
import { readPairs, writePair, type Pair } from './pairs.js';

/**
 * The mapping that a create asks for, where it is there already, just so: made by wcache, running, of the same devices
 * with the same options. A create that was killed after the kernel had done its part is finished like this. Null for
 * anything else, whatever is wrong with it.
 */
export async function findAlreadyMade(dm: DeviceMapper, request: CreateRequest): Promise<LiveCache | null> {
  const cache = await findOwn(dm, request);
  return cache === null || cache.device.hasInactiveTable || cache.device.suspended || cache.status.error
    ? null
    : cache;
}

/**
 * Removes a mapping that was left between its two activations, which a cache with two identical entries takes
 * (kernel-target.md §6, W4), so that the create can begin again: it is what is asked for, but in error. Only where the
 * operator agrees to those entries again, and nobody has begun to use it.
 */
export async function removeHalfActivated(dm: DeviceMapper, request: CreateRequest): Promise<void> {
  if (!request.attach || !request.overrides.includes('identical-entries')) return;
  const cache = await findOwn(dm, request);
  if (cache === null || !cache.status.error || cache.device.openCount > 0) return;
  await dm.remove(cache.device.name);
}

/** wcache's own mapping with the live table that is asked for, whatever state it is in. */
async function findOwn(dm: DeviceMapper, request: CreateRequest): Promise<LiveCache | null> {
  const device = await dm.info(requireMappingName(request.name));
  if (device?.uuid.startsWith('WCACHE-') !== true || !device.hasLiveTable) return null;
  const cache = await findCache(dm, device.name).catch((error: unknown) => {
    if (error instanceof WcacheError) return null;
    throw error;
  });
  if (cache === null) return null;
  const wanted = {
    mode: request.mode === 'auto' ? cache.table.mode : request.mode,
    origin: blockDeviceNumber(request.origin) ?? '',
    cache: blockDeviceNumber(request.cache) ?? '',
    block_size: request.blockSize ?? cache.table.block_size,
    options: request.options,
  };
  return sameTable(cache.table, wanted) ? cache : null;
}

/** Keeps the record of a mapping that is there, if there is none; returns what to say where that cannot be done. */
export async function completeRecord(cache: LiveCache, folder?: string): Promise<Note[]> {
  try {
    await keepRecord(cache, folder);
    return [];
  } catch (error) {
    return [recordNote(error)];
  }
}

/** What to say where the record of a cache, which is up and right, cannot be written. Throws what is no such failure. */
export function recordNote(error: unknown): Note {
  if (!(error instanceof WcacheError)) throw error;
  return { code: error.code, message: `${error.message} ${error.hint ?? ''}`.trim() };
}

async function keepRecord(cache: LiveCache, folder: string | undefined): Promise<void> {
  const { device, table, originPath, cachePath, line } = cache;
  const [origin, cacheDevice] = [deviceIdentity(table.origin), deviceIdentity(table.cache)];
  if (origin === null || cacheDevice === null || originPath === null || cachePath === null) return;
  const fileSystem = await findFileSystem(originPath);
  const pair: Pair = {
    format: 1,
    uuid: device.uuid,
    name: cache.name,
    created: new Date().toISOString(),
    mode: table.mode,
    block_size: table.block_size,
    start_sector: String(table.options.start_sector ?? 0n),
    origin: {
      ids: originIds(origin, fileSystem),
      path: originPath,
      size_bytes: String(line.lengthSectors * 512n),
      model: origin.model,
    },
    cache: {
      ids: [...cacheDevice.ids],
      path: cachePath,
      size_bytes: String(cacheDevice.sizeBytes),
      model: cacheDevice.model,
    },
    used: true,
  };
  const isKept = readPairs(folder).pairs.some(
    ({ uuid, used, origin: keptOrigin, cache: keptCache }) =>
      uuid === pair.uuid &&
      used === true &&
      isDeepStrictEqual(keptOrigin.ids, pair.origin.ids) &&
      isDeepStrictEqual(keptCache.ids, pair.cache.ids),
  );
  if (!isKept) writePair(pair, folder);
}
