import { diskStatistics, isCounted } from '../device/disk-statistics.js';
import { Dmsetup, requireRoot, thisKernel } from '../dm/index.js';
import { cleanCache, flushCache, prepareDrain } from '../procedure/drain.js';
import { knownRemovals } from '../procedure/removal/judge-removals.js';
import { requireMessage } from '../table/index.js';
import { onCache } from './cache-verb.js';
import type { WatchMachine } from './watch-request.js';

const DRAINS = {
  flush: { message: 'flush', run: flushCache },
  clean: { message: 'cleaner', run: cleanCache },
} as const;

/** This machine as it is watched. Throws {@link NotPossibleHereError} `no-root`. */
export function thisWatchMachine(): WatchMachine {
  requireRoot();
  return {
    dm: new Dmsetup(),
    kernel: thisKernel(),
    diskStatistics: () => diskStatistics(),
    isCounted: (deviceNumber) => isCounted(deviceNumber),
    removals: () => knownRemovals(),
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    drain: (action, { device }, options) => {
      const { message, run } = DRAINS[action];
      return onCache(
        device.name,
        action,
        ({ dm, cache }) => {
          requireMessage(message, cache.targetVersion);
          prepareDrain(cache);
          return run(dm, cache, options);
        },
        { shared: true },
      );
    },
  };
}
