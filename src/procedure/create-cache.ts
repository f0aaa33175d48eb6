import { dmsetupWords, findCache, type DeviceMapper, type LiveCache } from '../dm/index.js';
import { withDevice } from '../device/with-device.js';
import { InterruptedError, OperationError, WcacheError } from '../errors.js';
import { sameTable } from '../table/index.js';
import { recordNote } from './create-again.js';
import type { Note, PreparedCreate } from './create-request.js';
import { runFormat } from './format-device.js';
import { prepareFormat } from './format-preflight.js';
import { markUsed, writePair } from './pairs.js';
import { forgetJournal } from './removal/journal.js';
import { runSteps, StepFailure, type Step, type StepObserver } from './steps.js';

export interface CreateOptions {
  readonly observe?: StepObserver | undefined;
  /** Stops a format between two writes; what comes after it is done to the end. */
  readonly signal?: AbortSignal | undefined;
  readonly pairsFolder?: string | undefined;
  readonly removalsFolder?: string | undefined;
}

export interface CreateResult {
  readonly cache: LiveCache;
  /** What became known on the way. */
  readonly notes: readonly Note[];
}

/** The steps of a create. Until `create` nothing exists; from then on the mapping does, and is right. */
export function createSteps(dm: DeviceMapper, prepared: PreparedCreate, options: CreateOptions = {}): Step[] {
  const { leftover, formatPlan, mapping } = prepared;
  const steps: Step[] = [];
  if (leftover !== null) {
    steps.push({
      id: 'remove-leftover',
      title: 'remove the empty mapping of a create that was cut short',
      words: dmsetupWords.remove(leftover),
      run: () => dm.remove(leftover),
    });
  }
  if (formatPlan !== null) {
    steps.push({
      id: 'format',
      title: 'format the cache device',
      words: null,
      run: () => format(prepared, options.signal),
    });
  }
  steps.push({
    id: 'create',
    title: 'create the mapping',
    words: dmsetupWords.create(mapping),
    run: () => dm.create(mapping),
  });
  return steps;
}

/**
 * Makes the mapping, and confirms it from the kernel's own table and status. Where that fails the mapping is removed
 * again, which loses nothing: what was committed stays on the cache device. The record of the pair is written before the
 * mapping can take a write, so that no older one can speak for a cache that has another origin by now.
 *
 * @throws {@link OperationError} `not-confirmed-live`, {@link InterruptedError} before anything was done, and what the
 *   device-mapper and a format throw.
 */
export async function createCache(
  dm: DeviceMapper,
  prepared: PreparedCreate,
  options: CreateOptions = {},
): Promise<CreateResult> {
  if (options.signal?.aborted === true) {
    throw new InterruptedError('Interrupted; nothing was done.', { code: 'interrupted' });
  }
  const steps = createSteps(dm, prepared, options);
  const notes: Note[] = [];
  let putBack = (): void => undefined;
  try {
    await runSteps(steps.slice(0, -1), options.observe);
    try {
      putBack = writePair(prepared.pair, options.pairsFolder);
    } catch (error) {
      notes.push(recordNote(error));
    }
    await runSteps(steps.slice(-1), options.observe);
  } catch (error) {
    // dmsetup may fail over a node under /dev when the kernel has made the mapping.
    const made = await dm.info(prepared.mapping.name).catch(() => null);
    if (made?.uuid !== prepared.mapping.uuid || !made.hasLiveTable) {
      putBack();
      throw error instanceof StepFailure ? error.cause : error;
    }
  }
  try {
    const cache = await confirmed(dm, prepared, options.observe);
    try {
      markUsed(prepared.mapping.uuid, options.pairsFolder);
    } catch (error) {
      notes.push(recordNote(error));
    }
    // What an interrupted removal of an earlier mapping of this name had left to say is said by this one now.
    forgetJournal(prepared.mapping.name, options.removalsFolder);
    if (cache.status.free_blocks < prepared.expected.freeBlocks) {
      notes.push({
        code: 'written-already',
        message: `${String(prepared.expected.freeBlocks - cache.status.free_blocks)} blocks were written to it since: something found it at once.`,
      });
    }
    return { cache, notes };
  } catch (error) {
    putBack();
    throw error;
  }
}

async function format(prepared: PreparedCreate, signal: AbortSignal | undefined): Promise<void> {
  const { cache, table, formatPlan } = prepared;
  await withDevice(cache.path, { access: 'write', exclusive: true }, async (device) => {
    const request = {
      startSector: table.options.start_sector ?? 0n,
      blockSize: table.block_size,
      consent: { discardDirty: false, overwriteSignature: false },
    };
    const { plan } = await prepareFormat(device, request);
    if (device.deviceNumber !== cache.deviceNumber || plan.writes.length !== formatPlan?.writes.length) {
      throw new OperationError(`${cache.path} is another device now than when it was looked at.`, {
        code: 'changed-meanwhile',
        hint: 'Nothing was written. Find out what it is, and start again.',
      });
    }
    await runFormat(device, plan, { signal });
  });
}

async function confirmed(
  dm: DeviceMapper,
  prepared: PreparedCreate,
  observe: StepObserver | undefined,
): Promise<LiveCache> {
  const { name } = prepared.mapping;
  try {
    let cache = await findCache(dm, name);
    if (prepared.expected.error && cache.status.error) {
      // The first instance has kept the later of two identical entries, and stays in error; a second one is clean (W4).
      await dm.remove(name);
      await runSteps(createSteps(dm, prepared).slice(-1), observe);
      cache = await findCache(dm, name);
    }
    requireAsExpected(prepared, cache);
    return cache;
  } catch (error) {
    const undone = await dm.remove(name).then(
      () => 'The mapping was removed again.',
      (failure: unknown) => `Removing it again failed: ${failure instanceof Error ? failure.message : ''}`,
    );
    if (!(error instanceof WcacheError)) throw error;
    throw new OperationError(`${error.message} ${undone}`, {
      code: error.code,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}

function requireAsExpected({ table, mapping, expected }: PreparedCreate, cache: LiveCache): void {
  const { status, line, device } = cache;
  const wrong = !sameTable(cache.table, table)
    ? 'its table is not the one that was meant'
    : line.lengthSectors !== mapping.line.lengthSectors
      ? 'it has another length'
      : device.suspended || device.hasInactiveTable
        ? 'it is suspended or has another table waiting'
        : status.error
          ? 'the target came up in error'
          : status.total_blocks !== expected.totalBlocks
            ? `it has ${String(status.total_blocks)} blocks, and ${String(expected.totalBlocks)} were expected`
            : null;
  if (wrong === null) return;
  throw new OperationError(`The kernel made something else of ${cache.name} than was asked for: ${wrong}.`, {
    code: 'not-confirmed-live',
    hint: 'Compare `dmsetup table` and the kernel log (dmesg) with what `--dry-run` prints.',
  });
}
