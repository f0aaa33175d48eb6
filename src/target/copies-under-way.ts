import type { Copy } from './copy.js';
import { Queue } from './queue.js';

/** Copies that have begun, in the order in which they end; those that end at the same time in the order in which they began. */
export class CopiesUnderWay {
  #copies = new Queue<Copy>();
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
    return this.#copies.first?.endsAtMs;
  }

  get lastEndMs(): number | undefined {
    return this.#copies.last?.endsAtMs;
  }

  add(copy: Copy): void {
    let place = this.#copies.length;
    while (place > 0 && (this.#copies.at(place - 1)?.endsAtMs ?? 0) > copy.endsAtMs) place -= 1;
    this.#copies.insert(place, copy);
    this.#blocks += copy.blocks.length;
  }

  hasAnyEndedBy(nowMs: number): boolean {
    return (this.firstEndMs ?? Infinity) <= nowMs;
  }

  /** Those that have ended by then. */
  endedBy(nowMs: number): Copy[] {
    const ended: Copy[] = [];
    for (let copy = this.#copies.first; copy !== undefined && copy.endsAtMs <= nowMs;) {
      ended.push(copy);
      copy = this.#copies.at(ended.length);
    }
    return ended;
  }

  all(): Copy[] {
    return this.#copies.toArray();
  }

  remove(ended: readonly Copy[]): void {
    for (const { blocks } of ended) this.#blocks -= blocks.length;
    if (ended.every((copy, place) => copy === this.#copies.at(place))) {
      for (let left = ended.length; left > 0; left -= 1) this.#copies.shift();
      return;
    }
    // One by one this would take the square of their number.
    const gone = new Set(ended);
    this.#copies = new Queue(this.all().filter((copy) => !gone.has(copy)));
  }
}
