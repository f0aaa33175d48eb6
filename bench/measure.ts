/** The median of some runs; machines are noisy, so nothing else is quoted. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Does something once and tells how many milliseconds that took. */
export type Contender = () => Promise<number> | number;

export interface Rounds {
  readonly runs: number;
  /** Once more, before any that counts; for what is short. */
  readonly warmUp?: boolean;
}

/** Lets contenders run in turn, so that a machine whose speed drifts drifts for all of them; the median of each. */
export async function inTurn<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  { runs, warmUp = false }: Rounds,
): Promise<Record<Name, number>> {
  const names = Object.keys(contenders) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  if (warmUp) for (const name of names) await contenders[name]();
  for (let run = 0; run < runs; run += 1) {
    for (const name of names) times.get(name)?.push(await contenders[name]());
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<
    Name,
    number
  >;
}

/** The milliseconds that something takes. */
export async function timed(work: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
