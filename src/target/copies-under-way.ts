import type { Copy } from './copy.js';

/** Copies that have begun, in the order in which they end; those that end at the same time in the order in which they began. */
export class CopiesUnderWay {
  #copies: Copy[] = [];
  #blocks = 0;

  get count(): number {
    return this.#copies.length;
  }

  /** In all of them. */
  get blocks(): number {
    return this.#blocks;
  }

  /** Undefined where there are none. */
  get firstEndMs(): number | undefined {
    return this.#copies[0]?.endsAtMs;
  }

  get lastEndMs(): number | undefined {
    return this.#copies.at(-1)?.endsAtMs;
  }

  add(copy: Copy): void {
    let place = this.#copies.length;
    while (place > 0 && (this.#copies[place - 1]?.endsAtMs ?? 0) > copy.endsAtMs) place -= 1;
    this.#copies.splice(place, 0, copy);
    this.#blocks += copy.blocks.length;
  }

  /** Those that have ended by then. */
  endedBy(nowMs: number): Copy[] {
    let count = 0;
    while ((this.#copies[count]?.endsAtMs ?? Infinity) <= nowMs) count += 1;
    return this.#copies.slice(0, count);
  }

  all(): Copy[] {
    return [...this.#copies];
  }

  remove(ended: readonly Copy[]): void {
    // One by one this would take the square of their number.
    const gone = new Set(ended);
    this.#copies = this.#copies.filter((copy) => !gone.has(copy));
    for (const { blocks } of ended) this.#blocks -= blocks.length;
  }
}
