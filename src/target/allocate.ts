import { nextEventMs, passTimeTo, runStep } from './background.js';
import { cachedBlock, type CachedBlock } from './cached-block.js';
import type { Core } from './core.js';
import { EndlessWait } from './errors.js';

/** Takes the next free block for a sector; undefined where none is free. */
export function allocate(core: Core, sector: number): CachedBlock | undefined {
  const index = core.free.take();
  if (index === undefined) return undefined;
  core.checkWatermark();
  return occupy(core, index, sector);
}

/** Takes the neighbour of a block for a sector, if that is what comes next. */
export function allocateNeighbour(core: Core, index: number, sector: number): CachedBlock | undefined {
  if (!core.free.takeIfNext(index)) return undefined;
  core.checkWatermark();
  return occupy(core, index, sector);
}

/** An entry that is not committed yet: it has the seq_count that the superblock has now. */
function occupy(core: Core, index: number, sector: number): CachedBlock {
  const block = cachedBlock(index, sector, core.seqCount, core.nowMs);
  core.parts.metadata.store(index, sector, core.seqCount);
  core.tree.insert(block);
  core.ages.add(block);
  core.uncommittedBlocks += 1;
  return block;
}

/**
 * Waits until a block becomes free, or the target gets into error. Time goes on meanwhile.
 *
 * @throws {@link EndlessWait} where nothing under way can free one: a kernel would hang.
 */
export function waitForFreeBlock(core: Core): void {
  core.counters.writes_blocked_on_freelist += 1;
  const sinceMs = core.nowMs;
  while (!goesOn(core)) {
    if (runStep(core)) continue;
    if (core.free.count > 0) break;
    const next = core.queue.length > 0 || core.copies.count > 0 ? nextEventMs(core) : undefined;
    if (next === undefined) throw new EndlessWait('A write');
    passTimeTo(core, next);
  }
  core.stalledMs += core.nowMs - sinceMs;
}

/** The one who waits is woken when a block is freed, and others may be faster. */
function goesOn(core: Core): boolean {
  if (core.isInError()) return true;
  if (core.free.count === 0) return false;
  const isAnyUnderWay = core.queue.length > 0 || core.copies.count > 0;
  return !isAnyUnderWay || core.parts.choose(2, 'whether others go on before a write that waited') === 0;
}
