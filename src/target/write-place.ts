import { allocate, waitForFreeBlock } from './allocate.js';
import type { CachedBlock } from './cached-block.js';
import type { Core } from './core.js';

/** Where a block of a write goes. */
export type Place =
  | { readonly kind: 'cache'; readonly block: CachedBlock; readonly isNew: boolean }
  | { readonly kind: 'origin' };

/**
 * Overwrites in place what is not committed, and in ssd mode also what is, as long as it is not being written back. In
 * pmem mode a committed block is never touched: a new one takes its place at the next commit.
 */
export function placeFor(core: Core, sector: number, isMeta: boolean): Place | null {
  const { settings, behaviour } = core.parts;
  for (;;) {
    if (core.isInError()) return null;
    const cached = core.tree.newestOf(sector);
    if (cached !== undefined && mayOverwrite(core, cached)) {
      return { kind: 'cache', block: cached, isNew: false };
    }
    if (cached === undefined && (settings.cleaner || (settings.metadataOnly && !isMeta))) {
      return { kind: 'origin' };
    }
    const block = allocate(core, sector);
    if (block !== undefined) {
      core.counters.writes_allocate += 1;
      return { kind: 'cache', block, isNew: true };
    }
    const goesAround =
      cached === undefined && goesAroundWhenFull(behaviour.writesAroundWhenFull, settings.mode);
    if (goesAround) return { kind: 'origin' };
    waitForFreeBlock(core);
  }
}

function goesAroundWhenFull(when: 'never' | 'both-modes' | 'ssd-mode', mode: 'p' | 's'): boolean {
  return when === 'both-modes' || (when === 'ssd-mode' && mode === 's');
}

function mayOverwrite(core: Core, cached: CachedBlock): boolean {
  if (!core.isCommitted(cached)) {
    core.counters.write_hits_uncommitted += 1;
    return true;
  }
  core.counters.write_hits_committed += 1;
  if (core.parts.settings.mode === 'p' || cached.inWriteback) return false;
  core.overwroteCommitted = true;
  return true;
}
