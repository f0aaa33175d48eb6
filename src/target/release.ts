import type { CachedBlock } from './cached-block.js';
import type { Core } from './core.js';

/** Frees blocks, in memory and in their entries; the entries keep their original_sector. Not durable before `persist`. */
export function release(
  core: Core,
  runs: readonly (readonly CachedBlock[])[],
  afterEach: () => void = () => undefined,
): void {
  for (const run of runs) {
    for (const block of run) {
      block.isFree = true;
      core.tree.remove(block);
      core.ages.remove(block);
      core.parts.metadata.clear(block.index);
      afterEach();
    }
  }
  core.free.add(runs.map((run) => run.map(({ index }) => index)));
}
