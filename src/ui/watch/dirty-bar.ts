import type { CacheLevels } from './levels.js';
import type { Hue, Look } from './look.js';
import type { Line, Span } from './spans.js';

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/**
 * How full a cache is, with both watermarks marked on it: `█████│█│▌░░░░`. Of two marks in one cell there is one, thicker.
 */
export function dirtyBar(levels: CacheLevels, width: number, look: Look, known = true): Line {
  const cells = fillingCells(levels.dirty, width, look);
  const hue = hueOfLevel(levels, known);
  const high = cellOf(levels.high, width);
  const low = cellOf(levels.low, width);
  const both = look.unicode ? '┃' : '|';
  const one = look.unicode ? '│' : '|';
  const spans: Span[] = [];
  cells.forEach(({ sign, filled }, place) => {
    if (place === high) spans.push(['strong', place === low ? both : one]);
    else if (place === low) spans.push(['plain', one]);
    else spans.push([filled ? hue : 'faint', sign]);
  });
  return merged(spans);
}

function fillingCells(share: number, width: number, { unicode }: Look): { sign: string; filled: boolean }[] {
  const [full, empty] = unicode ? ['█', '░'] : ['#', '.'];
  // What is dirty at all is to be seen, and what is not full is not to look so.
  const eighths =
    share <= 0 ? 0 : share >= 1 ? width * 8 : Math.min(width * 8 - 1, Math.max(1, share * width * 8));
  return Array.from({ length: width }, (_, place) => {
    const inCell = Math.round(eighths - place * 8);
    if (inCell >= 8) return { sign: full, filled: true };
    if (inCell <= 0) return { sign: empty, filled: false };
    if (unicode) return { sign: EIGHTHS[inCell] ?? full, filled: true };
    return inCell >= 4 || place === 0 ? { sign: full, filled: true } : { sign: empty, filled: false };
  });
}

/** Above the high watermark writeback is due; full is where writes have to wait. */
export function hueOfLevel({ dirty, high }: CacheLevels, known = true): Hue {
  if (!known) return 'faint';
  if (dirty >= 1) return 'bad';
  return high !== null && dirty >= high ? 'notice' : 'good';
}

function cellOf(share: number | null, width: number): number {
  return share === null ? -1 : Math.min(width - 1, Math.floor(share * width + 1e-9));
}

/** Fewer spans are fewer commands to the terminal. */
export function merged(spans: readonly Span[]): Line {
  const line: Span[] = [];
  for (const span of spans) {
    const last = line.at(-1);
    const [hue, text] = typeof span === 'string' ? (['plain', span] as const) : span;
    if (last !== undefined && typeof last !== 'string' && last[0] === hue) {
      line[line.length - 1] = [hue, last[1] + text];
    } else {
      line.push([hue, text]);
    }
  }
  return line;
}
