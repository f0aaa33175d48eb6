import type { Pace } from '../target/index.js';

/** What is assumed of the origin; it does one thing at a time. */
export interface OriginSpeed {
  readonly bytesPerSecond: number;
  /** What every copy takes besides: a seek. */
  readonly latencyMs: number;
}

/** A slow disk behind the cache: one copy after the other, each with a delay of its own. */
export class OriginPace implements Pace {
  readonly #speed: OriginSpeed;
  readonly #ends: number[] = [];
  #firstEnd = 0;
  #busyUntilMs = 0;

  constructor(speed: OriginSpeed) {
    this.#speed = speed;
  }

  copyEndsAtMs(
    { sizeBytes }: { readonly blocks: number; readonly sizeBytes: number },
    nowMs: number,
  ): number {
    const { bytesPerSecond, latencyMs } = this.#speed;
    const startsAtMs = Math.max(nowMs, this.#busyUntilMs);
    this.#busyUntilMs = startsAtMs + latencyMs + (sizeBytes / bytesPerSecond) * 1000;
    this.#ends.push(this.#busyUntilMs);
    return this.#busyUntilMs;
  }

  /** When the next copy ends after `nowMs`; Infinity where none is under way. */
  nextEndMs(nowMs: number): number {
    while ((this.#ends[this.#firstEnd] ?? Infinity) <= nowMs) this.#firstEnd += 1;
    if (this.#firstEnd > 1024) {
      this.#ends.splice(0, this.#firstEnd);
      this.#firstEnd = 0;
    }
    return this.#ends[this.#firstEnd] ?? Infinity;
  }
}
