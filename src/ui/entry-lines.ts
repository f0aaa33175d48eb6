import { u64, type EntryBatch } from '../scan/index.js';
import { LONGEST_LINE_BYTES, entryLayout, type EntryLayout, type EntryLinesOptions } from './entry-layout.js';
import { TextBytes, digitCount, fixedText, type FixedText } from './text-bytes.js';

const ALL_ONES = 0xffff_ffff;

/** {@link EntryLayout} in the shape that it is written in. */
interface FixedTexts {
  readonly start: FixedText;
  readonly states: readonly FixedText[];
  readonly beforeSeqCount: FixedText;
  readonly beforeOffset: FixedText;
  readonly end: FixedText;
  readonly allOnes: FixedText;
}

/** Turns batches of entries into text. */
export interface EntryFormatter {
  /** What comes before the first line. */
  readonly title: string;
  /** The lines of a batch; the memory is used again for the next, so write it first. */
  lines(batch: EntryBatch): Uint8Array;
}

/**
 * Writes lines straight into one piece of memory: ten million entries make no string each. A free entry that was never
 * used has all ones in both fields, and they are shown as they are on the device; only the table shows "-" for them.
 * The twin of src/wasm/assembly/lines.ts.
 */
export class EntryLines implements EntryFormatter {
  readonly #options: EntryLinesOptions;
  readonly #layout: EntryLayout;
  readonly #fixed: FixedTexts;
  readonly #dataStartBytes: number;
  /** Up to this index, data offsets are exact as doubles. */
  readonly #lastExactIndex: number;
  #text = new TextBytes(0);

  constructor(options: EntryLinesOptions) {
    this.#options = options;
    this.#layout = entryLayout(options);
    this.#fixed = fixedTexts(this.#layout);
    this.#dataStartBytes = Number(options.dataStartBytes);
    this.#lastExactIndex = Math.floor((Number.MAX_SAFE_INTEGER - this.#dataStartBytes) / options.blockSize);
  }

  get title(): string {
    return this.#layout.title;
  }

  lines(batch: EntryBatch): Uint8Array {
    if (this.#text.lengthBytes < batch.count * LONGEST_LINE_BYTES) {
      this.#text = new TextBytes(batch.count * LONGEST_LINE_BYTES);
    }
    const { index: indexes, sectorHi, sectorLo, seqHi, seqLo, state, count } = batch;
    const { start, states, beforeSeqCount, beforeOffset, end } = this.#fixed;
    const { widths, leftOutBytes } = this.#layout;
    const text = this.#text;
    let to = 0;
    for (let at = 0; at < count; at += 1) {
      const index = indexes[at] ?? 0;
      to = this.#number(text.fixed(to, start), index, widths.index);
      to = text.fixed(to, states[state[at] ?? 0] ?? start);
      to = this.#u64(to, sectorHi[at] ?? 0, sectorLo[at] ?? 0, widths.sector);
      to = text.fixed(to, beforeSeqCount);
      to = this.#u64(to, seqHi[at] ?? 0, seqLo[at] ?? 0, widths.seqCount);
      to = text.fixed(to, beforeOffset);
      to = this.#dataOffset(to, index, widths.offset);
      to = text.fixed(to, end);
    }
    return text.bytes(Math.min(to, leftOutBytes), to);
  }

  /** A whole number below 2^53, right-aligned in `width` columns. */
  #number(at: number, value: number, width: number): number {
    const text = this.#text;
    return text.number(width === 0 ? at : text.spaces(at, width - digitCount(value)), value);
  }

  #u64(at: number, hi: number, lo: number, width: number): number {
    const text = this.#text;
    if (hi === ALL_ONES && lo === ALL_ONES) {
      const allOnes = this.#fixed.allOnes;
      return text.fixed(width === 0 ? at : text.spaces(at, width - allOnes.lengthBytes), allOnes);
    }
    if (width === 0) return text.u64(at, hi, lo);
    return hi < 2 ** 21
      ? this.#number(at, hi * 2 ** 32 + lo, width)
      : text.string(at, String(u64(hi, lo)).padStart(width));
  }

  #dataOffset(at: number, index: number, width: number): number {
    const { dataStartBytes, blockSize } = this.#options;
    if (index <= this.#lastExactIndex) {
      return this.#number(at, this.#dataStartBytes + index * blockSize, width);
    }
    const exact = dataStartBytes + BigInt(index) * BigInt(blockSize);
    return this.#text.string(at, String(exact).padStart(width));
  }
}

function fixedTexts(layout: EntryLayout): FixedTexts {
  return {
    start: fixedText(layout.start),
    states: layout.states.map(fixedText),
    beforeSeqCount: fixedText(layout.beforeSeqCount),
    beforeOffset: fixedText(layout.beforeOffset),
    end: fixedText(layout.end),
    allOnes: fixedText(layout.allOnes),
  };
}
