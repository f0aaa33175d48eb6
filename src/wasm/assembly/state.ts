/*
 * The hot loops of a scan over the entries of a cache: what they are (`classify`), which origin blocks come more than
 * once (`mark`), and which of their copies wins (`resolve`). src/scan/kernel/plain-kernel.ts does the same, word for
 * word in the same memory; src/scan/kernel/layout.ts says what lies where.
 *
 * A bit for each origin block, met in no order, would miss the caches at nearly every entry. So the blocks go to
 * buckets first, each of so many neighbouring blocks that its bits stay in the second cache while the bucket's buffer
 * is emptied into them.
 */

// Their question, their limits, and where things lie.

/** Log2 of the origin blocks in a bucket. */
export const BUCKET_BITS: u32 = 20;
export const BUCKET_MASK: u32 = (1 << BUCKET_BITS) - 1;
export const PAGE_BYTES: u32 = 1 << (BUCKET_BITS - 3);
export const BUFFER_BYTES: u32 = 65536;

/** Log2 of the bytes of a bucket in the directory, and where its words lie; the first is its page, or a state. */
export const BUCKET_SHIFT: u32 = 4;
export const BUFFER: usize = 4;
export const FILL: usize = 8;
export const REPEATED: usize = 12;

/** States of a bucket, in the place of an address. */
export const FRESH: u32 = 0;
export const SKIPPED: u32 = 1;
export const DONE: u32 = 2;
export const WAITING: u32 = 3;

export let limit: u64 = 0;
/** seq_count and index plus one of the entry that is kept; 12 bytes where an index has 32 bits, else 16. */
export let stateBytes: u32 = 12;
export let noteFrom: u64 = 0;
export let oddBits: u64 = 0;
export let shift: u64 = 0;
export let partMask: u32 = 0;
export let part: u32 = 0;

export let tally: usize = 0;
export let directory: usize = 0;
export let sectors: usize = 0;
export let scratch: usize = 0;
export let notes: usize = 0;
export let mostNotes: u32 = 0;
export let noBuffer: u32 = 0;
export let firstPage: u32 = 0;
export let end: u32 = 0;

export let baseBytes: u32 = 0;
export let mostBytes: u32 = 0;

export let low: u32 = 0;
export let high: u32 = 0;
export let isUsed: bool = false;
export let buckets: u32 = 0;
export let noted: u32 = 0;
export let staleBound: u64 = 0;
export let identicalBound: u64 = 0;

export function setQuestion(
  theLimit: u64,
  theNoteFrom: u64,
  theOddBits: u64,
  theShift: u64,
  theStateBytes: u32,
): void {
  stateBytes = theStateBytes;
  limit = theLimit;
  noteFrom = theNoteFrom;
  oddBits = theOddBits;
  shift = theShift;
}

export function setPart(thePart: u32, ofParts: u32): void {
  part = thePart;
  partMask = ofParts - 1;
}

export function setPlaces(
  theTally: u32,
  theDirectory: u32,
  theSectors: u32,
  theScratch: u32,
  theNotes: u32,
  theMostNotes: u32,
  theNoBuffer: u32,
  theFirstPage: u32,
  theEnd: u32,
): void {
  tally = theTally;
  directory = theDirectory;
  sectors = theSectors;
  scratch = theScratch;
  notes = theNotes;
  mostNotes = theMostNotes;
  noBuffer = theNoBuffer;
  firstPage = theFirstPage;
  end = theEnd;
  low = theFirstPage;
  high = theEnd;
}

export function setBudget(theBase: u32, theMost: u32): void {
  baseBytes = theBase;
  mostBytes = theMost;
}

/** Bytes that may be taken: the budget grows with the origin, by a bit for each of its blocks that are of this part. */
export function budget(): u64 {
  return min(<u64>baseBytes + (<u64>buckets * PAGE_BYTES) / (partMask + 1), <u64>mostBytes);
}

/** Bytes that may still be taken. */
export function room(): u32 {
  const used = <u64>(low - firstPage) + <u64>(end - high);
  const most = budget();
  return used >= most ? 0 : <u32>min(most - used, <u64>(high - low));
}

/** Whether another bucket may be opened, with enough left for the repeated blocks of all of them. */
export function hasRoomForBucket(): bool {
  const opened = <u64>(low - firstPage) / (PAGE_BYTES + BUFFER_BYTES) + 1;
  return opened * (2 * PAGE_BYTES + BUFFER_BYTES) <= budget();
}

export function setBounds(stale: u64, identical: u64): void {
  staleBound = stale;
  identicalBound = identical;
}

/** Adds one to a count of the tally. */
export function add(at: usize): void {
  store<u64>(tally + at, load<u64>(tally + at) + 1);
}
