import type { ScreenSize } from './frame.js';

/** Another screen, no cursor, and pastes told from keys. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?2004h';
/** All that undone, and what a frame that was cut short may have left. */
const LEAVE = '\u001b[?2026l\u001b[0m\u001b[?2004l\u001b[?25h\u001b[?1049l';

/** Signals by which a program is ended. */
const DEADLY = ['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
const STATUS: Readonly<Record<(typeof DEADLY)[number], number>> = { SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 };
/** Time for a signal to this process to arrive. */
const DELIVERY_MS = 100;

export interface SessionEvents {
  /** The terminal is ours: draw. */
  readonly entered: (size: ScreenSize) => void;
  /** It is not: write nothing. */
  readonly left: () => void;
  readonly resized: (size: ScreenSize) => void;
  readonly input: (text: string) => void;
  readonly interrupted: () => void;
}

/**
 * A terminal that is taken over, and given back as it was found: at the end, when the process is stopped, and when it dies by
 * a signal, an exception or an exit, whoever calls it.
 */
export class TerminalSession {
  readonly #stdin: NodeJS.ReadStream;
  readonly #stdout: NodeJS.WriteStream;
  readonly #events: SessionEvents;
  #isEntered = false;
  #isOver = false;
  #resizing: NodeJS.Timeout | undefined;

  constructor(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream, events: SessionEvents) {
    this.#stdin = stdin;
    this.#stdout = stdout;
    this.#events = events;
  }

  begin(): void {
    process.on('exit', this.#leave);
    process.on('uncaughtExceptionMonitor', this.#leave);
    for (const name of DEADLY) process.on(name, this.#die);
    process.on('SIGINT', this.#events.interrupted);
    process.on('SIGTSTP', this.stop);
    process.on('SIGCONT', this.#continue);
    this.#stdout.on('resize', this.#resize);
    this.#stdin.on('error', this.#events.interrupted);
    this.#stdin.on('end', this.#events.interrupted);
    this.#stdin.setEncoding('utf8');
    this.#stdin.on('data', this.#read);
    this.#enter();
  }

  /** The terminal is as it was before, and nothing is listened to any more. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#leave();
    clearTimeout(this.#resizing);
    process.off('exit', this.#leave);
    process.off('uncaughtExceptionMonitor', this.#leave);
    for (const name of DEADLY) process.off(name, this.#die);
    process.off('SIGINT', this.#events.interrupted);
    process.off('SIGTSTP', this.stop);
    process.off('SIGCONT', this.#continue);
    this.#stdout.off('resize', this.#resize);
    this.#stdin.off('data', this.#read);
    this.#stdin.off('end', this.#events.interrupted);
    this.#stdin.pause();
    // A terminal that is gone may still say so.
    this.#stdin.off('error', this.#events.interrupted);
    this.#stdin.on('error', () => undefined);
  }

  get size(): ScreenSize {
    const { columns, rows } = this.#stdout;
    // Not there where the terminal has no size, such as a serial line.
    return { columns: columns || 0, rows: rows || 0 };
  }

  /**
   * Stops this process and those that were started with it, as Ctrl-Z does elsewhere. Where nobody could let it go on again,
   * the kernel does not stop it.
   */
  readonly stop = (): void => {
    this.#leave();
    process.off('SIGTSTP', this.stop);
    process.kill(0, 'SIGTSTP');
    setTimeout(this.#continue, DELIVERY_MS);
  };

  #enter(): void {
    if (this.#isEntered) return;
    this.#isEntered = true;
    this.#setRaw(true);
    this.#write(ENTER);
    this.#events.entered(this.size);
  }

  readonly #leave = (): void => {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    this.#events.left();
    this.#write(LEAVE);
    this.#setRaw(false);
  };

  /** Whoever let it go on may have changed the terminal meanwhile, also where it was not stopped by us. */
  readonly #continue = (): void => {
    if (this.#isOver) return;
    process.off('SIGTSTP', this.stop);
    process.on('SIGTSTP', this.stop);
    if (this.#isEntered) {
      this.#isEntered = false;
      this.#setRaw(false);
    }
    // Whoever is stopped is not told of a new size; Node asks for it when it is told.
    process.emit('SIGWINCH', 'SIGWINCH');
    this.#enter();
  };

  readonly #die = (name: NodeJS.Signals): void => {
    this.end();
    process.kill(process.pid, name);
    // Where somebody else listens for it, too.
    setTimeout(() => process.exit(STATUS[name as (typeof DEADLY)[number]]), DELIVERY_MS);
  };

  /** A window that is dragged tells of many sizes. */
  readonly #resize = (): void => {
    this.#resizing ??= setTimeout(() => {
      this.#resizing = undefined;
      this.#events.resized(this.size);
    }, 20);
  };

  readonly #read = (text: string): void => {
    this.#events.input(text);
  };

  #write(text: string): void {
    try {
      this.#stdout.write(text);
    } catch {
      // The terminal is gone.
    }
  }

  #setRaw(isRaw: boolean): void {
    try {
      this.#stdin.setRawMode(isRaw);
    } catch {
      // The terminal is gone.
    }
  }
}
