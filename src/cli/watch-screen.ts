import { NotPossibleHereError, WcacheError } from '../errors.js';
import { changeDocument } from '../documents/change.js';
import { changeText } from '../ui/change.js';
import { printable } from '../ui/printable.js';
import { showScreen, type TaskAction } from '../ui/watch/index.js';
import { Pulse, Watcher, type WatchedCache } from '../watch/index.js';
import { errorText, reportError } from './report-error.js';
import { ScreenFeeder } from './screen-feeder.js';
import { endAfter } from './watch-end.js';
import type { WatchEnd, WatchMachine, WatchRequest } from './watch-request.js';

/** A look takes milliseconds. One that takes this long is told of, and the figures are old. */
const PATIENCE_MS = 2000;
/** Results that are good news go by themselves. */
const RESULT_SHOWN_MS = 30_000;
/** After the end, nothing that the kernel holds up keeps the process. */
const LINGER_MS = 500;

/** Watches writecaches on the terminal until the person at it, or what was asked for, ends it. */
export async function watchOnScreen(request: WatchRequest, machine: WatchMachine): Promise<WatchEnd> {
  const watch = new ScreenWatch(request, machine);
  process.on('uncaughtException', crash);
  try {
    return await watch.run();
  } finally {
    process.off('uncaughtException', crash);
  }
}

/** The terminal has been restored by then. */
function crash(error: unknown): never {
  const debug = process.argv.includes('--debug') || (process.env['DEBUG'] ?? '') !== '';
  process.stderr.write(errorText('wcache status', reportError(error, debug)));
  process.exit(1);
}

class ScreenWatch {
  readonly #request: WatchRequest;
  readonly #machine: WatchMachine;
  readonly #watcher: Watcher;
  readonly #pulse: Pulse;
  readonly #feeder: ScreenFeeder;
  readonly #screen = new AbortController();
  /** For drains: waiting for them is given up, and the kernel goes on. */
  readonly #leaving = new AbortController();
  readonly #drains = new Set<Promise<void>>();
  #lookingSinceMs: number | null = null;
  #failingSinceMs: number | null = null;
  #looks = 0;
  #end: WatchEnd | null = null;
  #bug: Error | null = null;

  constructor(request: WatchRequest, machine: WatchMachine) {
    this.#request = request;
    this.#machine = machine;
    this.#watcher = new Watcher(machine, request.names);
    this.#pulse = new Pulse(() => this.#look(), request.intervalMs);
    this.#feeder = new ScreenFeeder({ intervalMs: request.intervalMs, until: request.untilText }, () =>
      machine.monotonicMs(),
    );
  }

  async run(): Promise<WatchEnd> {
    const patience = setInterval(() => {
      this.#tellHanging();
    }, 1000);
    const looking = this.#pulse.run();
    try {
      const how = await showScreen({
        source: this.#feeder,
        actions: {
          start: (action, key) => {
            this.#start(action, key);
          },
          setIntervalMs: (milliseconds) => {
            this.#pulse.intervalMs = milliseconds;
            this.#feeder.feed({ intervalMs: milliseconds });
          },
          lookNow: () => {
            this.#pulse.lookNow();
          },
        },
        signal: this.#screen.signal,
        stdin: process.stdin,
        stdout: process.stdout,
        environment: process.env,
      });
      if (this.#bug !== null) throw this.#bug;
      return how === 'aborted' ? (this.#end ?? { how: 'quit' }) : { how };
    } finally {
      clearInterval(patience);
      this.#pulse.stop();
      this.#leave(looking);
    }
  }

  /** Says what goes on without wcache, and does not wait for it. */
  #leave(looking: Promise<void>): void {
    for (const { state, action, name } of this.#feeder.current.tasks) {
      if (state !== 'running') continue;
      const shown = printable(name);
      const more = action === 'clean' ? ' The cleaner stays on.' : '';
      process.stderr.write(`note: the kernel goes on to ${action} ${shown} without wcache.${more}\n`);
    }
    this.#leaving.abort();
    this.#feeder.close();
    const under = [...this.#drains, looking];
    let isDone = false;
    void Promise.allSettled(under).then(() => {
      isDone = true;
    });
    // Does not keep the process by itself.
    setTimeout(() => {
      if (!isDone) process.exit();
    }, LINGER_MS).unref();
  }

  async #look(): Promise<void> {
    const startMs = this.#machine.monotonicMs();
    this.#lookingSinceMs = startMs;
    try {
      const view = await this.#watcher.look();
      this.#failingSinceMs = null;
      this.#looks += 1;
      this.#lookingSinceMs = null;
      this.#feeder.feed({ view, failure: null });
      this.#end ??= endAfter(view, this.#looks, this.#request);
      if (this.#end !== null) this.#screen.abort();
    } catch (error) {
      this.#lookingSinceMs = null;
      this.#failed(error, startMs);
    }
  }

  #failed(error: unknown, startMs: number): void {
    // What cannot work here does not come to work by itself, and what is no failure of the machine is one of wcache.
    if (!(error instanceof WcacheError) || (error instanceof NotPossibleHereError && this.#looks === 0)) {
      this.#bug ??= error instanceof Error ? error : new Error(String(error));
      this.#screen.abort();
      return;
    }
    this.#failingSinceMs ??= startMs;
    const failure = { message: error.message, hint: error.hint ?? null, sinceMs: this.#failingSinceMs };
    this.#feeder.feed({ failure });
  }

  #tellHanging(): void {
    const since = this.#lookingSinceMs;
    if (since === null || this.#machine.monotonicMs() - since < PATIENCE_MS) return;
    this.#failingSinceMs ??= since;
    this.#feeder.feed({
      failure: {
        message: 'the device-mapper does not answer.',
        hint: null,
        sinceMs: this.#failingSinceMs,
      },
    });
  }

  #start(action: TaskAction, key: string): void {
    const watched = this.#feeder.current.view?.caches.find((one) => one.key === key);
    if (watched === undefined) return;
    const drain = this.#drain(action, watched).finally(() => {
      this.#drains.delete(drain);
    });
    this.#drains.add(drain);
  }

  async #drain(action: TaskAction, { key, name, cache }: WatchedCache): Promise<void> {
    const task = this.#feeder.addTask({ key, name, action });
    try {
      const { before, after, elapsedMs } = await this.#machine.drain(action, cache, {
        signal: this.#leaving.signal,
        onProgress: (progress) => {
          task.progressed(progress);
        },
      });
      const document = changeDocument({
        name,
        action,
        changed: true,
        commands: [],
        before,
        after,
        elapsedMs,
      });
      task.ended('done', changeText(document).replaceAll(/\s+/g, ' '), null, RESULT_SHOWN_MS);
    } catch (error) {
      if (!(error instanceof WcacheError)) {
        this.#failed(error, 0);
        return;
      }
      task.ended('failed', error.message, error.hint ?? null);
    }
    this.#pulse.lookNow();
  }
}
