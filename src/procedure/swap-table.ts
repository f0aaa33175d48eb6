import { dmsetupWords, statusNow, TARGET, type DeviceMapper, type LiveCache } from '../dm/index.js';
import { OperationError, WcacheError } from '../errors.js';
import {
  buildParameters,
  describeDifference,
  parsePrintedTable,
  sameTable,
  type TargetLine,
  type WritecacheStatus,
  type WritecacheTable,
} from '../table/index.js';
import { requireReadableMetadata } from './readable-metadata.js';
import { runSteps, StepFailure, type Step, type StepObserver } from './steps.js';

/** What is swapped in for what. Both tables mean the same cache on the same origin; only options may differ. */
export interface TableSwap {
  readonly cache: LiveCache;
  readonly table: WritecacheTable;
}

/** The line that a swap loads. */
export function swapLine({ cache, table }: TableSwap): TargetLine {
  return { ...cache.line, parameters: buildParameters(table) };
}

/**
 * The steps that put a fresh instance of the target in the place of the running one. A fresh instance reads the
 * metadata from the cache device when it is resumed (kernel-target.md §5.6), so whatever state the old one was in, the
 * new one has every block that was committed, and no error.
 *
 * Stopped between any two steps, the old instance runs on, or the mapping is suspended with the new table waiting;
 * a resume then finishes the job.
 */
export function swapSteps(dm: DeviceMapper, swap: TableSwap): Step[] {
  const { cache } = swap;
  const { name } = cache.device;
  const line = swapLine(swap);
  const look: Step = {
    id: 'read-metadata',
    title: 'read the metadata on the cache device, as the new instance will',
    words: null,
    run: () => requireReadableMetadata(cache),
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
  const suspend: Step = {
    id: 'suspend',
    title: 'suspend: I/O waits from here on, and what is uncommitted is committed',
    words: dmsetupWords.suspend(name),
    run: () => dm.suspend(name),
  };
  const resume: Step = {
    id: 'resume',
    title: 'resume with the new table: I/O goes on',
    words: dmsetupWords.resume(name),
    run: () => dm.resume(name),
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
  return [look, load, compare, ...(cache.device.suspended ? [] : [suspend]), resume, confirm];
}

/** What a swap came to. */
export interface SwapResult {
  readonly before: WritecacheStatus;
  readonly after: WritecacheStatus;
}

/**
 * Swaps the table, and on failure leaves the mapping running: with the old instance where that is safe, else with a
 * fresh one. Throws {@link OperationError} `swap-failed`, which says what runs now.
 */
export async function swapTable(
  dm: DeviceMapper,
  swap: TableSwap,
  observe?: StepObserver,
): Promise<SwapResult> {
  try {
    await runSteps(swapSteps(dm, swap), observe);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    const now = await settle(dm, swap.cache, error.step);
    throw new OperationError(
      `The table of ${swap.cache.name} could not be swapped, at the step "${error.step.id}": ${sentence(error.cause)} ${now}`,
      { code: 'swap-failed', hint: hintOf(error.cause, swap.cache.name), cause: error.cause },
    );
  }
  return { before: swap.cache.status, after: await statusNow(dm, swap.cache) };
}

/**
 * Brings the mapping back to where I/O goes on, and returns a sentence that says with what. Never resumes an instance
 * that is in error: its reads may be stale from then on (W6).
 */
async function settle(dm: DeviceMapper, cache: LiveCache, failed: Step): Promise<string> {
  const { name } = cache.device;
  try {
    const device = await dm.info(name);
    if (device === null) return 'The mapping is gone.';
    if (failed.id === 'confirm' && !device.suspended) {
      await dm.load(name, cache.line);
      await dm.suspend(name);
      await dm.resume(name);
      return 'The old options are back.';
    }
    if (!device.suspended) {
      if (device.hasInactiveTable) await dm.clear(name);
      const [line] = await dm.table(name, 'live');
      const isOld = line?.parameters === cache.line.parameters;
      return isOld ? 'It runs with its old table.' : 'It runs with its new table all the same.';
    }
    const { error } = await statusNow(dm, cache);
    // An instance in error must not be resumed; a table that waits is then what makes the next resume safe.
    if (device.hasInactiveTable && !error) await dm.clear(name);
    if (cache.device.suspended) return 'It is suspended, as it was.';
    if (error && !device.hasInactiveTable) await dm.load(name, cache.line);
    await dm.resume(name);
    return error ? 'It runs again, as a fresh instance.' : 'It runs again, with its old table.';
  } catch (error) {
    return `Bringing it back failed too: ${sentence(error)}`;
  }
}

function requireTable(
  cache: LiveCache,
  wanted: WritecacheTable,
  found: readonly TargetLine[],
  which: 'loaded' | 'running',
): void {
  const [line] = found;
  const isOne = line !== undefined && found.length === 1 && line.target === TARGET;
  const sameRange =
    line?.startSector === cache.line.startSector && line.lengthSectors === cache.line.lengthSectors;
  const parsed = isOne && sameRange ? parsePrintedTable(line.parameters, cache.targetVersion) : null;
  if (parsed !== null && sameTable(parsed.table, wanted)) return;
  const difference =
    parsed === null ? 'it is another table altogether' : describeDifference(wanted, parsed.table).join(', ');
  throw new OperationError(`The ${which} table is not the one that was meant: ${difference}.`, {
    code: 'table-differs',
  });
}

function sentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.endsWith('.') ? message : `${message}.`;
}

function hintOf(cause: unknown, name: string): string {
  const own = cause instanceof WcacheError ? cause.hint : undefined;
  return own ?? `See how it is now with: wcache status ${name}`;
}
