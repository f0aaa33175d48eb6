import { formatMilliseconds } from '../units.js';
import { CHART_CELLS, CHART_RULE, chartCell, chartRow } from './chart-cells.js';
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
    const names = marks.filter((mark) => chartRow(mark.share, top, ROWS) === row).map(({ name }) => name);
    const filling = names.length === 0 ? ' ' : rule;
    const drawn = columns
      .map((share) => chartCell(share, row, top, ROWS, cells) ?? tone('faint', filling))
      .join('');
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
    .map((share) => chartCell(share, 0, 1, 1, cells) ?? ' ')
    .join('');
}

function signsOf({ unicode }: ChartLook): { readonly cells: readonly string[]; readonly rule: string } {
  const kind = unicode ? 'unicode' : 'ascii';
  return { cells: CHART_CELLS[kind], rule: CHART_RULE[kind] };
}

/** The least multiple of a tenth that has room for everything. */
function topOf({ shares }: Levels, marks: readonly ChartMark[]): number {
  const highest = Math.max(0.1, ...shares, ...marks.map(({ share }) => share));
  return Math.min(10, Math.ceil(highest * 10 - 1e-9)) / 10;
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
