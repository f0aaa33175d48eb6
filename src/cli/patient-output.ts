import { write as writeFile } from 'node:fs';

/** What of a stream is needed here: `process.stdout` and `process.stderr` have it. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly fd: number;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string, done: (error?: Error | null) => void): boolean;
}

/** A descriptor that does not take anything just now is tried again after this long. */
const AGAIN_MS = 20;

/**
 * Output that the work it tells of never waits for, and that never fails it: for a sequence that has a device suspended.
 *
 * To a terminal Node writes from its main thread, which waits there for as long as somebody has stopped the terminal with
 * Ctrl-S; here a thread of its own waits. Pipes and files go the usual way, which does not wait for readers. After a
 * failure (the terminal or the reader is gone) nothing more is written.
 */
export class PatientOutput {
  readonly #stream: OutputStream;
  #queue: string[] = [];
  /** Writes that have not been answered. */
  #open = 0;
  #isBroken = false;
  #waiting: (() => void)[] = [];

  constructor(stream: OutputStream) {
    this.#stream = stream;
  }

  /** What was written last has not been taken yet. */
  get isBusy(): boolean {
    return this.#open > 0;
  }

  // A terminal that does not know its size says 0.
  get columns(): number {
    return this.#stream.columns === undefined || this.#stream.columns < 1 ? 80 : this.#stream.columns;
  }

  get rows(): number {
    return this.#stream.rows === undefined || this.#stream.rows < 1 ? 24 : this.#stream.rows;
  }

  readonly write = (text: string): void => {
    if (this.#isBroken) return;
    if (this.#stream.isTTY === true) {
      this.#queue.push(text);
      if (this.#open === 0) this.#writeNext();
      return;
    }
    this.#open += 1;
    try {
      this.#stream.write(text, (error) => {
        this.#taken(error ?? null);
      });
    } catch (error) {
      this.#taken(error);
    }
  };

  /** Settles when everything has been taken, or nothing will be. */
  async drained(): Promise<void> {
    if (this.#open === 0) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #writeNext(): void {
    const text = this.#queue.join('');
    this.#queue = [];
    this.#open += 1;
    this.#writeBytes(Buffer.from(text), 0);
  }

  #writeBytes(bytes: Buffer, from: number): void {
    writeFile(this.#stream.fd, bytes, from, bytes.length - from, null, (error, written) => {
      if (error?.code === 'EAGAIN' || error?.code === 'EINTR') {
        setTimeout(() => {
          this.#writeBytes(bytes, from);
        }, AGAIN_MS);
      } else if (error === null && from + written < bytes.length) {
        this.#writeBytes(bytes, from + written);
      } else {
        this.#taken(error);
      }
    });
  }

  #taken(error: unknown): void {
    this.#open -= 1;
    if (error !== null) {
      this.#isBroken = true;
      this.#queue = [];
    }
    if (this.#queue.length > 0) this.#writeNext();
    if (this.#open > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
