import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verbsOf, type Flag, type Manifest, type Verb } from '../../bin/man/verb.js';
import { ROOT } from '../cli/wcache.js';

/** What the command line takes, as the manifest of the build has it. */
export const manifest = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as Manifest;
export const verbs = verbsOf(manifest);

/** What wcache takes in place of a verb. */
const INSTEAD = ['--help', '-h', '--version', '-V'];

/**
 * What is wrong with the words behind `wcache`, as an example or a sentence has them; null if nothing is. A word in
 * capitals stands for any, and what a sentence leaves out is not missed.
 */
export function faultOf(words: readonly string[]): string | null {
  const [first = '', second = ''] = words;
  if (words.length === 0 || INSTEAD.includes(first) || isPlaceholder(first)) return null;
  const verb = verbs.get(`${first}:${second}`) ?? verbs.get(first);
  if (verb === undefined) return `there is no verb ${first}`;
  return faultBehind(verb, words.slice(verb.id.includes(':') ? 2 : 1));
}

function faultBehind(verb: Verb, words: readonly string[]): string | null {
  let given = 0;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') return null;
    if (!word.startsWith('-') || word === '-') {
      given++;
      continue;
    }
    const [name = '', value] = word.split(/=(.*)/s);
    const flag = flagOf(verb, name);
    if (flag === undefined) return `wcache ${verb.words} has no ${name}`;
    if (flag.type === 'boolean') continue;
    const fault = valueFault(flag, value ?? words[++at]);
    if (fault !== null) return fault;
  }
  const most = verb.args.some(({ repeats }) => repeats) ? Infinity : verb.args.length;
  return given > most
    ? `wcache ${verb.words} takes ${String(most)} words, and here are ${String(given)}`
    : null;
}

function flagOf(verb: Verb, word: string): Flag | undefined {
  return verb.flags.find(
    ({ name, char, allowNo }) =>
      word === `--${name}` ||
      (char !== undefined && word === `-${char}`) ||
      (allowNo === true && word === `--no-${name}`),
  );
}

function valueFault({ name, options }: Flag, value: string | undefined): string | null {
  // A sentence that names the flag alone.
  if (value === undefined || options === undefined || isPlaceholder(value)) return null;
  return options.includes(value) ? null : `--${name} does not take ${value}`;
}

function isPlaceholder(word: string): boolean {
  return /^\[?[A-Z][A-Z_.…]*\]?$/.test(word);
}
