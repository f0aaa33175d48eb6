import type { Choose } from './choose.js';
import type { FreeList } from './free-list.js';
import { IndexSet } from './index-set.js';

/**
 * In ssd mode: next-fit, ascending and round again, so that what is written in a row lies in a row on the cache device.
 * A block that becomes free does not move the place from which the search goes on, unless none was free.
 */
export class NextFitFreeList implements FreeList {
  readonly #nBlocks: number;
  readonly #choose: Choose;
  // Those in use are kept rather than those that are free: memory grows with what the cache holds.
  readonly #used = new IndexSet();
  #next: number | undefined;
  #count = 0;

  constructor(nBlocks: number, choose: Choose) {
    this.#nBlocks = nBlocks;
    this.#choose = choose;
  }

  get count(): number {
    return this.#count;
  }

  occupy(index: number): void {
    this.#used.add(index);
  }

  addRange(first: number, count: number): void {
    if (this.#count === 0) this.#next = first;
    this.#count += count;
  }

  add(runs: readonly (readonly number[])[]): void {
    if (this.#count === 0) this.#next = this.#firstFreed(runs);
    for (const run of runs) {
      for (const index of run) this.#used.delete(index);
      this.#count += run.length;
    }
  }

  take(): number | undefined {
    const taken = this.#next;
    if (taken === undefined) return undefined;
    this.#used.add(taken);
    this.#count -= 1;
    this.#next = this.#used.firstMissing(taken + 1, this.#nBlocks) ?? this.#used.firstMissing(0, taken);
    return taken;
  }

  takeIfNext(index: number): boolean {
    return this.#next === index && this.take() !== undefined;
  }

  #firstFreed(runs: readonly (readonly number[])[]): number | undefined {
    const run = runs.length > 1 ? this.#choose(runs.length, 'which copy into a full cache ended first') : 0;
    return runs[run]?.[0];
  }
}
