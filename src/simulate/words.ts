import { parseSize } from '../units.js';
import { badLine } from './bad-workload.js';
import { MAX_OFFSET_BYTES } from './request.js';

/** The words of one statement, taken from the left; `form` is how the statement is written, for hints. */
export class Words {
  readonly #words: readonly string[];
  readonly #form: string;
  #taken = 0;

  constructor(words: readonly string[], form: string) {
    this.#words = words;
    this.#form = form;
  }

  get isEmpty(): boolean {
    return this.#taken === this.#words.length;
  }

  next(what: string): string {
    const word = this.#words[this.#taken];
    if (word === undefined) throw this.bad(`${what} is missing.`);
    this.#taken += 1;
    return word;
  }

  /** Bytes from the start of the device. */
  offset(what: string): number {
    return this.#bytes(this.next(what), what);
  }

  /** Bytes, at least one. */
  length(what: string): number {
    const word = this.next(what);
    const bytes = this.#bytes(word, what);
    if (bytes === 0) throw this.bad(`${what} "${word}" is nothing.`);
    return bytes;
  }

  /** `FROM..TO`, the end not included. */
  range(): { readonly fromBytes: number; readonly toBytes: number } {
    const word = this.next('The range');
    const [from, to, ...more] = word.split('..');
    if (from === undefined || to === undefined || more.length > 0) {
      throw this.bad(
        `"${word}" is not a range, which is two offsets with .. between them, like 1GiB..20GiB.`,
      );
    }
    const range = { fromBytes: this.#bytes(from, 'The range'), toBytes: this.#bytes(to, 'The range') };
    if (range.toBytes <= range.fromBytes) throw this.bad(`The range ${word} ends before it begins.`);
    return range;
  }

  /** A whole number from 1. */
  count(what: string): number {
    const word = this.next(what);
    const value = /^\d{1,15}$/.test(word) ? Number(word) : 0;
    if (value === 0) throw this.bad(`${what} "${word}" is not a whole number from 1 on.`);
    return value;
  }

  requireEnd(): void {
    const word = this.#words[this.#taken];
    if (word !== undefined) throw this.bad(`"${word}" is a word too many.`);
  }

  bad(message: string): Error {
    return badLine(message, `It is written: ${this.#form}`);
  }

  #bytes(word: string, what: string): number {
    const bytes = parseSize(word);
    if (bytes > MAX_OFFSET_BYTES) throw this.bad(`${what} "${word}" is beyond 8 PiB.`);
    return Number(bytes);
  }
}
