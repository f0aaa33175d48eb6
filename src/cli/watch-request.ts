import type { LiveCache } from '../dm/index.js';
import type { WcacheError } from '../errors.js';
import type { DrainOptions, DrainResult } from '../procedure/drain.js';
import type { UntilCondition, WatchedMachine } from '../watch/index.js';

/** What is to be watched, and how. */
export interface WatchRequest {
  /** The kernel's names; null for all writecaches that there are or will be. */
  readonly names: readonly string[] | null;
  readonly intervalMs: number;
  /** After so many looks the watch ends; null for never. */
  readonly count: number | null;
  /** What is waited for; null where nothing is. */
  readonly until: UntilCondition | null;
  /** The same as it was typed. */
  readonly untilText: string | null;
  /** Exact numbers of bytes. */
  readonly bytes: boolean;
}

/** What a watch looks at, and may act on when a person asks for it. */
export interface WatchMachine extends WatchedMachine {
  /**
   * Writes a cache back, as `wcache flush` and `wcache clean` do, with their refusals. No other wcache changes the mapping
   * meanwhile.
   */
  drain(action: DrainAction, cache: LiveCache, options: DrainOptions): Promise<DrainResult>;
}

export type DrainAction = 'flush' | 'clean';

export interface WatchEnd {
  /**
   * `quit` by a key, `interrupted` by Ctrl-C, `counted` where all looks asked for were done, `reached` and `not-reached` of
   * what is waited for.
   */
  readonly how: 'quit' | 'interrupted' | 'counted' | 'reached' | 'not-reached';
  /** Why what is waited for does not come: its exit status is the process's. */
  readonly error?: WcacheError;
}
