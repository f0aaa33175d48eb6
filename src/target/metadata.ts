import type { VisitEntry, VisitGap } from './entries.js';

/**
 * The superblock and the entries, in the way in which a mode keeps them: in ssd mode as a copy in memory of which regions
 * are written, in pmem mode on the medium itself. Nothing that is stored is durable before `persist`.
 *
 * What can fail returns whether it did not; a target then is in error.
 */
export interface Metadata {
  readonly seqCount: bigint;
  /** Takes over what the medium has. False where it cannot be read: then all entries are free. */
  readAll(): boolean;
  /** All entries in the order of their index. */
  walk(entry: VisitEntry, gap: VisitGap): void;
  /** Makes an entry say what its block holds. */
  store(index: number, sector: number, seqCount: bigint): void;
  /** Makes an entry free; its original_sector stays. */
  clear(index: number): void;
  /** Has an entry that was stored written by the next `persist`. */
  mark(index: number): void;
  /** Has everything written by the next `persist`. */
  markAll(): void;
  /**
   * Writes what was marked and makes it durable. `waitForData` is called where a commit has to wait for the data that
   * programs wrote: before the medium is flushed, or behind that in the order of old versions.
   */
  persist(waitForData?: () => void): string | null;
  /** Makes a new seq_count durable, and with it everything that was stored under the one before. */
  commitSuperblock(seqCount: bigint): string | null;
}
