/** A text that is written many times, in pieces of four bytes. */
export interface FixedText {
  readonly words: Uint32Array;
  readonly lengthBytes: number;
}

/** A text of ASCII as {@link TextBytes} takes it. */
export function fixedText(text: string): FixedText {
  const words = new Uint32Array(Math.ceil(text.length / 4));
  for (let at = 0; at < text.length; at += 1) {
    words[at >> 2] = (words[at >> 2] ?? 0) | (text.charCodeAt(at) << (8 * (at & 3)));
  }
  return { words, lengthBytes: text.length };
}

const GROUP = 10_000;
const TWO_GROUPS = 100_000_000;
const ZERO = 0x30;
const SPACE = 0x20;
/** Four bytes are written at a time, and may reach this far behind the last one that counts. */
const OVERSHOOT_BYTES = 4;

/**
 * Memory that text of ASCII is written into, numbers above all: four digits at a time out of a table, which is several
 * times as fast as one after the other, and no string is made. Each method takes the place to write to and returns the
 * place behind.
 */
export class TextBytes {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  /** Of each number below 10,000: its text without leading zeros, with them, and how long it is without. */
  readonly #short: Uint32Array;
  readonly #full: Uint32Array;
  readonly #lengths: Uint8Array;

  constructor(readonly lengthBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(lengthBytes + OVERSHOOT_BYTES);
    this.#view = new DataView(this.#bytes.buffer);
    ({ short: this.#short, full: this.#full, lengths: this.#lengths } = digitTables());
  }

  /** What has been written, not copied. */
  bytes(from: number, to: number): Buffer {
    return this.#bytes.subarray(from, to);
  }

  fixed(at: number, { words, lengthBytes }: FixedText): number {
    for (let word = 0, to = at; word < words.length; word += 1, to += 4) {
      this.#view.setUint32(to, words[word] ?? 0, true);
    }
    return at + lengthBytes;
  }

  /** A text of ASCII that is seldom or never written again. */
  string(at: number, text: string): number {
    return at + this.#bytes.write(text, at, 'latin1');
  }

  /** None where the count is negative. */
  spaces(at: number, count: number): number {
    let to = at;
    for (; to < at + count; to += 1) this.#bytes[to] = SPACE;
    return to;
  }

  /** A whole number below 2^53. */
  number(at: number, value: number): number {
    if (value < GROUP) return this.#first(at, value);
    if (value < TWO_GROUPS) return this.#two(at, value);
    const high = Math.floor(value / TWO_GROUPS);
    const end = high < GROUP ? this.#first(at, high) : this.#two(at, high);
    return this.#eight(end, value - high * TWO_GROUPS);
  }

  /** A number of 64 bits in two halves. */
  u64(at: number, hi: number, lo: number): number {
    if (hi === 0) return this.number(at, lo);
    // Long division by 10^8 in steps that a double holds: the remainder is below 2^27, and 16 bits come to it each time.
    const top = Math.floor(hi / TWO_GROUPS);
    const upper = (hi - top * TWO_GROUPS) * 0x1_0000 + (lo >>> 16);
    const middle = Math.floor(upper / TWO_GROUPS);
    const lower = (upper - middle * TWO_GROUPS) * 0x1_0000 + (lo & 0xffff);
    const bottom = Math.floor(lower / TWO_GROUPS);
    const high = top * 2 ** 32 + middle * 0x1_0000 + bottom;
    const rest = lower - bottom * TWO_GROUPS;
    return high === 0 ? this.number(at, rest) : this.#eight(this.number(at, high), rest);
  }

  #first(at: number, value: number): number {
    this.#view.setUint32(at, this.#short[value] ?? 0, true);
    return at + (this.#lengths[value] ?? 0);
  }

  #two(at: number, value: number): number {
    const high = (value / GROUP) >>> 0;
    const end = this.#first(at, high);
    this.#view.setUint32(end, this.#full[value - high * GROUP] ?? 0, true);
    return end + 4;
  }

  #eight(at: number, value: number): number {
    const high = (value / GROUP) >>> 0;
    this.#view.setUint32(at, this.#full[high] ?? 0, true);
    this.#view.setUint32(at + 4, this.#full[value - high * GROUP] ?? 0, true);
    return at + 8;
  }
}

/** How many digits a whole number below 2^53 has. */
export function digitCount(value: number): number {
  let count = 1;
  for (let limit = 10; limit <= value; limit *= 10) count += 1;
  return count;
}

interface DigitTables {
  readonly short: Uint32Array;
  readonly full: Uint32Array;
  readonly lengths: Uint8Array;
}

let tables: DigitTables | undefined;

/** Made once, when the first number is to be written: 90 KB. */
function digitTables(): DigitTables {
  return (tables ??= makeTables());
}

function makeTables(): DigitTables {
  const short = new Uint32Array(GROUP);
  const full = new Uint32Array(GROUP);
  const lengths = new Uint8Array(GROUP);
  for (let value = 0; value < GROUP; value += 1) {
    const length = value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : 4;
    // The first digit is the lowest byte, as it comes first in memory.
    let digits = 0;
    for (let rest = value, place = 0; place < 4; place += 1) {
      const tenth = Math.floor(rest / 10);
      digits = (digits << 8) | (ZERO + rest - tenth * 10);
      rest = tenth;
    }
    full[value] = digits;
    short[value] = digits >>> (8 * (4 - length));
    lengths[value] = length;
  }
  return { short, full, lengths };
}
