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
  const { uncountsDiscarded } = core.parts.behaviour;
  let isAnyFreed = false;
  for (let block = core.tree.firstFrom(startSector); block !== undefined && block.sector < endSector;) {
    const next = core.tree.after(block);
    if (!block.inWriteback) {
      if (!isAnyFreed) core.parts.held.finish();
      isAnyFreed = true;
      if (uncountsDiscarded && !core.isCommitted(block)) core.uncommittedBlocks -= 1;
      release(core, [[block]]);
    }
    block = next;
  }
  return isAnyFreed;
}
