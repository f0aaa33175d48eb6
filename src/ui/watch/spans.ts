import stringWidth from 'string-width';
import type { Hue, Look } from './look.js';

/** A piece of a line: plain text, or text with a meaning. */
export type Span = string | readonly [hue: Hue, text: string];
/** One line of the screen, in pieces whose width is known. */
export type Line = readonly Span[];

/** Characters that take one column each, without asking: ASCII and the lines, blocks and signs that we draw with. */
const NARROW = /^[\x20-\x7e─-▟·…▲▸▼→]*$/;
const WIDTHS_KEPT = 2000;
/** Of characters. */
const widths = new Map<string, number>();

/**
 * Columns that a text takes: the sum of its characters, as terminals count it. Those that would join others are not in our
 * texts (see {@link Look.outside}).
 */
export function widthOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  let sum = 0;
  for (const character of text) sum += characterWidth(character);
  return sum;
}

function characterWidth(character: string): number {
  const known = widths.get(character);
  if (known !== undefined) return known;
  if (widths.size >= WIDTHS_KEPT) widths.clear();
  const width = stringWidth(character);
  widths.set(character, width);
  return width;
}

/** As much of a text as fits, with a sign where something is missing. */
export function cutText(text: string, width: number, sign: string): string {
  if (widthOf(text) <= width) return text;
  return width <= 0 ? '' : begin(text, width - 1) + sign;
}

/** As many characters as fit. */
function begin(text: string, width: number): string {
  let cut = '';
  let used = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used > width) break;
    cut += character;
  }
  return cut;
}

/** A text of exactly so many columns. */
export function fit(text: string, width: number, sign: string, align: 'left' | 'right' = 'left'): string {
  const shown = cutText(text, width, sign);
  const blanks = ' '.repeat(Math.max(0, width - widthOf(shown)));
  return align === 'left' ? shown + blanks : blanks + shown;
}

export function textOf(span: Span): string {
  return typeof span === 'string' ? span : span[1];
}

export function hueOf(span: Span): Hue {
  return typeof span === 'string' ? 'plain' : span[0];
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, span) => sum + widthOf(textOf(span)), 0);
}

/** At most so many columns of a line. */
export function cutLine(line: Line, width: number, sign: string): Line {
  if (lineWidth(line) <= width) return line;
  const kept: Span[] = [];
  let left = width;
  for (const span of line) {
    const own = widthOf(textOf(span));
    if (own <= left - 1) {
      kept.push(span);
      left -= own;
      continue;
    }
    // Blanks would only hide the sign from where something is missing.
    kept.push([hueOf(span), cutText(`${textOf(span)} `.padEnd(left + 1), left, sign)]);
    break;
  }
  return kept;
}

/** A line of exactly so many columns. */
export function padLine(line: Line, width: number, sign: string): Line {
  const shown = cutLine(line, width, sign);
  const missing = width - lineWidth(shown);
  return missing > 0 ? [...shown, ' '.repeat(missing)] : shown;
}

/** Something on the left, and something on the right that gives way last. */
export function spread(left: Line, right: Line, width: number, sign: string): Line {
  const end = cutLine(right, width, sign);
  const room = width - lineWidth(end);
  return [...padLine(left, room, sign), ...end];
}

/** The same as a terminal is told. */
export function painted(line: Line, look: Look): string {
  return line.map((span) => look.paint(hueOf(span), textOf(span))).join('');
}

/** Prose in lines of at most so many columns; the first one has a lead, the others are indented by as much. */
export function paragraph(text: string, width: number, lead: Line = []): Line[] {
  const indent = lineWidth(lead);
  const room = Math.max(8, width - indent);
  const lines: string[] = [];
  let current = '';
  for (let word of text.split(' ').filter((part) => part !== '')) {
    if (current !== '' && widthOf(current) + 1 + widthOf(word) <= room) {
      current += ` ${word}`;
      continue;
    }
    if (current !== '') lines.push(current);
    while (widthOf(word) > room) {
      const piece = begin(word, room);
      lines.push(piece);
      word = word.slice(piece.length);
    }
    current = word;
  }
  if (current !== '' || lines.length === 0) lines.push(current);
  return lines.map((line, place) => (place === 0 ? [...lead, line] : [' '.repeat(indent), line]));
}
