import { ExitStatus, NotReachedError } from '../errors.js';
import { judgeUntil, type WatchView } from '../watch/index.js';
import type { WatchEnd, WatchRequest } from './watch-request.js';

/** How a watch ends with this look, which is its number `looks`; null where it goes on. */
export function endAfter(view: WatchView, looks: number, { until, count }: WatchRequest): WatchEnd | null {
  if (until !== null) {
    const judged = judgeUntil(until, view);
    if (judged === 'reached') return { how: 'reached' };
    if (judged !== 'waiting') return { how: 'not-reached', error: judged.cannot };
  }
  return count !== null && looks >= count ? { how: 'counted' } : null;
}

/** Turns the end of a watch into that of the process. Throws what was in the way of what was waited for. */
export function conclude({ how, error }: WatchEnd, { untilText }: WatchRequest): void {
  if (error !== undefined) throw error;
  if (how === 'interrupted') {
    // Nothing was under way that anybody would have to be told of.
    process.exitCode = ExitStatus.interrupted;
  } else if (how !== 'reached' && untilText !== null) {
    throw new NotReachedError(`The watch ended before it was so: ${untilText}.`, {
      code: 'not-reached',
      ...(how === 'counted'
        ? { hint: 'Give it more looks with --count, or wait as long as it takes without.' }
        : {}),
    });
  }
}
