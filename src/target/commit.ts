import type { CachedBlock } from './cached-block.js';
import type { Core } from './core.js';
import { release } from './release.js';

/**
 * Makes durable what was written so far (kernel-target.md §5.3): data, then the entries, then a superblock whose seq_count
 * is one higher, which turns all of these entries into committed ones in a single write. Only after that are the older
 * copies freed. If nothing is uncommitted, seq_count stays.
 */
export function commit(core: Core): void {
  core.uncommittedBlocks = 0;
  core.commitDueMs = null;
  const youngest = core.ages.youngest;
  if (youngest === null) {
    if (!core.parts.behaviour.forgetsOverwrites) flushOverwritten(core);
  } else if (core.isCommitted(youngest)) flushOverwritten(core);
  else commitEntries(core, uncommittedFrom(core, youngest));
}

/** Blocks that were overwritten in place need no entry, only their data on the medium. */
function flushOverwritten(core: Core): void {
  if (!core.overwroteCommitted) return;
  core.parts.held.finish();
  if (!core.parts.cache.tryFlush()) core.fail('error flushing metadata');
  core.overwroteCommitted = false;
}

function commitEntries(core: Core, youngestFirst: readonly CachedBlock[]): void {
  const { metadata, held } = core.parts;
  for (const { index } of youngestFirst) metadata.mark(index);
  core.fail(
    metadata.persist(() => {
      held.finish();
    }),
  );
  core.seqCount += 1n;
  core.commits += 1;
  core.fail(metadata.commitSuperblock(core.seqCount));
  core.overwroteCommitted = false;
  freeOlderCopies(core, youngestFirst);
}

/** Those of a sector that are being written back stay until that has ended. */
function freeOlderCopies(core: Core, youngestFirst: readonly CachedBlock[]): void {
  let isAnyFreed = false;
  for (const block of [...youngestFirst].reverse()) {
    if (block.older === null || block.older.inWriteback) continue;
    release(core, [[block.older]]);
    isAnyFreed = true;
  }
  if (isAnyFreed) core.fail(core.parts.metadata.persist());
}

function uncommittedFrom(core: Core, youngest: CachedBlock): CachedBlock[] {
  const found: CachedBlock[] = [];
  let block: CachedBlock | null = youngest;
  while (block !== null && !core.isCommitted(block)) {
    found.push(block);
    block = block.nextOlder;
  }
  return found;
}
