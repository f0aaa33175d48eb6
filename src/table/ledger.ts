import type { ExplainedWord, WordRole } from './explain.js';
import type { RefusalCode, StricterCode, TableProblem } from './problem-codes.js';

interface Finding {
  readonly message: string;
  readonly hint: string;
  /** From 0. */
  readonly at?: number;
}

/** Takes down what is found in a table, while it is read from left to right as the kernel does. */
export class Ledger {
  readonly problems: TableProblem[] = [];
  readonly #explained: ExplainedWord[];
  #reason: string | undefined;

  constructor(readonly words: readonly string[]) {
    this.#explained = words.map((word) => ({ word, role: 'extra', meaning: 'ignored by the kernel' }));
  }

  get explained(): readonly ExplainedWord[] {
    return this.#explained;
  }

  /** The words with which the kernel refuses; undefined as long as nothing makes it. */
  get reason(): string | undefined {
    return this.#reason;
  }

  explain(at: number, role: WordRole, meaning: string): void {
    const word = this.words[at];
    if (word !== undefined) this.#explained[at] = { word, role, meaning };
  }

  /** The kernel stops at the first of these; the others are what it would say next. */
  refuse(code: RefusalCode, reason: string, finding: Finding): void {
    this.#reason ??= reason;
    this.#add(code, 'error', false, finding);
  }

  /** What the kernel takes, and should not. */
  refuseStrictly(code: StricterCode, finding: Finding): void {
    this.#add(code, 'error', true, finding);
  }

  /** What the kernel takes, and someone should look at. */
  warn(code: StricterCode, finding: Finding): void {
    this.#add(code, 'warning', true, finding);
  }

  #add(
    code: TableProblem['code'],
    severity: TableProblem['severity'],
    stricter: boolean,
    { message, hint, at }: Finding,
  ): void {
    this.problems.push({ code, severity, message, hint, wordIndex: at ?? null, stricter });
  }
}

/** How a message names a word: `Word 4 ("4097")`. People count from 1. */
export function nameWord(ledger: Ledger, at: number): string {
  return `Word ${String(at + 1)} ("${ledger.words[at] ?? ''}")`;
}
