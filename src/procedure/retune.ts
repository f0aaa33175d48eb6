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
  type KernelIdentity,
  type WritecacheTable,
} from '../table/index.js';
import { formatSize } from '../units.js';
import { assign, type Assignment } from './assignments.js';
import { requireNoError } from './drain.js';
import { nameAsTyped } from './name-as-typed.js';
import { isOfSameCache, isTable } from './same-cache.js';

/** A change of options that nothing speaks against. */
export interface PreparedRetune {
  readonly cache: LiveCache;
  readonly table: WritecacheTable;
  /** The running table says it all already. */
  readonly isSame: boolean;
  /**
   * Blocks that the kernel may write back before I/O goes on: with the cleaner on, every suspend writes everything back,
   * and whether a message has turned it on cannot be seen.
   */
  readonly writtenBackFirst: number;
}

/**
 * Holds new options against the table rules, the kernel and the state that the mapping is in. Nothing is changed.
 *
 * @throws {@link UsageError} `invalid-table`; {@link NotPossibleHereError} `reload-corrupts`, `kernel-memory`;
 *   {@link OperationError} `in-error`, `suspended`, `table-waits`.
 */
export async function prepareRetune(
  dm: DeviceMapper,
  cache: LiveCache,
  assignments: readonly Assignment[],
  kernel: KernelIdentity,
): Promise<PreparedRetune> {
  requireNoError(cache, cache.status);
  const table: WritecacheTable = { ...cache.table, options: assign(knownOptions(cache), assignments) };
  requireValidOptions(table, cache);
  await requireQuiet(dm, cache, table);
  // A cleaner that was turned on by message is in no table; only a fresh instance is sure to be without.
  const endsCleaner = assignments.some(([name, value]) => name === 'cleaner' && value !== true);
  const isSame = sameTable(cache.table, table) && !cache.device.suspended && !endsCleaner;
  if (!isSame) {
    requireSafeReload(cache, kernel);
    requireMemoryForTwo(cache);
  }
  const mayBeCleaning = endsCleaner || cache.table.options.cleaner === true;
  const dirty = cache.status.total_blocks - cache.status.free_blocks;
  return { cache, table, isSame, writtenBackFirst: mayBeCleaning && !cache.device.suspended ? dirty : 0 };
}

/** What the table says for certain: a cleaner that may have been turned on by message is not made to last. */
function knownOptions({ table, unknownOptions }: LiveCache): WritecacheTable['options'] {
  const { cleaner, ...rest } = table.options;
  const mayBeMessage = unknownOptions.some(({ why }) => why === 'perhaps-a-message');
  return cleaner === undefined || mayBeMessage ? rest : { ...rest, cleaner };
}

/** Throws {@link NotPossibleHereError} `reload-corrupts` where a second table over a running cache is not safe (W5). */
export function requireSafeReload(cache: LiveCache, kernel: KernelIdentity): void {
  if (reloadIsSafe(kernel, cache.targetVersion) === 'yes') return;
  throw new NotPossibleHereError(
    `The kernel ${kernel.release} is not known to survive a second table over a running cache: before 5.6.11 that corrupts data.`,
    {
      code: 'reload-corrupts',
      hint: `Stop what uses ${cache.name}, remove the mapping (dmsetup remove ${nameAsTyped(cache)}), which keeps what is in the cache, and make it again with wcache create and --attach.`,
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
  const { device } = cache;
  const waiting = await requireNoOtherTable(dm, cache);
  if (!device.suspended || (waiting.length > 0 && isTable(cache, table, waiting))) return;
  throw new OperationError(`${cache.name} is suspended.`, {
    code: 'suspended',
    hint: `Let it run again first: wcache resume ${nameAsTyped(cache)}`,
  });
}

/**
 * The table that waits, if any. Throws {@link OperationError} `table-waits` for one that is not of the same cache, such as
 * the linear one of a removal.
 */
export async function requireNoOtherTable(
  dm: DeviceMapper,
  cache: LiveCache,
): Promise<Awaited<ReturnType<DeviceMapper['table']>>> {
  if (!cache.device.hasInactiveTable) return [];
  const waiting = await dm.table(cache.device.name, 'inactive');
  if (isOfSameCache(cache, waiting)) return waiting;
  throw new OperationError(
    `${cache.name} has another table waiting in its inactive slot: ${waiting.map(({ target }) => target).join(', ')}.`,
    {
      code: 'table-waits',
      hint: `Somebody is changing it, or was interrupted. If that is over, drop it: dmsetup clear ${nameAsTyped(cache)}`,
    },
  );
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
