/*
 * The hot loops of a scan over the entries of a cache: what they are (`classify`), which origin blocks come more than
 * once (`mark`), and which of their copies wins (`resolve`). src/scan/kernel/plain-kernel.ts does the same, word for
 * word in the same memory; src/scan/kernel/layout.ts says what lies where.
 *
 * A bit for each origin block, met in no order, would miss the caches at nearly every entry. So the blocks go to
 * buckets first, each of so many neighbouring blocks that its bits stay in the second cache while the bucket's buffer
 * is emptied into them.
 */

/** Log2 of the origin blocks in a bucket. */
const BUCKET_BITS: u32 = 20;
const BUCKET_MASK: u32 = (1 << BUCKET_BITS) - 1;
const PAGE_BYTES: u32 = 1 << (BUCKET_BITS - 3);
const BUFFER_BYTES: u32 = 65536;
const MARKS: u32 = BUFFER_BYTES / 4;
const COPY_BUFFER_BYTES: u32 = 32768;
const COPIES: u32 = COPY_BUFFER_BYTES / 16;
/** One count for 256 bits. */
const RANK_BYTES: u32 = (1 << (BUCKET_BITS - 8)) * 4;

/** Log2 of the bytes of a bucket in the directory, and where its words lie. */
const BUCKET_SHIFT: u32 = 4;
const PAGE: usize = 0;
const BUFFER: usize = 4;
const FILL: usize = 8;
const REPEATED: usize = 12;

/** States of a bucket, in the place of an address. */
const FRESH: u32 = 0;
const SKIPPED: u32 = 1;
const DONE: u32 = 2;
const WAITING: u32 = 3;

const NOTE_BYTES: u32 = 40;

const SIGN: u64 = 0x8000000000000000;

let limit: u64 = 0;
/** seq_count and index plus one of the entry that is kept; 12 bytes where an index has 32 bits, else 16. */
let stateBytes: u32 = 12;
let noteFrom: u64 = 0;
let oddBits: u64 = 0;
let shift: u64 = 0;
let partMask: u32 = 0;
let part: u32 = 0;

let tally: usize = 0;
let directory: usize = 0;
let sectors: usize = 0;
let scratch: usize = 0;
let notes: usize = 0;
let mostNotes: u32 = 0;
let noBuffer: u32 = 0;
let firstPage: u32 = 0;
let end: u32 = 0;

let baseBytes: u32 = 0;
let mostBytes: u32 = 0;

let low: u32 = 0;
let high: u32 = 0;
let isUsed: bool = false;
let buckets: u32 = 0;
let noted: u32 = 0;
let staleBound: u64 = 0;
let identicalBound: u64 = 0;

@external("env", "takeNotes")
declare function takeNotes(count: u32): void;

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
function budget(): u64 {
  return min(<u64>baseBytes + (<u64>buckets * PAGE_BYTES) / (partMask + 1), <u64>mostBytes);
}

/** Bytes that may still be taken. */
function room(): u32 {
  const used = <u64>(low - firstPage) + <u64>(end - high);
  const most = budget();
  return used >= most ? 0 : <u32>min(most - used, <u64>(high - low));
}

/** Whether another bucket may be opened, with enough left for the repeated blocks of all of them. */
function hasRoomForBucket(): bool {
  const opened = <u64>(low - firstPage) / (PAGE_BYTES + BUFFER_BYTES) + 1;
  return opened * (2 * PAGE_BYTES + BUFFER_BYTES) <= budget();
}

export function setBounds(stale: u64, identical: u64): void {
  staleBound = stale;
  identicalBound = identical;
}

/** What the entries are, two at a time. */
export function classify(at: usize, count: u32): void {
  const sign = i64x2.splat(<i64>SIGN);
  const limits = i64x2.splat(<i64>(limit ^ SIGN));
  const highs = i64x2.splat(<i64>(noteFrom ^ SIGN));
  const odds = i64x2.splat(<i64>oddBits);
  const ones = i64x2.splat(-1);
  const zeros = i64x2.splat(0);
  let committed = zeros;
  let free = zeros;
  let above = zeros;
  let odd = zeros;
  let beyond = zeros;
  let maxSector = sign;
  let maxSeq = sign;
  const last = at + (<usize>(count & ~1) << 4);
  for (let p = at; p < last; p += 32) {
    const one = v128.load(p);
    const other = v128.load(p, 16);
    const sector = v128.shuffle<u64>(one, other, 0, 2);
    const seq = v128.shuffle<u64>(one, other, 1, 3);
    const signedSeq = v128.xor(seq, sign);
    const isCommitted = i64x2.lt_s(signedSeq, limits);
    committed = i64x2.sub(committed, isCommitted);
    free = i64x2.sub(free, i64x2.eq(seq, ones));
    above = i64x2.sub(above, i64x2.gt_s(signedSeq, limits));
    const kept = v128.xor(v128.and(sector, isCommitted), sign);
    odd = i64x2.sub(odd, v128.andnot(isCommitted, i64x2.eq(v128.and(sector, odds), zeros)));
    beyond = i64x2.sub(beyond, v128.and(isCommitted, i64x2.ge_s(kept, highs)));
    maxSector = v128.bitselect(kept, maxSector, i64x2.gt_s(kept, maxSector));
    const keptSeq = v128.xor(v128.and(seq, isCommitted), sign);
    maxSeq = v128.bitselect(keptSeq, maxSeq, i64x2.gt_s(keptSeq, maxSeq));
  }
  store<u64>(tally, sum(committed), 0);
  store<u64>(tally, sum(free), 8);
  store<u64>(tally, sum(above), 16);
  store<u64>(tally, sum(odd), 24);
  store<u64>(tally, sum(beyond), 32);
  store<u64>(tally, largest(v128.xor(maxSector, sign)), 40);
  store<u64>(tally, largest(v128.xor(maxSeq, sign)), 48);
  if ((count & 1) !== 0) classifyOne(load<u64>(last), load<u64>(last, 8));
}

function classifyOne(sector: u64, seq: u64): void {
  if (seq >= limit) {
    if (seq === u64.MAX_VALUE) add(8);
    if (seq > limit) add(16);
    return;
  }
  add(0);
  if ((sector & oddBits) !== 0) add(24);
  if (sector >= noteFrom) add(32);
  if (sector > load<u64>(tally, 40)) store<u64>(tally, sector, 40);
  if (seq > load<u64>(tally, 48)) store<u64>(tally, seq, 48);
}

function add(at: usize): void {
  store<u64>(tally + at, load<u64>(tally + at) + 1);
}

function sum(lanes: v128): u64 {
  return <u64>(i64x2.extract_lane(lanes, 0) + i64x2.extract_lane(lanes, 1));
}

function largest(lanes: v128): u64 {
  return max(<u64>i64x2.extract_lane(lanes, 0), <u64>i64x2.extract_lane(lanes, 1));
}

/** Marks the origin blocks of committed entries, and those that come again as repeated. */
export function mark(at: usize, count: u32): void {
  const last = at + (<usize>count << 4);
  const bucketShift = shift + <u64>BUCKET_BITS;
  let to = sectors;
  // Without branches: whether an entry is committed cannot be foreseen.
  for (let p = at; p < last; p += 16) {
    const sector = load<u64>(p);
    store<u64>(to, sector);
    const isWanted =
      <u32>(load<u64>(p, 8) < limit) &
      <u32>((sector & oddBits) === 0) &
      <u32>(((<u32>(sector >> bucketShift)) & partMask) === part);
    to += <usize>isWanted << 3;
  }
  for (let p = sectors; p < to; p += 8) {
    const slot = load<u64>(p) >> shift;
    const bucket = <u32>(slot >> <u64>BUCKET_BITS);
    const d = directory + (<usize>bucket << BUCKET_SHIFT);
    if (load<u32>(d, BUFFER) === 0) open(d, bucket);
    const fill = load<u32>(d, FILL);
    store<u32>(load<u32>(d, BUFFER) + (fill << 2), <u32>slot & BUCKET_MASK);
    store<u32>(d, fill + 1, FILL);
    if (fill + 1 === MARKS) emptyMarks(d);
  }
}

/** Gives a bucket its bits and its buffer, or leaves it for another time where there is no room. */
function open(d: usize, bucket: u32): void {
  if (bucket >= buckets) buckets = bucket + 1;
  if (!hasRoomForBucket()) {
    skip(d);
    return;
  }
  if (isUsed) memory.fill(low, 0, PAGE_BYTES);
  store<u32>(d, low);
  store<u32>(d, low + PAGE_BYTES, BUFFER);
  low += PAGE_BYTES + BUFFER_BYTES;
}

function skip(d: usize): void {
  store<u32>(d, SKIPPED);
  store<u32>(d, noBuffer, BUFFER);
  store<u32>(d, 0, REPEATED);
}

function emptyMarks(d: usize): void {
  const page = load<u32>(d);
  const count = load<u32>(d, FILL);
  store<u32>(d, 0, FILL);
  if (page <= WAITING) return;
  let p = <usize>load<u32>(d, BUFFER);
  const last = p + (count << 2);
  for (; p < last; p += 4) {
    const offset = load<u32>(p);
    const word = page + ((offset >> 5) << 2);
    const bits = load<u32>(word);
    const bit: u32 = 1 << (offset & 31);
    if ((bits & bit) === 0) {
      store<u32>(word, bits | bit);
    } else {
      repeat(d, offset);
    }
  }
}

/** Notes that a block came again. There is room for that, see `hasRoomForBucket`. */
function repeat(d: usize, offset: u32): void {
  let page = load<u32>(d, REPEATED);
  if (page === 0) {
    high -= PAGE_BYTES;
    page = high;
    if (isUsed) memory.fill(page, 0, PAGE_BYTES);
    store<u32>(d, page, REPEATED);
  }
  const word = page + ((offset >> 5) << 2);
  store<u32>(word, load<u32>(word) | (1 << (offset & 31)));
}

/**
 * Ends a round of `mark` for some buckets: afterwards each is done, waits for `resolve`, or was left out. All of them
 * come in turn.
 */
export function endMarks(from: u32, to: u32): void {
  for (let bucket = from; bucket < min(to, buckets); bucket += 1) {
    const d = directory + (<usize>bucket << BUCKET_SHIFT);
    if (load<u32>(d, FILL) !== 0) emptyMarks(d);
    if (load<u32>(d) <= WAITING) continue;
    store<u32>(d, load<u32>(d, REPEATED) === 0 ? DONE : WAITING);
    store<u32>(d, noBuffer, BUFFER);
  }
  isUsed = true;
}

/** How many buckets are in this state. */
export function bucketsIn(state: u32): u32 {
  let count: u32 = 0;
  for (let bucket: u32 = 0; bucket < buckets; bucket += 1) {
    if (load<u32>(directory + (<usize>bucket << BUCKET_SHIFT)) === state) count += 1;
  }
  return count;
}

/** Begins another round of `mark`, for the buckets that were left out. */
export function nextMarks(): void {
  low = firstPage;
  high = end;
  for (let bucket: u32 = 0; bucket < buckets; bucket += 1) {
    const d = directory + (<usize>bucket << BUCKET_SHIFT);
    if (load<u32>(d) !== SKIPPED) continue;
    store<u32>(d, FRESH);
    store<u32>(d, 0, BUFFER);
  }
}

/** Makes room for the copies of as many waiting buckets as fit, of these; returns how many. From 0 on it begins anew. */
export function beginCopies(from: u32, to: u32): u32 {
  if (from === 0) low = firstPage;
  let count: u32 = 0;
  for (let bucket = from; bucket < min(to, buckets); bucket += 1) {
    const d = directory + (<usize>bucket << BUCKET_SHIFT);
    if (load<u32>(d) !== WAITING) continue;
    const page = load<u32>(d, REPEATED);
    const repeated = countBits(page);
    const bytes = COPY_BUFFER_BYTES + RANK_BYTES + repeated * stateBytes;
    if (room() < bytes) continue;
    rank(page, low + COPY_BUFFER_BYTES);
    memory.fill(low + COPY_BUFFER_BYTES + RANK_BYTES, 0, repeated * stateBytes);
    store<u32>(d, low + COPY_BUFFER_BYTES);
    store<u32>(d, low, BUFFER);
    low += (bytes + 7) & ~7;
    count += 1;
  }
  return count;
}

function countBits(page: u32): u32 {
  let count: u64 = 0;
  for (let p = page; p < page + PAGE_BYTES; p += 8) count += popcnt(load<u64>(p));
  return <u32>count;
}

/** For each 256 bits, how many are set before them. */
function rank(page: u32, to: u32): void {
  let count: u32 = 0;
  for (let group: u32 = 0; group < PAGE_BYTES / 32; group += 1) {
    store<u32>(to + group * 4, count);
    const p = page + group * 32;
    count += <u32>(
      (popcnt(load<u64>(p)) + popcnt(load<u64>(p, 8)) + popcnt(load<u64>(p, 16)) + popcnt(load<u64>(p, 24)))
    );
  }
}

/** Decides between the copies of repeated blocks as the kernel does, going through the entries by index. */
export function resolve(at: usize, count: u32, firstIndex: f64): void {
  const last = at + (<usize>count << 4);
  const bucketShift = shift + <u64>BUCKET_BITS;
  let to = sectors;
  for (let p = at; p < last; p += 16) {
    const sector = load<u64>(p);
    store<u32>(to, <u32>p);
    const isWanted =
      <u32>(load<u64>(p, 8) < limit) &
      <u32>((sector & oddBits) === 0) &
      <u32>(((<u32>(sector >> bucketShift)) & partMask) === part);
    to += <usize>isWanted << 2;
  }
  // What to add to an entry's number in memory to get its index.
  const base = <u64>firstIndex - (<u64>at >> 4);
  for (let q = sectors; q < to; q += 4) {
    const p = load<u32>(q);
    const slot = load<u64>(p) >> shift;
    const bucket = <u32>(slot >> <u64>BUCKET_BITS);
    const d = directory + (<usize>bucket << BUCKET_SHIFT);
    if (load<u32>(d) <= WAITING) continue;
    const fill = load<u32>(d, FILL);
    const item = load<u32>(d, BUFFER) + (fill << 4);
    store<u64>(item, load<u64>(p, 8));
    store<u64>(item, ((base + (<u64>p >> 4)) << <u64>BUCKET_BITS) | (slot & <u64>BUCKET_MASK), 8);
    store<u32>(d, fill + 1, FILL);
    if (fill + 1 === COPIES) emptyCopies(d, bucket);
  }
}

/**
 * In three steps, of which each asks for what the next one needs: so the processor waits for many words of memory at
 * once, and not for one after the other.
 */
function emptyCopies(d: usize, bucket: u32): void {
  const page = load<u32>(d, REPEATED);
  const ranks = load<u32>(d);
  const first = load<u32>(d, BUFFER);
  const last = first + (load<u32>(d, FILL) << 4);
  store<u32>(d, 0, FILL);
  let to = scratch;
  for (let p = first; p < last; p += 16, to += 4) {
    const offset = load<u32>(p, 8) & BUCKET_MASK;
    store<u32>(to, (load<u32>(page + ((offset >> 5) << 2)) >> (offset & 31)) & 1);
  }
  let from = scratch;
  let copy = first;
  let touched: u32 = 0;
  to = scratch;
  for (let p = first; p < last; p += 16, from += 4) {
    if (load<u32>(from) === 0) continue;
    const state = ranks + RANK_BYTES + numberOf(page, ranks, load<u32>(p, 8) & BUCKET_MASK) * stateBytes;
    store<u64>(copy, load<u64>(p));
    store<u64>(copy, load<u64>(p, 8), 8);
    copy += 16;
    touched |= load<u32>(state);
    store<u32>(to, state);
    to += 4;
  }
  // Or the words would not have been asked for.
  store<u32>(scratch + COPIES * 4, touched);
  from = scratch;
  for (let p = first; p < copy; p += 16, from += 4) {
    const place = load<u64>(p, 8);
    const block = ((<u64>bucket) << <u64>BUCKET_BITS) | (place & <u64>BUCKET_MASK);
    judge(load<u32>(from), load<u64>(p), place >> <u64>BUCKET_BITS, block << shift);
  }
}

/** How many repeated blocks of a bucket are before this one. */
function numberOf(page: u32, ranks: u32, offset: u32): u32 {
  const at = page + ((offset >> 6) << 3);
  const bit = <u64>offset & 63;
  let number =
    load<u32>(ranks + ((offset >> 8) << 2)) + <u32>popcnt(load<u64>(at) & (((<u64>1) << bit) - 1));
  for (let before = page + ((offset >> 8) << 5); before < at; before += 8) {
    number += <u32>popcnt(load<u64>(before));
  }
  return number;
}

function judge(state: u32, seq: u64, index: u64, sector: u64): void {
  const isWide = stateBytes === 16;
  const kept = isWide ? load<u64>(state, 8) : <u64>load<u32>(state, 8);
  const keptSeq = load<u64>(state);
  if (kept !== 0) {
    const isIdentical = seq === keptSeq;
    add(56);
    if (isIdentical) add(64);
    const bound = isIdentical ? identicalBound : staleBound;
    if (index < bound) {
      note(seq >= keptSeq ? kept - 1 : index, index, sector, min(seq, keptSeq), isIdentical);
    }
    if (seq < keptSeq) return;
  }
  store<u64>(state, seq);
  if (isWide) store<u64>(state, index + 1, 8);
  else store<u32>(state, <u32>(index + 1), 8);
}

function note(loser: u64, index: u64, sector: u64, seq: u64, isIdentical: bool): void {
  const to = notes + noted * NOTE_BYTES;
  store<u64>(to, loser);
  store<u64>(to, index, 8);
  store<u64>(to, sector, 16);
  store<u64>(to, seq, 24);
  store<u64>(to, isIdentical ? 1 : 0, 32);
  noted += 1;
  if (noted === mostNotes) giveNotes();
}

function giveNotes(): void {
  const count = noted;
  noted = 0;
  if (count > 0) takeNotes(count);
}

/** Ends a round of `resolve` for some buckets. All of them come in turn. */
export function endCopies(from: u32, to: u32): void {
  for (let bucket = from; bucket < min(to, buckets); bucket += 1) {
    const d = directory + (<usize>bucket << BUCKET_SHIFT);
    if (load<u32>(d) <= WAITING) continue;
    emptyCopies(d, bucket);
    store<u32>(d, DONE);
    store<u32>(d, noBuffer, BUFFER);
    store<u32>(d, 0, REPEATED);
  }
  giveNotes();
}
