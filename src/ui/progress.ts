import { formatCount, formatMilliseconds, formatShare, formatSize } from '../units.js';

/** Rates are of so long: short enough to follow a device that slows down, long enough not to jump. */
const WINDOW_MS = 5000;
/** Before that a rate says little. */
const LEAST_MS = 200;

/** How fast something goes, and how long the rest will take at that. */
export class Pace {
  readonly #samples: { readonly atMs: number; readonly done: number }[] = [];

  /** So much was done by then. */
  note(done: number, atMs: number): void {
    this.#samples.push({ atMs, done });
    // The last one before the window is where the window's own begin.
    while ((this.#samples[1]?.atMs ?? Infinity) <= atMs - WINDOW_MS) this.#samples.shift();
  }

  /** A second over the last seconds; null before there is one. */
  get perSecond(): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.atMs - first.atMs < LEAST_MS) return null;
    return ((last.done - first.done) / (last.atMs - first.atMs)) * 1000;
  }

  /** Null where nobody knows. */
  leftMs(total: number): number | null {
    const rate = this.perSecond;
    const done = this.#samples.at(-1)?.done ?? 0;
    return rate === null || rate <= 0 ? null : (Math.max(0, total - done) / rate) * 1000;
  }
}

/** `42.0% of 4 GiB, 1.2 GiB/s, 3 s left`; what is not known is left out. */
export function bytesProgressText(pace: Pace, doneBytes: number, totalBytes: number): string {
  const rate = pace.perSecond;
  return joined([
    `${formatShare(doneBytes, totalBytes)} of ${formatSize(BigInt(Math.round(totalBytes)))}`,
    rate === null ? null : `${formatSize(BigInt(Math.round(rate)))}/s`,
    leftText(pace, totalBytes),
  ]);
}

/** `1,200 of 9,000 blocks (13.3%), 40,000 blocks/s, 3 s left`. */
export function blocksProgressText(pace: Pace, done: number, total: number): string {
  const shown = `${formatCount(done)} of ${formatCount(total)} blocks (${formatShare(done, total)})`;
  return joined([shown, rateText(pace, 'blocks'), leftText(pace, total)]);
}

/** `40,000 blocks/s`, or null. */
export function rateText(pace: Pace, noun: string): string | null {
  const rate = pace.perSecond;
  return rate === null ? null : `${formatCount(Math.round(rate))} ${noun}/s`;
}

/** In whole seconds: more is not known of the future. */
function leftText(pace: Pace, total: number): string | null {
  const leftMs = pace.leftMs(total);
  return leftMs === null ? null : `${formatMilliseconds(Math.ceil(leftMs / 1000) * 1000)} left`;
}

function joined(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join(', ');
}
