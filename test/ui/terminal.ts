import type { FrameTarget } from '../../src/ui/redrawn.js';
import { visibleLength } from '../../src/ui/redrawn.js';

/** Commands to the terminal, and characters. */
const ESCAPE = '\u001b';
const PIECES = new RegExp(String.raw`${ESCAPE}\[[\d;]*[A-Za-z]|[^]`, 'gu');

/**
 * A terminal as far as wcache uses one: characters, line ends, up, clear below, colours. It wraps, scrolls, and refuses
 * what it does not know.
 */
export class Terminal implements FrameTarget {
  isBusy = false;
  /** Everything that was written. */
  written = '';
  readonly #lines: string[] = [''];
  #row = 0;
  #column = 0;
  /** The topmost line that is still on the screen. */
  #top = 0;

  constructor(
    readonly columns = 80,
    readonly rows = 24,
  ) {}

  write(text: string): void {
    this.written += text;
    for (const [piece] of text.matchAll(PIECES)) this.#take(piece);
  }

  /** The lines, with what has scrolled out, without colours, and without an empty one at the end. */
  get lines(): string[] {
    const lines = this.#lines.map((line) => line.trimEnd());
    return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  }

  get text(): string {
    return this.lines.join('\n');
  }

  #take(piece: string): void {
    if (piece === '\r') this.#column = 0;
    else if (piece === '\n') this.#feed();
    else if (!piece.startsWith('\u001b')) this.#put(piece);
    else if (piece.endsWith('A')) {
      this.#row = Math.max(this.#top, this.#row - Number(piece.slice(2, -1)));
    } else if (piece === '\u001b[J') {
      this.#lines.length = this.#row + 1;
      this.#lines[this.#row] = (this.#lines[this.#row] ?? '').slice(0, this.#column);
    } else if (visibleLength(piece) > 0) throw new Error(`no terminal knows ${JSON.stringify(piece)}`);
  }

  #feed(): void {
    this.#row += 1;
    this.#column = 0;
    this.#lines[this.#row] ??= '';
    this.#top = Math.max(this.#top, this.#row - this.rows + 1);
  }

  #put(character: string): void {
    if (this.#column >= this.columns) this.#feed();
    const line = (this.#lines[this.#row] ?? '').padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
    this.#column += 1;
  }
}
