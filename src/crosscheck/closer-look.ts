import type { ScanOptions } from '../scan/index.js';
import type { Comparison } from './comparison.js';
import { cacheDigests, originDigests, type Digests } from './digest-columns.js';
import type { OpenVerdict } from './evidence-tallies.js';
import type { Evidence } from './evidence.js';
import type { FinalState } from './final-state.js';
import type { JudgeQuestion } from './judge-question.js';
import { laterCopies, type LaterCopies } from './later-copies.js';
import { ascending, cacheData } from './places.js';
import type { Missing } from './visitor.js';
import { WindowVerdict } from './window-reading.js';

/** Whether a block may have been written after the evidence, and what was written was not seen on the origin. */
export function mayBeOutdated({ window, writesSinceEvidence }: JudgeQuestion, block: number): boolean {
  return writesSinceEvidence !== 'none' && window?.verdicts[block] !== WindowVerdict.proved;
}

/** Whether it may have been overwritten in its own entry, too: what the window did not find out is not known at all. */
function mayBeOverwritten(question: JudgeQuestion, block: number): boolean {
  const { window } = question;
  const isSettled = window?.complete === true && window.verdicts[block] === WindowVerdict.none;
  return mayBeOutdated(question, block) && !isSettled;
}

/** Blocks of an evidence, with what the cache still holds of them, against the origin. */
export interface CloserLook {
  readonly evidence: Evidence;
  /** What the origin has; null where it could not be read. */
  readonly onOrigin: (block: number) => bigint | null;
  readonly whyMissing: (block: number) => Missing | null;
  /** Blocks whose entries are committed still. */
  readonly committed: ReadonlySet<number>;
  /** Blocks of which a later copy is the same as on the origin, of which one is another, of which one could not be read. */
  readonly equal: ReadonlySet<number>;
  readonly unlike: ReadonlySet<number>;
  readonly unread: ReadonlySet<number>;
}

/** @param some blocks by their positions in the evidence, in the order of their sectors. */
export async function lookCloser(
  question: JudgeQuestion,
  comparison: Comparison,
  final: FinalState,
  some: Uint32Array,
  scan: ScanOptions,
): Promise<CloserLook> {
  const { cache, origin, signal } = question;
  const { evidence } = comparison;
  const { blocks, blockSize } = evidence;
  const takesOwn = (block: number): boolean => comparison.isOpen(block) || mayBeOverwritten(question, block);
  const later = await laterCopies(final, evidence, some, takesOwn, scan);
  const data = cacheData(final.inspection.startSector, final.inspection.geometry);
  const byIndex = ascending(later.columns.count);
  const inCache = await cacheDigests(cache.device, data, later.columns, byIndex, { signal });
  // The others have been found on the origin with the content of the evidence, and the cache has no other content.
  const changed = blocksThatChanged(later, inCache, evidence);
  const unsure = some.filter((block) => comparison.isOpen(block) || changed.has(block));
  const read = await originDigests(origin.device, blockSize, blocks, unsure, { signal });
  const isRead = new Set(unsure);
  const onOrigin = (block: number): bigint | null =>
    isRead.has(block) ? read.of(block) : (blocks.digest[block] ?? null);
  return {
    ...{ evidence, onOrigin, whyMissing: (block) => read.whyMissing(block), committed: later.committed },
    ...compareCopies(later, inCache, evidence, onOrigin),
  };
}

function blocksThatChanged(
  { blocks }: LaterCopies,
  inCache: Digests,
  { blocks: then }: Evidence,
): Set<number> {
  return new Set(blocks.filter((block, copy) => inCache.of(copy) !== then.digest[block]));
}

/** A copy in its old entry that has the content of the evidence is no later one; it explains only that content. */
function compareCopies(
  { blocks, columns }: LaterCopies,
  inCache: Digests,
  { blocks: then }: Evidence,
  onOrigin: (block: number) => bigint | null,
): Pick<CloserLook, 'equal' | 'unlike' | 'unread'> {
  const sets = { equal: new Set<number>(), unlike: new Set<number>(), unread: new Set<number>() };
  for (const [copy, block] of blocks.entries()) {
    const digest = inCache.of(copy);
    const isAsBefore = columns.index[copy] === then.index[block] && digest === then.digest[block];
    if (digest === null) sets.unread.add(block);
    else if (digest === onOrigin(block)) sets.equal.add(block);
    else if (!isAsBefore) sets.unlike.add(block);
  }
  return sets;
}

/** What follows for one of the blocks. */
export function closerVerdict(question: JudgeQuestion, look: CloserLook, block: number): OpenVerdict {
  const { window, writesSinceEvidence, writesSinceSuspend } = question;
  const seen = window?.verdicts[block] ?? WindowVerdict.none;
  const isSame = look.onOrigin(block) === look.evidence.blocks.digest[block];
  const hasNoOther = !look.unlike.has(block) && !look.unread.has(block);
  if (isSame && (hasNoOther || !mayBeOutdated(question, block))) return 'proved';
  if (look.committed.has(block)) return 'not-written-back';
  if (look.whyMissing(block) === 'beyond-end') return 'beyond-end';
  if (seen === WindowVerdict.proved) return 'proved-newer';
  if (look.whyMissing(block) === 'unreadable') return 'unreadable';
  // Where the window could not tell which copy is the newest, the origin must have what all of them have.
  const isTold = seen === WindowVerdict.none || hasNoOther;
  if (!isSame && look.equal.has(block) && isTold) return 'proved-newer';
  if (writesSinceEvidence === 'none' && writesSinceSuspend === 'none') return 'lost';
  return look.unread.has(block) ? 'unreadable' : 'written-later';
}
