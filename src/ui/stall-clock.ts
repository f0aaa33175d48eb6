import type { RemovalEvent } from '../procedure/removal/types.js';

/** From the events of a removal, for how long I/O stands still by now: from the suspend to the resume, or to the end. */
export class StallClock {
  readonly #now: () => number;
  #since: number | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  see(event: RemovalEvent): void {
    if (event.type === 'begin' && event.step.id === 'suspend') this.#since = this.#now();
    if (event.type === 'done' && event.step.id === 'resume') this.stop();
  }

  /** In milliseconds; null while I/O goes on. */
  get elapsedMs(): number | null {
    return this.#since === null ? null : this.#now() - this.#since;
  }

  stop(): void {
    this.#since = null;
  }
}
