import type { DeviceMapper, LiveCache } from '../dm/index.js';
import { memoryFacts } from '../device/memory.js';
import { memoryPageBytes } from '../device/memory-page.js';
import { NotPossibleHereError, OperationError, UsageError } from '../errors.js';
import { kernelMemoryBytes } from '../format/index.js';
import {
  buildParameters,
  judgeTable,
  reloadIsSafe,
  sameTable,
  TARGET_NAME,
  type KernelIdentity,
  type TargetLine,
  type WritecacheTable,
  parsePrintedTable,
} from '../table/index.js';
import { formatSize } from '../units.js';
import { assign, type Assignment } from './assignments.js';
import { requireNoError } from './drain.js';

/** A change of options that nothing speaks against. */
export interface PreparedRetune {
  readonly cache: LiveCache;
  readonly table: WritecacheTable;
  /** The running table says it all already. */
  readonly isSame: boolean;
}

/**
 * Holds new options against the table rules, the kernel and the state that the mapping is in. Nothing is changed.
 *
 * @throws {@link UsageError} `invalid-table`; {@link NotPossibleHereError} `reload-corrupts`, `kernel-memory`;
 *   {@link OperationError} `in-error`, `suspended`, `table-waits`, `options-unknown`.
 */
export async function prepareRetune(
  dm: DeviceMapper,
  cache: LiveCache,
  assignments: readonly Assignment[],
  kernel: KernelIdentity,
): Promise<PreparedRetune> {
  requireNoError(cache, cache.status);
  const options = assign(cache.table.options, assignments);
  const table: WritecacheTable = { ...cache.table, options };
  requireValidOptions(table, cache);
  await requireQuiet(dm, cache, table);
  // A cleaner that was turned on by message is in no table; only a fresh instance is sure to be without.
  const endsCleaner = assignments.some(([name, value]) => name === 'cleaner' && value !== true);
  const isSame = sameTable(cache.table, table) && !cache.device.suspended && !endsCleaner;
  if (!isSame) {
    requireSafeReload(cache, kernel);
    requireMemoryForTwo(cache);
  }
  return { cache, table, isSame };
}

/** Throws {@link NotPossibleHereError} `reload-corrupts` where a second table over a running cache is not safe (W5). */
export function requireSafeReload(cache: LiveCache, kernel: KernelIdentity): void {
  if (reloadIsSafe(kernel, cache.targetVersion) === 'yes') {
    const [unknown] = cache.unknownOptions.filter(({ option }) => option === 'start_sector');
    if (unknown === undefined) return;
    throw new OperationError(
      `The kernel does not tell at which start_sector ${cache.name} has its superblock.`,
      {
        code: 'options-unknown',
        hint: 'Remove the mapping and create it anew.',
      },
    );
  }
  throw new NotPossibleHereError(
    `The kernel ${kernel.release} is not known to survive a second table over a running cache: before 5.6.11 that corrupts data.`,
    {
      code: 'reload-corrupts',
      hint: `Flush ${cache.name}, remove the mapping and create it with the options that it shall have.`,
    },
  );
}

function requireValidOptions(table: WritecacheTable, cache: LiveCache): void {
  const { problems } = judgeTable(buildParameters(table), {
    version: cache.targetVersion,
    pageSizeBytes: memoryPageBytes(),
  });
  const error = problems.find(({ severity }) => severity === 'error');
  if (error === undefined) return;
  throw new UsageError(error.message, { code: 'invalid-table', hint: error.hint });
}

/**
 * Nothing else may be under way. A mapping that is suspended with the wanted table waiting is what an earlier run left
 * that was killed; it is finished.
 */
async function requireQuiet(dm: DeviceMapper, cache: LiveCache, table: WritecacheTable): Promise<void> {
  const { device, name } = cache;
  if (device.hasInactiveTable) {
    const waiting = await dm.table(device.name, 'inactive');
    if (!isOfSameCache(cache, waiting)) {
      throw new OperationError(
        `${name} has another table waiting in its inactive slot: ${waiting.map(({ target }) => target).join(', ')}.`,
        {
          code: 'table-waits',
          hint: 'Somebody is changing it, or was interrupted. If that is over: dmsetup clear ' + name,
        },
      );
    }
    const [line] = waiting;
    if (device.suspended && line !== undefined && sameTable(parse(cache, line), table)) return;
  }
  if (device.suspended) {
    throw new OperationError(`${name} is suspended.`, {
      code: 'suspended',
      hint: `Let it run again first: wcache resume ${name}`,
    });
  }
}

/** Whether a waiting table is a writecache of the same devices, block size, place and range. */
export function isOfSameCache(cache: LiveCache, waiting: readonly TargetLine[]): boolean {
  const [line] = waiting;
  if (line === undefined || waiting.length !== 1 || line.target !== TARGET_NAME) return false;
  if (line.startSector !== cache.line.startSector || line.lengthSectors !== cache.line.lengthSectors) {
    return false;
  }
  const { mode, origin, cache: cacheDevice, block_size, options } = parse(cache, line);
  const running = cache.table;
  return (
    mode === running.mode &&
    origin === running.origin &&
    cacheDevice === running.cache &&
    block_size === running.block_size &&
    (options.start_sector ?? 0n) === (running.options.start_sector ?? 0n)
  );
}

function parse(cache: LiveCache, line: TargetLine): WritecacheTable {
  return parsePrintedTable(line.parameters, cache.targetVersion).table;
}

/** While both tables are there, the kernel holds all entries twice. */
function requireMemoryForTwo({ name, status, table }: LiveCache): void {
  const needed = kernelMemoryBytes(BigInt(status.total_blocks), table.mode);
  const { availableBytes } = memoryFacts();
  if (availableBytes === null || needed < BigInt(availableBytes)) return;
  throw new NotPossibleHereError(
    `A second table for ${name} takes ${formatSize(needed)} of memory for a moment, and ${formatSize(BigInt(availableBytes))} are available.`,
    { code: 'kernel-memory', hint: 'Free memory first.' },
  );
}
