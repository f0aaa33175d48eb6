import { badLine } from './bad-workload.js';

/** A log may tell of several devices; one cache is in front of one. */
export class OnlyOne {
  readonly #what: string;
  readonly #wanted: string | undefined;
  #taken: string | undefined;

  /** @param what how the log calls them: `file`, `device`. @param wanted the one that counts; any, but only one, unless told. */
  constructor(what: string, wanted: string | undefined) {
    this.#what = what;
    this.#wanted = wanted;
  }

  /** Whether a request of this one counts. Throws UsageError where it is the second one and none was named. */
  counts(name: string): boolean {
    if (this.#wanted !== undefined) return name === this.#wanted;
    this.#taken ??= name;
    if (name === this.#taken) return true;
    throw badLine(
      `This is of the ${this.#what} ${name}, and what stands above of ${this.#taken}.`,
      `One cache is in front of one ${this.#what}: say which one counts, with --only ${name} for example.`,
    );
  }
}
