/**
 * The hot loops of a scan, over memory that is laid out as layout.ts says. There are two implementations, which leave
 * the same bytes: WebAssembly, and plain TypeScript where that can't be had. 64-bit values are bigints; addresses and
 * counts are below 2^32.
 *
 * A scan sets question, part, places, budget and bounds; calls `classify` for each chunk of entries and `mark` where
 * there are committed ones; `endMarks`; and while buckets wait, `beginCopies`, `resolve` for each chunk, `endCopies`.
 * Where buckets were left out for want of room, `nextMarks` begins another round. What goes through all buckets is done for
 * some of them at a time, from the first on, so that the event loop can turn in between.
 */
export interface ScanKernel {
  /**
   * `limit`: the superblock's seq_count. `noteFrom`: the sector from which on entries are looked at more closely.
   * `oddBits`: what no bit of a sector may be in for it to be marked. `shift`: log2 of the sectors of a block.
   * `stateBytes`: 12, or 16 where there are 2^32 entries or more.
   */
  setQuestion(limit: bigint, noteFrom: bigint, oddBits: bigint, shift: bigint, stateBytes: number): void;
  /** Of how many (a power of two) scans beside each other this is which; each marks buckets of its own. */
  setPart(part: number, parts: number): void;
  setPlaces(
    tally: number,
    directory: number,
    sectors: number,
    scratch: number,
    notes: number,
    mostNotes: number,
    noBuffer: number,
    firstPage: number,
    end: number,
  ): void;
  /** Bytes for pages: `base` and a bit for each block of the origin up to the highest marked one, `most` at most. */
  setBudget(base: number, most: number): void;
  /** Notes are given of copies that were found at an entry before these. */
  setBounds(stale: bigint, identical: bigint): void;
  classify(at: number, count: number): void;
  mark(at: number, count: number): void;
  endMarks(from: number, to: number): void;
  bucketsIn(state: number): number;
  nextMarks(): void;
  beginCopies(from: number, to: number): number;
  resolve(at: number, count: number, firstIndex: number): void;
  endCopies(from: number, to: number): void;
}
