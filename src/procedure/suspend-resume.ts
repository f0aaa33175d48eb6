import { statusNow, type DeviceMapper, type LiveCache } from '../dm/index.js';
import { OperationError } from '../errors.js';
import type { WritecacheStatus } from '../table/index.js';
import { requireNoError } from './drain.js';
import { requireReadableMetadata } from './readable-metadata.js';
import { isOfSameCache } from './retune.js';

export interface SuspendRequest {
  /** Write everything back in the suspend (message `flush_on_suspend`), so that the origin alone is complete. */
  readonly flush: boolean;
  readonly skipLockfs: boolean;
}

/** What a suspend or resume came to. */
export interface SuspendResult {
  readonly changed: boolean;
  readonly status: WritecacheStatus;
}

/**
 * Suspends a cache that is not in error: in error, a suspend is the first half of what makes stale data readable (W6).
 *
 * @throws {@link OperationError} `in-error` before it is suspended, `suspend-error` where the target met an error in it;
 *   it stays suspended then, with a hint what to do.
 */
export async function suspendCache(
  dm: DeviceMapper,
  cache: LiveCache,
  { flush, skipLockfs }: SuspendRequest,
): Promise<SuspendResult> {
  if (cache.device.suspended) return { changed: false, status: cache.status };
  requireNoError(cache, cache.status);
  const { name } = cache.device;
  if (flush) await dm.message(name, 'flush_on_suspend');
  await dm.suspend(name, { skipLockfs });
  const status = await statusNow(dm, cache);
  if (status.error) {
    throw new OperationError(`${cache.name} is suspended now, and met an error on the way.`, {
      code: 'suspend-error',
      hint: `Do not resume it: its reads could be stale. Mend the device, then: wcache recover ${cache.name}`,
    });
  }
  return { changed: true, status };
}

/**
 * Resumes a suspended cache, unless that would show stale data: an instance in error whose resume forgets what is only
 * in the cache (W6), or another table waiting that would take the place of a cache with dirty blocks.
 *
 * @throws {@link OperationError} `resume-stale`, `metadata-unreadable`.
 */
export async function resumeCache(dm: DeviceMapper, cache: LiveCache): Promise<SuspendResult> {
  const { device, name, status } = cache;
  const waiting = device.hasInactiveTable ? await dm.table(device.name, 'inactive') : [];
  if (!device.suspended && !device.hasInactiveTable) return { changed: false, status };
  const isFresh = isOfSameCache(cache, waiting);
  if (device.hasInactiveTable && !isFresh) {
    const what = [...new Set(waiting.map(({ target }) => target))].join(', ');
    const dirty = status.total_blocks - status.free_blocks;
    if (status.error || dirty > 0 || !device.suspended) {
      throw new OperationError(
        `${name} has a ${what} table waiting, which a resume would put in the place of the cache${stake(status, dirty)}.`,
        {
          code: 'resume-stale',
          hint: `To go on with the cache: dmsetup clear ${name}, then wcache resume ${name}.`,
        },
      );
    }
  }
  if (status.error && !isFresh) {
    throw new OperationError(
      `${name} is in error: resumed as it is, it would forget what is only in the cache, and show stale data.`,
      { code: 'resume-stale', hint: `Mend the device, then: wcache recover ${name}` },
    );
  }
  if (isFresh) await requireReadableMetadata(cache);
  await dm.resume(device.name);
  return { changed: true, status };
}

function stake({ error }: WritecacheStatus, dirty: number): string {
  if (error) return ', which is in error, so that nobody knows what is only in it';
  return dirty > 0 ? `, with ${String(dirty)} blocks that are only in it` : ', while it runs';
}
