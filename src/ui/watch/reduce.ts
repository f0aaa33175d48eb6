import type { Key, KeyInput } from './keys.js';
import {
  moved,
  nextInterval,
  nextSort,
  shownCaches,
  withDialog,
  withSelection,
  type ScreenState,
  type Surroundings,
  type Wish,
} from './state.js';

/** What became of keys. */
export interface Outcome {
  readonly state: ScreenState;
  readonly wishes: readonly Wish[];
}

/**
 * What keys that came in together do. Only a key that came alone, and was not pasted, agrees to anything: what is left of a
 * paste, or of keys that were pressed too fast, does not.
 */
export function reduceInput(state: ScreenState, input: KeyInput, around: Surroundings): Outcome {
  if (input.pasted) return { state: pasted(state, input.keys), wishes: [] };
  const isAlone = input.keys.length === 1;
  const wishes: Wish[] = [];
  let current = state;
  for (const key of input.keys) {
    const { state: next, wishes: more } = reduceKey(current, key, isAlone, around);
    current = next;
    wishes.push(...more);
  }
  // A question that was asked in the midst of keys was not read by who typed them.
  if (!isAlone && current.dialog !== null) current = { ...current, dialog: null };
  return { state: current, wishes };
}

function reduceKey(state: ScreenState, key: Key, isAlone: boolean, around: Surroundings): Outcome {
  const always = alwaysWish(key);
  if (always !== null) return { state: { ...state, dialog: null }, wishes: [always] };
  if (!around.isUsable) return key === 'q' ? ask(state, { kind: 'quit' }) : only({ ...state, dialog: null });
  const fresh = state.remark === null ? state : { ...state, remark: null };
  if (fresh.dialog !== null) return answered(fresh, key, isAlone);
  if (fresh.isTyping) return only(typed(fresh, key));
  if (fresh.isHelp) return helpKey(fresh, key, around);
  return mainKey(fresh, key, around);
}

/** What works wherever one is. */
function alwaysWish(key: Key): Wish | null {
  if (key === 'ctrl-c') return { kind: 'interrupt' };
  if (key === 'ctrl-z') return { kind: 'stop' };
  return key === 'ctrl-l' ? { kind: 'repaint' } : null;
}

function answered(state: ScreenState, key: Key, isAlone: boolean): Outcome {
  const { dialog } = state;
  const closed = { ...state, dialog: null };
  if (dialog === null || key !== 'y' || !isAlone) return only(closed);
  return ask(closed, { kind: 'start', action: dialog.action, key: dialog.key });
}

function typed(state: ScreenState, key: Key): ScreenState {
  const { filter } = state;
  switch (key) {
    case 'enter':
      return { ...state, isTyping: false };
    case 'escape':
      return { ...state, isTyping: false, filter: '' };
    case 'backspace':
      return { ...state, filter: filter.replace(/[^]$/u, '') };
    case 'ctrl-u':
      return { ...state, filter: '' };
    default:
      return isCharacter(key) ? { ...state, filter: filter + key } : state;
  }
}

function pasted(state: ScreenState, keys: readonly Key[]): ScreenState {
  if (!state.isTyping) return state;
  return { ...state, filter: state.filter + keys.filter(isCharacter).join('') };
}

function isCharacter(key: Key): boolean {
  return /^[^]$/u.test(key);
}

function helpKey(state: ScreenState, key: Key, { page }: Surroundings): Outcome {
  const lines = scrollBy(key, page);
  if (lines !== null) return only({ ...state, helpTop: Math.max(0, state.helpTop + lines) });
  if (key === 'q' || key === '?' || key === 'escape' || key === 'enter') {
    return only({ ...state, isHelp: false, helpTop: 0 });
  }
  return only(state);
}

/** Lines that a key moves by; null for the others. */
function scrollBy(key: Key, page: number): number | null {
  switch (key) {
    case 'up':
    case 'k':
      return -1;
    case 'down':
    case 'j':
      return 1;
    case 'page-up':
      return -page;
    case 'page-down':
    case ' ':
      return page;
    case 'g':
    case 'home':
      return -1e9;
    case 'G':
    case 'end':
      return 1e9;
    default:
      return null;
  }
}

function mainKey(state: ScreenState, key: Key, around: Surroundings): Outcome {
  const { feed, page } = around;
  const lines = scrollBy(key, page);
  if (lines !== null) {
    if (state.isDetail) return only({ ...state, detailTop: Math.max(0, state.detailTop + lines) });
    const rows = shownCaches(state, feed);
    return only(moved(withSelection(state, rows), rows, lines));
  }
  switch (key) {
    case 'enter':
      return only({ ...state, isDetail: !state.isDetail && state.selectedKey !== null, detailTop: 0 });
    case 'escape':
      return only(backedOut(state, around));
    case 'left':
    case 'right': {
      // From one detail to the next.
      const rows = shownCaches(state, feed);
      return only(moved(withSelection(state, rows), rows, key === 'left' ? -1 : 1));
    }
    case 'tab':
      return only({ ...state, sort: nextSort(state.sort, 1) });
    case 'back-tab':
      return only({ ...state, sort: nextSort(state.sort, -1) });
    case '/':
      return only({ ...state, isTyping: true, isDetail: false });
    case 'p':
      return only({ ...state, paused: state.paused === null ? feed : null });
    case '+':
    case '=':
      return paced(state, nextInterval(feed.intervalMs, 1), around);
    case '-':
    case '_':
      return paced(state, nextInterval(feed.intervalMs, -1), around);
    case 'r':
      return ask(state, { kind: 'look' });
    case 'f':
      return only(withDialog(state, 'flush', feed));
    case 'c':
      return only(withDialog(state, 'clean', feed));
    case '?':
    case 'h':
      return only({ ...state, isHelp: true, helpTop: 0 });
    case 'q':
      return ask(state, { kind: 'quit' });
    default:
      return only(state);
  }
}

/** Escape: out of the detail, then the results that were read go, then the filter. */
function backedOut(state: ScreenState, { feed }: Surroundings): ScreenState {
  if (state.isDetail) return { ...state, isDetail: false, detailTop: 0 };
  const finished = feed.tasks.filter((task) => task.state !== 'running');
  if (finished.some((task) => !state.dismissed.includes(task))) return { ...state, dismissed: finished };
  return state.filter === '' ? state : { ...state, filter: '' };
}

function paced(state: ScreenState, milliseconds: number, { feed }: Surroundings): Outcome {
  return milliseconds === feed.intervalMs ? only(state) : ask(state, { kind: 'interval', milliseconds });
}

function only(state: ScreenState): Outcome {
  return { state, wishes: [] };
}

function ask(state: ScreenState, wish: Wish): Outcome {
  return { state, wishes: [wish] };
}
