import { dmsetupWords, statusNow, type DeviceMapper, type LiveCache } from '../dm/index.js';
import { OperationError } from '../errors.js';
import {
  buildParameters,
  type TargetLine,
  type WritecacheStatus,
  type WritecacheTable,
} from '../table/index.js';
import { adviceOf, sentenceOf } from './failure-words.js';
import { nameAsTyped } from './name-as-typed.js';
import { requireReadableMetadata } from './readable-metadata.js';
import { isOfSameCache, requireTable } from './same-cache.js';
import { runSteps, StepFailure, type Step, type StepObserver } from './steps.js';

/** What is swapped in for what. Both tables mean the same cache on the same origin; only options may differ. */
export interface TableSwap {
  readonly cache: LiveCache;
  readonly table: WritecacheTable;
  /** Sectors of read-ahead to keep; the kernel begins with its default at every swap. */
  readonly readAheadSectors?: number | undefined;
}

/** The line that a swap loads. */
export function swapLine({ cache, table }: Pick<TableSwap, 'cache' | 'table'>): TargetLine {
  return { ...cache.line, parameters: buildParameters(table) };
}

/**
 * The steps that put a fresh instance of the target in the place of the running one. A fresh instance reads the
 * metadata from the cache device when it is resumed (kernel-target.md §5.6), so whatever state the old one was in, the
 * new one has every block that was committed, and no error.
 *
 * The kernel suspends, swaps and resumes in the one call that is `resume` while a table waits: nothing of wcache or
 * dmsetup has to be read from the very device that is suspended. Only an instance in error is suspended by a step of its
 * own, without freezing the file system: what that would write first, the old instance would only refuse.
 *
 * Stopped between any two steps, the old instance runs on, or the mapping is suspended with the new table waiting;
 * a resume then finishes the job.
 */
export function swapSteps(dm: DeviceMapper, swap: TableSwap, found: Found = { liveBlocks: null }): Step[] {
  const { cache, readAheadSectors } = swap;
  const { name } = cache.device;
  const line = swapLine(swap);
  const look: Step = {
    id: 'read-metadata',
    title: 'read the metadata on the cache device, as the new instance will',
    words: null,
    run: async () => {
      found.liveBlocks = (await requireReadableMetadata(cache)).liveBlocks;
    },
  };
  const load: Step = {
    id: 'load',
    title: 'load the new table beside the running one',
    words: dmsetupWords.load(name, line),
    run: () => dm.load(name, line),
  };
  const compare: Step = {
    id: 'compare-loaded',
    title: 'read the loaded table back',
    words: null,
    run: async () => {
      requireTable(cache, swap.table, await dm.table(name, 'inactive'), 'loaded');
    },
  };
  const skipLockfs = { skipLockfs: true };
  const suspend: Step = {
    id: 'suspend',
    title: 'suspend the instance in error: I/O waits from here on',
    words: dmsetupWords.suspend(name, skipLockfs),
    run: () => dm.suspend(name, skipLockfs),
  };
  const lookAgain: Step = {
    ...look,
    id: 'read-metadata-again',
    title: 'read the metadata as the suspend left it',
  };
  const resume: Step = {
    id: 'resume',
    title: 'resume with the new table: what is uncommitted is committed, and I/O goes on',
    words: dmsetupWords.resume(name, { readAheadSectors }),
    run: () => dm.resume(name, { readAheadSectors }),
  };
  const confirm: Step = {
    id: 'confirm',
    title: 'read table and status back',
    words: null,
    run: async () => {
      requireTable(cache, swap.table, await dm.table(name, 'live'), 'running');
      const device = await dm.info(name);
      if (device === null || device.suspended || device.hasInactiveTable) {
        throw new OperationError(`${cache.name} did not come up as it should.`, {
          code: 'not-confirmed-live',
        });
      }
    },
  };
  const needsSuspend = cache.status.error && !cache.device.suspended;
  return [look, load, compare, ...(needsSuspend ? [suspend, lookAgain] : []), resume, confirm];
}

/** What a swap came to. */
export interface SwapResult {
  readonly before: WritecacheStatus;
  readonly after: WritecacheStatus;
  /** Live in the metadata that the new instance took over from; null where that could not be looked at. */
  readonly liveBlocks: number | null;
}

interface Found {
  liveBlocks: number | null;
}

/**
 * Swaps the table, and on failure leaves the mapping running where that is safe: with the old instance, or with a fresh
 * one. Throws {@link OperationError} `swap-failed`, which says what runs now.
 */
export async function swapTable(
  dm: DeviceMapper,
  swap: TableSwap,
  observe?: StepObserver,
): Promise<SwapResult> {
  const { cache } = swap;
  const found: Found = { liveBlocks: null };
  try {
    await runSteps(swapSteps(dm, swap, found), observe);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    const now = await settle(dm, cache, error.step);
    throw new OperationError(
      `The table of ${cache.name} could not be swapped, at the step "${error.step.id}": ${sentenceOf(error.cause)} ${now}`,
      {
        code: 'swap-failed',
        hint: adviceOf(error.cause) ?? `See how it is now with: wcache status ${nameAsTyped(cache)}`,
        cause: error.cause,
      },
    );
  }
  return { before: cache.status, after: await statusNow(dm, cache), liveBlocks: found.liveBlocks };
}

/**
 * Brings the mapping back to where I/O goes on, and returns a sentence that says with what. Never resumes an instance
 * that is in error, whose reads may be stale from then on (W6), and no fresh one where the metadata cannot be read.
 */
async function settle(dm: DeviceMapper, cache: LiveCache, failed: Step): Promise<string> {
  const { name } = cache.device;
  const old = swapLine({ cache, table: cache.table });
  try {
    const device = await dm.info(name);
    if (device === null) return 'The mapping is gone.';
    if (!device.suspended) {
      if (device.hasInactiveTable) await dm.clear(name);
      const live = await dm.table(name, 'live');
      if (live[0]?.parameters === cache.line.parameters) return 'It runs with its old table.';
      if (failed.id !== 'confirm' || !isOfSameCache(cache, live)) return 'It runs with another table now.';
      await dm.load(name, old);
      await dm.resume(name);
      return 'The old options are back.';
    }
    const { error } = await statusNow(dm, cache);
    // A table that waits is what makes the next resume of an instance in error safe.
    if (device.hasInactiveTable && !error) await dm.clear(name);
    if (cache.device.suspended) return 'It is suspended, as it was.';
    if (error) {
      await requireReadableMetadata(cache);
      if (!device.hasInactiveTable) await dm.load(name, old);
    }
    await dm.resume(name);
    return error ? 'It runs again, as a fresh instance.' : 'It runs again, with its old table.';
  } catch (error) {
    return `It is left as it is, for bringing it back failed too: ${sentenceOf(error)}`;
  }
}
