import type { Choose } from './choose.js';
import type { FreeList } from './free-list.js';

/** Neighbours on the list: `count` blocks from `first` on, ascending. */
interface Range {
  first: number;
  count: number;
}

/** Ranges in the order in which they were freed; `at` is the first that is left. */
interface Run {
  readonly ranges: Range[];
  at: number;
}

/** Taken ranges are dropped from memory when there are so many of them. */
const COMPACT_AT = 1024;

/** In pmem mode: first freed, first taken. */
export class FifoFreeList implements FreeList {
  readonly #choose: Choose;
  /** One behind the other. Those within a group were freed at the same time: in which order is decided when it matters. */
  readonly #groups: Run[][] = [];
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
    if (runs.length > 1) this.#groups.push(runs.map(() => ({ ranges: [], at: 0 })));
    for (const [place, run] of runs.entries()) {
      const target = (runs.length > 1 ? this.#groups.at(-1)?.[place] : undefined) ?? this.#lastRun();
      for (const index of run) append(target, index, 1);
      this.#count += run.length;
    }
  }

  take(): number | undefined {
    const range = this.#firstRange();
    if (range === undefined) return undefined;
    const taken = range.first;
    range.first += 1;
    range.count -= 1;
    this.#count -= 1;
    return taken;
  }

  takeIfNext(index: number): boolean {
    return this.#firstRange()?.first === index && this.take() !== undefined;
  }

  #firstRange(): Range | undefined {
    for (;;) {
      const group = this.#groups[0];
      if (group === undefined) return undefined;
      if (group.length > 1) this.#decide(group);
      const range = firstOf(this.#groups[0]?.[0]);
      if (range !== undefined) return range;
      this.#groups.shift();
    }
  }

  /** Settles which run of a group was freed first; the others stay undecided behind it. */
  #decide(group: Run[]): void {
    const [first] = group.splice(this.#choose(group.length, 'which copy ended first'), 1);
    if (first !== undefined) this.#groups.unshift([first]);
  }

  #lastRun(): Run {
    const group = this.#groups.at(-1);
    if (group?.length === 1 && group[0] !== undefined) return group[0];
    const run: Run = { ranges: [], at: 0 };
    this.#groups.push([run]);
    return run;
  }
}

function append({ ranges }: Run, first: number, count: number): void {
  const last = ranges.at(-1);
  if (last !== undefined && last.first + last.count === first) last.count += count;
  else ranges.push({ first, count });
}

/** The first range of a run that has blocks left. */
function firstOf(run: Run | undefined): Range | undefined {
  if (run === undefined) return undefined;
  while (run.ranges[run.at]?.count === 0) run.at += 1;
  if (run.at >= COMPACT_AT) {
    run.ranges.splice(0, run.at);
    run.at = 0;
  }
  return run.ranges[run.at];
}
