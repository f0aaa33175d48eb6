import type { RemovalEvent, RemovalStep } from '../procedure/removal/types.js';

/** Shows a removal while it is under way. No method may throw or wait: the removal goes on whatever becomes of its display. */
export interface RemovalView {
  show(event: RemovalEvent): void;
  /** The removal is over: `done`, or stopped before its end. Nothing is shown behind it. */
  close(how: 'done' | 'stopped'): void;
}

export interface RemovalViewOptions {
  readonly steps: readonly RemovalStep[];
  /** Bytes; null where the cache is gone already. */
  readonly blockSize: number | null;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
}
