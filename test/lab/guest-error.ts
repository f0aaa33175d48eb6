import { lastWords } from './console-log.js';

/** The guest died, hung or could not be booted. The message ends with the last lines of its console. */
export class GuestError extends Error {
  /** What went wrong, without the console. */
  readonly reason: string;
  readonly #console: string;

  constructor(reason: string, console: string) {
    const tail = lastWords(console);
    super(
      tail === '' ? `${reason} (its console is empty)` : `${reason}\nLast lines of its console:\n${tail}`,
    );
    this.name = 'GuestError';
    this.reason = reason;
    this.#console = console;
  }

  /** The whole console. Not a property of its own, because a test runner prints those. */
  get console(): string {
    return this.#console;
  }
}
