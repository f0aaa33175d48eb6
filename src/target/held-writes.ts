import type { TraceSink } from './trace.js';

/**
 * Writes of programs that the cache device has taken and not done yet, in ssd mode: the program waits for each, and so
 * does a commit. In pmem mode a write is done when it is stored.
 */
export class HeldWrites {
  readonly #trace: TraceSink | undefined;
  #lastNumber = 0;
  #held: { readonly number: number; readonly request: HeldRequest }[] = [];

  constructor(trace: TraceSink | undefined) {
    this.#trace = trace;
  }

  /** A number for the next write that is held. */
  nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  hold(number: number, request: HeldRequest): void {
    request.beginPart();
    this.#held.push({ number, request });
  }

  /** Waits until the device has done them all. */
  finish(): void {
    const held = this.#held;
    this.#held = [];
    for (const { number, request } of held) {
      this.#trace?.({ op: 'done', held: number });
      request.end();
    }
  }
}

/** A request of which parts are held: it is over when all parts are, and the request has been passed on as a whole. */
export class HeldRequest {
  readonly #whenOver: () => void;
  #open = 1;

  constructor(whenOver: () => void) {
    this.#whenOver = whenOver;
  }

  beginPart(): void {
    this.#open += 1;
  }

  end(): void {
    this.#open -= 1;
    if (this.#open === 0) this.#whenOver();
  }
}
