import type { CachedBlock } from './cached-block.js';

/** Blocks with sectors in a row, on their way to the origin in one piece. */
export interface Copy {
  readonly blocks: readonly CachedBlock[];
  /** When it ends; set as it begins. */
  endsAtMs: number;
  failed: boolean;
}

/** How long a copy to the origin takes. */
export interface Pace {
  copyEndsAtMs(copy: { readonly blocks: number; readonly sizeBytes: number }, nowMs: number): number;
}

/** No time at all: every copy ends before the next request. */
export const atOnce: Pace = { copyEndsAtMs: (_copy, nowMs) => nowMs };
