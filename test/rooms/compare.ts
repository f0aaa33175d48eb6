import type { Imports } from './imports.js';
import type { Picture } from './picture.js';

/** What each room may import. */
export type Allowed = Readonly<Record<string, readonly string[]>>;

/** What is wrong with a picture of the rooms, each in a sentence. */
export function faultsOfPicture({ boxes, arrows }: Picture, imports: Imports): string[] {
  const rows = new Map(boxes.map(({ room, row }) => [room, row]));
  const isDrawn = (room: string): boolean => rows.has(room);
  const faults: string[] = [];
  for (const room of imports.keys()) {
    const times = boxes.filter((box) => box.room === room).length;
    if (times !== 1) faults.push(`${room} is drawn ${String(times)} times.`);
  }
  for (const { room } of boxes) {
    if (!imports.has(room)) faults.push(`${room} is drawn, and is no room.`);
  }
  for (const [room, targets] of imports) {
    for (const target of [...targets].filter((each) => imports.has(each))) {
      if (!isDrawn(room) || !isDrawn(target)) continue;
      if ((rows.get(room) ?? 0) >= (rows.get(target) ?? 0)) {
        faults.push(`${room} imports ${target}, which is not drawn below it.`);
      }
    }
  }
  for (const [from, to] of arrows) {
    if (imports.get(from)?.has(to) !== true) {
      faults.push(`There is an arrow from ${from} to ${to}, and no import.`);
    }
  }
  return [...faults, ...missingArrows({ boxes, arrows }, imports)];
}

/** A room that is imported by one right above it has an arrow from it. */
function missingArrows({ boxes, arrows }: Picture, imports: Imports): string[] {
  const rows = [...new Set(boxes.map(({ row }) => row))].sort((one, other) => one - other);
  return boxes.flatMap((above) =>
    boxes
      .filter((below) => rows.indexOf(below.row) === rows.indexOf(above.row) + 1)
      // An arrow needs a column between the corners of both.
      .filter((below) => Math.max(above.left, below.left) + 1 < Math.min(above.right, below.right))
      .filter((below) => imports.get(above.room)?.has(below.room))
      .filter((below) => !arrows.some(([from, to]) => from === above.room && to === below.room))
      .map((below) => `${above.room} imports ${below.room}, right below it, and there is no arrow.`),
  );
}

/** What the lint allows and no file uses, and rooms that it does not know or that are not there. */
export function faultsOfAllowance(allowed: Allowed, imports: Imports): string[] {
  const faults = Object.entries(allowed).flatMap(([room, targets]) =>
    targets
      .filter((target) => imports.get(room)?.has(target) !== true)
      .map((target) => `${room} may import ${target}, and does not.`),
  );
  const unknown = [...imports.keys()].filter((room) => !(room in allowed));
  return [...faults, ...unknown.map((room) => `${room} is not in eslint.config.js.`)];
}
