import { ansiCells, type Look, type Run } from './ansi-cells.js';
import { shapeOf } from './cell-shapes.js';

export interface PictureSize {
  readonly columns: number;
  readonly rows: number;
}

/** Of a cell; whole numbers keep what is drawn sharp and short. */
export const CELL = { width: 8, height: 16 };
const MARGIN = 12;
const GROUND = '#0d1117';
const INK = '#d6dde6';
const EDGE = '#30363d';

/** The terminal's 16 colours, readable on {@link GROUND}. */
const PALETTE = [
  ...['#484f58', '#ff7b72', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#b1bac4'],
  ...['#8b949e', '#ffa198', '#7ee787', '#f2cc60', '#a5d6ff', '#e2c5ff', '#b3f0ff', '#f0f6fc'],
];

/**
 * A terminal's screen, with its colours as `tmux capture-pane -e -p` prints it, as a picture. Fonts differ from machine to
 * machine: every run of text is kept to its columns, and bars, charts and lines are drawn.
 */
export function ansiToSvg(text: string, { columns, rows }: PictureSize): string {
  const lines = ansiCells(text).slice(0, rows);
  const width = columns * CELL.width + 2 * MARGIN;
  const height = rows * CELL.height + 2 * MARGIN;
  const drawing = new Drawing();
  lines.forEach((runs, row) => {
    for (const run of runs) drawing.add(run, row);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="13">`,
    `<rect x="0.5" y="0.5" width="${String(width - 1)}" height="${String(height - 1)}" rx="8" fill="${GROUND}" stroke="${EDGE}"/>`,
    `<g transform="translate(${String(MARGIN)} ${String(MARGIN)})" fill="${INK}" xml:space="preserve">`,
    ...drawing.parts(),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** The ground behind a run of text. */
interface Ground {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly fill: string;
}

/** Grounds below, then shapes gathered by colour, then text. */
class Drawing {
  readonly #grounds: Ground[] = [];
  readonly #shapes = new Map<string, string[]>();
  readonly #texts: string[] = [];

  add({ column, text, look }: Run, row: number): void {
    const characters = Array.from(text);
    const [x, y] = [column * CELL.width, row * CELL.height];
    const { ink, ground } = coloursOf(look);
    if (ground !== null) {
      this.#addGround({ x, y, width: characters.length * CELL.width, fill: ground });
    }
    // What is drawn stays out of the text, whose place blanks keep.
    const words = characters.map((character, index) => {
      const shape = shapeOf(character, x + index * CELL.width, y);
      if (shape === null) return character;
      const style = `${shape.stroke ? `fill="none" stroke="${ink}"` : `fill="${ink}"`}${opacity(look, shape.opacity)}`;
      const paths = this.#shapes.get(style) ?? [];
      paths.push(shape.path);
      this.#shapes.set(style, paths);
      return ' ';
    });
    for (const { index, word } of wordsOf(words.join(''))) {
      this.#texts.push(textElement(word, x + index * CELL.width, y, look, ink));
    }
  }

  /** Side by side they are one: between two the edges of their pixels would show. */
  #addGround(ground: Ground): void {
    const before = this.#grounds.at(-1);
    const isBeside =
      before?.y === ground.y && before.x + before.width === ground.x && before.fill === ground.fill;
    if (isBeside) this.#grounds.pop();
    const x = isBeside ? before.x : ground.x;
    this.#grounds.push({ ...ground, x, width: ground.x + ground.width - x });
  }

  parts(): string[] {
    const shapes = [...this.#shapes].map(([style, paths]) => `<path ${style} d="${paths.join('')}"/>`);
    return [...this.#grounds.map(rectangle), ...shapes, ...this.#texts];
  }
}

/** Pieces of text between wide gaps, with their first column. */
function wordsOf(text: string): { index: number; word: string }[] {
  const found: { index: number; word: string }[] = [];
  let index = 0;
  for (const piece of text.split(/( {2,})/)) {
    const word = piece.trimEnd();
    const lead = word.length - word.trimStart().length;
    if (word.trim() !== '') {
      found.push({ index: index + Array.from(word.slice(0, lead)).length, word: word.trim() });
    }
    index += Array.from(piece).length;
  }
  return found;
}

function textElement(word: string, x: number, y: number, look: Look, ink: string): string {
  const style = [
    ink === INK ? '' : ` fill="${ink}"`,
    look.bold ? ' font-weight="bold"' : '',
    look.underline ? ' text-decoration="underline"' : '',
    opacity(look, 1),
  ].join('');
  const length = Array.from(word).length * CELL.width;
  return `<text x="${String(x)}" y="${String(y + 12)}" textLength="${String(length)}"${style}>${escaped(word)}</text>`;
}

function coloursOf({ foreground, background, inverse }: Look): { ink: string; ground: string | null } {
  const [ink, ground] = [colour(foreground), colour(background)];
  return inverse ? { ink: ground ?? GROUND, ground: ink ?? INK } : { ink: ink ?? INK, ground };
}

function colour(of: number | string | null): string | null {
  if (of === null || typeof of === 'string') return of;
  if (of < 16) return PALETTE[of] ?? null;
  if (of >= 232) return `#${(8 + (of - 232) * 10).toString(16).padStart(2, '0').repeat(3)}`;
  const parts = [Math.floor((of - 16) / 36), Math.floor((of - 16) / 6) % 6, (of - 16) % 6];
  return `#${parts.map((part) => (part === 0 ? 0 : 55 + part * 40).toString(16).padStart(2, '0')).join('')}`;
}

function opacity({ dim }: Look, own: number): string {
  const value = own * (dim ? 0.6 : 1);
  return value === 1 ? '' : ` opacity="${String(Number(value.toFixed(2)))}"`;
}

function rectangle({ x, y, width, fill }: Ground): string {
  return `<rect x="${String(x)}" y="${String(y)}" width="${String(width)}" height="${String(CELL.height)}" fill="${fill}"/>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
