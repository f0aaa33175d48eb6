import { Dmsetup, findCachesOf, requireRoot, type LiveCache } from '../dm/index.js';
import { WrongDeviceError } from '../errors.js';

/**
 * The writecache of a mapping, which may have other targets beside it.
 *
 * @throws as {@link findCachesOf}; NotPossibleHereError `no-root`; {@link WrongDeviceError} `several-targets` where there
 *   is more than one.
 */
export async function findOnlyCache(name: string): Promise<LiveCache> {
  requireRoot();
  const [cache, ...others] = await findCachesOf(new Dmsetup(), name);
  if (cache === undefined || others.length > 0) {
    throw new WrongDeviceError(
      `The mapping ${name} has ${String(others.length + 1)} writecaches, and this explains one.`,
      {
        code: 'several-targets',
        hint: 'See the lines with `dmsetup table`, and give one of them to `wcache table --validate`.',
      },
    );
  }
  return cache;
}
