/** How far a drain is, at one moment. */
export interface DrainProgress {
  readonly dirtyBlocks: number;
  readonly writebackBlocks: number;
  readonly totalBlocks: number;
  /** When the drain began. */
  readonly startDirtyBlocks: number;
  readonly elapsedMs: number;
  /** By which the dirty blocks become fewer at present; 0 or less when they do not. Null before it can be told. */
  readonly blocksPerSecond: number | null;
  /** Until nothing is dirty, if it goes on like this; null where that cannot be told or would be never. */
  readonly remainingMs: number | null;
  /** For how long there has been no new low of dirty blocks. */
  readonly stalledMs: number;
}

export interface DrainSample {
  readonly atMs: number;
  readonly dirtyBlocks: number;
  readonly writebackBlocks: number;
  readonly totalBlocks: number;
}

/** Over how long the present rate is measured: long enough to even out bursts, short enough to follow a change. */
const WINDOW_MS = 15_000;

/** Turns samples of a cache's status into progress. */
export class DrainMeter {
  readonly #samples: DrainSample[] = [];
  #first: DrainSample | undefined;
  #lowest: DrainSample | undefined;

  add(sample: DrainSample): DrainProgress {
    this.#first ??= sample;
    if (this.#lowest === undefined || sample.dirtyBlocks < this.#lowest.dirtyBlocks) this.#lowest = sample;
    this.#samples.push(sample);
    while (this.#samples.length > 2 && sample.atMs - (this.#samples[1]?.atMs ?? 0) >= WINDOW_MS) {
      this.#samples.shift();
    }
    const blocksPerSecond = this.#rate(sample);
    return {
      dirtyBlocks: sample.dirtyBlocks,
      writebackBlocks: sample.writebackBlocks,
      totalBlocks: sample.totalBlocks,
      startDirtyBlocks: this.#first.dirtyBlocks,
      elapsedMs: sample.atMs - this.#first.atMs,
      blocksPerSecond,
      remainingMs:
        sample.dirtyBlocks === 0
          ? 0
          : blocksPerSecond === null || blocksPerSecond <= 0
            ? null
            : (sample.dirtyBlocks / blocksPerSecond) * 1000,
      stalledMs: sample.atMs - this.#lowest.atMs,
    };
  }

  #rate(last: DrainSample): number | null {
    const [oldest] = this.#samples;
    if (oldest === undefined || last.atMs <= oldest.atMs) return null;
    return ((oldest.dirtyBlocks - last.dirtyBlocks) / (last.atMs - oldest.atMs)) * 1000;
  }
}
