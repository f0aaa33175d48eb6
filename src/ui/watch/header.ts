import { formatMilliseconds } from '../../units.js';
import { passedTime, wallClock } from './figures.js';
import type { Look } from './look.js';
import type { Sort } from './order.js';
import { cutLine, lineWidth, spread, type Line, type Span } from './spans.js';
import { shownView, type ScreenState } from './state.js';
import type { ScreenFeed } from './types.js';

const STATES = [
  ['error', 'ERROR', 'alarm'],
  ['suspended', 'suspended', 'hold'],
  ['gone', 'gone', 'notice'],
] as const;

/** How many there are and how they are doing; how old that is. */
export function headerLine(state: ScreenState, feed: ScreenFeed, width: number, look: Look): Line {
  const view = shownView(state, feed);
  const caches = view?.caches ?? [];
  const left: Span[] = [
    view === null
      ? 'looking'
      : `${String(caches.length)} ${caches.length === 1 ? 'writecache' : 'writecaches'}`,
  ];
  for (const [which, word, hue] of STATES) {
    const count = caches.filter((watched) => watched.state === which).length;
    if (count > 0) left.push('  ', [hue, ` ${String(count)} ${word} `]);
  }
  if (feed.until !== null) left.push('  ', ['info', `until ${look.outside(feed.until)}`]);
  const clock = view === null ? '--:--:--' : wallClock(view.time);
  const every = `every ${formatMilliseconds(feed.intervalMs)}`;
  if (state.paused !== null) {
    const since = passedTime(feed.nowMs - (state.paused.view?.atMs ?? state.paused.nowMs));
    const paused: Line = ['  ', ['hold', ` PAUSED at ${clock} `], ` ${since} ago`];
    const isWide = lineWidth(left) + lineWidth(paused) + every.length + 2 <= width;
    return withName(left, isWide ? [`  ${every}`, ...paused] : paused, width, look);
  }
  return withName(left, [`  ${every}  `, clock], width, look);
}

/** Whose screen it is goes first where there is no room for how the caches are. */
function withName(left: Line, right: Line, width: number, look: Look): Line {
  const named: Line = [['strong', 'wcache'], '  ', ...left];
  const fits = lineWidth(named) + lineWidth(right) <= width;
  return spread(fits ? named : left, right, width, look.signs.cut);
}

/** What is between the list and the detail: which part of the list is shown, and whose detail. */
export function ruleLine(
  facts: {
    readonly first: number;
    readonly shown: number;
    readonly count: number;
    readonly filter: string;
    readonly name: string | null;
    readonly more: string;
  },
  width: number,
  look: Look,
): Line {
  const { first, shown, count, filter, name, more } = facts;
  const { rule, cut } = look.signs;
  const parts = [
    ...(count > shown ? [`${String(first + 1)}-${String(first + shown)} of ${String(count)}`] : []),
    ...(filter === '' ? [] : [`filter: ${look.outside(filter)}`]),
  ];
  const spans: Span[] = [['faint', rule.repeat(2)]];
  if (name !== null) spans.push(' ', ['strong', look.outside(name)], ' ', ['faint', rule.repeat(2)]);
  for (const part of parts) spans.push(` ${part} `, ['faint', rule.repeat(2)]);
  if (more !== '' && lineWidth(spans) + more.length + 4 <= width) {
    const room = width - lineWidth(spans) - more.length - 4;
    return [...spans, ['faint', rule.repeat(room)], ` ${more} `, ['faint', rule.repeat(2)]];
  }
  const rest = width - lineWidth(spans);
  return cutLine(rest > 0 ? [...spans, ['faint', rule.repeat(rest)]] : spans, width, cut);
}

/** In the order in which they stay where it is narrow. */
const HINTS: readonly (readonly [place: number, key: string, what: string])[] = [
  [9, '?', 'help'],
  [10, 'q', 'quit'],
  [1, 'Enter', 'detail'],
  [6, 'f', 'flush'],
  [7, 'c', 'clean'],
  [3, '/', 'filter'],
  [2, 'Tab', 'sort'],
  [4, 'p', 'pause'],
  [5, '+-', 'interval'],
  [0, 'up/down', 'select'],
];

const DETAIL_HINTS: typeof HINTS = [
  [0, 'up/down', 'scroll'],
  [1, 'left/right', 'other cache'],
  [2, 'Esc', 'back'],
  ...HINTS.filter(([, key]) => ['f', 'c', '?', 'q', 'p'].includes(key)),
];
const HELP_HINTS: typeof HINTS = [
  [0, 'up/down', 'scroll'],
  [1, 'Esc', 'back'],
];

/** The keys, or what is typed. */
export function footerLine(state: ScreenState, sort: Sort, width: number, look: Look): Line {
  const { cut, cursor } = look.signs;
  if (state.isTyping) {
    const typed: Line = [['strong', '/'], look.outside(state.filter), ['strong', cursor]];
    return cutLine([...typed, ['faint', '   Enter keeps it, Esc clears it']], width, cut);
  }
  if (state.dialog !== null) {
    return [['strong', 'y'], ` ${state.dialog.action} it  `, ['strong', 'any other key'], ' do nothing'];
  }
  const hints = state.isHelp ? HELP_HINTS : state.isDetail ? DETAIL_HINTS : HINTS;
  const shown: (readonly [number, string, string])[] = [];
  let used = 0;
  for (const hint of hints) {
    const own = hint[1].length + 1 + described(hint[2], sort).length + 2;
    if (used + own - 2 > width) break;
    shown.push(hint);
    used += own;
  }
  const ordered = shown.sort(([one], [other]) => one - other);
  return ordered.flatMap(([, key, what], place): Span[] => [
    place > 0 ? '  ' : '',
    ['strong', key],
    ` ${described(what, sort)}`,
  ]);
}

function described(what: string, sort: Sort): string {
  return what === 'sort' ? `sort: ${sort}` : what;
}
