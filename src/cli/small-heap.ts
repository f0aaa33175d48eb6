import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heap of a process small that lives for days and leaves a little behind at every look: V8 would let the space
 * for new objects grow to 32 MB first, and never gives that back. It has to be said before much is loaded.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
