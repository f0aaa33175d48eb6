import type { Place } from './blocks.js';

/**
 * What a run prints otherwise than the run that is in the README: told by its shape, and only where a line isn't the
 * same word for word.
 */
export interface Shape {
  readonly name: string;
  /** `anywhere`, or on a kernel of the lab only, where it depends on time or on when the file system writes. */
  readonly where: Place | 'anywhere';
  readonly pattern: RegExp;
  /** Of one thing: what the README names twice is twice the same in every run. */
  readonly isIdentity?: true;
  /** Whether one may stand where the other stood; any two of the shape may unless told. */
  readonly fits?: (shown: string, printed: string) => boolean;
}

/** What the commands of the lab's session decide, so that no run may print anything else. */
const DECIDED: ReadonlySet<number> = new Set([0, 4096, 8160, 131_072, 524_288]);

/** The first that fits at a place is taken. */
export const SHAPES: readonly Shape[] = [
  {
    name: '<uuid>',
    where: 'anywhere',
    pattern: /WCACHE-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/,
    isIdentity: true,
  },
  { name: '<digest>', where: 'lab', pattern: /\b[0-9a-f]{64}\b/, isIdentity: true },
  {
    name: '<file of a removal>',
    where: 'lab',
    pattern: /-[0-9a-f]{12}-\d{4}-\d\d-\d\dT\d{9}Z/,
    isIdentity: true,
  },
  { name: '<time>', where: 'anywhere', pattern: /\b\d{4}-\d\d-\d\d[T ]\d\d:?\d\d:?\d\d(?:\.\d+)?Z?/ },
  { name: '<clock>', where: 'lab', pattern: /\b\d\d:\d\d:\d\d\b/ },
  {
    name: '<duration>',
    where: 'lab',
    pattern: /\b\d[\d,]*(?:\.\d+)? (?:ms|s|min|h)\b(?: \d+ (?:s|min)\b)?/,
  },
  {
    name: '<size>',
    where: 'lab',
    pattern: /\b\d[\d,]*(?:\.\d+)? ?(?:B|[KMG]iB)(?![A-Za-z])/,
    fits: sizeFits,
  },
  { name: '<compact>', where: 'lab', pattern: /(?<![\w.])\d+(?:\.\d+)?[kMGT](?!\w)/ },
  // Which blocks the file system takes is its own matter, and the last row ends where the last of them is.
  { name: '<map>', where: 'lab', pattern: /(?<=\s\s)[·░▒▓█]+$/ },
  { name: '<count>', where: 'lab', pattern: /(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?![\w])/, fits: countFits },
];

/** A line as words and shapes. */
export type Token =
  { readonly shape: null; readonly text: string } | { readonly shape: Shape; readonly text: string };

/** Takes a line apart. Blanks are one where there are more: numbers of other lengths move columns. */
export function tokensOf(line: string, place: Place, shapes: readonly Shape[] = SHAPES): Token[] {
  const tokens: Token[] = [];
  const usable = shapes.filter(({ where }) => where === 'anywhere' || where === place);
  const text = line.trim();
  for (let at = 0; at < text.length;) {
    const next = firstOf(text, at, usable);
    const before = text.slice(at, next?.index ?? text.length);
    if (before !== '') tokens.push({ shape: null, text: before.replaceAll(/\s+/g, ' ') });
    if (next === null) return tokens;
    tokens.push({ shape: next.shape, text: next.text });
    at = next.index + next.text.length;
  }
  return tokens;
}

/**
 * Whether a printed line is what the README shows: the same word for word, or the same words around what differs from run
 * to run. Blanks at the end count for nothing.
 */
export function isSameLine(shown: string, printed: string, place: Place): boolean {
  if (shown.trimEnd() === printed.trimEnd()) return true;
  const [ours, theirs] = [tokensOf(shown, place), tokensOf(printed, place)];
  if (ours.length !== theirs.length || ours.every(({ shape }) => shape === null)) return false;
  return ours.every((our, index) => {
    const their = theirs[index];
    if (our.shape !== their?.shape) return false;
    return (
      our.text === their.text || (our.shape !== null && (our.shape.fits?.(our.text, their.text) ?? true))
    );
  });
}

/** The pairs of what is the same thing in every run: as the README has it, and as it was printed. */
export function identitiesOf(shown: string, printed: string, place: Place): [Shape, string, string][] {
  const theirs = tokensOf(printed, place);
  return tokensOf(shown, place).flatMap((our, index) =>
    our.shape?.isIdentity === true ? [[our.shape, our.text, theirs[index]?.text ?? '']] : [],
  );
}

function firstOf(
  text: string,
  from: number,
  shapes: readonly Shape[],
): { shape: Shape; index: number; text: string } | null {
  let first: { shape: Shape; index: number; text: string } | null = null;
  for (const shape of shapes) {
    const pattern = new RegExp(shape.pattern, 'g');
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    if (match !== null && (first === null || match.index < first.index)) {
      first = { shape, index: match.index, text: match[0] };
    }
  }
  return first;
}

/** As many digits, give or take one; what the commands decide, and nothing at all, is the same in each run. */
function countFits(shown: string, printed: string): boolean {
  const [our, their] = [shown, printed].map((text) => Number(text.replaceAll(',', '')));
  if (our === undefined || their === undefined) return false;
  if (DECIDED.has(our) || DECIDED.has(their)) return our === their;
  return Math.abs(digits(our) - digits(their)) <= 1;
}

/** Up to ten times as much or as little. */
function sizeFits(shown: string, printed: string): boolean {
  const [our, their] = [shown, printed].map(bytesOf);
  if (our === undefined || their === undefined) return false;
  if (our === 0 || their === 0) return our === their;
  return our / their <= 10 && their / our <= 10;
}

function digits(number: number): number {
  return String(Math.trunc(number)).length;
}

function bytesOf(text: string): number {
  const unit = { B: 0, KiB: 1, MiB: 2, GiB: 3 }[/[A-Za-z]+$/.exec(text)?.[0] ?? 'B'] ?? 0;
  return Number(/^[\d,.]+/.exec(text)?.[0].replaceAll(',', '') ?? NaN) * 1024 ** unit;
}
