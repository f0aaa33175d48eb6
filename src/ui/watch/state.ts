import type { WatchedCache, WatchView } from '../../watch/index.js';
import { arranged, SORTS, taskOf, type Sort } from './order.js';
import type { ScreenFeed, ScreenTask, TaskAction } from './types.js';

/** A question that is asked before something is done. */
export interface Dialog {
  readonly action: TaskAction;
  readonly key: string;
}

/** All that the person at the screen has chosen. */
export interface ScreenState {
  readonly selectedKey: string | null;
  /** Its line, for when the cache is not there any more. */
  readonly selectedPlace: number;
  /** The first line that is shown. */
  readonly top: number;
  readonly sort: Sort;
  readonly filter: string;
  readonly isTyping: boolean;
  /** Whether the detail has the whole screen. */
  readonly isDetail: boolean;
  readonly detailTop: number;
  readonly dialog: Dialog | null;
  readonly isHelp: boolean;
  readonly helpTop: number;
  /** What is shown while the display stands still. */
  readonly paused: ScreenFeed | null;
  /** Results that were read. */
  readonly dismissed: readonly ScreenTask[];
  /** What a key could not do, until the next one. */
  readonly remark: string | null;
}

/** What the screen looks like at the moment, as far as keys depend on it. */
export interface Surroundings {
  readonly feed: ScreenFeed;
  /** Lines by which a page moves. */
  readonly page: number;
  /** Whether there is room to show anything. */
  readonly isUsable: boolean;
}

/** What a key asks of whoever shows the screen. */
export type Wish =
  | { readonly kind: 'start'; readonly action: TaskAction; readonly key: string }
  | { readonly kind: 'interval'; readonly milliseconds: number }
  | { readonly kind: 'look' | 'quit' | 'interrupt' | 'stop' | 'repaint' };

export const INITIAL_STATE: ScreenState = {
  selectedKey: null,
  selectedPlace: 0,
  top: 0,
  sort: 'name',
  filter: '',
  isTyping: false,
  isDetail: false,
  detailTop: 0,
  dialog: null,
  isHelp: false,
  helpTop: 0,
  paused: null,
  dismissed: [],
  remark: null,
};

export const INTERVALS_MS = [100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000] as const;

/** The view that is shown: the last one, or the one at which the display was stopped. */
export function shownView(state: ScreenState, feed: ScreenFeed): WatchView | null {
  return (state.paused ?? feed).view;
}

/** The lines of the list, from the first to the last. */
export function shownCaches(state: ScreenState, feed: ScreenFeed): readonly WatchedCache[] {
  return arranged(shownView(state, feed)?.caches ?? [], state.filter, state.sort, feed.tasks);
}

/** Keeps the selection on its cache, or on its line where the cache is not there any more. */
export function withSelection(state: ScreenState, rows: readonly WatchedCache[]): ScreenState {
  const place = rows.findIndex(({ key }) => key === state.selectedKey);
  if (place >= 0) return place === state.selectedPlace ? state : { ...state, selectedPlace: place };
  if (rows.length === 0) return state;
  const nearest = Math.min(state.selectedPlace, rows.length - 1);
  return { ...state, selectedKey: rows[nearest]?.key ?? null, selectedPlace: nearest };
}

/** Moves the selection by lines, and stays on the list. */
export function moved(state: ScreenState, rows: readonly WatchedCache[], lines: number): ScreenState {
  const place = Math.max(0, Math.min(rows.length - 1, state.selectedPlace + lines));
  const selected = rows[place];
  return selected === undefined
    ? state
    : { ...state, selectedKey: selected.key, selectedPlace: place, detailTop: 0 };
}

export function nextSort(sort: Sort, step: 1 | -1): Sort {
  const place = (SORTS.indexOf(sort) + step + SORTS.length) % SORTS.length;
  return SORTS[place] ?? 'name';
}

/** The next longer or shorter interval; the same where there is none. */
export function nextInterval(intervalMs: number, step: 1 | -1): number {
  const next =
    step > 0
      ? INTERVALS_MS.find((milliseconds) => milliseconds > intervalMs)
      : INTERVALS_MS.findLast((milliseconds) => milliseconds < intervalMs);
  return next ?? intervalMs;
}

/** Asks whether a cache shall be written back; says why where there is nothing to ask. */
export function withDialog(state: ScreenState, action: TaskAction, feed: ScreenFeed): ScreenState {
  const watched = feed.view?.caches.find(({ key }) => key === state.selectedKey);
  if (watched === undefined) return { ...state, remark: 'There is no cache selected.' };
  if (watched.state === 'gone') return { ...state, remark: `${watched.name} is gone.` };
  const task = taskOf(watched, feed.tasks);
  if (task?.state === 'running') {
    return { ...state, remark: `A ${task.action} of ${watched.name} is under way already.` };
  }
  return { ...state, dialog: { action, key: watched.key } };
}
