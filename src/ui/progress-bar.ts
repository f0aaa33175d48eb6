/** Bars longer than this tell no more. */
const LONGEST = 24;
/** And shorter ones nothing. */
const SHORTEST = 6;

export interface BarOptions {
  /** Columns that there are for bar and text together. */
  readonly width: number;
  readonly unicode: boolean;
}

/**
 * A bar with its share in percent and a text behind it: `######........ 42.0%  271 blocks left`. Where the room is
 * short, the bar is the first to go.
 *
 * @param done from 0 to 1; null where there is nothing to measure by
 */
export function barText(done: number | null, text: string, { width, unicode }: BarOptions): string {
  if (done === null) return text;
  const share = Math.min(1, Math.max(0, done));
  const tail = ` ${percent(share)}  ${text}`;
  const length = Math.min(LONGEST, width - tail.length);
  if (length < SHORTEST) return tail.trimStart();
  const filled = Math.floor(share * length);
  const [full, empty] = unicode ? ['█', '░'] : ['#', '.'];
  return `${full.repeat(filled)}${empty.repeat(length - filled)}${tail}`;
}

/** 0% and 100% only when it is exactly that; of one width, so that what stands behind it stays where it is. */
function percent(share: number): string {
  const shown = share === 0 || share === 1 ? share * 100 : Math.min(99.9, Math.max(0.1, share * 100));
  return `${shown.toFixed(shown === 0 || shown === 100 ? 0 : 1)}%`.padStart(5);
}
