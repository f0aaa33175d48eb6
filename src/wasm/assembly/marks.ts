import {
  BUCKET_BITS,
  BUCKET_MASK,
  BUCKET_SHIFT,
  buckets,
  BUFFER,
  BUFFER_BYTES,
  directory,
  DONE,
  end,
  FILL,
  firstPage,
  FRESH,
  hasRoomForBucket,
  high,
  isUsed,
  limit,
  low,
  noBuffer,
  oddBits,
  PAGE_BYTES,
  part,
  partMask,
  REPEATED,
  sectors,
  shift,
  SKIPPED,
  WAITING,
} from './state';

const MARKS: u32 = BUFFER_BYTES / 4;

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
