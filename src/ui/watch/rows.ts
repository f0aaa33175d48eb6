import { allColumns, type Column, type RowFacts } from './columns.js';
import { healthOf } from './health.js';
import type { Look } from './look.js';
import type { Sort } from './order.js';
import { fit, hueOf, textOf, type Line, type Span } from './spans.js';

/** Columns between two columns. */
const GAP = 2;
/** For the sign of the selected line and the one that something is wrong. */
const MARK_WIDTH = 2;
/** As the title with the sign of the sorting. */
const SHORTEST_NAME = 5;
const LONGEST_NAME = 32;
const LONGEST_BAR = 40;

/** The columns that a list has at a width, with their own widths. */
export interface ListColumns {
  readonly width: number;
  readonly columns: readonly Column[];
}

/** As many columns as there is room for; what is left is for the bar and then for the names. */
export function columnsFor(width: number, longestName: number): ListColumns {
  const room = width - MARK_WIDTH;
  const widestName = Math.min(LONGEST_NAME, Math.max(SHORTEST_NAME, longestName));
  const leastName = Math.min(widestName, room < 80 ? 12 : room < 140 ? 20 : LONGEST_NAME);
  const leastBar = room < 80 ? 10 : room < 140 ? 16 : 24;
  const all = allColumns(leastName, leastBar);
  let used = -GAP;
  const chosen = new Set<Column>();
  for (const column of [...all].sort((one, other) => one.priority - other.priority)) {
    if (column.priority > 0 && used + GAP + column.width > room) break;
    chosen.add(column);
    used += GAP + column.width;
  }
  let spare = room - used;
  const widened = all
    .filter((column) => chosen.has(column))
    .map((column) => {
      if (column.title !== 'dirty') return column;
      const bar = Math.max(4, Math.min(LONGEST_BAR, column.width + spare));
      spare -= bar - column.width;
      return { ...column, width: bar };
    });
  const columns = widened.map((column) => {
    if (column.title !== 'name' || spare === 0) return column;
    const name = Math.max(SHORTEST_NAME, Math.min(widestName, column.width + spare));
    spare -= name - column.width;
    return { ...column, width: name };
  });
  return { width, columns };
}

/** The titles, with the column that the list is sorted by marked. */
export function titleLine({ columns }: ListColumns, sort: Sort, look: Look): Line {
  const { ascending, descending, cut } = look.signs;
  const sign = sort === 'name' || sort === 'health' ? ascending : descending;
  const spans: Span[] = [' '.repeat(MARK_WIDTH)];
  columns.forEach(({ title, width, align, sort: own }, place) => {
    const gap = place > 0 ? GAP : 0;
    if (own !== sort) {
      spans.push(' '.repeat(gap), fit(title, width, cut, align));
    } else if (align === 'left') {
      spans.push(' '.repeat(gap), ['strong', fit(`${title}${sign}`, width, cut)]);
    } else {
      // The sign takes of the gap: titles of figures may be as wide as their columns.
      spans.push(['strong', fit(`${sign}${title}`, width + gap, cut, 'right')]);
    }
  });
  return spans;
}

/** One cache in one line. */
export function rowLine({ columns }: ListColumns, facts: RowFacts, isSelected: boolean): Line {
  const { watched, look } = facts;
  const { alarming, hue } = healthOf(watched, facts.task);
  const mark: Line = [isSelected ? look.signs.selected : ' ', alarming ? [hue, '!'] : ' '];
  const lit = (line: Line): Line => (isSelected ? line.map(highlighted) : line);
  return [
    ...lit(mark),
    ...columns.flatMap((column, place): Line => {
      const cell = column.cell(facts, column.width);
      const gap = lit(place > 0 ? [' '.repeat(GAP)] : []);
      return [...gap, ...(column.isPicture === true ? cell : lit(cell))];
    }),
  ];
}

function highlighted(span: Span): Span {
  const hue = hueOf(span);
  if (hue === 'bad') return ['selected-bad', textOf(span)];
  return [hue === 'notice' ? 'selected-notice' : 'selected', textOf(span)];
}
