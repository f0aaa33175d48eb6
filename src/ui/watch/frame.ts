import { detailLines, wholeLines } from './detail-layout.js';
import { planDetail } from './detail.js';
import { dialogLines } from './dialog.js';
import { footerLine, headerLine, ruleLine } from './header.js';
import { helpLines } from './help.js';
import { levelsOf } from './levels.js';
import type { Look } from './look.js';
import { noteLines } from './notes.js';
import { taskOf } from './order.js';
import { cutLine, lineWidth, painted, widthOf, type Line } from './spans.js';
import { columnsFor, rowLine, titleLine } from './rows.js';
import { shownCaches, shownView, withSelection, type ScreenState } from './state.js';
import { timelineOf } from './timeline.js';
import type { ScreenFeed } from './types.js';
import type { WatchedCache } from '../../watch/index.js';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Under this the screen shows nothing but that it is too small. */
export const LEAST_SIZE: ScreenSize = { columns: 60, rows: 15 };

/** Everything that is on the screen, in parts from top to bottom; each line is ready for the terminal. */
export interface Picture {
  readonly size: ScreenSize;
  readonly parts: readonly (readonly string[])[];
  /** Over the middle of the others. */
  readonly overlay: { readonly left: number; readonly top: number; readonly lines: readonly string[] } | null;
}

/** What is shown, and what comes of it for the keys. */
export interface Frame {
  readonly picture: Picture;
  /** What was chosen, brought into line with what is there. */
  readonly state: ScreenState;
  /** Lines by which a page moves. */
  readonly page: number;
  readonly isUsable: boolean;
}

/** Header, titles, the line between list and detail, and the footer. */
const FIXED_LINES = 4;
/** The detail has no use for more. */
const TALLEST_DETAIL = 46;

export function frameOf(given: ScreenState, feed: ScreenFeed, size: ScreenSize, look: Look): Frame {
  const { columns: width, rows: height } = size;
  if (width < LEAST_SIZE.columns || height < LEAST_SIZE.rows) return tooSmall(given, size, look);
  const rows = shownCaches(given, feed);
  const state = withSelection(given, rows);
  const header = headerLine(state, feed, width, look);
  const footer = footerLine(state, state.sort, width, look);
  const notes = noteLines(state, feed, { width, most: height < 20 ? 3 : height < 40 ? 6 : 12, look });
  const middle = { feed, rows, width, height: height - 2 - notes.length, look };
  const body = state.isHelp
    ? helpBody(state, middle)
    : state.isDetail && rows.length > 0
      ? detailBody(state, middle)
      : listBody(state, middle);
  const finish = (lines: readonly Line[]): string[] =>
    lines.map((line) => painted(cutLine(line, width, look.signs.cut), look));
  return {
    picture: {
      size,
      parts: [[header, ...notes], ...body.parts, [footer]].map(finish),
      overlay: overlayOf(body.state, feed, size, look),
    },
    state: body.state,
    page: body.page,
    isUsable: true,
  };
}

interface Middle {
  readonly feed: ScreenFeed;
  readonly rows: readonly WatchedCache[];
  readonly width: number;
  /** Lines for everything but header, notes and footer. */
  readonly height: number;
  readonly look: Look;
}

interface Body {
  readonly parts: readonly (readonly Line[])[];
  readonly state: ScreenState;
  readonly page: number;
}

function listBody(state: ScreenState, middle: Middle): Body {
  const { feed, rows, width, height, look } = middle;
  const view = shownView(state, feed);
  const inner = height - (FIXED_LINES - 2);
  const share = Math.max(3, Math.floor(inner * 0.42), inner - TALLEST_DETAIL);
  const listHeight = Math.max(1, Math.min(rows.length, share));
  const place = state.selectedPlace;
  const highest = Math.max(0, rows.length - listHeight);
  const top = Math.max(0, Math.min(highest, Math.max(place - listHeight + 1, Math.min(state.top, place))));
  const longestName = (view?.caches ?? []).reduce(
    (most, { name }) => Math.max(most, widthOf(look.outside(name))),
    0,
  );
  const columns = columnsFor(width, longestName);
  const timeline = timelineOf(view?.atMs ?? 0, (state.paused ?? feed).intervalMs);
  const visible = rows.slice(top, top + listHeight);
  const list: Line[] = [
    titleLine(columns, state.sort, look),
    ...visible.map((watched) =>
      rowLine(
        columns,
        { watched, levels: levelsOf(watched), task: taskOf(watched, feed.tasks), timeline, look },
        watched.key === state.selectedKey,
      ),
    ),
    ...(rows.length === 0 ? [emptyLine(state, feed)] : []),
  ];
  const selected = rows[place];
  const rule = ruleLine(
    {
      first: top,
      shown: visible.length,
      count: rows.length,
      filter: state.filter,
      name: selected?.name ?? null,
      more: '',
    },
    width,
    look,
  );
  const detailHeight = inner - listHeight;
  const detail =
    selected === undefined || view === null
      ? []
      : detailLines(
          planDetail({ watched: selected, view, timeline, look }, width, detailHeight),
          { width, height: detailHeight },
          look,
        );
  return {
    parts: [list, [rule], filled(detail, detailHeight)],
    state: { ...state, top, detailTop: 0 },
    page: Math.max(1, listHeight - 1),
  };
}

function emptyLine(state: ScreenState, feed: ScreenFeed): Line {
  const view = shownView(state, feed);
  if (view === null) return ['  waiting for the first look'];
  if (view.caches.length > 0) return ['  No name has that in it; Esc clears the filter.'];
  return ['  There is no writecache; waiting for one.'];
}

function detailBody(state: ScreenState, { feed, rows, width, height, look }: Middle): Body {
  const view = shownView(state, feed);
  const selected = rows[state.selectedPlace];
  if (view === null || selected === undefined) return { parts: [filled([], height)], state, page: 1 };
  const timeline = timelineOf(view.atMs, (state.paused ?? feed).intervalMs);
  const plan = planDetail({ watched: selected, view, timeline, look }, width, Infinity);
  const room = height - 1;
  const whole = wholeLines(plan, width, look);
  const fits = whole.length <= room;
  const lines = fits ? detailLines(plan, { width, height: room }, look) : whole;
  const top = Math.max(0, Math.min(state.detailTop, lines.length - room));
  const shown = lines.slice(top, top + room);
  const rule = ruleLine(
    {
      first: 0,
      shown: rows.length,
      count: rows.length,
      filter: state.filter,
      name: selected.name,
      more: fits
        ? `${String(state.selectedPlace + 1)} of ${String(rows.length)}`
        : `lines ${String(top + 1)}-${String(top + shown.length)} of ${String(lines.length)}`,
    },
    width,
    look,
  );
  return {
    parts: [[rule], filled(shown, room)],
    state: { ...state, detailTop: top },
    page: Math.max(1, room - 1),
  };
}

function helpBody(state: ScreenState, { width, height, look }: Middle): Body {
  const lines = helpLines(width, look);
  const room = height - 1;
  const top = Math.max(0, Math.min(state.helpTop, lines.length - room));
  const shown = lines.slice(top, top + room);
  const more =
    lines.length > room
      ? `lines ${String(top + 1)}-${String(top + shown.length)} of ${String(lines.length)}; Esc: back`
      : 'Esc: back';
  const rule = ruleLine({ first: 0, shown: 0, count: 0, filter: '', name: 'help', more }, width, look);
  return {
    parts: [[rule], filled(shown, room)],
    state: { ...state, helpTop: top },
    page: Math.max(1, room - 1),
  };
}

function filled(lines: readonly Line[], height: number): Line[] {
  return Array.from({ length: Math.max(0, height) }, (_, row) => lines[row] ?? []);
}

function overlayOf(
  { dialog }: ScreenState,
  { view }: ScreenFeed,
  { columns, rows }: ScreenSize,
  look: Look,
): Picture['overlay'] {
  if (dialog === null || view === null) return null;
  const lines = dialogLines(dialog, view, columns, look).slice(0, rows);
  const width = Math.max(...lines.map((line) => lineWidth(line)));
  return {
    left: Math.max(0, Math.floor((columns - width) / 2)),
    top: Math.max(0, Math.floor((rows - lines.length) / 2)),
    lines: lines.map((line) => painted(line, look)),
  };
}

function tooSmall(state: ScreenState, size: ScreenSize, look: Look): Frame {
  const { columns, rows } = size;
  const text = `wcache needs 60x15 characters, here are ${String(columns)}x${String(rows)}; q quits`;
  const line = painted(cutLine([text], Math.max(0, columns), look.signs.cut), look);
  return {
    picture: { size, parts: rows > 0 && columns > 0 ? [[line]] : [], overlay: null },
    state: { ...state, dialog: null },
    page: 1,
    isUsable: false,
  };
}

/** Whether there is nothing to draw anew. */
export function looksAlike(one: Picture, other: Picture): boolean {
  const isSame = (lines: readonly string[], others: readonly string[] | undefined): boolean =>
    lines.length === others?.length && lines.every((line, row) => line === others[row]);
  return (
    one.size.columns === other.size.columns &&
    one.size.rows === other.size.rows &&
    one.parts.length === other.parts.length &&
    one.parts.every((lines, place) => isSame(lines, other.parts[place])) &&
    one.overlay?.left === other.overlay?.left &&
    one.overlay?.top === other.overlay?.top &&
    isSame(one.overlay?.lines ?? [], other.overlay?.lines ?? [])
  );
}
