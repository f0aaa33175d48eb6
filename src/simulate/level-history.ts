/** What a level was in one stretch of time. */
export interface LevelPoint {
  readonly atMs: number;
  readonly mean: number;
  readonly max: number;
}

interface Stretch {
  area: number;
  max: number;
}

/** Below this, stretches are not divided any further. */
const FINEST_MS = 1;

/**
 * A level over a time of unknown length, in at most so many stretches of equal length: when they are used up, each two become
 * one.
 */
export class LevelHistory {
  readonly #maxPoints: number;
  #stretches: Stretch[] = [];
  #stepMs = FINEST_MS;
  #nowMs = 0;
  #area = 0;
  #max = 0;

  /** @param maxPoints an even number. */
  constructor(maxPoints = 200) {
    this.#maxPoints = maxPoints;
  }

  get stepMs(): number {
    return this.#stepMs;
  }

  /** The highest level ever. */
  get max(): number {
    return this.#max;
  }

  /** Over all the time; the highest where no time has passed. */
  get mean(): number {
    return this.#nowMs === 0 ? this.#max : this.#area / this.#nowMs;
  }

  /** The level was this since what was told last; also for no time at all, for a peak. */
  hold(level: number, untilMs: number): void {
    this.#area += level * (untilMs - this.#nowMs);
    this.#max = Math.max(this.#max, level);
    this.#makeRoom(untilMs);
    for (;;) {
      const stretch = this.#stretchAt(this.#nowMs);
      const endMs = Math.min(untilMs, this.nextStepMs(this.#nowMs));
      stretch.area += level * (endMs - this.#nowMs);
      stretch.max = Math.max(stretch.max, level);
      this.#nowMs = endMs;
      if (endMs >= untilMs) return;
    }
  }

  /** Where the stretch of a time ends. */
  nextStepMs(ms: number): number {
    return (Math.floor(ms / this.#stepMs) + 1) * this.#stepMs;
  }

  points(): LevelPoint[] {
    return this.#stretches.map(({ area, max }, index) => {
      const atMs = index * this.#stepMs;
      const lasted = Math.min(this.#stepMs, this.#nowMs - atMs);
      return { atMs, mean: lasted <= 0 ? max : area / lasted, max };
    });
  }

  #stretchAt(ms: number): Stretch {
    const index = Math.floor(ms / this.#stepMs);
    return (this.#stretches[index] ??= { area: 0, max: 0 });
  }

  #makeRoom(untilMs: number): void {
    while (untilMs >= this.#stepMs * this.#maxPoints) {
      const halves = this.#stretches;
      this.#stretches = [];
      this.#stepMs *= 2;
      for (let index = 0; index < halves.length; index += 2) {
        const [first, second] = [halves[index], halves[index + 1]];
        this.#stretches.push({
          area: (first?.area ?? 0) + (second?.area ?? 0),
          max: Math.max(first?.max ?? 0, second?.max ?? 0),
        });
      }
    }
  }
}
