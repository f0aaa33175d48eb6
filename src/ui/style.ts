import { Ansis } from 'ansis';

/** Colours that say the same on a dark and on a light ground; none where stdout is no terminal or NO_COLOR is set. */
let ansis: Ansis | undefined;
const level = colourLevel(process.stdout.isTTY, process.env);

/** 0 for no colour; the terminal's 16 colours are all that wcache uses. */
export function colourLevel(isTerminal: boolean, environment: NodeJS.ProcessEnv): 0 | 1 {
  const wanted = (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
  return isTerminal && wanted ? 1 : 0;
}

export type Tone = 'good' | 'notice' | 'bad' | 'strong' | 'faint';

const tones: Record<Tone, (colours: Ansis, text: string) => string> = {
  good: (colours, text) => colours.green(text),
  notice: (colours, text) => colours.yellow(text),
  bad: (colours, text) => colours.red.bold(text),
  strong: (colours, text) => colours.bold(text),
  faint: (colours, text) => colours.dim(text),
};

/** Text in the colour of its meaning. */
export function tone(which: Tone, text: string): string {
  return level === 0 ? text : tones[which]((ansis ??= new Ansis(level)), text);
}

/** Whether the locale lets more than ASCII be printed; an empty variable counts as one that is not set. */
export function showsUnicode(environment: NodeJS.ProcessEnv): boolean {
  const locale = ['LC_ALL', 'LC_CTYPE', 'LANG']
    .map((name) => environment[name] ?? '')
    .find((value) => value !== '');
  return /utf-?8/i.test(locale ?? '');
}
