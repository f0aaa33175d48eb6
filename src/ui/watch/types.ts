import type { DrainProgress } from '../../procedure/drain-meter.js';
import type { WatchView } from '../../watch/index.js';

export type TaskAction = 'flush' | 'clean';

/** A flush or a clean that was started from the screen. */
export interface ScreenTask {
  /** Of the cache, as in `WatchedCache.key`. */
  readonly key: string;
  readonly name: string;
  readonly action: TaskAction;
  readonly state: 'running' | 'done' | 'failed';
  /** The last there was; null before the first. */
  readonly progress: DrainProgress | null;
  /** What came of it, one sentence, with what to do next; null while it runs. */
  readonly message: string | null;
  readonly hint: string | null;
}

/** What the screen shows at one moment. */
export interface ScreenFeed {
  /** null before the first look. */
  readonly view: WatchView | null;
  /** Why the looks fail since `sinceMs` (clock of `WatchView.atMs`); null while they succeed. */
  readonly failure: {
    readonly message: string;
    readonly hint: string | null;
    readonly sinceMs: number;
  } | null;
  /** The clock of `WatchView.atMs`, now. */
  readonly nowMs: number;
  readonly intervalMs: number;
  readonly tasks: readonly ScreenTask[];
  /** What is waited for with `--until`, as it was typed; null where nothing is. */
  readonly until: string | null;
}

/** What the screen may ask for. It changes no device otherwise. */
export interface ScreenActions {
  /** Asked by a person, and confirmed. What comes of it is told by {@link ScreenFeed.tasks}. */
  start(action: TaskAction, key: string): void;
  setIntervalMs(milliseconds: number): void;
  /** Look at once. */
  lookNow(): void;
}

/** What feeds a screen: the latest feed, and word of each new one. */
export interface ScreenSource {
  readonly current: ScreenFeed;
  /** Returns what ends it. */
  subscribe(listener: () => void): () => void;
}

/** How a screen ended: by `q`, by Ctrl-C, or because whoever shows it aborted it (`--count`, `--until`, a signal). */
export type ScreenEnd = 'quit' | 'interrupted' | 'aborted';

export interface ScreenOptions {
  readonly source: ScreenSource;
  readonly actions: ScreenActions;
  /** Ends the screen. */
  readonly signal: AbortSignal;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly environment: NodeJS.ProcessEnv;
}
