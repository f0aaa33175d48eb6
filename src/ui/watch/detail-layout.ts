import { stacked, stackedWhole } from './blocks.js';
import { COLUMN_GAP, type DetailPlan } from './detail.js';
import type { Look } from './look.js';
import { cutLine, padLine, type Line } from './spans.js';

/** The detail in exactly the room that there is. */
export function detailLines(
  { head, columns }: DetailPlan,
  { width, height }: { readonly width: number; readonly height: number },
  look: Look,
): Line[] {
  const { cut } = look.signs;
  const most = Math.max(2, Math.floor(height / 3));
  const above = stacked(head, Math.min(most, height), width, cut).filter((line) => line.length > 0);
  const isSpaced = height - above.length > 14;
  const room = height - above.length - (isSpaced ? 1 : 0);
  const bodies = columns.map(({ width: own, blocks }) => ({
    width: own,
    lines: stacked(blocks, room, own, cut),
  }));
  return [...above, ...(isSpaced ? [[]] : []), ...beside(bodies, cut)];
}

/** The detail with everything in it, however long. */
export function wholeLines({ head, columns }: DetailPlan, width: number, look: Look): Line[] {
  const { cut } = look.signs;
  const bodies = columns.map(({ width: own, blocks }) => ({
    width: own,
    lines: stackedWhole(blocks, own, cut),
  }));
  return [...stackedWhole(head, width, cut).filter((line) => line.length > 0), [], ...beside(bodies, cut)];
}

function beside(
  columns: readonly { readonly width: number; readonly lines: readonly Line[] }[],
  cut: string,
): Line[] {
  const height = Math.max(0, ...columns.map(({ lines }) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    columns.flatMap(({ width, lines }, place): Line => {
      const line = lines[row] ?? [];
      const isLast = place === columns.length - 1;
      return isLast ? cutLine(line, width, cut) : [...padLine(line, width, cut), ' '.repeat(COLUMN_GAP)];
    }),
  );
}
