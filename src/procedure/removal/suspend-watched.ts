import { setTimeout as sleep } from 'node:timers/promises';
import { statusNow, type SuspendGuard } from '../../dm/index.js';
import { OperationError } from '../../errors.js';
import type { TargetLine } from '../../table/index.js';
import { cacheOf, type RemovalContext } from './context.js';

const LOOK_MS = 1000;
/** A suspend that goes on for so long after an error does not end any more. */
const HUNG_MS = 10_000;

/**
 * Suspends under a guard. In pmem mode a suspend that meets an origin which fails never ends, and nothing in user space can
 * end it (seen on 6.12): that is noticed by the error field, and told.
 *
 * @throws {@link OperationError} `kernel-hangs`, and what the device-mapper throws.
 */
export async function suspendWatched(
  context: RemovalContext,
  fresh: TargetLine | null,
): Promise<SuspendGuard> {
  const { dm, subject } = context;
  const failing = { ...subject.linear, target: 'error', parameters: '' };
  const suspended = dm.suspendGuarded(subject.mapping, { fresh, failing }, { skipLockfs: true });
  if (subject.mode === 's') return suspended;
  const ended = new AbortController();
  const watched = untilHung(context, ended.signal);
  try {
    return await Promise.race([suspended, watched]);
  } catch (error) {
    // What is left behind goes on waiting for the kernel, and undoes the suspend should it end.
    if (context.isHung) suspended.catch(() => undefined);
    throw error;
  } finally {
    ended.abort();
  }
}

async function untilHung(context: RemovalContext, ended: AbortSignal): Promise<never> {
  const cache = cacheOf(context);
  let errorSinceMs: number | null = null;
  for (;;) {
    await sleep(LOOK_MS);
    if (ended.aborted) return new Promise<never>(() => undefined);
    const { error } = await statusNow(context.dm, cache);
    if (error) errorSinceMs ??= performance.now();
    if (errorSinceMs === null || performance.now() - errorSinceMs < HUNG_MS) continue;
    context.isHung = true;
    throw new OperationError(
      `The kernel hangs in the suspend of ${cache.name}: a device failed, and in pmem mode it then waits for ever.`,
      {
        code: 'kernel-hangs',
        hint: 'Only a reboot ends it. Everything that was committed is safe in the cache: mend the device, then put the cache in front of its origin again with wcache create and --attach.',
      },
    );
  }
}
