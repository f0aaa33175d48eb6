import { toJson } from '../documents/json.js';
import { removeEventDocument } from '../documents/remove.js';
import type { RemovalEvent } from '../procedure/removal/types.js';
import type { RemovalView } from './removal-view.js';

/** Progress is told no more often than this. */
const BETWEEN_PROGRESS_MS = 200;

export interface RemovalEventLinesOptions {
  /** Takes one line without its end; must not wait. */
  readonly write: (line: string) => void;
  /** The reader has not taken the last line yet. */
  readonly isBusy: () => boolean;
  readonly now: () => number;
}

/** A removal as JSON lines: one for each event, of those that only tell of progress not more than a reader takes. */
export class RemovalEventLines implements RemovalView {
  readonly #options: RemovalEventLinesOptions;
  /** When progress of each kind was told last, in this step. */
  readonly #toldAt = new Map<RemovalEvent['type'], number>();

  constructor(options: RemovalEventLinesOptions) {
    this.#options = options;
  }

  show(event: RemovalEvent): void {
    if (event.type === 'begin') this.#toldAt.clear();
    if ((event.type === 'drain' || event.type === 'read') && !this.#isTimeFor(event.type)) return;
    this.#options.write(toJson(removeEventDocument(event), 0));
  }

  close(): void {
    // The result, or an error, is the last line, and not the view's.
  }

  #isTimeFor(type: RemovalEvent['type']): boolean {
    const now = this.#options.now();
    const toldAt = this.#toldAt.get(type) ?? -Infinity;
    if (this.#options.isBusy() || now - toldAt < BETWEEN_PROGRESS_MS) return false;
    this.#toldAt.set(type, now);
    return true;
  }
}
