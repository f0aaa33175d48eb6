import { Ansis } from 'ansis';

/** Colours that say the same on a dark and on a light ground; none where stdout is no terminal or NO_COLOR is set. */
const ansis = new Ansis(colourLevel(process.stdout.isTTY, process.env));

/** 0 for no colour; the terminal's 16 colours are all that wcache uses. */
export function colourLevel(isTerminal: boolean, environment: NodeJS.ProcessEnv): 0 | 1 {
  const wanted = (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
  return isTerminal && wanted ? 1 : 0;
}

export type Tone = 'good' | 'notice' | 'bad' | 'strong' | 'faint';

const tones: Record<Tone, (text: string) => string> = {
  good: (text) => ansis.green(text),
  notice: (text) => ansis.yellow(text),
  bad: (text) => ansis.red.bold(text),
  strong: (text) => ansis.bold(text),
  faint: (text) => ansis.dim(text),
};

/** Text in the colour of its meaning. */
export function tone(which: Tone, text: string): string {
  return tones[which](text);
}

/** Whether the locale lets more than ASCII be printed; an empty variable counts as one that is not set. */
export function showsUnicode(environment: NodeJS.ProcessEnv): boolean {
  const locale = ['LC_ALL', 'LC_CTYPE', 'LANG']
    .map((name) => environment[name] ?? '')
    .find((value) => value !== '');
  return /utf-?8/i.test(locale ?? '');
}
