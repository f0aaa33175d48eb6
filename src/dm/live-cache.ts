import { blockDeviceNumber } from '../device/device-number.js';
import { mangleName, unmangleName } from '../device/dm-names.js';
import { bestPath } from '../device/identity.js';
import { lvmOwner, type LvmOwner } from '../device/lvm.js';
import { shellLine } from '../exec.js';
import { NotPossibleHereError, OperationError, WcacheError, WrongDeviceError } from '../errors.js';
import {
  parsePrintedTable,
  parseStatus,
  type TargetLine,
  type TargetVersion,
  type UnknownOption,
  type WritecacheStatus,
  type WritecacheTable,
} from '../table/index.js';
import type { DeviceMapper, MappedDevice } from './device-mapper.js';
import { noSuchMapping } from './no-such-mapping.js';

export const TARGET = 'writecache';

/** A writecache that is a mapping's live table, or a part of it. */
export interface LiveCache {
  readonly device: MappedDevice;
  /** The mapping's name as people write it. */
  readonly name: string;
  /** The line as the kernel prints it, devices as numbers. */
  readonly line: TargetLine;
  /** How many lines the table has; of those that were asked for. 1 for all but hand-made ones. */
  readonly lineCount: number;
  readonly table: WritecacheTable;
  /** Options that this version of the target keeps to itself. */
  readonly unknownOptions: readonly UnknownOption[];
  readonly status: WritecacheStatus;
  readonly originPath: string | null;
  readonly cachePath: string | null;
  readonly lvm: LvmOwner | null;
  readonly targetVersion: TargetVersion;
}

/** A mapping with a writecache table that was loaded and never resumed. */
export interface WaitingCache {
  readonly device: MappedDevice;
  readonly name: string;
  readonly line: TargetLine;
  readonly lvm: LvmOwner | null;
}

/** The loaded target's version. Throws {@link NotPossibleHereError} `no-target` where the kernel has not loaded it. */
export async function requireTargetVersion(dm: DeviceMapper): Promise<TargetVersion> {
  const version = await dm.targetVersion(TARGET);
  if (version !== null) return version;
  throw new NotPossibleHereError(
    'The kernel has no writecache target loaded, so there is no writecache here.',
    {
      code: 'no-target',
      hint: 'Load it with: modprobe dm-writecache',
    },
  );
}

/** What somebody has asked the device-mapper just now and need not be asked again. */
export interface AskedAlready {
  readonly version: TargetVersion | null;
  readonly devices: readonly MappedDevice[];
}

/** All live writecaches, sorted by name. Four questions to the device-mapper, however many there are. */
export async function findCaches(dm: DeviceMapper, asked?: AskedAlready): Promise<LiveCache[]> {
  const version = asked === undefined ? await dm.targetVersion(TARGET) : asked.version;
  if (version === null) return [];
  const devices = asked?.devices ?? (await dm.list());
  const [tables, statuses] = [await dm.tables(TARGET, devices), await dm.statuses(TARGET, devices)];
  const found: LiveCache[] = [];
  for (const device of devices) {
    const lines = tables.get(device.name) ?? [];
    for (const line of lines) {
      const status = statuses.get(device.name)?.find(({ startSector }) => startSector === line.startSector);
      // It went away between the two questions.
      if (status === undefined) continue;
      found.push(liveCache({ device, line, status, lineCount: lines.length, version }));
    }
  }
  return found;
}

/** Mappings whose only writecache is in the inactive slot. */
export async function findWaitingCaches(
  dm: DeviceMapper,
  asked?: Pick<AskedAlready, 'devices'>,
): Promise<WaitingCache[]> {
  const found: WaitingCache[] = [];
  for (const device of asked?.devices ?? (await dm.list())) {
    if (device.hasLiveTable || !device.hasInactiveTable) continue;
    for (const line of await waitingLines(dm, device.name)) {
      if (line.target !== TARGET) continue;
      const lvm = lvmOwner(device.name, device.uuid);
      found.push({ device, name: unmangleName(device.name), line, lvm });
    }
  }
  return found;
}

async function waitingLines(dm: DeviceMapper, name: string): Promise<TargetLine[]> {
  try {
    return await dm.table(name, 'inactive');
  } catch (error) {
    // It went away since it was listed.
    if (error instanceof WcacheError && error.code === 'no-such-mapping') return [];
    throw error;
  }
}

/**
 * The writecaches of one mapping.
 *
 * @param text its name as people or the kernel write it, or a path that leads to it.
 * @throws {@link WrongDeviceError} `no-such-mapping`, `not-a-writecache`, `no-live-table`.
 */
export async function findCachesOf(dm: DeviceMapper, text: string): Promise<LiveCache[]> {
  const device = await findMapping(dm, text);
  const name = unmangleName(device.name);
  if (!device.hasLiveTable) {
    const typed = shellLine([device.name]);
    throw new WrongDeviceError(`The mapping ${name} has no live table.`, {
      code: 'no-live-table',
      hint: device.hasInactiveTable
        ? `One is loaded and waits. See it: dmsetup table --inactive ${typed}. Make it live: dmsetup resume ${typed}`
        : `Remove the mapping: dmsetup remove ${typed}`,
    });
  }
  const all = await dm.table(device.name, 'live');
  const lines = all.filter(({ target }) => target === TARGET);
  if (lines.length === 0) {
    throw new WrongDeviceError(
      `The mapping ${name} is no writecache: its target is ${[...new Set(all.map(({ target }) => target))].join(', ')}.`,
      { code: 'not-a-writecache', hint: '`wcache list` shows the writecaches that there are.' },
    );
  }
  const version = await requireTargetVersion(dm);
  const statuses = await dm.status(device.name);
  return lines.map((line) => {
    const status = statuses.find(({ startSector }) => startSector === line.startSector);
    if (status === undefined) throw changedMeanwhile(name);
    return liveCache({ device, line, status, lineCount: all.length, version });
  });
}

/**
 * The one writecache that is all of a mapping: what every verb that changes something works on.
 *
 * @throws as {@link findCachesOf}, and {@link WrongDeviceError} `several-targets` for a table of several lines.
 */
export async function findCache(dm: DeviceMapper, text: string): Promise<LiveCache> {
  const [cache] = await findCachesOf(dm, text);
  if (cache === undefined) throw new Error('a mapping with a writecache was found to have none');
  if (cache.lineCount > 1) {
    throw new WrongDeviceError(
      `The mapping ${cache.name} is put together from ${String(cache.lineCount)} targets, of which wcache knows only the writecache.`,
      { code: 'several-targets', hint: 'Change it with dmsetup.' },
    );
  }
  return cache;
}

/** The mapping that a name or path means. Throws {@link WrongDeviceError} `no-such-mapping`. */
export async function findMapping(dm: DeviceMapper, text: string): Promise<MappedDevice> {
  if (text.includes('/')) {
    const number = blockDeviceNumber(text);
    const devices = number === null ? [] : await dm.list();
    const device = devices.find(({ major, minor }) => `${String(major)}:${String(minor)}` === number);
    if (device === undefined) throw noSuchMapping(text);
    return device;
  }
  const device = (await dm.info(mangleName(text))) ?? (await dm.info(text));
  if (device === null) throw noSuchMapping(text);
  return device;
}

/** How a mapping is doing now. Throws {@link WrongDeviceError} as {@link findCache} where it is none any more. */
export async function statusNow(dm: DeviceMapper, cache: LiveCache): Promise<WritecacheStatus> {
  const line = (await dm.status(cache.device.name)).find(
    ({ startSector, target }) => startSector === cache.line.startSector && target === TARGET,
  );
  if (line === undefined) throw changedMeanwhile(cache.name);
  return parseStatus(line.parameters, cache.targetVersion);
}

function liveCache(parts: {
  readonly device: MappedDevice;
  readonly line: TargetLine;
  readonly status: TargetLine;
  readonly lineCount: number;
  readonly version: TargetVersion;
}): LiveCache {
  const { device, line, lineCount, version } = parts;
  const { table, unknown } = parsePrintedTable(line.parameters, version);
  return {
    device,
    name: unmangleName(device.name),
    line,
    lineCount,
    table,
    unknownOptions: unknown,
    status: parseStatus(parts.status.parameters, version),
    originPath: bestPath(table.origin),
    cachePath: bestPath(table.cache),
    lvm: lvmOwner(device.name, device.uuid),
    targetVersion: version,
  };
}

function changedMeanwhile(name: string): OperationError {
  return new OperationError(`The mapping ${name} was changed while it was looked at.`, {
    code: 'changed-meanwhile',
    hint: 'Try again.',
  });
}
