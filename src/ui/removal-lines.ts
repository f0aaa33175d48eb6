import type { RemovalEvent, RemovalStep } from '../procedure/removal/types.js';
import { formatShare } from '../units.js';
import { printable } from './printable.js';
import {
  drainProgressText,
  drainShare,
  isBesideDrain,
  readProgressText,
  readShare,
} from './removal-progress.js';
import type { RemovalView, RemovalViewOptions } from './removal-view.js';

/** Progress of a long step is told no more often than this. */
const BETWEEN_PROGRESS_MS = 10_000;

export interface RemovalLinesOptions extends RemovalViewOptions {
  /** Takes one line without its end; must not wait. */
  readonly write: (line: string) => void;
}

/** A removal as plain lines, for a log or a pipe: one for each step, what it came to, and now and then how a long one is doing. */
export class RemovalLines implements RemovalView {
  readonly #options: RemovalLinesOptions;
  #stepBeganAt = 0;
  #progressToldAt = 0;

  constructor(options: RemovalLinesOptions) {
    this.#options = options;
  }

  show(event: RemovalEvent): void {
    switch (event.type) {
      case 'begin':
        this.#begin(event.step);
        break;
      case 'done':
        this.#detail(event.detail);
        break;
      case 'failed':
        this.#detail(`failed: ${event.message}`);
        break;
      case 'drain':
        this.#progress(
          drainShare(event.progress),
          drainProgressText(event.progress, this.#options.blockSize),
        );
        break;
      case 'read':
        if (isBesideDrain(event.step)) break;
        this.#progress(readShare(event), readProgressText(event, this.#options.now() - this.#stepBeganAt));
        break;
      case 'note':
        this.#line(`note (${event.code}): ${event.message}`);
        break;
      case 'undo':
        this.#line(`undo: ${event.message}`);
        break;
    }
  }

  close(): void {
    // Every line is complete.
  }

  #begin({ number, title }: RemovalStep): void {
    const total = String(this.#options.steps.length);
    this.#stepBeganAt = this.#options.now();
    this.#progressToldAt = this.#stepBeganAt;
    this.#line(`${String(number).padStart(total.length)}/${total} ${title}`);
  }

  #progress(share: number | null, text: string): void {
    const now = this.#options.now();
    if (now - this.#progressToldAt < BETWEEN_PROGRESS_MS) return;
    this.#progressToldAt = now;
    this.#detail(share === null ? text : `${formatShare(share, 1)}, ${text}`);
  }

  #detail(text: string | null): void {
    if (text !== null && text !== '') this.#line(`      ${text}`);
  }

  #line(text: string): void {
    this.#options.write(printable(text));
  }
}
