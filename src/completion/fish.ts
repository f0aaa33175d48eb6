import { FISH_ENGINE } from './fish-engine.js';
import type { ValueKind } from './kinds.js';
import { LISTER } from './lister.js';
import type { FlagModel, VerbModel } from './model.js';
import { fishWord, listingText } from './quote.js';
import { SCRIPT_MARK } from './shells.js';
import { firstWords, secondWords, topicsOf } from './topics.js';

/** What stands between the fields of a record, between the words of a kind, and before a description, as fish writes them. */
const FIELD = '\\x1e';
const PART = '\\x1f';
const TAB = '\\t';

/** The script for fish 3.2 and later, which loads it when `wcache` is completed first. */
export function fishScript(verbs: readonly VerbModel[]): string {
  const topics = topicsOf(verbs);
  const optionTexts = new Map(
    verbs
      .flatMap(({ flags }) => flags.map(({ name, description }) => [name, description] as const))
      .reverse(),
  );
  return [
    `${SCRIPT_MARK} fish`,
    '',
    'function __wcache_ask',
    `    /bin/sh -c ${fishWord(LISTER)} sh $argv </dev/null 2>/dev/null`,
    'end',
    '',
    '# The verbs, or the second words behind a first one.',
    'function __wcache_verbs',
    '    switch "$argv[1]"',
    ...['', ...topics].flatMap((topic) => [
      `        case ${fishWord(topic)}`,
      ...verbList(verbs, topic).map(({ word, summary }) => `            echo ${withText(word, summary)}`),
    ]),
    '    end',
    'end',
    '',
    'function __wcache_topics',
    ...topics.map((topic) => `    echo ${fishWord(topic)}`),
    'end',
    '',
    "# The kinds of a verb's arguments. The verb is its first word, a blank, and its second.",
    'function __wcache_arguments',
    '    switch $argv[1]',
    ...verbs.flatMap(({ words, args }) => [
      `        case ${verbCase(words)}`,
      ...args.map(({ kind }) => `            echo ${fishKind(kind, optionTexts)}`),
    ]),
    '    end',
    'end',
    '',
    '# Whether the last argument of a verb takes all words that come.',
    'function __wcache_goes_on',
    '    switch $argv[1]',
    `        case ${verbs
      .filter(({ args }) => args.at(-1)?.repeats === true)
      .map(({ words }) => verbCase(words))
      .join(' ')}`,
    '            return 0',
    '    end',
    '    return 1',
    'end',
    '',
    '# The flags of a verb, as __wcache_flag tells them.',
    'function __wcache_flags',
    '    switch $argv[1]',
    ...verbs.flatMap(({ words, flags }) => [
      `        case ${verbCase(words)}`,
      ...flags.map((flag) => `            echo ${flagRecord(flag, optionTexts)}`),
    ]),
    '    end',
    'end',
    '',
    FISH_ENGINE,
  ].join('\n');
}

function verbCase([first = '', second = '']: readonly string[]): string {
  return fishWord(`${first} ${second}`);
}

function verbList(verbs: readonly VerbModel[], topic: string): { word: string; summary: string }[] {
  if (topic === '') return firstWords(verbs);
  return secondWords(verbs, topic).map((word) => ({
    word,
    summary: verbs.find(({ words }) => words.join(' ') === `${topic} ${word}`)?.summary ?? '',
  }));
}

function flagRecord(flag: FlagModel, optionTexts: ReadonlyMap<string, string>): string {
  const { name, short, value, repeats, excludes, description } = flag;
  return [
    fishWord(name),
    fishWord(short ?? ''),
    value === null ? '' : fishKind(value.kind, optionTexts, flag.list),
    repeats ? '1' : '',
    fishWord(excludes.join(' ')),
    fishWord(listingText(description)),
  ].join(FIELD);
}

/** A kind as one word of fish. */
function fishKind(value: ValueKind, optionTexts: ReadonlyMap<string, string>, isList = false): string {
  if (value.kind === 'words') {
    const words = value.words.map(({ word, description = '' }) => withText(word, isList ? '' : description));
    return [isList ? 'list' : 'words', ...words].join(PART);
  }
  if (value.kind === 'assignments') {
    const names = value.names.map((name) => withText(name, optionTexts.get(`--${name}`) ?? ''));
    return ['assignments', fishWord(value.switches.join(',')), ...names].join(PART);
  }
  return value.kind;
}

function withText(word: string, text: string): string {
  return text === '' ? fishWord(word) : `${fishWord(word)}${TAB}${fishWord(listingText(text))}`;
}
