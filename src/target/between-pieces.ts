import { runStep } from './background.js';
import type { Core } from './core.js';

/** Between two pieces the worker may be faster, and copies may end. */
export function letOthersRun(core: Core): void {
  while (core.queue.length > 0 || core.copies.count > 0) {
    const goesOn = core.parts.choose(2, 'whether other work is done before the next piece of a write') === 0;
    if (goesOn || !runStep(core)) return;
  }
}
