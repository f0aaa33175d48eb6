/** A line on stderr that is written over again and again; nothing at all where stderr is no terminal. */
export class ProgressLine {
  readonly #isTerminal = process.stderr.isTTY && process.env['TERM'] !== 'dumb';
  #isShown = false;

  show(text: string): void {
    if (!this.#isTerminal) return;
    const width = Math.max(20, process.stderr.columns) - 1;
    process.stderr.write(`\r\u001b[K${text.slice(0, width)}`);
    this.#isShown = true;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#isShown) process.stderr.write('\r\u001b[K');
    this.#isShown = false;
  }
}
