import { Args, Flags } from '@oclif/core';
import { Dmsetup, findCache, releaseAll, requireRoot, takeLock, type LiveCache } from '../dm/index.js';
import { BusyError } from '../errors.js';
import { requireNotLvm, type ChangeVerb } from '../procedure/lvm-refusal.js';

export const nameArg = Args.string({
  name: 'NAME',
  description: 'The mapping, by its name or path (/dev/mapper/NAME).',
  required: true,
});

export const dryRunFlag = Flags.boolean({ description: 'Print what would be done and do nothing.' });

/** A live cache that a verb is going to change, and the device-mapper that does it. */
export interface CacheVerb {
  readonly dm: Dmsetup;
  readonly cache: LiveCache;
}

/**
 * Finds the cache that a verb names and lets it work on it; LVM's are refused. No other wcache works on the same mapping
 * meanwhile, but for those that are `shared` too: several messages go well together. A suspend does not: the kernel
 * would hold all I/O until the message, which may be a flush of hours, has ended.
 */
export async function onCache<T>(
  name: string,
  verb: ChangeVerb,
  work: (context: CacheVerb) => Promise<T>,
  { shared = false }: { readonly shared?: boolean } = {},
): Promise<T> {
  requireRoot();
  const dm = new Dmsetup();
  const found = await findCache(dm, name);
  requireNotLvm(found, verb);
  const locks = await takeLock([found.device.name], { shared });
  try {
    for (const lock of locks) dm.holdWith(lock);
    // What was found before the lock may be what another wcache was just changing.
    const cache = await findCache(dm, found.device.name);
    requireNotLvm(cache, verb);
    return await work({ dm, cache });
  } finally {
    releaseAll(locks);
  }
}

/**
 * For the time that it took to agree: the cache as it is now. Throws {@link BusyError} `changed-meanwhile` unless it is
 * what was shown.
 */
export async function requireUnchanged({ dm, cache }: CacheVerb): Promise<LiveCache> {
  const now = await findCache(dm, cache.device.name);
  const isSame =
    now.device.uuid === cache.device.uuid &&
    now.line.parameters === cache.line.parameters &&
    now.line.lengthSectors === cache.line.lengthSectors &&
    now.status.error === cache.status.error &&
    now.device.suspended === cache.device.suspended &&
    now.device.hasInactiveTable === cache.device.hasInactiveTable;
  if (isSame) return now;
  throw new BusyError(`${cache.name} is not what it was when it was shown.`, {
    code: 'changed-meanwhile',
    hint: 'Somebody changed it. Nothing was done; look at it again.',
  });
}
