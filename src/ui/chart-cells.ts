/** From a cell that is hardly filled to a full one. */
export const CHART_CELLS = {
  unicode: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  ascii: ['.', ':', '#'],
} as const;
/** Of the lines at marks. */
export const CHART_RULE = { unicode: '┄', ascii: '-' } as const;

/** In which row of a chart a value lies, from 0 at the bottom. */
export function chartRow(value: number, top: number, height: number): number {
  return Math.min(height - 1, Math.floor((value / top) * height + 1e-9));
}

/** How much of the cell in this row is filled; null where nothing is. What is there at all is to be seen in the lowest one. */
export function chartCell(
  value: number,
  row: number,
  top: number,
  height: number,
  cells: readonly string[],
): string | null {
  const inRow = Math.min(1, value / top) * height - row;
  const isLowest = row === 0 && value > 0;
  if (inRow <= 0 && !isLowest) return null;
  const filled = Math.min(cells.length, Math.round(inRow * cells.length));
  if (filled <= 0) return isLowest ? (cells[0] ?? null) : null;
  return cells[filled - 1] ?? null;
}
