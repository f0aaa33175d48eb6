import { BASH_ENGINE } from './bash-engine.js';
import type { ValueKind } from './kinds.js';
import { LISTER } from './lister.js';
import type { FlagModel, VerbModel } from './model.js';
import { shellWord } from './quote.js';
import { SCRIPT_MARK } from './shells.js';
import { firstWords, secondWords, topicsOf } from './topics.js';

/** The script for bash 4.4 and later. */
export function bashScript(verbs: readonly VerbModel[]): string {
  return [
    `${SCRIPT_MARK} bash`,
    '',
    '# Asks the machine; what may be asked is told in the program.',
    '_wcache_ask() {',
    `  /bin/sh -c ${shellWord(LISTER)} sh "$@" </dev/null 2>/dev/null`,
    '}',
    '',
    '# The verbs; or where a first word is given, the second ones behind it.',
    '_wcache_verbs() {',
    '  case $1 in',
    ...['', ...topicsOf(verbs)].map(
      (topic) => `    ${shellWord(topic)}) _wcache_words ${list(wordsAt(verbs, topic))} ;;`,
    ),
    '  esac',
    '}',
    '',
    '_wcache_is_topic() {',
    `  case $1 in ${topicsOf(verbs).map(shellWord).join(' | ') || "''"}) return 0 ;; *) return 1 ;; esac`,
    '}',
    '',
    '# Tells all about a verb: its arguments (rest: the last takes all words that come), and its flags in lists that go together.',
    '_wcache_verb() {',
    '  case $1 in',
    ...verbs.flatMap(verbLines),
    '    *) return 1 ;;',
    '  esac',
    '}',
    '',
    BASH_ENGINE,
    // Older ones cannot keep their options to themselves.
    'if ((BASH_VERSINFO[0] > 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 4))); then',
    '  complete -F _wcache wcache',
    'fi',
    '',
  ].join('\n');
}

function wordsAt(verbs: readonly VerbModel[], topic: string): string[] {
  return topic === '' ? firstWords(verbs).map(({ word }) => word) : secondWords(verbs, topic);
}

function verbLines({ words, args, flags }: VerbModel): string[] {
  const column = (name: string, of: (flag: FlagModel) => string): string =>
    `      ${name}=(${list(flags.map(of))})`;
  return [
    `    ${shellWord(words.join(' '))})`,
    `      args=(${list(args.map(({ kind }) => bashKind(kind)))}) rest=${args.at(-1)?.repeats === true ? '1' : "''"}`,
    column('flags', ({ name }) => name),
    column('shorts', ({ short }) => short ?? ''),
    column('values', ({ value, list: isList }) => (value === null ? '' : bashKind(value.kind, isList))),
    column('repeats', ({ repeats }) => (repeats ? '1' : '')),
    column('excludes', ({ excludes }) => excludes.join(' ')),
    '      ;;',
  ];
}

/** Words for the engine, which splits them at blanks. */
function bashKind(value: ValueKind, isList = false): string {
  if (value.kind === 'words') {
    return [isList ? 'list' : 'words', ...value.words.map(({ word }) => word)].join(' ');
  }
  if (value.kind === 'assignments') {
    return ['assignments', value.switches.join(','), value.names.join(',')].join(' ');
  }
  return value.kind;
}

function list(words: readonly string[]): string {
  return words.map((word) => (/^[\w-]+$/.test(word) ? word : shellWord(word))).join(' ');
}
