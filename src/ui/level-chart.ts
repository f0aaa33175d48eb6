import { formatMilliseconds } from '../units.js';
import { tone } from './style.js';

/** A level over time, as shares of a whole from 0 to 1; each stands for an equal stretch of time. */
export interface Levels {
  readonly shares: readonly number[];
  /** Of each share. */
  readonly stepMs: number;
  readonly durationMs: number;
}

export interface ChartMark {
  readonly name: string;
  /** From 0 to 1. */
  readonly share: number;
}

export interface ChartLook {
  /** Columns of the whole picture. */
  readonly width: number;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
}

/** From an empty cell to a full one. */
const CELLS = {
  unicode: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  ascii: [' ', '.', ':', '#'],
};
const RULE = { unicode: '┄', ascii: '-' };
const ROWS = 10;
const LABEL_WIDTH = 6;

/** A picture of a level with lines at the marks; the higher of two values in one column is what is shown. */
export function levelChart(levels: Levels, marks: readonly ChartMark[], look: ChartLook): string {
  const { cells, rule } = signsOf(look);
  const top = topOf(levels, marks);
  const rightWidth = Math.max(0, ...marks.map(({ name }) => name.length + 1));
  const columns = columnsOf(levels, Math.max(10, look.width - LABEL_WIDTH - 1 - rightWidth));
  const rows: string[] = [];
  for (let row = ROWS - 1; row >= 0; row--) {
    const names = marks.filter((mark) => rowOf(mark.share, top) === row).map(({ name }) => name);
    const filling = names.length === 0 ? ' ' : rule;
    const drawn = columns.map((share) => cellOf(share, row, top, cells) ?? tone('faint', filling)).join('');
    const label = row === ROWS - 1 ? percent(top) : row === ROWS / 2 ? percent(top / 2) : '';
    rows.push(`${tone('faint', label.padStart(LABEL_WIDTH))} ${drawn} ${names.join(', ')}`.trimEnd());
  }
  const end = formatMilliseconds(levels.durationMs);
  const gap = ' '.repeat(Math.max(1, columns.length - 1 - end.length));
  return [...rows, `${' '.repeat(LABEL_WIDTH + 1)}${tone('faint', `0${gap}${end}`)}`].join('\n');
}

/** The same in one line, from 0 to 100 percent. */
export function levelLine(levels: Levels, look: ChartLook): string {
  const { cells } = signsOf(look);
  return columnsOf(levels, look.width)
    .map((share) => {
      // What is there at all is to be seen.
      const eighths = share === 0 ? 0 : Math.max(1, Math.round(share * (cells.length - 1)));
      return cells[eighths] ?? '';
    })
    .join('');
}

function signsOf({ unicode }: ChartLook): { readonly cells: readonly string[]; readonly rule: string } {
  return unicode ? { cells: CELLS.unicode, rule: RULE.unicode } : { cells: CELLS.ascii, rule: RULE.ascii };
}

/** The least multiple of a tenth that has room for everything. */
function topOf({ shares }: Levels, marks: readonly ChartMark[]): number {
  const highest = Math.max(0.1, ...shares, ...marks.map(({ share }) => share));
  return Math.min(10, Math.ceil(highest * 10 - 1e-9)) / 10;
}

function rowOf(share: number, top: number): number {
  return Math.min(ROWS - 1, Math.floor((share / top) * ROWS + 1e-9));
}

/** How much of the cell in this row is filled; undefined where nothing is. */
function cellOf(share: number, row: number, top: number, cells: readonly string[]): string | undefined {
  const inRow = (share / top) * ROWS - row;
  const isLowest = row === 0 && share > 0;
  if (inRow <= 0 && !isLowest) return undefined;
  const most = cells.length - 1;
  const filled = Math.min(most, Math.round(inRow * most));
  return filled === 0 && !isLowest ? undefined : cells[Math.max(1, filled)];
}

/** The highest share of each column's time. */
function columnsOf({ shares, stepMs, durationMs }: Levels, count: number): number[] {
  return Array.from({ length: count }, (_, column) => {
    const first = Math.floor((column * durationMs) / count / stepMs);
    const end = Math.ceil(((column + 1) * durationMs) / count / stepMs);
    return Math.max(0, ...shares.slice(first, Math.max(first + 1, end)));
  });
}

function percent(share: number): string {
  return `${String(Math.round(share * 100))}%`;
}
