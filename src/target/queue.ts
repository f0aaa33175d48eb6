/** First in, first out. An array by itself moves all others when its first is taken, where they are many. */
export class Queue<T> {
  /** Those before `#at` were taken. */
  readonly #items: (T | undefined)[];
  #at = 0;

  constructor(items: readonly T[] = []) {
    this.#items = [...items];
  }

  get length(): number {
    return this.#items.length - this.#at;
  }

  get first(): T | undefined {
    return this.at(0);
  }

  get last(): T | undefined {
    return this.at(this.length - 1);
  }

  /** The one before which there are so many. */
  at(place: number): T | undefined {
    return place >= 0 && place < this.length ? this.#items[this.#at + place] : undefined;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  insert(place: number, item: T): void {
    if (place === this.length) this.push(item);
    else this.#items.splice(this.#at + place, 0, item);
  }

  /** Takes the first; undefined where there is none. */
  shift(): T | undefined {
    const taken = this.first;
    if (taken === undefined) return undefined;
    this.#items[this.#at] = undefined;
    this.#at += 1;
    if (isWorthDropping(this.#at, this.#items.length)) {
      this.#items.splice(0, this.#at);
      this.#at = 0;
    }
    return taken;
  }

  /** Takes one out of the row. */
  take(place: number): T | undefined {
    return place === 0 ? this.shift() : this.#items.splice(this.#at + place, 1)[0];
  }

  toArray(): T[] {
    return this.#items.slice(this.#at) as T[];
  }
}

/** Fewer than so many are left where they are. */
const DROP_AT = 1024;

/**
 * Whether to drop what was taken from the front of an array: when nothing else is left, or when it is half of all, so that
 * the rest is moved no more often than it grows.
 */
export function isWorthDropping(taken: number, length: number): boolean {
  return taken === length || (taken >= DROP_AT && taken * 2 >= length);
}
