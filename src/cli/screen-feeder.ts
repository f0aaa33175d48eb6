import type { DrainProgress } from '../procedure/drain-meter.js';
import type { ScreenFeed, ScreenSource, ScreenTask } from '../ui/watch/index.js';

/** Progress is told between two looks, but not more often than can be read. */
const PROGRESS_MS = 500;
/** Results that are kept until they were read. */
const RESULTS_KEPT = 5;

/** A task that is under way. */
export interface RunningTask {
  progressed(progress: DrainProgress): void;
  /** @param shownMs how long its result is shown; until it was read unless told. */
  ended(state: 'done' | 'failed', message: string, hint: string | null, shownMs?: number): void;
}

/** Feeds a screen with what is known at each moment. */
export class ScreenFeeder implements ScreenSource {
  readonly #nowMs: () => number;
  readonly #listeners = new Set<() => void>();
  #current: ScreenFeed;
  #pending: NodeJS.Timeout | undefined;

  constructor(given: Pick<ScreenFeed, 'intervalMs' | 'until'>, nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#current = { view: null, failure: null, nowMs: nowMs(), tasks: [], ...given };
  }

  get current(): ScreenFeed {
    return this.#current;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  feed(changes: Partial<ScreenFeed>): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    this.#current = { ...this.#current, nowMs: this.#nowMs(), ...changes };
    for (const listener of this.#listeners) listener();
  }

  /** In the place of the last task of the same cache. */
  addTask(about: Pick<ScreenTask, 'key' | 'name' | 'action'>): RunningTask {
    let task: ScreenTask = { ...about, state: 'running', progress: null, message: null, hint: null };
    const others = this.#current.tasks.filter(({ key }) => key !== about.key);
    const running = others.filter(({ state }) => state === 'running');
    const finished = others.filter(({ state }) => state !== 'running').slice(-RESULTS_KEPT);
    this.feed({ tasks: [...finished, ...running, task] });
    const replace = (next: ScreenTask | null): readonly ScreenTask[] => {
      const before = task;
      if (next !== null) task = next;
      return this.#current.tasks.flatMap((one) => (one !== before ? [one] : next === null ? [] : [next]));
    };
    return {
      progressed: (progress) => {
        this.#current = { ...this.#current, tasks: replace({ ...task, progress }) };
        this.#pending ??= setTimeout(() => {
          this.feed({});
        }, PROGRESS_MS);
      },
      ended: (state, message, hint, shownMs) => {
        this.feed({ tasks: replace({ ...task, state, message, hint }) });
        if (shownMs === undefined) return;
        setTimeout(() => {
          this.feed({ tasks: replace(null) });
        }, shownMs).unref();
      },
    };
  }

  /** Nobody looks any more. */
  close(): void {
    clearTimeout(this.#pending);
    this.#listeners.clear();
  }
}
