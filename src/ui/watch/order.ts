import type { WatchedCache } from '../../watch/index.js';
import { healthOf } from './health.js';
import { levelsOf } from './levels.js';
import type { ScreenTask } from './types.js';

/** What the lines can be sorted by, in the order in which Tab goes through it. */
export const SORTS = ['name', 'health', 'dirty', 'writes', 'reads', 'stalls'] as const;
export type Sort = (typeof SORTS)[number];

/** The caches whose name has the filter in it, sorted; by name among equals, so that they stay where they are. */
export function arranged(
  caches: readonly WatchedCache[],
  filter: string,
  sort: Sort,
  tasks: readonly ScreenTask[],
): readonly WatchedCache[] {
  const wanted = filter.toLowerCase();
  const shown = wanted === '' ? caches : caches.filter(({ name }) => name.toLowerCase().includes(wanted));
  if (sort === 'name') return shown;
  const weighed = shown.map((cache) => ({ cache, weight: weightOf(cache, sort, tasks) }));
  return weighed.sort((one, other) => other.weight - one.weight).map(({ cache }) => cache);
}

/** What has more of it comes first; what is not known comes last. */
function weightOf(watched: WatchedCache, sort: Exclude<Sort, 'name'>, tasks: readonly ScreenTask[]): number {
  const { interval } = watched;
  switch (sort) {
    case 'health':
      return -healthOf(watched, taskOf(watched, tasks)).rank;
    case 'dirty':
      return levelsOf(watched).dirty;
    case 'writes':
      return interval?.rates?.writes ?? interval?.disks.mapped?.writesPerSecond ?? -1;
    case 'reads':
      return interval?.rates?.reads ?? interval?.disks.mapped?.readsPerSecond ?? -1;
    case 'stalls':
      return interval?.rates?.writes_blocked_on_freelist ?? -1;
  }
}

/** The last thing that was asked of a cache. */
export function taskOf({ key }: WatchedCache, tasks: readonly ScreenTask[]): ScreenTask | undefined {
  return tasks.findLast((task) => task.key === key);
}
