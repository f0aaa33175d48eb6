import { Args, Flags } from '@oclif/core';
import { Dmsetup, findCache, releaseAll, requireRoot, takeLock, type LiveCache } from '../dm/index.js';
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
 * Finds the cache that a verb names and lets it work on it; LVM's are refused. No other wcache changes the same mapping
 * meanwhile, unless `shared`: a message may come at any time.
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
  if (shared) return work({ dm, cache: found });
  const locks = await takeLock([found.device.name]);
  try {
    for (const lock of locks) dm.holdWith(lock);
    // What was found before the lock may be what another wcache was just changing.
    return await work({ dm, cache: await findCache(dm, name) });
  } finally {
    releaseAll(locks);
  }
}
