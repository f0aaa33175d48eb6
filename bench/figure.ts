/** What a ratio is held to: a cost stays at or below it, a speed at or above. Without a limit it is only told. */
export interface Goal {
  readonly kind: 'cost' | 'speed';
  readonly limit: number | null;
}

/** A row of the bench: what is measured against what. */
export interface Row {
  /** Its name in the history; never changed. */
  readonly id: string;
  readonly what: string;
  readonly against: string;
  readonly goal: Goal;
}

export interface Measured extends Row {
  readonly measured: string;
  readonly baseline: string;
  readonly ratio: number;
}

/** A row that this machine cannot have, and why. */
export interface Missing extends Row {
  readonly why: string;
}

export type Figure = Measured | Missing;

export function row(id: string, what: string, against: string, goal: Goal): Row {
  return { id, what, against, goal };
}

/** How often the baseline fits into what is measured, at most that often. */
export function cost(limit: number | null = null): Goal {
  return { kind: 'cost', limit };
}

/** How often what is measured fits into the baseline, at least that often. */
export function speed(limit: number | null = null): Goal {
  return { kind: 'speed', limit };
}

/** A row's times in milliseconds, and their ratio as its goal wants it. */
export function times(row: Row, measuredMs: number, baselineMs: number): Measured {
  const ratio = row.goal.kind === 'cost' ? measuredMs / baselineMs : baselineMs / measuredMs;
  return { ...row, measured: milliseconds(measuredMs), baseline: milliseconds(baselineMs), ratio };
}

export function missing(row: Row, why: string): Missing {
  return { ...row, why };
}

/** Null where there is no goal, or nothing was measured. */
export function isMet(figure: Figure): boolean | null {
  const { goal } = figure;
  if (goal.limit === null || 'why' in figure) return null;
  return goal.kind === 'cost' ? figure.ratio <= goal.limit : figure.ratio >= goal.limit;
}

export function goalText({ kind, limit }: Goal): string {
  return limit === null ? '' : `${kind === 'cost' ? '≤' : '≥'} ${String(limit)}`;
}

/** Three digits where there are not more before the point. */
export function milliseconds(value: number): string {
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ms`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

export function ratioText(ratio: number): string {
  return ratio >= 100 ? ratio.toFixed(0) : ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2);
}
