import { statusNow, type DeviceMapper, type LiveCache } from '../dm/index.js';
import { OperationError } from '../errors.js';
import type { KernelIdentity, WritecacheStatus } from '../table/index.js';
import { requireNoError } from './drain.js';
import { nameAsTyped } from './name-as-typed.js';
import { requireReadableMetadata } from './readable-metadata.js';
import { requireSafeReload } from './retune.js';
import { isOfSameCache } from './same-cache.js';

export interface SuspendRequest {
  /** Write everything back in the suspend (message `flush_on_suspend`), so that the origin alone is complete. */
  readonly flush: boolean;
  readonly skipLockfs: boolean;
}

/**
 * Whether there is something to suspend. A cache that is in error is refused: a suspend is the first half of what makes
 * stale data readable (W6).
 *
 * @throws {@link OperationError} `in-error`, `not-flushed`.
 */
export function prepareSuspend(cache: LiveCache, { flush }: SuspendRequest): boolean {
  requireNoError(cache, cache.status);
  if (!cache.device.suspended) return true;
  if (flush) requireFlushed(cache, cache.status);
  return false;
}

/**
 * Suspends a cache.
 *
 * @throws {@link OperationError} `suspend-error` where the target met an error in it, `not-flushed` where blocks are
 *   dirty that were to be written back; it stays suspended then, with a hint what to do.
 */
export async function suspendCache(
  dm: DeviceMapper,
  cache: LiveCache,
  request: SuspendRequest,
): Promise<WritecacheStatus> {
  const { name } = cache.device;
  if (request.flush) await dm.message(name, 'flush_on_suspend');
  await dm.suspend(name, { skipLockfs: request.skipLockfs });
  const status = await statusNow(dm, cache);
  if (status.error) {
    throw new OperationError(`${cache.name} is suspended now, and met an error on the way.`, {
      code: 'suspend-error',
      hint: `Do not resume it: its reads could be stale. Mend the device, then: wcache recover ${nameAsTyped(cache)}`,
    });
  }
  if (request.flush) requireFlushed(cache, status);
  return status;
}

/** The flag of `flush_on_suspend` is used up by the next suspend, whosever that is. */
function requireFlushed(cache: LiveCache, { total_blocks, free_blocks }: WritecacheStatus): void {
  const dirty = total_blocks - free_blocks;
  if (dirty === 0) return;
  throw new OperationError(
    `${cache.name} is suspended, and ${String(dirty)} of its blocks are not written back: the origin alone is stale.`,
    {
      code: 'not-flushed',
      hint: `Resume it and try again: wcache resume ${nameAsTyped(cache)}`,
    },
  );
}

/**
 * Whether there is something to resume. Refused is what would show stale data: an instance in error whose resume forgets
 * what is only in the cache (W6), another table waiting that would take the place of a cache with dirty blocks, or a
 * fresh instance that could not read the metadata, or would on this kernel have read it too early (W5).
 *
 * @throws {@link OperationError} `resume-stale`, `metadata-unreadable`, `metadata-gone`; {@link NotPossibleHereError}
 *   `reload-corrupts`.
 */
export async function prepareResume(
  dm: DeviceMapper,
  cache: LiveCache,
  kernel: KernelIdentity,
): Promise<boolean> {
  const { device, name, status } = cache;
  if (!device.suspended && !device.hasInactiveTable) return false;
  const waiting = device.hasInactiveTable ? await dm.table(device.name, 'inactive') : [];
  const isFresh = isOfSameCache(cache, waiting);
  if (device.hasInactiveTable && !isFresh) refuseOther(cache, waiting.map(({ target }) => target).join(', '));
  if (status.error && !isFresh) {
    throw new OperationError(
      `${name} is in error: resumed as it is, it would forget what is only in the cache, and show stale data.`,
      { code: 'resume-stale', hint: `Mend the device, then: wcache recover ${nameAsTyped(cache)}` },
    );
  }
  if (isFresh) {
    requireSafeReload(cache, kernel);
    await requireReadableMetadata(cache);
  }
  return true;
}

function refuseOther(cache: LiveCache, what: string): void {
  const { device, name, status } = cache;
  const dirty = status.total_blocks - status.free_blocks;
  if (!status.error && dirty === 0 && device.suspended) return;
  const typed = nameAsTyped(cache);
  throw new OperationError(
    `${name} has a ${what} table waiting, which a resume would put in the place of the cache${stake(status, dirty)}.`,
    {
      code: 'resume-stale',
      hint: status.error
        ? `Mend the device. To go on with the cache: dmsetup clear ${typed} && wcache recover ${typed}`
        : `To go on with the cache: dmsetup clear ${typed} && wcache resume ${typed}`,
    },
  );
}

function stake({ error }: WritecacheStatus, dirty: number): string {
  if (error) return ', which is in error, so that nobody knows what is only in it';
  return dirty > 0 ? `, with ${String(dirty)} blocks that are only in it` : ', while it runs';
}
