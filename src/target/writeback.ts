import type { CachedBlock } from './cached-block.js';
import { commit } from './commit.js';
import { endCopies } from './copying.js';
import type { Core } from './core.js';

/** So many blocks are picked before other work has its turn, and so many go in one copy (§5.5). */
const PICKS_PER_PASS = 64;
const BLOCKS_PER_COPY = 256;

/**
 * One pass of writeback (kernel-target.md §5.5): picks blocks, the oldest first, as long as too few are free or the oldest
 * is too old; or all of them in the order of their sectors. They become copies, which begin after the pass.
 */
export function writeBack(core: Core): void {
  if (core.isInError()) return;
  // Data that were overwritten in place are read from the cache device, where they must have arrived.
  if (core.overwroteCommitted) core.parts.held.finish();
  if (core.writeBackAll > 0) pickAll(core);
  else pickOldest(core);
}

function pickAll(core: Core): void {
  endCopies(core, core.copies.all());
  commit(core);
  let block = core.tree.first();
  while (core.ages.oldest !== null && block !== undefined) {
    const run = runFrom(core, block);
    pick(core, run);
    const last = run.at(-1);
    block = last === undefined ? undefined : core.tree.after(last);
  }
}

function pickOldest(core: Core): void {
  const skipped: CachedBlock[] = [];
  const { commits, writebackBlocks } = core;
  let picks = 0;
  for (let block = core.ages.oldest; block !== null && isDue(core, block); block = core.ages.oldest) {
    picks += 1;
    if (picks > PICKS_PER_PASS) {
      if (!core.suspended) core.enqueue('writeback');
      core.passWasInVain = core.commits === commits && core.writebackBlocks === writebackBlocks;
      break;
    }
    if (!core.isCommitted(block)) {
      commit(core);
      if (wasFreedByCommit(core, block)) continue;
    }
    if (isOlderUnderWay(core, block)) {
      core.ages.remove(block);
      skipped.push(block);
      continue;
    }
    const run = runFrom(core, block);
    picks += run.length - 1;
    pick(core, run);
  }
  // A commit of this pass may have freed some of them.
  core.ages.putBack(skipped.filter(({ isFree }) => !isFree));
}

/**
 * A commit frees the older of two copies, and that may be the very block it was made for, where both were uncommitted. No
 * kernel looks: it goes on with a block that is on the free list, and crashes (seen on 6.1.176).
 */
function wasFreedByCommit(core: Core, block: CachedBlock): boolean {
  if (block.isFree) {
    core.crash(`writeback goes on with block ${String(block.index)}, which its own commit has freed`);
  }
  return block.isFree;
}

/** The low watermark counts even where the high one was never reached: age alone starts a pass, too. */
function isDue(core: Core, oldest: CachedBlock): boolean {
  const { freeLow, maxAgeMs } = core.parts.settings;
  if (core.free.count + core.writebackBlocks <= freeLow) return true;
  return maxAgeMs !== null && core.nowMs - oldest.allocatedAtMs >= maxAgeMs - Math.floor(maxAgeMs / 16);
}

/** An older copy of the sector is on its way: it must not arrive after a newer one, which has to wait. */
function isOlderUnderWay(core: Core, block: CachedBlock): boolean {
  const hasOlder = (): boolean => block.older !== null;
  if (!hasOlder()) return false;
  if (core.copies.count > 0 && core.parts.choose(2, 'whether the copy of the older has ended') === 1) {
    endCopies(core, core.copies.all());
  }
  return hasOlder();
}

/**
 * The block and those behind it whose sectors follow on: committed, not under way, and in ssd mode side by side on the
 * cache device too. A newer copy of a sector is stepped over, and the search goes on behind it. That is the fault W3:
 * what comes next is a neighbour of the one stepped over, not of the one picked.
 */
function runFrom(core: Core, first: CachedBlock): CachedBlock[] {
  const run = [first];
  let last = first;
  for (let next = core.tree.after(last); next !== undefined; next = core.tree.after(last)) {
    if (next.sector !== last.sector) {
      if (!followsOn(core, last, next) || isTornFromRun(core, run, next)) break;
      run.push(next);
      if (run.length === BLOCKS_PER_COPY) break;
    }
    last = next;
  }
  return run;
}

function followsOn(core: Core, last: CachedBlock, next: CachedBlock): boolean {
  const { sectorsPerBlock, mode } = core.parts.settings;
  return (
    next.sector === last.sector + sectorsPerBlock &&
    !next.inWriteback &&
    core.isCommitted(next) &&
    (mode === 'p' || next.index === last.index + 1)
  );
}

function isTornFromRun(core: Core, run: readonly CachedBlock[], next: CachedBlock): boolean {
  const last = run.at(-1)?.index ?? 0;
  if (core.parts.settings.mode === 'p' || last === next.index - 1) return false;
  core.crash(`writeback copies the blocks ${String(last)} and ${String(next.index)} as neighbours`);
  return true;
}

function pick(core: Core, run: readonly CachedBlock[]): void {
  for (const block of run) {
    block.inWriteback = true;
    core.ages.remove(block);
  }
  core.writebackBlocks += run.length;
  core.waitingCopies.push({ blocks: run, endsAtMs: core.nowMs, failed: false });
}
