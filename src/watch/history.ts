/** What is kept of each look at a cache. */
export const SERIES = [
  /** From 0 to 1. */
  'dirtyShare',
  /** Blocks. */
  'writebackBlocks',
  /** Per second. */
  'reads',
  'writes',
  'writesAround',
  'freelistStalls',
  /** From 0 to 1. */
  'readHitRatio',
  'writeHitRatio',
  /** Milliseconds. */
  'mappedWriteLatencyMs',
  'originWriteLatencyMs',
  'cacheWriteLatencyMs',
] as const;
export type SeriesName = (typeof SERIES)[number];

export type HistoryPoint = Readonly<Record<SeriesName, number | null>>;

/** Looks that are kept of each cache: 20 minutes at one a second. Nothing grows after that. */
export const HISTORY_CAPACITY = 1200;

/** A look tells of the time since the one before it, but of no more than this: a stopped process knows nothing. */
const LONGEST_TOLD_MS = 60_000;

/** How a series is put into the columns of a chart. */
export interface Columns {
  readonly columns: number;
  /** Of one column. */
  readonly stepMs: number;
  /** Where the last column ends; the clock is that of the looks. */
  readonly endMs: number;
  /** Of several looks in one column; the last unless told. */
  readonly combine?: 'max' | 'mean' | 'last';
}

/** The last looks at a cache, in memory that is taken once. */
export class History {
  readonly #capacity: number;
  readonly #atMs: Float64Array;
  /** Since when each look tells. */
  readonly #sinceMs: Float64Array;
  /** One look after the other, each with all series; NaN where one is not known. */
  readonly #values: Float32Array;
  #pushed = 0;
  #isInterrupted = true;

  constructor(capacity = HISTORY_CAPACITY) {
    this.#capacity = capacity;
    this.#atMs = new Float64Array(capacity);
    this.#sinceMs = new Float64Array(capacity);
    this.#values = new Float32Array(capacity * SERIES.length);
  }

  /** How many looks are kept. */
  get length(): number {
    return Math.min(this.#pushed, this.#capacity);
  }

  get newestMs(): number | null {
    return this.#pushed === 0 ? null : this.#time(this.#atMs, this.#pushed - 1);
  }

  get oldestMs(): number | null {
    return this.#pushed === 0 ? null : this.#time(this.#atMs, this.#pushed - this.length);
  }

  /** @param atMs not before the look before it. */
  push(atMs: number, point: HistoryPoint): void {
    const slot = this.#pushed % this.#capacity;
    const before = this.#isInterrupted ? null : this.newestMs;
    this.#atMs[slot] = atMs;
    this.#sinceMs[slot] = before === null ? atMs : Math.max(before, atMs - LONGEST_TOLD_MS);
    SERIES.forEach((name, index) => {
      this.#values[slot * SERIES.length + index] = point[name] ?? NaN;
    });
    this.#pushed += 1;
    this.#isInterrupted = false;
  }

  /** The next look does not tell of the time before it: there was nothing to see, or no look worked. */
  interrupt(): void {
    this.#isInterrupted = true;
  }

  /**
   * The columns of a chart, oldest first; null where nothing is known. A column without a look of its own takes the one
   * behind it that tells of its time.
   */
  series(name: SeriesName, { columns, stepMs, endMs, combine = 'last' }: Columns): (number | null)[] {
    const found = new Array<number | null>(columns).fill(null);
    const counts = new Array<number>(columns).fill(0);
    const columnOf = (atMs: number): number => columns - 1 - Math.floor((endMs - atMs) / stepMs);
    const series = SERIES.indexOf(name);
    // From the newest on, so that a column's first look is the one that `last` means.
    for (let look = this.#pushed - 1; look >= this.#pushed - this.length; look--) {
      const value = this.#values[(look % this.#capacity) * SERIES.length + series] ?? NaN;
      const own = columnOf(this.#time(this.#atMs, look));
      if (own < 0) break;
      if (Number.isNaN(value)) continue;
      if (own < columns) combineInto(found, counts, own, value, combine);
      const first = Math.max(0, columnOf(this.#time(this.#sinceMs, look)) + 1);
      for (let column = Math.min(own, columns) - 1; column >= first; column--) found[column] = value;
    }
    return found;
  }

  #time(times: Float64Array, look: number): number {
    return times[look % this.#capacity] ?? 0;
  }
}

function combineInto(
  found: (number | null)[],
  counts: number[],
  column: number,
  value: number,
  combine: 'max' | 'mean' | 'last',
): void {
  const before = found[column] ?? null;
  const count = (counts[column] ?? 0) + 1;
  counts[column] = count;
  if (before === null) found[column] = value;
  else if (combine === 'max') found[column] = Math.max(before, value);
  else if (combine === 'mean') found[column] = before + (value - before) / count;
}
