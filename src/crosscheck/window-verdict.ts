import { CopyKind, type WindowCopies } from './window-copies.js';

/** What is known of one block when its copies have been compared. */
export interface BlockCopies {
  /** Positions in the copies' columns, all of one sector. */
  readonly copies: readonly number[];
  /** Whether the origin has what a copy has; null where one of the two could not be read. */
  readonly isEqual: (copy: number) => boolean | null;
}

/**
 * What can be said of a block. `proved`: the origin has its newest copy. `unlike`: it has no copy that was written since
 * the last look. `unclear`: it has one that may be the newest, or not. `unread`: neither is known. `open`: not dirty at the
 * last look nor written since, and the copies that there are do not explain what the origin has.
 */
export type CopiesVerdict = 'proved' | 'unlike' | 'unclear' | 'unread' | 'open';

/**
 * Which copy is the newest, the metadata tell as far as this: one that was written since the last look is newer than one
 * that was dirty then, and of those the one with the highest seq_count is, as long as no commit can have let a free entry
 * be used again for the same sector.
 */
export function copiesVerdict(all: WindowCopies, { copies, isEqual }: BlockCopies): CopiesVerdict {
  const newest = newestCopies(all, copies);
  if (newest.length === 0) {
    if (copies.some((copy) => isEqual(copy) === true)) return 'proved';
    return copies.some((copy) => isEqual(copy) === null) ? 'unread' : 'open';
  }
  if (newest.some((copy) => isEqual(copy) === true)) return 'proved';
  const isOther = (copy: number): boolean => all.kinds[copy] === CopyKind.dirty && !newest.includes(copy);
  const others = all.sameSeqCount ? [] : copies.filter(isOther);
  if (others.some((copy) => isEqual(copy) === true)) return 'unclear';
  return [...newest, ...others].some((copy) => isEqual(copy) === null) ? 'unread' : 'unlike';
}

/** Of which one is the newest: those that were written since the last look, else the one that was dirty then. None if no such. */
export function newestCopies(all: WindowCopies, copies: readonly number[]): number[] {
  const changed = copies.filter((copy) => all.kinds[copy] === CopyKind.changed);
  if (changed.length > 0) return changed;
  return highest(
    all,
    copies.filter((copy) => all.kinds[copy] === CopyKind.dirty),
  );
}

/** Those of the highest seq_count; of two that share it, nothing tells which is newer. */
function highest({ columns }: WindowCopies, copies: readonly number[]): number[] {
  let newest: number[] = [];
  for (const copy of copies) {
    const order = newest[0] === undefined ? 1 : compareSeq(columns, copy, newest[0]);
    if (order > 0) newest = [copy];
    else if (order === 0) newest.push(copy);
  }
  return newest;
}

function compareSeq({ seqHi, seqLo }: WindowCopies['columns'], a: number, b: number): number {
  return (seqHi[a] ?? 0) - (seqHi[b] ?? 0) || (seqLo[a] ?? 0) - (seqLo[b] ?? 0);
}
