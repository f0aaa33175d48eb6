import { setTimeout as sleep } from 'node:timers/promises';
import { statusNow, type DeviceMapper, type LiveCache } from '../dm/index.js';
import { OperationError } from '../errors.js';
import type { KernelIdentity, WritecacheStatus } from '../table/index.js';
import { nameAsTyped } from './name-as-typed.js';
import { requireReadableMetadata } from './readable-metadata.js';
import { requireNoOtherTable, requireSafeReload } from './retune.js';
import type { StepObserver } from './steps.js';
import { swapTable, type TableSwap } from './swap-table.js';

/** A recovery that nothing speaks against. */
export interface PreparedRecovery {
  /** False where there is nothing to recover from. */
  readonly isNeeded: boolean;
  /**
   * Blocks that are dirty in the old instance's memory and not in the metadata on the cache device: written, and never
   * committed. The suspend commits them if the cache device takes it; else they are lost, as in a power cut. Null where
   * the memory or the metadata cannot tell.
   */
  readonly uncommittedBlocks: number | null;
}

/**
 * Whether there is something to recover from, an error or a suspended mapping with the fresh instance waiting, and what
 * may come of it. Nothing is changed.
 *
 * @throws {@link OperationError} `table-waits`, `metadata-unreadable`, `metadata-gone`; {@link NotPossibleHereError}
 *   `reload-corrupts`.
 */
export async function prepareRecovery(
  dm: DeviceMapper,
  cache: LiveCache,
  kernel: KernelIdentity,
): Promise<PreparedRecovery> {
  const { status, device } = cache;
  const isNeeded = status.error || (device.suspended && device.hasInactiveTable);
  if (!isNeeded) return { isNeeded, uncommittedBlocks: 0 };
  requireSafeReload(cache, kernel);
  await requireNoOtherTable(dm, cache);
  const { liveBlocks } = await requireReadableMetadata(cache);
  return { isNeeded, uncommittedBlocks: notIn(liveBlocks, status) };
}

export interface RecoverResult {
  readonly after: WritecacheStatus;
  /** Of the uncommitted blocks, those that the suspend could not commit; null where that cannot be told. */
  readonly lostBlocks: number | null;
}

/** Writeback starts at once where it was due, and a device that still fails shows soon after it has started. */
const LEAST_PROBATION_MS = 300;
const PROBATION_MS = 1500;

/**
 * Puts a fresh instance of the same table in the place of one that is in error (W6, peers.md §1.6.3). While it is
 * suspended all I/O waits, and the first that is answered is answered by the fresh instance: nothing stale is ever
 * read.
 *
 * @throws {@link OperationError} `swap-failed`, `still-in-error`.
 */
export async function recoverCache(
  dm: DeviceMapper,
  swap: TableSwap,
  observe?: StepObserver,
): Promise<RecoverResult> {
  const { cache } = swap;
  const { liveBlocks } = await swapTable(dm, swap, observe);
  const after = await firstWords(dm, cache);
  if (after.error) {
    throw new OperationError(
      `${cache.name} was given a fresh instance, and that is in error too: a device still fails.`,
      {
        code: 'still-in-error',
        hint: `What is committed is safe in the cache. Mend the device, then: wcache recover ${nameAsTyped(cache)}`,
      },
    );
  }
  return { after, lostBlocks: notIn(liveBlocks, cache.status) };
}

/** How many blocks count as dirty that the metadata does not have. */
function notIn(liveBlocks: number | null, { total_blocks, free_blocks }: WritecacheStatus): number | null {
  const dirty = total_blocks - free_blocks;
  // After an error and a resume all blocks count as free, and an instance that never ran has none free at all.
  if (liveBlocks === null || dirty === 0 || free_blocks === 0) return null;
  return Math.max(0, dirty - liveBlocks);
}

async function firstWords(dm: DeviceMapper, cache: LiveCache): Promise<WritecacheStatus> {
  const started = performance.now();
  for (;;) {
    const status = await statusNow(dm, cache);
    const elapsedMs = performance.now() - started;
    const isIdle = elapsedMs > LEAST_PROBATION_MS && status.writeback_blocks === 0;
    if (status.error || isIdle || elapsedMs > PROBATION_MS) return status;
    await sleep(100);
  }
}
