import { findCache, noSuchMapping, statusNow, type DeviceMapper, type LiveCache } from '../../dm/index.js';
import { OperationError, WcacheError } from '../../errors.js';
import { reloadIsSafe } from '../../table/index.js';
import { requireNotLvm } from '../lvm-refusal.js';
import { nameAsTyped } from '../name-as-typed.js';
import { requireReadableMetadata } from '../readable-metadata.js';
import type { RemovalEnvironment } from './environment.js';
import { forgetJournal, readJournal } from './journal.js';
import { isFailing, restore } from './restore.js';

/**
 * Takes an interrupted removal back: the writecache runs on, as before. The target may still have been told to write back
 * everything at its next suspend, which does no harm.
 *
 * @param mapping the kernel's name of it.
 * @throws {@link OperationError} `nothing-to-undo`, `already-removed`, and what the device-mapper throws.
 */
export async function undoRemoval(
  dm: DeviceMapper,
  mapping: string,
  { environment }: { readonly environment: RemovalEnvironment },
): Promise<{ readonly name: string; readonly message: string }> {
  const journal = readJournal(mapping, environment.removalsFolder);
  const device = await dm.info(mapping);
  if (device === null) throw noSuchMapping(mapping);
  if (await isFailing(dm, device, journal)) {
    await restore(dm, device, journal, environment);
    forgetJournal(mapping, environment.removalsFolder);
    const { name } = await findCache(dm, mapping);
    return { name, message: `${name} runs as the writecache that it was, as a fresh instance.` };
  }
  const cache = await findCache(dm, mapping).catch((error: unknown) => {
    if (
      journal?.uuid !== device.uuid ||
      !(error instanceof WcacheError) ||
      error.code !== 'not-a-writecache'
    ) {
      throw error;
    }
    throw new OperationError(
      'The origin is in use without its cache already: there is nothing to go back to.',
      {
        code: 'already-removed',
        hint: 'Finish the removal with the same command without --undo. To cache it again: wcache create',
      },
    );
  });
  requireNotLvm(cache, 'remove');
  const waiting = device.hasInactiveTable ? await dm.table(mapping, 'inactive') : [];
  const isOurs = waiting[0]?.target === 'linear' && waiting[0].parameters === `${cache.table.origin} 0`;
  if (journal?.uuid !== device.uuid && !isOurs) {
    throw new OperationError(`No removal of ${cache.name} was interrupted: there is nothing to undo.`, {
      code: 'nothing-to-undo',
      hint: `See how it is with: wcache status ${nameAsTyped(cache)}`,
    });
  }
  await goBack(dm, cache, environment);
  forgetJournal(mapping, environment.removalsFolder);
  return { name: cache.name, message: `${cache.name} runs on as the writecache that it was.` };
}

/**
 * Lets a writecache that an interrupted removal has left go on: without the table that waits, and resumed; a fresh instance
 * where it is in error, for what the resume of one in error shows may be stale (W6).
 */
export async function goBack(
  dm: DeviceMapper,
  cache: LiveCache,
  environment: RemovalEnvironment,
): Promise<void> {
  const { device } = cache;
  const { error } = await statusNow(dm, cache);
  if (device.hasInactiveTable) await dm.clear(device.name);
  if (error && device.suspended) {
    await requireReadableMetadata(cache);
    if (reloadIsSafe(environment.kernel, cache.targetVersion) !== 'yes') {
      throw new OperationError(
        `${cache.name} is suspended and in error, and this kernel cannot load it afresh.`,
        {
          code: 'reload-corrupts',
          hint: `Stop what uses it, and: dmsetup remove ${nameAsTyped(cache)}. What was committed stays in the cache.`,
        },
      );
    }
    await dm.load(device.name, cache.line);
  }
  if (device.suspended) {
    await dm.resume(device.name, { readAheadSectors: environment.readAheadSectors(device) });
  }
}
