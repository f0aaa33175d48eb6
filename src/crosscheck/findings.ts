import type { BlockExample, CrosscheckProblem, Undecided } from './certificate.js';
import { MAX_EXAMPLES } from './examples.js';

/** Blocks or entries of one kind: how many, and the first few. */
export class Tally {
  count = 0;
  readonly examples: BlockExample[] = [];

  /** `example` is asked for only where it will be kept. */
  add(example: () => BlockExample): void {
    this.count += 1;
    if (this.examples.length < MAX_EXAMPLES) this.examples.push(example());
  }

  addAll(count: number, examples: readonly BlockExample[]): void {
    this.count += count;
    this.examples.push(...examples.slice(0, MAX_EXAMPLES - this.examples.length));
  }
}

/** What both tallies have counted; the examples of the first come first. */
export function together(a: Found, b: Found): Tally {
  const both = new Tally();
  both.addAll(a.count, a.examples);
  both.addAll(b.count, b.examples);
  return both;
}

/** Some of what was found, and how much there is in all. */
export interface Found {
  readonly count: number;
  readonly examples: readonly BlockExample[];
}

/** None where nothing was found. */
export function problem(code: CrosscheckProblem['code'], found: Found, message: string): CrosscheckProblem[] {
  const { count, examples } = found;
  return count === 0 ? [] : [{ code, count, message, examples: [...examples] }];
}

/** None where nothing was found. */
export function undecided(code: Undecided['code'], found: Found, message: string): Undecided[] {
  const { count, examples } = found;
  return count === 0 ? [] : [{ code, count, message, examples: [...examples] }];
}
