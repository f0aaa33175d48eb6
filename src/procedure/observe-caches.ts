import { bestPath } from '../device/identity.js';
import {
  TARGET,
  findCaches,
  findWaitingCaches,
  type DeviceMapper,
  type LiveCache,
  type WaitingCache,
} from '../dm/index.js';
import { parsePrintedTable, type WritecacheTable } from '../table/index.js';

/** A mapping whose only writecache was loaded and never resumed. */
export interface WaitingCacheFacts extends WaitingCache {
  readonly table: WritecacheTable;
  readonly originPath: string | null;
  readonly cachePath: string | null;
}

export interface ObservedCaches {
  readonly live: readonly LiveCache[];
  readonly waiting: readonly WaitingCacheFacts[];
}

/**
 * Every writecache of this machine. None where the kernel has not loaded the target: it is not loaded for a look. Throws
 * as the {@link DeviceMapper} does, and OperationError for lines that cannot be read.
 */
export async function observeCaches(dm: DeviceMapper): Promise<ObservedCaches> {
  const version = await dm.targetVersion(TARGET);
  if (version === null) return { live: [], waiting: [] };
  const asked = { version, devices: await dm.list() };
  const live = await findCaches(dm, asked);
  const waiting = (await findWaitingCaches(dm, asked)).map((cache) => {
    const { table } = parsePrintedTable(cache.line.parameters, version);
    return { ...cache, table, originPath: bestPath(table.origin), cachePath: bestPath(table.cache) };
  });
  return { live, waiting };
}
