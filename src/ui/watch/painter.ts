import type { ScreenSize } from './frame.js';
import { LinePool, SIGN_COLUMNS, type Piece } from './line-pool.js';

const ESCAPE = '\u001b[';
/** So that the terminal shows a frame as a whole, where it knows that. */
const BEGIN = `${ESCAPE}?2026h`;
const END = `${ESCAPE}?2026l`;
const CLEAR_LINE = `${ESCAPE}2K`;
const CLEAR_ALL = `${ESCAPE}2J`;
const PLAIN = `${ESCAPE}0m`;

/**
 * Where ink writes its frames: only the lines that changed go to the terminal, each to its place. Nothing is ever scrolled,
 * and what is behind the screen is not touched.
 */
export class FramePainter {
  readonly pool = new LinePool();
  readonly #write: (text: string) => void;
  #size: ScreenSize;
  /** What the terminal shows; unknown lines are drawn anew. */
  #shown: readonly string[] = [];
  #latest: readonly (readonly Piece[])[] = [];
  #isOpen = false;

  constructor(write: (text: string) => void, size: ScreenSize) {
    this.#write = write;
    this.#size = size;
  }

  /** For ink, which has only signs to place. */
  readonly columns = SIGN_COLUMNS;

  /** Takes a whole frame. */
  readonly write = (frame: string): boolean => {
    this.#latest = this.pool.take(frame);
    if (this.#isOpen) this.#paint();
    return true;
  };

  /** For ink: the size is told by {@link resize}, and what becomes of it by the next frame. */
  on(): this {
    return this;
  }

  off(): this {
    return this;
  }

  resize(size: ScreenSize): void {
    this.#size = size;
    this.#shown = [];
    if (this.#isOpen) this.#write(PLAIN + CLEAR_ALL);
  }

  /** The terminal is ready, and empty as far as is known. */
  open(): void {
    this.#isOpen = true;
    this.redraw();
  }

  /** Nothing is written until it is opened again. */
  close(): void {
    this.#isOpen = false;
  }

  redraw(): void {
    if (!this.#isOpen) return;
    this.#shown = [];
    this.#write(PLAIN + CLEAR_ALL);
    this.#paint();
  }

  #paint(): void {
    const lines = this.#latest.slice(0, this.#size.rows).map((pieces, row) => rowText(pieces, row));
    const changed = lines.filter((line, row) => line !== this.#shown[row]);
    for (let row = lines.length; row < this.#shown.length; row++) changed.push(rowText([], row));
    this.#shown = lines;
    if (changed.length > 0) this.#write(BEGIN + changed.join('') + END);
  }
}

/** Cleared first: what comes after a line that fills all columns would clear its last one. */
function rowText(pieces: readonly Piece[], row: number): string {
  const at = (column: number): string => `${ESCAPE}${String(row + 1)};${String(column + 1)}H`;
  const [first, ...others] = pieces;
  const start = `${at(0)}${CLEAR_LINE}`;
  if (first === undefined) return start;
  const text = first.column === 0 ? first.text : `${at(first.column)}${first.text}`;
  return start + text + others.map((piece) => at(piece.column) + piece.text).join('');
}
