import type { Place } from './blocks.js';
import { isSameLine, tokensOf } from './shapes.js';
import type { ShownLine } from './steps.js';

/** The README's sign for lines that are left out. */
export const ELLIPSIS = '...';

/** How what is shown and what was printed go together, line by line. */
export type Pairing =
  | { readonly kind: 'same'; readonly shown: ShownLine; readonly printed: string }
  /** A line that was changed. */
  | { readonly kind: 'other'; readonly shown: ShownLine; readonly printed: string }
  | { readonly kind: 'missing'; readonly shown: ShownLine }
  | { readonly kind: 'extra'; readonly printed: string }
  | { readonly kind: 'elided'; readonly shown: ShownLine; readonly printed: readonly string[] };

const COST = { missing: 10, extra: 8, similar: 9, different: 19 };

/** What a command printed, as lines, without empty ones at its end. */
export function linesOf(output: string): string[] {
  return withoutEmptyEnd(
    output.split('\n').map((line) => line.trimEnd()),
    (line) => line,
  );
}

/**
 * Lays what was printed beside what is shown, with as few differences as there can be: none where the README is right.
 */
export function align(shown: readonly ShownLine[], printed: readonly string[], place: Place): Pairing[] {
  const ours = withoutEmptyEnd(shown, ({ text }) => text);
  const costs = costsOf(ours, printed, place);
  const at = (our: number, their: number): number => costs[our]?.[their] ?? Infinity;
  const pairings: Pairing[] = [];
  let [our, their] = [0, 0];
  while (our < ours.length || their < printed.length) {
    const line = ours[our];
    const text = printed[their];
    const cost = at(our, their);
    if (line !== undefined && isEllipsis(line)) {
      let end = their;
      while (at(our + 1, end) !== cost) end += 1;
      pairings.push({ kind: 'elided', shown: line, printed: printed.slice(their, end) });
      [our, their] = [our + 1, end];
    } else if (
      line !== undefined &&
      text !== undefined &&
      cost === at(our + 1, their + 1) + difference(line, text, place)
    ) {
      pairings.push({
        kind: isSameLine(line.text, text, place) ? 'same' : 'other',
        shown: line,
        printed: text,
      });
      [our, their] = [our + 1, their + 1];
    } else if (line !== undefined && cost === at(our + 1, their) + COST.missing) {
      pairings.push({ kind: 'missing', shown: line });
      our += 1;
    } else {
      pairings.push({ kind: 'extra', printed: text ?? '' });
      their += 1;
    }
  }
  return pairings;
}

/** Whether the README is right. */
export function isRight(pairings: readonly Pairing[]): boolean {
  return pairings.every(({ kind }) => kind === 'same' || kind === 'elided');
}

/** What is shown and what was printed, with the README's line numbers: `-` is only there, `+` was only printed. */
export function differences(pairings: readonly Pairing[]): string {
  return pairings
    .flatMap((pairing) => {
      switch (pairing.kind) {
        case 'same':
          return diffLine(' ', pairing.shown.line, pairing.shown.text);
        case 'elided':
          return diffLine(' ', pairing.shown.line, `${ELLIPSIS} (${String(pairing.printed.length)} lines)`);
        case 'missing':
          return diffLine('-', pairing.shown.line, pairing.shown.text);
        case 'extra':
          return diffLine('+', null, pairing.printed);
        case 'other':
          return [
            diffLine('-', pairing.shown.line, pairing.shown.text),
            diffLine('+', null, pairing.printed),
          ];
      }
    })
    .join('\n');
}

function diffLine(sign: string, line: number | null, text: string): string {
  return `${sign} ${(line === null ? '' : String(line)).padStart(5)}  ${text}`.trimEnd();
}

/** costs[our][their]: of laying the rest from these two lines on beside each other. */
function costsOf(ours: readonly ShownLine[], printed: readonly string[], place: Place): number[][] {
  const costs = Array.from({ length: ours.length + 1 }, () => new Array<number>(printed.length + 1).fill(0));
  const at = (our: number, their: number): number => costs[our]?.[their] ?? Infinity;
  for (let our = ours.length; our >= 0; our -= 1) {
    for (let their = printed.length; their >= 0; their -= 1) {
      const [line, text] = [ours[our], printed[their]];
      const row = costs[our] ?? [];
      if (line === undefined) row[their] = (printed.length - their) * COST.extra;
      else if (isEllipsis(line)) {
        row[their] = Math.min(at(our + 1, their), text === undefined ? Infinity : at(our, their + 1));
      } else {
        row[their] = Math.min(
          at(our + 1, their) + COST.missing,
          text === undefined ? Infinity : at(our, their + 1) + COST.extra,
          text === undefined ? Infinity : at(our + 1, their + 1) + difference(line, text, place),
        );
      }
    }
  }
  return costs;
}

function isEllipsis({ text }: ShownLine): boolean {
  return text.trim() === ELLIPSIS;
}

function difference(shown: ShownLine, printed: string, place: Place): number {
  if (isSameLine(shown.text, printed, place)) return 0;
  return isSimilar(shown.text, printed, place) ? COST.similar : COST.different;
}

/** Half of its words are the same: the same line, that came out otherwise. */
function isSimilar(shown: string, printed: string, place: Place): boolean {
  const [ours, theirs] = [shown, printed].map(
    (line) => new Set(tokensOf(line, place).flatMap(({ shape, text }) => shape?.name ?? text.split(' '))),
  );
  if (ours === undefined || theirs === undefined) return false;
  const shared = [...ours].filter((word) => theirs.has(word)).length;
  return shared * 2 >= Math.max(ours.size, theirs.size);
}

function withoutEmptyEnd<T>(lines: readonly T[], textOf: (line: T) => string): T[] {
  const end = lines.findLastIndex((line) => textOf(line).trim() !== '');
  return lines.slice(0, end + 1);
}
