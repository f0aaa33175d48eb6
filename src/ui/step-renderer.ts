import { Ansis } from 'ansis';
import {
  DefaultRenderer,
  ListrDefaultRendererLogLevels as Level,
  Spinner,
  type ListrDefaultRendererOptions,
  type ListrDefaultRendererTask,
  type ListrEventManager,
} from 'listr2';
import type { Redrawn } from './redrawn.js';
import { colourLevel } from './style.js';
import { wrap } from './table.js';

/** How often a running step's sign turns. */
const FRAME_MS = 100;

/** Where and how a task list is drawn. */
export interface StepDrawing {
  readonly redrawn: Redrawn;
  readonly width: () => number;
  readonly unicode: boolean;
  /** Lines below the list. */
  readonly below: () => readonly string[];
}

/**
 * listr2's task list, composed by listr2 and drawn by {@link Redrawn}. Its own drawing takes over process.stdout and
 * process.stderr, where a write waits for as long as the terminal is stopped (Ctrl-S), and measures stdout's width for
 * what goes to stderr.
 */
export function stepRenderer(drawing: StepDrawing): typeof DefaultRenderer {
  return class StepRenderer extends DefaultRenderer {
    // listr2 asks whether stdout is a terminal; that stderr is one has been found out before.
    static override nonTTY = true;
    readonly #turning: Spinner;

    constructor(
      tasks: ListrDefaultRendererTask[],
      options: ListrDefaultRendererOptions,
      events: ListrEventManager,
    ) {
      const turning = new Signs(drawing.unicode);
      super(tasks, { ...options, ...styleOf(drawing.unicode), spinner: turning }, events);
      this.#turning = turning;
    }

    override render(): Promise<void> {
      this.#turning.start(() => {
        this.update();
      }, FRAME_MS);
      this.update();
      return Promise.resolve();
    }

    override update(): void {
      try {
        drawing.redrawn.show(this.#lines());
      } catch {
        // Called from a timer, where a throw would end the process and not only the picture.
        this.#turning.stop();
      }
    }

    override end(): void {
      this.#turning.stop();
      drawing.redrawn.finish(this.#lines());
    }

    #lines(): string[] {
      const list = this.create({ prompt: false });
      return [...(list === '' ? [] : list.split('\n')), ...drawing.below()];
    }

    protected override format(message: string, icon: string, level: number): string[] {
      if (message.trim() === '') return [];
      const indent = '  '.repeat(level);
      const width = Math.max(20, drawing.width() - 1) - indent.length;
      return wrap(`${icon} ${message}`, width, '  ')
        .split('\n')
        .map((line) => `${indent}${line}`);
    }
  };
}

class Signs extends Spinner {
  protected override readonly spinner: string[];

  constructor(unicode: boolean) {
    super();
    this.spinner = unicode ? Array.from('⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏') : ['-', '\\', '|', '/'];
  }
}

function styleOf(unicode: boolean): Pick<ListrDefaultRendererOptions, 'icon' | 'color'> {
  const [done, failed, waiting, skipped, output] = unicode
    ? ['✔', '✖', '◦', '↓', '›']
    : ['+', 'x', '.', '-', '>'];
  const ansis = new Ansis(colourLevel(process.stderr.isTTY, process.env));
  const plain = (text?: string): string => text ?? '';
  return {
    icon: {
      [Level.COMPLETED]: done,
      [Level.FAILED]: failed,
      [Level.WAITING]: waiting,
      // Those that are not begun after one has failed.
      [Level.COMPLETED_WITH_FAILED_SISTER_TASKS]: waiting,
      [Level.SKIPPED_WITH_COLLAPSE]: skipped,
      [Level.OUTPUT]: output,
    },
    color: {
      [Level.COMPLETED]: (text) => ansis.green(plain(text)),
      [Level.FAILED]: (text) => ansis.red(plain(text)),
      [Level.WAITING]: (text) => ansis.dim(plain(text)),
      [Level.COMPLETED_WITH_FAILED_SISTER_TASKS]: (text) => ansis.dim(plain(text)),
      [Level.SKIPPED_WITH_COLLAPSE]: (text) => ansis.dim(plain(text)),
      [Level.PENDING]: (text) => ansis.yellow(plain(text)),
      [Level.OUTPUT]: plain,
    },
  };
}
