/**
 * What has changed in the target since its first version, each difference under a name (kernel-target.md §5, §6). A
 * version is a set of them. The target's version number does not tell them apart: stable kernels took some of the
 * fixes without it. Not among them are the units of the counters: they are blocks, as since 6.0, in every behaviour.
 */
export interface Behaviour {
  /**
   * In ssd mode a write of several blocks goes on into adjacent free blocks, without asking whether the sectors that
   * follow are cached already (5.6). That is where two entries with the same sector and the same seq_count come from.
   */
  readonly extendsAllocations: boolean;
  /**
   * Writeback in ssd mode ends in a crash of the kernel where two copies of a sector meet it that could not be there before
   * `extendsAllocations`: W3 of kernel-target.md §6, and the copy that a commit frees while it is being picked. Not to die
   * of them is what a mended target would do; there is none yet.
   */
  readonly diesOfDuplicates: boolean;
  /** In ssd mode an overwrite goes on over neighbours that are cached side by side (5.14). */
  readonly extendsOverwrites: boolean;
  /** Where a write goes that needs a free block and finds none: it waited before 5.7, went around in both modes to 5.13. */
  readonly writesAroundWhenFull: 'never' | 'both-modes' | 'ssd-mode';
  /** A FUA write is committed before it is acknowledged: in pmem mode since 5.5 (5.4.4), in ssd mode since a fix of 2026. */
  readonly commitsFua: 'never' | 'pmem-mode' | 'both-modes';
  /** A flush goes to the origin too, so that writes around the cache are durable after it (5.14, ssd mode). */
  readonly flushesOrigin: boolean;
  /**
   * A commit in ssd mode waits for the data before it flushes the cache device (5.6, 5.4.19). Before, it flushed first,
   * and after a power cut a committed entry could be found without its data.
   */
  readonly waitsBeforeFlush: boolean;
  /**
   * A flush in ssd mode does nothing where every cached block is under writeback, although some may have been overwritten in
   * place: it is acknowledged, and the overwrite can still be lost. Found with the crash explorer, and seen on 6.1.176 in
   * the log of dm-log-writes; no version is known that flushes.
   */
  readonly forgetsOverwrites: boolean;
  /**
   * How a commit in ssd mode writes the superblock: with its whole 64 KiB region and a flush (before 5.7), or in one
   * FUA write of as many bytes as a page has sectors, of a page (5.12), or of a block and at least 4096 bytes (5.14).
   */
  readonly superblockWrite: 'region' | 'sectors-per-page' | 'page' | 'block';
  /** When ssd mode reads the metadata: at load was the corruption of reloads (5.7, 5.6.11). */
  readonly readsMetadataAt: 'load' | 'resume';
  /**
   * In pmem mode a request of several blocks that begins in the cache and goes on to the origin loses its last blocks, as
   * many as were found in the cache, where it is cut again: a read leaves them unread, a write around the cache unwritten,
   * and both succeed. Seen on 6.1.192, mended in 6.12.117.
   */
  readonly losesTail: boolean;
  /**
   * In pmem mode a write that goes on to the origin is cut there, and what it has stored is committed if that is due (seen on
   * 6.12.117, where this is what mends `losesTail`).
   */
  readonly cutsBeforeOrigin: boolean;
  /** Blocks beyond the origin's end are left out of a writeback (5.12, 5.10.20); before, the write failed. */
  readonly leavesOutBeyondOrigin: boolean;
  /**
   * A discard takes uncommitted blocks out of the count that a commit waits for (5.8); the count can wrap then, and the next
   * write commits. The fix of 2026 leaves the count as it is (seen on 6.12.117).
   */
  readonly uncountsDiscarded: boolean;
  /** Writeback stops at the low watermark; target 1.0.0 stopped at the high one. */
  readonly usesLowWatermark: boolean;
  /** `writes_allocate` counts the further blocks of an overwrite too (to 2026). */
  readonly countsOverwritesAsAllocated: boolean;
  /** A flush whose commit fails is acknowledged nevertheless (to 2026). */
  readonly hidesFailedFlush: boolean;
  /**
   * A resume in error forgets every entry: the status counts all blocks as free, and reads of dirty blocks give what the
   * origin has. Not a matter of versions but of kernels built to survive memory errors, as those for x86 are.
   */
  readonly forgetsInError: boolean;
}

/** Kernels with the fixes of 2026, such as Debian's 6.12.117. */
export const CURRENT: Behaviour = {
  extendsAllocations: true,
  diesOfDuplicates: true,
  extendsOverwrites: true,
  writesAroundWhenFull: 'ssd-mode',
  commitsFua: 'both-modes',
  flushesOrigin: true,
  waitsBeforeFlush: true,
  forgetsOverwrites: true,
  superblockWrite: 'block',
  readsMetadataAt: 'resume',
  losesTail: false,
  cutsBeforeOrigin: true,
  leavesOutBeyondOrigin: true,
  uncountsDiscarded: false,
  usesLowWatermark: true,
  countsOverwritesAsAllocated: false,
  hidesFailedFlush: false,
  forgetsInError: true,
};

/** Kernels from 6.0 on without the fixes of 2026, such as Debian's 6.1.192. */
export const LINUX_6_1: Behaviour = {
  ...CURRENT,
  commitsFua: 'pmem-mode',
  losesTail: true,
  cutsBeforeOrigin: false,
  uncountsDiscarded: true,
  countsOverwritesAsAllocated: true,
  hidesFailedFlush: true,
};

/** What the target did when it was new (1.0.0, kernel 4.18). */
export const LINUX_4_18: Behaviour = {
  ...LINUX_6_1,
  extendsAllocations: false,
  diesOfDuplicates: false,
  extendsOverwrites: false,
  writesAroundWhenFull: 'never',
  commitsFua: 'never',
  flushesOrigin: false,
  waitsBeforeFlush: false,
  superblockWrite: 'region',
  readsMetadataAt: 'load',
  losesTail: false,
  uncountsDiscarded: false,
  leavesOutBeyondOrigin: false,
  usesLowWatermark: false,
};
