import type { Places, Run } from './places.js';

/** Why there are no bytes of a block. */
export type Missing = 'unreadable' | 'beyond-end';

/** What is done with the blocks that are read. */
export interface SweepVisitor {
  /** `bytes` are valid only during the call. */
  take(block: number, bytes: Uint8Array): void;
  missing(block: number, why: Missing): void;
}

/** Hands on the blocks of a run that was read as a whole. */
export function takeRun(
  { order, distance }: Places,
  blockSize: number,
  { from, to }: Run,
  bytes: Uint8Array,
  visitor: SweepVisitor,
): void {
  const first = order[from] ?? 0;
  for (let at = from; at < to; at += 1) {
    const block = order[at] ?? 0;
    const start = distance(first, block);
    visitor.take(block, bytes.subarray(start, start + blockSize));
  }
}
