import { SECTOR_BYTES } from '../format/index.js';
import type { Core } from './core.js';
import { release } from './release.js';

/**
 * Frees every copy of the sectors, and passes the discard on to the origin (kernel-target.md §5.4). What is being written
 * back is left alone, and arrives. False where the origin does not take it.
 */
export function discard(core: Core, startSector: number, lengthSectors: number): boolean {
  if (freeRange(core, startSector, startSector + lengthSectors)) core.fail(core.parts.metadata.persist());
  return core.parts.origin.tryDiscard(startSector * SECTOR_BYTES, lengthSectors * SECTOR_BYTES);
}

function freeRange(core: Core, startSector: number, endSector: number): boolean {
  let isAnyFreed = false;
  for (let block = core.tree.firstFrom(startSector); block !== undefined && block.sector < endSector;) {
    const next = core.tree.after(block);
    if (!block.inWriteback) {
      if (!isAnyFreed) core.parts.held.finish();
      isAnyFreed = true;
      if (!core.isCommitted(block)) uncount(core);
      release(core, [[block]]);
    }
    block = next;
  }
  return isAnyFreed;
}

/** A block may be uncommitted and yet not in the count, when a commit of all is queued: then the count wraps (§6, 2026). */
function uncount(core: Core): void {
  if (core.uncommittedBlocks === 0 && !core.parts.behaviour.discardWrapsUncommitted) return;
  core.uncommittedBlocks -= 1;
}
