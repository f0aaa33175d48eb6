import type { TracedRequest, TraceSink } from './trace.js';

/** Numbers the requests of programs, and records when they begin and when they are acknowledged. */
export class Requests {
  readonly #trace: TraceSink | undefined;
  #lastId = 0;

  constructor(trace: TraceSink | undefined) {
    this.#trace = trace;
  }

  begin(request: TracedRequest): number {
    this.#lastId += 1;
    this.#trace?.({ op: 'request', id: this.#lastId, request });
    return this.#lastId;
  }

  acknowledge(id: number): void {
    this.#trace?.({ op: 'acknowledge', id });
  }
}
