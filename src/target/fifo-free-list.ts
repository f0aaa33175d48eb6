import type { Choose } from './choose.js';
import type { FreeList } from './free-list.js';
import { isWorthDropping, Queue } from './queue.js';

/** Blocks in the order in which they were freed: neighbours, ascending, as their first and their number, pair by pair. */
type Run = number[];

/** In pmem mode: first freed, first taken. */
export class FifoFreeList implements FreeList {
  readonly #choose: Choose;
  /** What is taken next, from `#at` on. */
  #decided: Run = [];
  #at = 0;
  /** Behind it. Those within a group were freed at the same time: in which order is decided when it matters. */
  readonly #groups = new Queue<Queue<Run>>();
  #count = 0;

  constructor(_nBlocks: number, choose: Choose) {
    this.#choose = choose;
  }

  get count(): number {
    return this.#count;
  }

  occupy(): void {
    // Only what is free is kept.
  }

  addRange(first: number, count: number): void {
    append(this.#lastRun(), first, count);
    this.#count += count;
  }

  add(runs: readonly (readonly number[])[]): void {
    if (runs.length > 1) this.#groups.push(new Queue(runs.map(runOf)));
    else for (const index of runs[0] ?? []) append(this.#lastRun(), index, 1);
    for (const run of runs) this.#count += run.length;
  }

  take(): number | undefined {
    const taken = this.#first();
    if (taken === undefined) return undefined;
    const left = (this.#decided[this.#at + 1] ?? 0) - 1;
    this.#decided[this.#at] = taken + 1;
    this.#decided[this.#at + 1] = left;
    if (left === 0) this.#passOn();
    this.#count -= 1;
    return taken;
  }

  takeIfNext(index: number): boolean {
    return this.#first() === index && this.take() !== undefined;
  }

  #first(): number | undefined {
    while (this.#at === this.#decided.length) {
      const run = this.#decideNext();
      if (run === undefined) return undefined;
      this.#decided = run;
      this.#at = 0;
    }
    return this.#decided[this.#at];
  }

  /** Settles which run of a group was freed first; the others stay undecided behind it. */
  #decideNext(): Run | undefined {
    const group = this.#groups.first;
    if (group === undefined) return undefined;
    if (group.length > 1) return group.take(this.#choose(group.length, 'which copy ended first'));
    return this.#groups.shift()?.first;
  }

  #passOn(): void {
    this.#at += 2;
    if (!isWorthDropping(this.#at, this.#decided.length)) return;
    this.#decided.splice(0, this.#at);
    this.#at = 0;
  }

  #lastRun(): Run {
    const group = this.#groups.last;
    if (group === undefined) return this.#decided;
    if (group.length === 1 && group.first !== undefined) return group.first;
    const run: Run = [];
    this.#groups.push(new Queue([run]));
    return run;
  }
}

function runOf(indexes: readonly number[]): Run {
  // The most are of one block, and an array that grows takes room for many more.
  const [only] = indexes;
  if (indexes.length === 1 && only !== undefined) return [only, 1];
  const run: Run = [];
  for (const index of indexes) append(run, index, 1);
  return run;
}

function append(run: Run, first: number, count: number): void {
  const lastFirst = run.at(-2);
  const lastCount = run.at(-1);
  if (lastFirst !== undefined && lastCount !== undefined && lastFirst + lastCount === first) {
    run[run.length - 1] = lastCount + count;
  } else {
    run.push(first, count);
  }
}
