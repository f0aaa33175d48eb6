import type { Outlook } from './types.js';

/** One look at a cache's level, in blocks. */
export interface Level {
  readonly atMs: number;
  readonly dirty: number;
  readonly total: number;
  /** Where writeback starts and stops by itself. */
  readonly startsAtDirty: number;
  readonly stopsAtDirty: number;
}

export const NO_OUTLOOK: Outlook = {
  blocksPerSecond: null,
  toLowWatermarkMs: null,
  toCleanMs: null,
  toHighWatermarkMs: null,
  toFullMs: null,
};

/** Long enough to even out bursts, short enough to follow a change. */
const WINDOW_MS = 15_000;
/** From two looks alone nobody can tell a trend. */
const FEWEST_LOOKS = 3;
/** So long the level has to go the other way to count as a turn and not as a burst. */
const TURN_MS = 3000;
/** At short intervals a window may hold a few more looks than anybody needs. */
const MOST_LOOKS = 200;

/** Tells from the last looks where the dirty level is going. */
export class OutlookMeter {
  readonly #looks: { readonly atMs: number; readonly dirty: number }[] = [];
  #total = -1;

  /** Forgets all: what was before says nothing of what comes. */
  restart(): void {
    this.#looks.length = 0;
  }

  add(level: Level): Outlook {
    if (level.total !== this.#total) this.restart();
    this.#total = level.total;
    this.#looks.push({ atMs: level.atMs, dirty: level.dirty });
    this.#forgetOld(level.atMs);
    if (this.#looks.length < FEWEST_LOOKS) return { blocksPerSecond: null, ...timesAt(level, 0) };
    let trend = trendOf(this.#looks);
    const turn = this.#turnAgainst(trend.perSecond);
    if (turn > 0) {
      this.#looks.splice(0, turn);
      trend = trendOf(this.#looks);
    }
    const isClear = Math.abs(trend.perSecond) > 2 * trend.errorPerSecond;
    return { blocksPerSecond: trend.perSecond, ...timesAt(level, isClear ? trend.perSecond : 0) };
  }

  #forgetOld(nowMs: number): void {
    const looks = this.#looks;
    const isOld = (): boolean => looks.length > FEWEST_LOOKS && nowMs - (looks[0]?.atMs ?? 0) > WINDOW_MS;
    while (isOld() || looks.length > MOST_LOOKS) looks.shift();
  }

  /** From which look on the level has not followed the trend any more, long enough; 0 where it has. */
  #turnAgainst(perSecond: number): number {
    const looks = this.#looks;
    let from = looks.length - 1;
    const step = (at: number): number => (looks[at]?.dirty ?? 0) - (looks[at - 1]?.dirty ?? 0);
    while (from > 0 && step(from) * perSecond <= 0) from -= 1;
    const [first, last] = [looks[from], looks.at(-1)];
    if (first === undefined || last === undefined) return 0;
    const isLong = looks.length - from >= FEWEST_LOOKS && last.atMs - first.atMs >= TURN_MS;
    return isLong ? from : 0;
  }
}

/** @param perSecond 0 where nobody knows where the level goes. */
function timesAt(level: Level, perSecond: number): Omit<Outlook, 'blocksPerSecond'> {
  const { dirty, total, startsAtDirty, stopsAtDirty } = level;
  const msTo = (target: number): number => ((target - dirty) / perSecond) * 1000;
  const [isFalling, isRising] = [perSecond < 0, perSecond > 0];
  return {
    toLowWatermarkMs: isFalling && dirty > stopsAtDirty ? msTo(stopsAtDirty) : null,
    toCleanMs: dirty === 0 ? 0 : isFalling ? msTo(0) : null,
    toHighWatermarkMs: isRising && dirty < startsAtDirty ? msTo(startsAtDirty) : null,
    toFullMs: dirty === total ? 0 : isRising ? msTo(total) : null,
  };
}

interface Trend {
  readonly perSecond: number;
  /** Its standard error: how far the looks lie from a straight line. */
  readonly errorPerSecond: number;
}

/** The straight line that lies closest to the looks. */
function trendOf(looks: readonly { readonly atMs: number; readonly dirty: number }[]): Trend {
  const count = looks.length;
  const startMs = looks[0]?.atMs ?? 0;
  let [sumT, sumD] = [0, 0];
  for (const { atMs, dirty } of looks) {
    sumT += (atMs - startMs) / 1000;
    sumD += dirty;
  }
  const [meanT, meanD] = [sumT / count, sumD / count];
  let [tt, td, dd] = [0, 0, 0];
  for (const { atMs, dirty } of looks) {
    const [t, d] = [(atMs - startMs) / 1000 - meanT, dirty - meanD];
    tt += t * t;
    td += t * d;
    dd += d * d;
  }
  if (tt === 0) return { perSecond: 0, errorPerSecond: 0 };
  const perSecond = td / tt;
  const scatter = Math.max(0, dd - perSecond * td);
  return { perSecond, errorPerSecond: Math.sqrt(scatter / Math.max(1, count - 2) / tt) };
}
