import { mangleName } from '../device/dm-names.js';
import { Dmsetup, findMapping, releaseAll, requireRoot, takeLock, thisKernel } from '../dm/index.js';
import { removeDocument, type RemoveDocument, type RemoveUndoDocument } from '../documents/remove.js';
import { WcacheError } from '../errors.js';
import {
  prepareRemoval,
  readJournal,
  runRemoval,
  thisMachine,
  undoRemoval,
  type PreparedRemoval,
  type RemovalRequest,
} from '../procedure/removal/index.js';
import { interruption } from './confirm.js';
import { withoutPause } from './no-pause.js';
import { removalDisplay, type DisplayFlags, type RemovalDisplay } from './removal-display.js';

export interface RemoveFlags extends DisplayFlags {
  readonly dryRun: boolean;
}

/** Removes a cache, or prints how; see the procedure for what it throws. */
export async function runRemove(
  name: string,
  request: RemovalRequest,
  flags: RemoveFlags,
): Promise<RemoveDocument> {
  const displays: RemovalDisplay[] = [];
  try {
    return await onMapping(name, async (dm, mapping) => {
      const prepared = await prepareRemoval(dm, mapping, request, {
        environment: thisMachine(thisKernel()),
        commandLine: (words) => dm.commandLine(words),
        dryRun: flags.dryRun,
      });
      if (flags.dryRun) return documentOf(prepared, null);
      const display = await removalDisplay(flags, {
        steps: prepared.steps,
        blockSize: prepared.cache?.table.block_size ?? null,
      });
      displays.push(display);
      return documentOf(prepared, await runShown(dm, prepared, display));
    });
  } finally {
    // Somebody may have stopped the terminal: nothing but the end of this process waits for that.
    for (const display of displays) await display.drained();
  }
}

/** Takes an interrupted removal back. */
export async function runUndo(name: string): Promise<RemoveUndoDocument> {
  return onMapping(name, async (dm, mapping) => {
    const environment = thisMachine(thisKernel());
    return { undone: true, ...(await undoRemoval(dm, mapping, { environment })) };
  });
}

async function runShown(dm: Dmsetup, prepared: PreparedRemoval, { show, close }: RemovalDisplay) {
  const note = (code: string, message: string): void => {
    show({ type: 'note', code, message });
  };
  const { signal, dispose } = interruption(() => {
    note('interrupted', 'Interrupted: what is under way is brought to where it is safe to stop.');
  });
  const pause = withoutPause(() => {
    note(
      'not-paused',
      'A removal is not paused, for I/O could stand still meanwhile. Ctrl-C ends it in order.',
    );
  });
  try {
    for (const { code, message } of prepared.notes) note(code, message);
    const result = await runRemoval(dm, prepared, { signal, observe: show });
    close('done');
    return result;
  } finally {
    // Without an effect where it is closed already.
    close('stopped');
    pause.dispose();
    dispose();
  }
}

/**
 * Lets a removal work on a mapping, whatever its table is by now; of one that is gone, only where a removal of it was
 * interrupted. No other wcache works on it meanwhile.
 */
async function onMapping<T>(name: string, work: (dm: Dmsetup, mapping: string) => Promise<T>): Promise<T> {
  requireRoot();
  const dm = new Dmsetup();
  const mapping = await nameOfMapping(dm, name);
  const locks = await takeLock([mapping]);
  try {
    for (const lock of locks) dm.holdWith(lock);
    return await work(dm, mapping);
  } finally {
    releaseAll(locks);
  }
}

async function nameOfMapping(dm: Dmsetup, text: string): Promise<string> {
  try {
    return (await findMapping(dm, text)).name;
  } catch (error) {
    const mapping = mangleName(text.replace(/^\/dev\/mapper\//, ''));
    const isGone = error instanceof WcacheError && error.code === 'no-such-mapping';
    if (isGone && readJournal(mapping) !== null) return mapping;
    throw error;
  }
}

function documentOf(prepared: PreparedRemoval, result: Parameters<typeof removeDocument>[1]): RemoveDocument {
  const { name, steps, notes, cache, context } = prepared;
  const { origin, cache: cacheDevice } = context.journal;
  const plan = { name, steps, notes, before: cache?.status ?? null };
  return removeDocument({ ...plan, origin: origin.path, cache: cacheDevice.path }, result);
}
