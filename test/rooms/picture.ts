/** A room as it is drawn: `src/scan` for the box `scan/`. */
export interface Box {
  readonly room: string;
  /** The line of its upper edge: rooms of the same row have the same. */
  readonly row: number;
  readonly left: number;
  readonly right: number;
}

export interface Picture {
  readonly boxes: readonly Box[];
  /** From the room above to the room below, as they are drawn. */
  readonly arrows: readonly (readonly [from: string, to: string])[];
}

/** The picture in the text of ARCHITECTURE.md. Throws where there is none, or where it is drawn badly. */
export function pictureIn(markdown: string): Picture {
  const [, drawing] = /^```text\n([^]*?)^```$/m.exec(markdown) ?? [];
  if (drawing === undefined) throw new Error('There is no picture.');
  return readPicture(drawing);
}

export function readPicture(drawing: string): Picture {
  const lines = drawing.split('\n');
  const boxes = lines.flatMap((_, row) => boxesAt(lines, row));
  const seen = new Set<string>();
  for (const { row, left, right } of boxes) {
    for (let column = left; column <= right; column++) {
      for (const line of [row, row + 1, row + 2]) seen.add(`${String(line)} ${String(column)}`);
    }
  }
  const arrows = lines.flatMap((line, row) =>
    [...line.matchAll(/v/g)]
      .filter(({ index }) => !seen.has(`${String(row)} ${String(index)}`))
      .map(({ index }) => arrowAt(lines, boxes, seen, row, index)),
  );
  lines.forEach((line, row) => {
    const stray = Array.from(line).findIndex(
      (sign, column) => sign !== ' ' && !seen.has(`${String(row)} ${String(column)}`),
    );
    if (stray !== -1) throw new Error(`What is this in line ${String(row + 1)}?\n${line}`);
  });
  return { boxes, arrows };
}

/** The boxes whose upper edges are in a line. */
function boxesAt(lines: readonly string[], row: number): Box[] {
  const edges = (line = ''): RegExpExecArray[] => [...line.matchAll(/\+-+\+/g)];
  return edges(lines[row]).flatMap(({ 0: edge, index: left }) => {
    const right = left + edge.length - 1;
    const [, label] = /^\| *(\S+) *\|$/.exec((lines[row + 1] ?? '').slice(left, right + 1)) ?? [];
    const closed = (lines[row + 2] ?? '').slice(left, right + 1) === edge;
    return label !== undefined && closed ? [{ room: roomOfLabel(label), row, left, right }] : [];
  });
}

function roomOfLabel(label: string): string {
  const name = label.replace(/\/$|\.ts$/, '');
  return name === 'commands' ? name : `src/${name}`;
}

/** The arrow whose head is there: straight up from it to the lower edge of a box, and right under it another one. */
function arrowAt(
  lines: readonly string[],
  boxes: readonly Box[],
  seen: Set<string>,
  row: number,
  column: number,
): readonly [string, string] {
  const covering = (edge: number): Box | undefined =>
    boxes.find((box) => box.row === edge && box.left < column && column < box.right);
  const to = covering(row + 1);
  let up = row;
  do seen.add(`${String(up)} ${String(column)}`);
  while (lines[--up]?.[column] === '|');
  const from = covering(up - 2);
  if (to === undefined || from === undefined) {
    throw new Error(`An arrow in line ${String(row + 1)} joins no two boxes:\n${lines[row] ?? ''}`);
  }
  return [from.room, to.room];
}
