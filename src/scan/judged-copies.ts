import { CopyExamples } from './copy-examples.js';
import { PagedBitmap } from './paged-bitmap.js';

/**
 * Which committed entries lose against another of the same sector, as the kernel decides when a table is resumed
 * (kernel-target.md §5.6): it goes through the entries by index and keeps the higher seq_count; of two that are
 * equal it keeps the later one, reports "two identical entries" and sets the error flag.
 */
export interface Copies {
  /** Committed entries that lose, the losers of identical pairs included. */
  readonly stale: number;
  /** How often the kernel would report two identical entries. */
  readonly identical: number;
  readonly identicalExamples: CopyExamples['examples'];
  readonly staleExamples: CopyExamples['examples'];
  /** Throws where only a summary was asked for. */
  isStale(index: number): boolean;
  /** Whether the entry lost against one with the same seq_count. Throws where only a summary was asked for. */
  isIdentical(index: number): boolean;
}

/** The copies as they are being judged. */
export class JudgedCopies implements Copies {
  stale = 0;
  identical = 0;
  readonly stales = new CopyExamples();
  readonly identicals = new CopyExamples();
  readonly #verdicts: { readonly stale: PagedBitmap; readonly identical: PagedBitmap } | null;

  constructor(summaryOnly: boolean) {
    this.#verdicts = summaryOnly ? null : { stale: new PagedBitmap(), identical: new PagedBitmap() };
  }

  /** Whether each loser is to be noted, not only the first ones. */
  get wantsAll(): boolean {
    return this.#verdicts !== null;
  }

  get identicalExamples(): CopyExamples['examples'] {
    return this.identicals.examples;
  }

  get staleExamples(): CopyExamples['examples'] {
    return this.stales.examples;
  }

  isStale(index: number): boolean {
    return this.#kept().stale.has(index);
  }

  isIdentical(index: number): boolean {
    return this.#kept().identical.has(index);
  }

  /** Notes which entry loses. */
  lose(index: number, isIdentical: boolean): void {
    this.#verdicts?.stale.add(index);
    if (isIdentical) this.#verdicts?.identical.add(index);
  }

  #kept(): { readonly stale: PagedBitmap; readonly identical: PagedBitmap } {
    if (this.#verdicts === null) throw new Error('only a summary of the copies was asked for');
    return this.#verdicts;
  }
}
