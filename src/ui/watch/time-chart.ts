import { CHART_CELLS, CHART_RULE, chartCell, chartRow } from '../chart-cells.js';
import { merged } from './dirty-bar.js';
import type { Hue, Look } from './look.js';
import { fit, type Line, type Span } from './spans.js';

export interface ChartMark {
  readonly value: number;
  readonly label: string;
}

/** What a chart shows: one value in each column, the newest at the right. */
export interface ChartContent {
  readonly values: readonly (number | null)[];
  /** The value at the upper edge. */
  readonly top: number;
  readonly topLabel: string;
  readonly hue: Hue;
  readonly marks?: readonly ChartMark[];
}

/** Columns in front of the picture for what its heights mean. */
export const GUTTER = 9;

/** A picture of values over time, with lines at the marks that can be seen through it. */
export function timeChart(content: ChartContent, height: number, look: Look): Line[] {
  const { values, top, hue, marks = [] } = content;
  const kind = look.unicode ? 'unicode' : 'ascii';
  const rule = CHART_RULE[kind];
  const lines: Line[] = [];
  for (let row = height - 1; row >= 0; row--) {
    const marked = marks.filter(({ value }) => chartRow(value, top, height) === row);
    const spans: Span[] = [`${label(content, row, height, marked, look)} `];
    for (const value of values) {
      const sign = value === null ? null : chartCell(value, row, top, height, CHART_CELLS[kind]);
      if (sign !== null) spans.push([hue, sign]);
      else if (marked.length > 0) spans.push(['plain', rule]);
      else spans.push(['plain', ' ']);
    }
    lines.push(merged(spans));
  }
  return lines;
}

/** One line of a chart, from nothing to the top. */
export function sparkline(values: readonly (number | null)[], top: number, hue: Hue, look: Look): Line {
  const cells = CHART_CELLS[look.unicode ? 'unicode' : 'ascii'];
  const empty = look.unicode ? '·' : '_';
  const drawn = values.map((value) =>
    value === null ? ' ' : value <= 0 ? empty : (chartCell(value, 0, top, 1, cells) ?? ' '),
  );
  return [[hue, drawn.join('')]];
}

/** The least of 1, 2 and 5 times a power of ten that has room for everything: it changes seldom. */
export function roundTop(values: readonly (number | null)[], least: number): number {
  const highest = values.reduce<number>((most, value) => Math.max(most, value ?? 0), least);
  const power = 10 ** Math.floor(Math.log10(highest));
  const factor = [1, 2, 5, 10].find((one) => one * power >= highest * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function label(
  { topLabel }: ChartContent,
  row: number,
  height: number,
  marked: readonly ChartMark[],
  look: Look,
): string {
  const text =
    marked.length > 1
      ? marked.map((mark) => mark.label.replace(/ .*/, '')).join('/')
      : (marked[0]?.label ?? (row === height - 1 ? topLabel : row === 0 ? '0' : ''));
  return fit(text, GUTTER - 1, look.signs.cut, 'right');
}
