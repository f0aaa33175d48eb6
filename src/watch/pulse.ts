/** No timer takes more at a time. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Looks at once, and then again and again on a fixed schedule, so that looks do not drift by the time that they take. A look
 * begins when the one before it has ended; beats that were missed by then are left out.
 */
export class Pulse {
  readonly #look: () => Promise<void>;
  #intervalMs: number;
  /** The last beat that has passed; all later ones are counted from it. */
  #beatMs = 0;
  #isAsked = false;
  #isStopped = false;
  #wake: () => void = () => undefined;

  constructor(look: () => Promise<void>, intervalMs: number) {
    this.#look = look;
    this.#intervalMs = intervalMs;
  }

  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** Counts from the last beat, which may mean at once. */
  set intervalMs(milliseconds: number) {
    this.#intervalMs = milliseconds;
    this.#wake();
  }

  /** Looks now, or once more when the look that is under way has ended; the schedule begins anew with it. */
  lookNow(): void {
    this.#isAsked = true;
    this.#wake();
  }

  /** Ends {@link run}, after the look that is under way. */
  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  /** Throws what a look throws, and then looks no more. */
  async run(): Promise<void> {
    this.#isAsked = true;
    while (await this.#nextIsDue()) {
      await this.#look();
      const missed = Math.floor((performance.now() - this.#beatMs) / this.#intervalMs);
      this.#beatMs += missed * this.#intervalMs;
    }
  }

  /** Waits for it; false once it is stopped. */
  async #nextIsDue(): Promise<boolean> {
    while (!this.#isStopped) {
      const nowMs = performance.now();
      const nextMs = this.#beatMs + this.#intervalMs;
      if (this.#isAsked || nowMs >= nextMs) {
        this.#beatMs = this.#isAsked ? nowMs : nextMs;
        this.#isAsked = false;
        return true;
      }
      await this.#sleep(nextMs - nowMs);
    }
    return false;
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_TIMER_MS));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
