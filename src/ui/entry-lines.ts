import { ENTRY_STATES, u64, type EntryBatch } from '../scan/index.js';

/** `csv` with a title line, `jsonl` with an object a line, `table` in columns for people. */
export const ENTRY_FORMATS = ['table', 'csv', 'jsonl'] as const;
export type EntryFormat = (typeof ENTRY_FORMATS)[number];

export interface EntryLinesOptions {
  readonly format: EntryFormat;
  /** Byte offset on the cache device of block 0. */
  readonly dataStartBytes: bigint;
  readonly blockSize: number;
  readonly nBlocks: bigint;
}

/** No line is longer: five columns of 20 digits, and the longest of all the texts around them. */
const MAX_LINE_BYTES = 256;
const ZERO = 0x30;
const SPACE = 0x20;
const U64_DIGITS = 20;

const TITLES = ['index', 'state', 'original_sector', 'seq_count', 'data_offset_bytes'] as const;
const STATE_WIDTH = Math.max(...ENTRY_STATES.map((state) => state.length));

/**
 * Turns batches of entries into text, digit by digit into one buffer: ten million entries make no string each.
 * A free entry that was never used has all ones in both fields, and they are shown as they are on the device;
 * only the table shows "-" for them.
 */
export class EntryLines {
  readonly #options: EntryLinesOptions;
  readonly #states: readonly Buffer[];
  readonly #widths: readonly number[];
  #buffer = Buffer.alloc(0);
  #end = 0;

  constructor(options: EntryLinesOptions) {
    this.#options = options;
    this.#states = ENTRY_STATES.map((state) =>
      Buffer.from(options.format === 'table' ? state.padEnd(STATE_WIDTH) : state),
    );
    this.#widths = columnWidths(options);
  }

  /** What comes before the first line. */
  title(): string {
    switch (this.#options.format) {
      case 'csv':
        return `${TITLES.join(',')}\n`;
      case 'jsonl':
        return '';
      case 'table':
        return `${TITLES.map((title, column) =>
          column === 1 ? title.padEnd(STATE_WIDTH) : title.padStart(this.#widths[column] ?? 0),
        ).join('  ')}\n`;
    }
  }

  /** The lines of a batch; the buffer is used again for the next, so write it first. */
  lines(batch: EntryBatch): Buffer {
    if (this.#buffer.length < batch.count * MAX_LINE_BYTES) {
      this.#buffer = Buffer.allocUnsafe(batch.count * MAX_LINE_BYTES);
    }
    this.#end = 0;
    for (let at = 0; at < batch.count; at += 1) {
      this.#line(batch, at);
    }
    return this.#buffer.subarray(0, this.#end);
  }

  #line(batch: EntryBatch, at: number): void {
    const { format } = this.#options;
    const index = batch.index[at] ?? 0;
    const state = this.#states[batch.state[at] ?? 0] ?? Buffer.alloc(0);
    if (format === 'jsonl') {
      this.#text('{"index":');
      this.#number(index, 0);
      this.#text(',"state":"');
      this.#bytes(state);
      this.#text('","original_sector":"');
      this.#u64(batch.sectorHi[at] ?? 0, batch.sectorLo[at] ?? 0, 0);
      this.#text('","seq_count":"');
      this.#u64(batch.seqHi[at] ?? 0, batch.seqLo[at] ?? 0, 0);
      this.#text('","data_offset_bytes":');
      this.#dataOffset(index, 0);
      this.#text('}\n');
      return;
    }
    const isTable = format === 'table';
    const separator = isTable ? '  ' : ',';
    const [indexWidth = 0, , sectorWidth = 0, seqWidth = 0, offsetWidth = 0] = isTable ? this.#widths : [];
    this.#number(index, indexWidth);
    this.#text(separator);
    this.#bytes(state);
    this.#text(separator);
    this.#field(batch.sectorHi[at] ?? 0, batch.sectorLo[at] ?? 0, sectorWidth, isTable);
    this.#text(separator);
    this.#field(batch.seqHi[at] ?? 0, batch.seqLo[at] ?? 0, seqWidth, isTable);
    this.#text(separator);
    this.#dataOffset(index, offsetWidth);
    this.#text('\n');
  }

  #field(hi: number, lo: number, width: number, dashForAllOnes: boolean): void {
    if (dashForAllOnes && hi === 0xffff_ffff && lo === 0xffff_ffff) {
      this.#text('-'.padStart(width));
    } else {
      this.#u64(hi, lo, width);
    }
  }

  #dataOffset(index: number, width: number): void {
    const { dataStartBytes, blockSize } = this.#options;
    const inDouble = Number(dataStartBytes) + index * blockSize;
    if (inDouble <= Number.MAX_SAFE_INTEGER) {
      this.#number(inDouble, width);
    } else {
      this.#text(String(dataStartBytes + BigInt(index) * BigInt(blockSize)).padStart(width));
    }
  }

  #u64(hi: number, lo: number, width: number): void {
    if (hi < 2 ** 21) {
      this.#number(hi * 2 ** 32 + lo, width);
    } else {
      this.#text(String(u64(hi, lo)).padStart(width));
    }
  }

  /** A whole number below 2^53, right-aligned in `width` columns. */
  #number(value: number, width: number): void {
    let digits = 1;
    for (let limit = 10; limit <= value; limit *= 10) {
      digits += 1;
    }
    const buffer = this.#buffer;
    let at = this.#end;
    for (let blank = digits; blank < width; blank += 1) {
      buffer[at] = SPACE;
      at += 1;
    }
    this.#end = at + digits;
    let rest = value;
    for (let to = this.#end - 1; to >= at; to -= 1) {
      const tenth = Math.floor(rest / 10);
      buffer[to] = ZERO + (rest - tenth * 10);
      rest = tenth;
    }
  }

  #text(text: string): void {
    for (let at = 0; at < text.length; at += 1) {
      this.#buffer[this.#end + at] = text.charCodeAt(at);
    }
    this.#end += text.length;
  }

  #bytes(bytes: Buffer): void {
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }
}

function columnWidths({ nBlocks, dataStartBytes, blockSize }: EntryLinesOptions): number[] {
  const last = nBlocks > 0n ? nBlocks - 1n : 0n;
  const lastOffset = dataStartBytes + last * BigInt(blockSize);
  const contents = [String(last).length, STATE_WIDTH, U64_DIGITS, U64_DIGITS, String(lastOffset).length];
  // Sectors and seq_counts rarely need their 20 digits: give them room for what fits 80 columns.
  const usual = [0, 0, 15, 12, 0];
  return TITLES.map((title, column) =>
    Math.max(title.length, (usual[column] ?? 0) > 0 ? (usual[column] ?? 0) : (contents[column] ?? 0)),
  );
}
