import { ENTRY_STATES } from '../scan/index.js';

/** `csv` with a title line, `jsonl` with an object a line, `table` in columns for people. */
export const ENTRY_FORMATS = ['table', 'csv', 'jsonl'] as const;
export type EntryFormat = (typeof ENTRY_FORMATS)[number];

export interface EntryLinesOptions {
  /** `items` are those of an array in a JSON document, with commas between them and none around a batch. */
  readonly format: EntryFormat | 'items';
  /** Byte offset on the cache device of block 0. */
  readonly dataStartBytes: bigint;
  readonly blockSize: number;
  readonly nBlocks: bigint;
}

/** No line is longer: five columns of 20 digits, and the longest of all the texts around them. */
export const LONGEST_LINE_BYTES = 256;

/** Everything of the lines but the numbers. ASCII throughout. */
export interface EntryLayout {
  /** What comes before the first line. */
  readonly title: string;
  readonly start: string;
  /** Between index and sector, with the state in it: one for each of {@link ENTRY_STATES}. */
  readonly states: readonly string[];
  readonly beforeSeqCount: string;
  readonly beforeOffset: string;
  readonly end: string;
  /** What a sector or seq_count of all ones is shown as. */
  readonly allOnes: string;
  /** How much of the first line of a batch is left out. */
  readonly leftOutBytes: number;
  /** Columns that a number is right-aligned in; 0 where it is not. */
  readonly widths: {
    readonly index: number;
    readonly sector: number;
    readonly seqCount: number;
    readonly offset: number;
  };
}

const TITLES = ['index', 'state', 'original_sector', 'seq_count', 'data_offset_bytes'] as const;
const STATE_WIDTH = Math.max(...ENTRY_STATES.map((state) => state.length));
const ITEM_SEPARATOR = ',\n    ';
const ALL_ONES = '18446744073709551615';
const NOT_ALIGNED = { index: 0, sector: 0, seqCount: 0, offset: 0 };

/** The layout of one format. */
export function entryLayout(options: EntryLinesOptions): EntryLayout {
  switch (options.format) {
    case 'csv':
      return csvLayout();
    case 'jsonl':
      return objectLayout('', '\n');
    case 'items':
      return objectLayout(ITEM_SEPARATOR, '');
    case 'table':
      return tableLayout(options);
  }
}

function csvLayout(): EntryLayout {
  return {
    title: `${TITLES.join(',')}\n`,
    start: '',
    states: ENTRY_STATES.map((state) => `,${state},`),
    beforeSeqCount: ',',
    beforeOffset: ',',
    end: '\n',
    allOnes: ALL_ONES,
    leftOutBytes: 0,
    widths: NOT_ALIGNED,
  };
}

function objectLayout(before: string, behind: string): EntryLayout {
  return {
    title: '',
    start: `${before}{"index":`,
    states: ENTRY_STATES.map((state) => `,"state":"${state}","original_sector":"`),
    beforeSeqCount: '","seq_count":"',
    beforeOffset: '","data_offset_bytes":',
    end: `}${behind}`,
    allOnes: ALL_ONES,
    leftOutBytes: before.length,
    widths: NOT_ALIGNED,
  };
}

function tableLayout({ nBlocks, dataStartBytes, blockSize }: EntryLinesOptions): EntryLayout {
  const last = nBlocks > 0n ? nBlocks - 1n : 0n;
  const lastOffset = dataStartBytes + last * BigInt(blockSize);
  const [indexTitle, stateTitle, sectorTitle, seqCountTitle, offsetTitle] = TITLES;
  const widths = {
    index: Math.max(indexTitle.length, String(last).length),
    // Sectors and seq_counts rarely need their 20 digits: these widths fit 80 columns.
    sector: Math.max(sectorTitle.length, 15),
    seqCount: Math.max(seqCountTitle.length, 12),
    offset: Math.max(offsetTitle.length, String(lastOffset).length),
  };
  const titles = [
    indexTitle.padStart(widths.index),
    stateTitle.padEnd(STATE_WIDTH),
    sectorTitle.padStart(widths.sector),
    seqCountTitle.padStart(widths.seqCount),
    offsetTitle.padStart(widths.offset),
  ];
  return {
    title: `${titles.join('  ')}\n`,
    start: '',
    states: ENTRY_STATES.map((state) => `  ${state.padEnd(STATE_WIDTH)}  `),
    beforeSeqCount: '  ',
    beforeOffset: '  ',
    end: '\n',
    allOnes: '-',
    leftOutBytes: 0,
    widths,
  };
}
