import {
  add,
  BUCKET_BITS,
  BUCKET_MASK,
  BUCKET_SHIFT,
  buckets,
  BUFFER,
  directory,
  DONE,
  FILL,
  firstPage,
  identicalBound,
  limit,
  low,
  mostNotes,
  noBuffer,
  noted,
  notes,
  oddBits,
  PAGE_BYTES,
  part,
  partMask,
  REPEATED,
  room,
  scratch,
  sectors,
  shift,
  staleBound,
  stateBytes,
  WAITING,
} from './state';

const COPY_BUFFER_BYTES: u32 = 32768;
const COPIES: u32 = COPY_BUFFER_BYTES / 16;
/** One count for 256 bits. */
const RANK_BYTES: u32 = (1 << (BUCKET_BITS - 8)) * 4;
const NOTE_BYTES: u32 = 40;

@external("env", "takeNotes")
declare function takeNotes(count: u32): void;

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
