/** The median of some runs, in milliseconds; machines are noisy, so nothing else is quoted. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export interface Compared {
  readonly what: string;
  readonly against: string;
  /** Median times of both, and how often the baseline's time goes into the measured one. */
  readonly milliseconds: number;
  readonly baselineMilliseconds: number;
  readonly ratio: number;
}

/** Times two things in turn, so that a machine whose speed drifts drifts for both. */
export async function compare(
  what: string,
  against: string,
  measured: () => Promise<void> | void,
  baseline: () => Promise<void> | void,
  runs: number,
): Promise<Compared> {
  const times: number[] = [];
  const baselineTimes: number[] = [];
  await measured();
  await baseline();
  for (let run = 0; run < runs; run += 1) {
    times.push(await timed(measured));
    baselineTimes.push(await timed(baseline));
  }
  const milliseconds = median(times);
  const baselineMilliseconds = median(baselineTimes);
  return { what, against, milliseconds, baselineMilliseconds, ratio: milliseconds / baselineMilliseconds };
}

async function timed(work: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
