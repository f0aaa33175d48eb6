import { OperationError } from '../errors.js';
import { SECTOR_BYTES } from '../format/index.js';
import { AgeList } from './age-list.js';
import { runDue, startAgeChecks } from './background.js';
import { cachedBlock } from './cached-block.js';
import type { Core } from './core.js';
import { release } from './release.js';
import { SectorTree } from './sector-tree.js';

/**
 * Builds everything in memory from what the medium has (kernel-target.md §5.6). What was not committed is dropped; of two
 * committed copies of a sector, which a power cut can leave, the newer is kept. The order of age is that of the entries.
 *
 * @throws {@link OperationError} `sector-too-large` for an entry whose sector no device can have.
 */
export function resume(core: Core): void {
  const { behaviour, metadata, origin, settings } = core.parts;
  core.originSectors = Number(origin.sizeBytes / BigInt(SECTOR_BYTES));
  if (behaviour.readsMetadataAt === 'resume' && !metadata.readAll()) core.fail('unable to read metadata');
  core.tree = new SectorTree();
  core.ages = new AgeList();
  core.free = core.noneFree();
  core.seqCount = metadata.seqCount;
  if (core.isInError() && behaviour.forgetsInError) core.free.addRange(0, settings.nBlocks);
  else takeEntries(core);
  core.suspended = false;
  core.checkWatermark();
  startAgeChecks(core);
  runDue(core);
}

/** If anything had to be made free, all metadata are written again, also in error: that removes the evidence (W4). */
function takeEntries(core: Core): void {
  const { metadata } = core.parts;
  let freed = 0;
  metadata.walk(
    (index, originalSector, seqCount) => {
      const isDropped = seqCount >= core.seqCount || isOutdated(core, exactSector(originalSector), seqCount);
      if (isDropped) {
        metadata.clear(index);
        core.free.addRange(index, 1);
        freed += 1;
      } else {
        freed += keep(core, index, Number(originalSector), seqCount);
      }
    },
    (first, count) => {
      core.free.addRange(first, count);
    },
  );
  if (freed === 0) return;
  metadata.markAll();
  core.fail(metadata.persist());
}

function isOutdated(core: Core, sector: number, seqCount: bigint): boolean {
  const other = core.tree.newestOf(sector);
  return other !== undefined && other.seqCount > seqCount;
}

/** Returns how many older copies were freed for it. Of two with the same seq_count the later entry stays (§5.6). */
function keep(core: Core, index: number, sector: number, seqCount: bigint): number {
  const other = core.tree.newestOf(sector);
  if (other?.seqCount === seqCount) core.fail('two identical entries');
  if (other !== undefined) release(core, [[other]]);
  const block = cachedBlock(index, sector, seqCount, core.nowMs);
  core.free.occupy(index);
  core.tree.insert(block);
  core.ages.add(block);
  return other === undefined ? 0 : 1;
}

/** Linux devices end at 2^54 sectors; a double holds every number up to half of that. */
function exactSector(originalSector: bigint): number {
  if (originalSector > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new OperationError(
      `An entry of the cache is for sector ${String(originalSector)}, which the reference target cannot express.`,
      { code: 'sector-too-large', hint: 'No device is so large: look at the cache with wcache check.' },
    );
  }
  return Number(originalSector);
}
