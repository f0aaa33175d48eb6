import { MAX_EXAMPLES, type EntryExample } from './examples.js';

interface Found {
  /** The entry at which the copy was found. */
  readonly at: number;
  readonly example: EntryExample;
}

/** The examples that were found at the first entries, in whatever order they come. */
export class CopyExamples {
  #found: Found[] = [];

  add(at: number, example: EntryExample): void {
    if (at >= this.bound) return;
    const place = this.#found.findIndex((other) => other.at > at);
    this.#found.splice(place < 0 ? this.#found.length : place, 0, { at, example });
    this.#found.length = Math.min(this.#found.length, MAX_EXAMPLES);
  }

  /** Examples found here or later are not wanted. */
  get bound(): number {
    return this.#found.length < MAX_EXAMPLES ? Infinity : (this.#found.at(-1)?.at ?? 0);
  }

  take(other: CopyExamples): void {
    for (const { at, example } of other.#found) this.add(at, example);
  }

  get examples(): readonly EntryExample[] {
    return this.#found.map(({ example }) => example);
  }
}
