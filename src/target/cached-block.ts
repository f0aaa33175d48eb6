/** A block of the cache that is in use: what the kernel keeps in memory of an entry (kernel-target.md §5). */
export interface CachedBlock {
  /** Which entry, and which block of the cache device. */
  readonly index: number;
  /** The first sector of the block on the origin. */
  readonly sector: number;
  /** Committed if below the superblock's. */
  readonly seqCount: bigint;
  /** When it was allocated. Overwriting it in place leaves that. */
  readonly allocatedAtMs: number;
  /** Being copied to the origin. */
  inWriteback: boolean;
  /** Was freed: nothing may hold on to it. */
  isFree: boolean;
  /** Other entries of the same sector: the one allocated before, and the one after. */
  older: CachedBlock | null;
  newer: CachedBlock | null;
  /** Neighbours in the {@link AgeList}. */
  nextOlder: CachedBlock | null;
  nextYounger: CachedBlock | null;
}

export function cachedBlock(
  index: number,
  sector: number,
  seqCount: bigint,
  allocatedAtMs: number,
): CachedBlock {
  return {
    index,
    sector,
    seqCount,
    allocatedAtMs,
    inWriteback: false,
    isFree: false,
    older: null,
    newer: null,
    nextOlder: null,
    nextYounger: null,
  };
}
