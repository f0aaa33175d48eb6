import { stripVTControlCharacters } from 'node:util';

/** Where frames go. Nothing here may throw or wait. */
export interface FrameTarget {
  write(text: string): void;
  /** What was written before has not arrived yet: no use in another frame. */
  readonly isBusy: boolean;
  readonly columns: number;
  readonly rows: number;
}

const ESCAPE = '\u001b[';
const UP = (lines: number): string => (lines === 0 ? '' : `${ESCAPE}${String(lines)}A`);
const CLEAR_BELOW = `${ESCAPE}J`;

/** Lines at the end of a terminal that are written over again and again. */
export class Redrawn {
  readonly #target: FrameTarget;
  #shown: readonly string[] = [];

  constructor(target: FrameTarget) {
    this.#target = target;
  }

  /** Shows lines in the place of the last ones; leaves that out where the terminal does not keep up. */
  show(lines: readonly string[]): void {
    if (this.#target.isBusy) return;
    // What has scrolled out cannot be written over.
    this.#replace(lines.slice(-Math.max(1, this.#target.rows - 1)));
  }

  /** Shows the last lines, which stay. */
  finish(lines: readonly string[]): void {
    this.#replace(lines);
    this.#shown = [];
  }

  #replace(lines: readonly string[]): void {
    const text = lines.map((line) => `${line}\n`).join('');
    this.#target.write(`\r${UP(this.#height())}${CLEAR_BELOW}${text}`);
    this.#shown = lines;
  }

  /** Of what is shown, which a terminal that was made narrower shows on more lines than it was written on. */
  #height(): number {
    const columns = Math.max(1, this.#target.columns);
    return this.#shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(visibleLength(line) / columns)), 0);
  }
}

/** How many columns a line takes that has nothing but narrow characters and colours. */
export function visibleLength(line: string): number {
  return stripVTControlCharacters(line).length;
}
