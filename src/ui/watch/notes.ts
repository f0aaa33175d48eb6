import { formatCount } from '../../units.js';
import { barText } from '../progress-bar.js';
import { passedTime, roughTime } from './figures.js';
import { alertText, healthOf } from './health.js';
import type { Look } from './look.js';
import { cutLine, paragraph, textOf, type Line } from './spans.js';
import { shownView, type ScreenState } from './state.js';
import type { ScreenFeed, ScreenTask } from './types.js';

/**
 * What must be seen whatever is selected, the most urgent first: that the figures are old, what is in error or suspended,
 * what was asked for and how far it is.
 */
export function noteLines(
  state: ScreenState,
  feed: ScreenFeed,
  { width, most, look }: { readonly width: number; readonly most: number; readonly look: Look },
): Line[] {
  const notes = [
    ...(state.remark === null ? [] : [paragraph(look.outside(state.remark), width, [['notice', '! ']])]),
    ...failureNote(feed, width, look),
    ...alertNotes(state, feed, width, look),
    ...feed.tasks
      .filter((task) => !state.dismissed.includes(task))
      .map((task) => taskNote(task, width, look)),
    ...waitingNotes(state, feed, width, look),
  ];
  const lines: Line[] = [];
  for (const [place, note] of notes.entries()) {
    const isLast = place === notes.length - 1;
    if (lines.length + note.length > (isLast ? most : most - 1)) {
      const more = notes.length - place;
      // One that is too long for the room is better cut than not said.
      if (lines.length === 0) lines.push(...note.slice(0, Math.max(1, isLast ? most : most - 1)));
      const rest = lines.length > 0 && place === 0 ? more - 1 : more;
      if (rest > 0) lines.push([['notice', `! and ${String(rest)} more`]]);
      break;
    }
    lines.push(...note);
  }
  return lines.slice(0, most).map((line) => cutLine(line, width, look.signs.cut));
}

function failureNote({ failure, view, nowMs }: ScreenFeed, width: number, look: Look): Line[][] {
  if (failure === null) return [];
  const since = passedTime(nowMs - failure.sinceMs);
  const old = view === null ? '' : ', these are old';
  const text = `No new figures since ${since}${old}: ${failure.message}${failure.hint === null ? '' : ` ${failure.hint}`}`;
  return [paragraph(look.outside(text), width, [['alarm', '!'], ' '])];
}

function alertNotes(state: ScreenState, feed: ScreenFeed, width: number, look: Look): Line[][] {
  return (shownView(state, feed)?.caches ?? [])
    .map((watched) => ({ watched, ...healthOf(watched, undefined) }))
    .sort((one, other) => one.rank - other.rank)
    .flatMap(({ watched, hue }) => {
      const text = alertText(watched, width < 100);
      if (text === null) return [];
      return [
        paragraph(look.outside(text), width, [[hue, '! ']]).map((line) =>
          line.map((span) => [hue, textOf(span)] as const),
        ),
      ];
    });
}

function taskNote(task: ScreenTask, width: number, look: Look): Line[] {
  const { action, name, state, progress, message, hint } = task;
  if (state === 'running') {
    const lead = `${action} ${look.outside(name)}  `;
    if (progress === null) return [[['info', `${lead}is being started`]]];
    const { dirtyBlocks, startDirtyBlocks, remainingMs, stalledMs } = progress;
    const done = startDirtyBlocks === 0 ? 1 : Math.max(0, startDirtyBlocks - dirtyBlocks) / startDirtyBlocks;
    const time =
      stalledMs > 5000
        ? `no headway for ${passedTime(stalledMs)}`
        : remainingMs === null
          ? ''
          : roughTime(remainingMs);
    const text = [`${formatCount(dirtyBlocks)} blocks left`, time].filter((part) => part !== '').join(', ');
    return [[['info', lead], barText(done, text, { width: width - lead.length, unicode: look.unicode })]];
  }
  const hue = state === 'done' ? 'good' : 'bad';
  const lead = state === 'done' ? '  ' : '! ';
  const words = [message ?? '', ...(hint === null ? [] : [hint]), '(Esc)'].join(' ');
  return paragraph(look.outside(words), width, [[hue, lead]]);
}

function waitingNotes(state: ScreenState, feed: ScreenFeed, width: number, look: Look): Line[][] {
  const waiting = shownView(state, feed)?.waiting ?? [];
  if (waiting.length === 0) return [];
  const text = `Loaded and never made live: ${waiting.join(', ')} (wcache doctor says more)`;
  return [paragraph(look.outside(text), width, [['notice', '! ']])];
}
