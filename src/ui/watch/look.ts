import { Ansis } from 'ansis';
import { printable } from '../printable.js';
import { colourLevel, showsUnicode } from '../style.js';

/** What a piece of text means; colours follow from it. All of them read well on dark and on light. */
export type Hue =
  | 'plain'
  | 'good'
  | 'notice'
  | 'bad'
  | 'info'
  | 'strong'
  | 'faint'
  /** The line that is selected. */
  | 'selected'
  | 'selected-bad'
  | 'selected-notice'
  /** A chip that must not be overlooked. */
  | 'alarm'
  | 'hold';

/** How this terminal is written to. */
export interface Look {
  readonly unicode: boolean;
  readonly signs: Signs;
  paint(hue: Hue, text: string): string;
  /** Text from outside as it may be shown: without anything that a terminal would act on, or that has no width of its own. */
  outside(text: string): string;
}

export interface Signs {
  readonly selected: string;
  readonly rule: string;
  readonly wall: string;
  readonly corners: readonly [string, string, string, string];
  readonly ascending: string;
  readonly descending: string;
  readonly cut: string;
  readonly cursor: string;
  readonly dot: string;
  readonly arrow: string;
}

const UNICODE: Signs = {
  selected: '▸',
  rule: '─',
  wall: '│',
  corners: ['┌', '┐', '└', '┘'],
  ascending: '▲',
  descending: '▼',
  cut: '…',
  cursor: '▏',
  dot: '·',
  arrow: '→',
};
const ASCII: Signs = {
  selected: '>',
  rule: '-',
  wall: '|',
  corners: ['+', '+', '+', '+'],
  ascending: '^',
  descending: 'v',
  cut: '~',
  cursor: '_',
  dot: '-',
  arrow: '->',
};

export function lookFor(environment: NodeJS.ProcessEnv): Look {
  const unicode = showsUnicode(environment);
  const ansis = new Ansis(colourLevel(true, environment));
  const hues: Readonly<Record<Hue, (text: string) => string>> = {
    plain: (text) => text,
    good: (text) => ansis.green(text),
    notice: (text) => ansis.yellow(text),
    bad: (text) => ansis.red.bold(text),
    info: (text) => ansis.cyan(text),
    strong: (text) => ansis.bold(text),
    faint: (text) => ansis.dim(text),
    selected: (text) => ansis.inverse(text),
    'selected-bad': (text) => ansis.red.bold.inverse(text),
    'selected-notice': (text) => ansis.yellow.inverse(text),
    alarm: (text) => ansis.red.bold.inverse(text),
    hold: (text) => ansis.yellow.bold.inverse(text),
  };
  return {
    unicode,
    signs: unicode ? UNICODE : ASCII,
    paint: (hue, text) => (text === '' ? '' : hues[hue](text)),
    outside: (text) => visible(text, unicode),
  };
}

/** Marks, format and other characters without a place of their own would let a line be longer or shorter than it seems. */
const WITHOUT_WIDTH = /[\p{M}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

function visible(text: string, unicode: boolean): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const shown = printable(text.normalize('NFC')).replaceAll(
    WITHOUT_WIDTH,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return unicode ? shown : shown.replaceAll(/[^\x20-\x7e]/gu, '?');
}
