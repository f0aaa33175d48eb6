import type { History, SeriesName } from '../../watch/index.js';

/** How the looks are put into the columns of a chart: one look in each, the newest in the last. */
export interface Timeline {
  readonly stepMs: number;
  readonly endMs: number;
}

/** Looks are in the middle of their columns, so that one that came a little late does not jump into the next. */
export function timelineOf(atMs: number, intervalMs: number): Timeline {
  return { stepMs: intervalMs, endMs: atMs + intervalMs / 2 };
}

export function seriesOf(
  history: History,
  name: SeriesName,
  columns: number,
  { stepMs, endMs }: Timeline,
): (number | null)[] {
  return columns <= 0 ? [] : history.series(name, { columns, stepMs, endMs, combine: 'max' });
}
