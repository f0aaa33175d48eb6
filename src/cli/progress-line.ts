import { printable } from '../ui/printable.js';

/** What is over sooner needs no progress. */
const FIRST_AFTER_MS = 1000;
const LEAST_BETWEEN_MS = 100;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface ProgressLineOptions {
  /** What is under way stops on a signal in its own way; else the line is taken away and the process ends by the signal. */
  readonly handlesSignals: boolean;
}

/**
 * A line on stderr that is written over again and again, for what takes longer than a second; nothing at all where stderr
 * is no terminal. It must be cleared before anything else is written to the terminal.
 */
export class ProgressLine {
  readonly #isTerminal = process.stderr.isTTY && process.env['TERM'] !== 'dumb';
  readonly #handlesSignals: boolean;
  #nextMs = performance.now() + FIRST_AFTER_MS;
  #isShown = false;

  constructor({ handlesSignals }: ProgressLineOptions) {
    this.#handlesSignals = handlesSignals;
  }

  /** Shows the text that it asks for, if it is time for another one. */
  show(text: () => string): void {
    const now = performance.now();
    if (!this.#isTerminal || now < this.#nextMs) return;
    this.#nextMs = now + LEAST_BETWEEN_MS;
    if (!this.#isShown) this.#begin();
    process.stderr.write(`\r\u001b[K${fitted(printable(text()), process.stderr.columns)}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    for (const name of SIGNALS) process.off(name, this.#end);
    process.off('exit', this.#clear);
    process.stderr.write('\r\u001b[K');
  }

  #begin(): void {
    this.#isShown = true;
    process.on('exit', this.#clear);
    if (this.#handlesSignals) return;
    for (const name of SIGNALS) process.on(name, this.#end);
  }

  readonly #clear = (): void => {
    this.clear();
  };

  readonly #end = (signal: NodeJS.Signals): void => {
    this.clear();
    process.kill(process.pid, signal);
  };
}

/** Where the terminal is too narrow, the beginning goes: it names what is worked at, and the figures come last. */
function fitted(text: string, columns: number): string {
  // A terminal that does not know its size says 0.
  const width = Math.max(20, columns < 1 ? 80 : columns) - 1;
  return text.length <= width ? text : `...${text.slice(3 - width)}`;
}
