import {
  add,
  limit,
  noteFrom,
  oddBits,
  tally,
} from './state';

const SIGN: u64 = 0x8000000000000000;

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

function sum(lanes: v128): u64 {
  return <u64>(i64x2.extract_lane(lanes, 0) + i64x2.extract_lane(lanes, 1));
}

function largest(lanes: v128): u64 {
  return max(<u64>i64x2.extract_lane(lanes, 0), <u64>i64x2.extract_lane(lanes, 1));
}
