/**
 * Entries as lines of text; the twin of src/ui/entry-lines.ts. Digits are made eight at a time: a number below 10^8 is cut
 * in halves, and these in halves again, all inside one word of 64 bits, until each byte holds a digit.
 */

const FOUR_DIGITS: u32 = 10000;
const EIGHT_DIGITS: u64 = 100000000;
const ZEROS: u64 = 0x3030303030303030;
const SPACES: u64 = 0x2020202020202020;

/** A text in memory: its length in a byte, and from here on the text itself, which is copied eight bytes at a time. */
const TEXT_BEGINS: usize = 8;
/** A text and the next one in a table of them. */
const TEXT_STRIDE: usize = 64;

/** Places in the table of texts; those of the states come after these. */
const START: usize = 0;
const BEFORE_SEQ_COUNT: usize = 1;
const BEFORE_OFFSET: usize = 2;
const END: usize = 3;
const ALL_ONES: usize = 4;
const STATES: usize = 5;

/** The digits of a number below 10^8, a byte each, the first in the lowest byte. */
@inline
function digitsOf(value: u32): u64 {
  const high = value / FOUR_DIGITS;
  const fours = <u64>high | (<u64>(value - high * FOUR_DIGITS) << 32);
  // 10486 / 2^20 is 1 / 100 for every number below 10^4, and 103 / 2^10 is 1 / 10 for every one below 100.
  const hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007f;
  const twos = hundreds | ((fours - hundreds * 100) << 16);
  const tens = ((twos * 103) >> 10) & 0x000f000f000f000f;
  return tens | ((twos - tens * 10) << 8);
}

/** A number below 10^8 without leading zeros. */
@inline
function putShort(to: usize, value: u32): usize {
  const digits = digitsOf(value);
  // Of a zero, the last digit is shown.
  const blankBits = ctz(digits | (<u64>1 << 56)) & 0x38;
  store<u64>(to, (digits | ZEROS) >> blankBits);
  return to + 8 - <usize>(blankBits >> 3);
}

/** A number below 10^8 with all its eight digits. */
@inline
function putEight(to: usize, value: u32): usize {
  store<u64>(to, digitsOf(value) | ZEROS);
  return to + 8;
}

@inline
function putNumber(to: usize, value: u64): usize {
  if (value < EIGHT_DIGITS) return putShort(to, <u32>value);
  const high = value / EIGHT_DIGITS;
  const low = <u32>(value - high * EIGHT_DIGITS);
  return putEight(high < EIGHT_DIGITS ? putShort(to, <u32>high) : putLong(to, high), low);
}

/** A number from 10^8 on. */
function putLong(to: usize, value: u64): usize {
  const high = value / EIGHT_DIGITS;
  return putEight(putShort(to, <u32>high), <u32>(value - high * EIGHT_DIGITS));
}

@inline
function putText(to: usize, text: usize): usize {
  const length = <usize>load<u8>(text);
  for (let at: usize = 0; at < length; at += 8) {
    store<u64>(to + at, load<u64>(text + TEXT_BEGINS + at));
  }
  return to + length;
}

/** Spaces before what is `used` long and right-aligned in `width` columns. */
function putSpaces(to: usize, width: u32, used: u32): usize {
  if (used >= width) return to;
  for (let at: u32 = 0; at < width - used; at += 8) store<u64>(to + at, SPACES);
  return to + (width - used);
}

function digitCount(value: u64): u32 {
  let count: u32 = 1;
  // 10^19 is the highest power that there is in 64 bits.
  for (let limit: u64 = 10; limit <= value; limit *= 10) {
    count += 1;
    if (count === 20) break;
  }
  return count;
}

@inline
function putAligned(to: usize, value: u64, width: u32): usize {
  return putNumber(width === 0 ? to : putSpaces(to, width, digitCount(value)), value);
}

@inline
function putField(to: usize, value: u64, width: u32, texts: usize): usize {
  if (value !== u64.MAX_VALUE) return putAligned(to, value, width);
  const text = texts + ALL_ONES * TEXT_STRIDE;
  return putText(width === 0 ? to : putSpaces(to, width, load<u8>(text)), text);
}

/**
 * Writes `count` lines at `out` and returns where they end; up to seven bytes behind it are written as well.
 *
 * @param columns of `capacity` entries each: the index as a double; sector high, low; seq_count high, low in 32 bits; the
 *   state in a byte.
 * @param widths of index, sector, seq_count and data offset in a byte each; 0 where columns are not aligned.
 */
export function putLines(
  count: u32,
  columns: usize,
  capacity: usize,
  texts: usize,
  widths: usize,
  out: usize,
  dataStartBytes: u64,
  blockSize: u64,
): usize {
  const sectorHi = columns + capacity * 8;
  const sectorLo = columns + capacity * 12;
  const seqHi = columns + capacity * 16;
  const seqLo = columns + capacity * 20;
  const states = columns + capacity * 24;
  const indexWidth = <u32>load<u8>(widths);
  const sectorWidth = <u32>load<u8>(widths, 1);
  const seqWidth = <u32>load<u8>(widths, 2);
  const offsetWidth = <u32>load<u8>(widths, 3);
  let to = out;
  for (let entry: usize = 0; entry < count; entry += 1) {
    const index = <u64>load<f64>(columns + entry * 8);
    const at = entry * 4;
    const sector = (<u64>load<u32>(sectorHi + at) << 32) | <u64>load<u32>(sectorLo + at);
    const seqCount = (<u64>load<u32>(seqHi + at) << 32) | <u64>load<u32>(seqLo + at);
    const state = <usize>load<u8>(states + entry);
    to = putText(to, texts + START * TEXT_STRIDE);
    to = putAligned(to, index, indexWidth);
    to = putText(to, texts + (STATES + state) * TEXT_STRIDE);
    to = putField(to, sector, sectorWidth, texts);
    to = putText(to, texts + BEFORE_SEQ_COUNT * TEXT_STRIDE);
    to = putField(to, seqCount, seqWidth, texts);
    to = putText(to, texts + BEFORE_OFFSET * TEXT_STRIDE);
    to = putAligned(to, dataStartBytes + index * blockSize, offsetWidth);
    to = putText(to, texts + END * TEXT_STRIDE);
  }
  return to;
}
