import { Listr, type ListrTask, type ListrTaskWrapper, type DefaultRenderer } from 'listr2';
import type { RemovalEvent, RemovalStep, RemovalStepId } from '../procedure/removal/types.js';
import { formatMilliseconds } from '../units.js';
import { printable } from './printable.js';
import { barText } from './progress-bar.js';
import { Redrawn, type FrameTarget } from './redrawn.js';
import { noteLines } from './removal-notes.js';
import {
  drainProgressText,
  drainShare,
  isBesideDrain,
  readProgressText,
  readShare,
} from './removal-progress.js';
import type { RemovalView, RemovalViewOptions } from './removal-view.js';
import { StallClock } from './stall-clock.js';
import { stepRenderer } from './step-renderer.js';
import { wrap } from './table.js';

/** Notes that answer to what somebody just did. */
const AT_ONCE = ['interrupted', 'not-paused'];

export interface RemovalListOptions extends RemovalViewOptions {
  readonly target: FrameTarget;
  readonly unicode: boolean;
}

type Wrapper = ListrTaskWrapper<object, typeof DefaultRenderer, typeof DefaultRenderer>;

type Outcome =
  | { readonly kind: 'done'; readonly detail: string | null }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'failed'; readonly message: string };

/** A step as the list has it: what it came to, and listr2's side of it while it runs. */
interface ListedStep {
  readonly step: RemovalStep;
  readonly outcome: Promise<Outcome>;
  readonly settle: (outcome: Outcome) => void;
  wrapper: Wrapper | null;
}

/**
 * A removal as a task list on a terminal. The list only shows: each of its tasks waits for the event that ends its step,
 * and the removal waits for none of them.
 */
export class RemovalList implements RemovalView {
  readonly #options: RemovalListOptions;
  readonly #steps: ReadonlyMap<RemovalStepId, ListedStep>;
  readonly #stall: StallClock;
  readonly #below: string[] = [];
  readonly #notes: { readonly code: string; readonly message: string }[] = [];
  readonly #ended: Promise<unknown>;
  #beganAt = 0;
  #failure: { readonly id: RemovalStepId; readonly message: string } | null = null;
  #ending: 'done' | 'stopped' | null = null;

  constructor(options: RemovalListOptions) {
    this.#options = options;
    this.#stall = new StallClock(options.now);
    this.#steps = new Map(options.steps.map((step) => [step.id, listedStep(step)]));
    const { target, unicode } = options;
    const renderer = stepRenderer({
      redrawn: new Redrawn(target),
      width: () => target.columns,
      unicode,
      below: () => this.#belowLines(),
    });
    const list = new Listr<object, typeof DefaultRenderer>(
      [...this.#steps.values()].map((listed) => taskOf(listed)),
      { renderer, registerSignalListeners: false },
    );
    // A step that fails ends the list; the failure itself is told by whoever runs the removal.
    this.#ended = list.run().catch(() => undefined);
  }

  show(event: RemovalEvent): void {
    this.#stall.see(event);
    switch (event.type) {
      case 'begin':
        this.#begin(event.step);
        break;
      case 'done':
        this.#steps.get(event.step.id)?.settle({ kind: 'done', detail: event.detail });
        break;
      case 'failed':
        // The list would end with it, and what is done to get back is to be seen too.
        this.#failure = { id: event.step.id, message: event.message };
        this.#output(event.step, `failed: ${event.message}`);
        break;
      case 'drain': {
        const text = drainProgressText(event.progress, this.#options.blockSize);
        this.#progress(event.step, drainShare(event.progress), text);
        break;
      }
      case 'read': {
        if (isBesideDrain(event.step)) break;
        const text = readProgressText(event, this.#options.now() - this.#beganAt);
        this.#progress(event.step, readShare(event), text);
        break;
      }
      case 'note':
        if (AT_ONCE.includes(event.code)) this.#below.push(event.message);
        else this.#notes.push(event);
        break;
      case 'undo':
        this.#below.push(event.message);
        break;
    }
  }

  close(how: 'done' | 'stopped'): void {
    this.#stall.stop();
    this.#ending ??= how;
    for (const { step, settle } of this.#steps.values()) {
      if (how === 'done') settle({ kind: 'skipped' });
      else if (this.#failure?.id === step.id) settle({ kind: 'failed', message: this.#failure.message });
      else settle({ kind: 'failed', message: 'stopped' });
    }
  }

  /** Settles when the last frame has been handed over. */
  get ended(): Promise<unknown> {
    return this.#ended;
  }

  #begin(step: RemovalStep): void {
    this.#beganAt = this.#options.now();
    for (const listed of this.#steps.values()) {
      if (listed.step.number < step.number) listed.settle({ kind: 'skipped' });
    }
  }

  #progress(step: RemovalStep, share: number | null, text: string): void {
    const { unicode, target } = this.#options;
    // Four columns of indentation and sign, and none in the last column, behind which some terminals wrap.
    this.#output(step, barText(share, text, { unicode, width: Math.max(20, target.columns - 1) - 4 }));
  }

  #output({ id }: RemovalStep, text: string): void {
    const wrapper = this.#steps.get(id)?.wrapper;
    if (wrapper != null) wrapper.output = printable(text);
  }

  #belowLines(): string[] {
    const standing = this.#stall.elapsedMs;
    const width = Math.max(20, this.#options.target.columns - 1);
    return [
      ...(standing === null ? [] : [`I/O stands still: ${formatMilliseconds(standing)}`]),
      ...this.#below.map(printable),
      // Without a result to tell them they would be lost.
      ...(this.#ending === 'stopped' ? noteLines(this.#notes) : []),
      // Behind it comes the result.
      ...(this.#ending === 'done' ? [''] : []),
    ].flatMap((text) => wrap(text, width, '  ').split('\n'));
  }
}

function listedStep(step: RemovalStep): ListedStep {
  let settle: (outcome: Outcome) => void = () => undefined;
  const outcome = new Promise<Outcome>((resolve) => {
    settle = resolve;
  });
  return { step, outcome, settle, wrapper: null };
}

function taskOf(listed: ListedStep): ListrTask<object, typeof DefaultRenderer> {
  const title = printable(listed.step.title);
  return {
    title,
    task: async (_context, wrapper) => {
      listed.wrapper = wrapper;
      const outcome = await listed.outcome;
      listed.wrapper = null;
      if (outcome.kind === 'failed') throw new Error(`${title}: ${printable(outcome.message)}`);
      if (outcome.kind === 'skipped') wrapper.skip(`${title} (not needed)`);
      else if (outcome.detail !== null) wrapper.title = `${title} (${printable(outcome.detail)})`;
    },
  };
}
