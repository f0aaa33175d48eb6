import type { FixedWord, ValueKind } from './kinds.js';
import { LISTER } from './lister.js';
import type { FlagModel, VerbModel } from './model.js';
import { listingText, shellWord, zshSpecText } from './quote.js';
import { SCRIPT_MARK, ZSH_FIRST_LINE } from './shells.js';
import { firstWords, secondWords, topicsOf } from './topics.js';
import { ZSH_ENGINE } from './zsh-engine.js';

/** The script for zsh's own completion system, which is to be in a file `_wcache`. */
export function zshScript(verbs: readonly VerbModel[]): string {
  const topics = topicsOf(verbs);
  const lists = new WordLists(verbs);
  const behind = verbs.flatMap((verb) => verbLines(verb, lists));
  return [
    ZSH_FIRST_LINE,
    `${SCRIPT_MARK} zsh`,
    '',
    '_wcache_ask() {',
    `  /bin/sh -c ${shellWord(LISTER)} sh "$@" </dev/null 2>/dev/null`,
    '}',
    '',
    ZSH_ENGINE,
    '# The verbs, or where the last word is a first one, the second ones behind it; the words before are for compadd.',
    '_wcache_verbs() {',
    '  local -a verbs',
    '  case $@[-1] in',
    ...['', ...topics].map((topic) => `    ${shellWord(topic)}) verbs=(${verbList(verbs, topic)}) ;;`),
    '  esac',
    '  shift -p',
    '  _describe -t verbs verb verbs "$@"',
    '}',
    '',
    '# A list of fixed words, in list.',
    '_wcache_list() {',
    '  case $1 in',
    ...lists.lines,
    '  esac',
    '}',
    '',
    '# What is behind a verb.',
    '_wcache_verb() {',
    '  case $1 in',
    ...behind,
    '  esac',
    '}',
    '',
    '_wcache() {',
    '  local curcontext=$curcontext state state_descr line ret=1',
    '  typeset -A opt_args',
    '  _arguments -C \\',
    "    '(- : *)'{-h,--help}'[show the verbs]' \\",
    "    '(- : *)'{-V,--version}'[show the version]' \\",
    '    \'1:verb:_wcache_verbs ""\' \\',
    "    '*:: :->behind' && ret=0",
    '  [[ $state == behind ]] || return ret',
    '  local verb=${(Q)words[1]}',
    ...(topics.length === 0
      ? []
      : [
          `  case $verb in ${topics.join(' | ')})`,
          '    if (( CURRENT == 2 )); then',
          '      _wcache_verbs $verb',
          '      return',
          '    fi',
          '    verb+=" ${(Q)words[2]}"',
          '    shift words',
          '    (( CURRENT-- ))',
          '  esac',
        ]),
    '  curcontext=${curcontext%:*:*}:wcache-${verb// /-}:',
    '  _wcache_verb $verb && ret=0',
    '  return ret',
    '}',
    '',
    '# Read by its first use, or by compinit alone.',
    'if [[ $funcstack[1] == _wcache ]]; then _wcache "$@"; else compdef _wcache wcache; fi',
    '',
  ].join('\n');
}

function verbList(verbs: readonly VerbModel[], topic: string): string {
  const listed =
    topic === ''
      ? firstWords(verbs)
      : secondWords(verbs, topic).map((word) => ({
          word,
          summary: verbs.find(({ words }) => words.join(' ') === `${topic} ${word}`)?.summary ?? '',
        }));
  return listed.map(({ word, summary }) => shellWord(described(word, summary))).join(' ');
}

function described(word: string, text: string): string {
  return text === '' ? zshSpecText(word) : `${zshSpecText(word)}:${listingText(text)}`;
}

function verbLines(verb: VerbModel, lists: WordLists): string[] {
  const specs = [
    ...verb.flags.map((flag) => flagSpec(flag, verb.flags, lists)),
    ...verb.args.map(({ label, kind, repeats }, index) => {
      const place = repeats ? '*' : String(index + 1);
      return shellWord(`${place}:${zshSpecText(label)}:${action(kind, lists, { repeats })}`);
    }),
  ];
  return [
    `    ${shellWord(verb.words.join(' '))})`,
    '      _arguments -s -S \\',
    ...specs.map((spec, index) => `        ${spec}${index === specs.length - 1 ? '' : ' \\'}`),
    '      ;;',
  ];
}

function flagSpec(flag: FlagModel, all: readonly FlagModel[], lists: WordLists): string {
  const { name, short, description, value, repeats, excludes } = flag;
  const own = short === null ? [] : [name, short];
  const withShorts = all
    .flatMap((each) => (excludes.includes(each.name) ? [each.name, each.short ?? []] : []))
    .flat();
  const excluded = name === '--help' ? ['- : *'] : [...withShorts, ...(repeats ? [] : own)];
  const before = excluded.length === 0 ? '' : shellWord(`(${excluded.join(' ')})`);
  const names = own.length === 0 ? [name] : own;
  const typed = names.map((each) => (value !== null && each === name ? `${each}=` : each)).join(',');
  const behind =
    value === null ? '' : `:${zshSpecText(value.label)}:${action(value.kind, lists, { isList: flag.list })}`;
  return [
    before,
    repeats ? shellWord('*') : '',
    own.length === 0 ? typed : `{${typed}}`,
    shellWord(`[${zshSpecText(listingText(description))}]${behind}`),
  ].join('');
}

/** What `_arguments` does to complete a value. It reads that as a shell does, so words that may hold anything are elsewhere. */
function action(
  value: ValueKind,
  lists: WordLists,
  { isList = false, repeats = false }: { readonly isList?: boolean; readonly repeats?: boolean } = {},
): string {
  switch (value.kind) {
    case 'free':
      return ' ';
    case 'words': {
      const plain = value.words.map(({ word }) => word);
      if (isList) return ` _values -s , value ${plain.join(' ')}`;
      return `${repeats ? '_wcache_other_words' : '_wcache_words'} ${lists.numberOf(value.words)}`;
    }
    case 'assignments': {
      const described = value.names.map((word) => ({ word, description: lists.optionText(word) }));
      return `_wcache_assignments ${value.switches.join(',')} ${lists.numberOf(described)}`;
    }
    case 'verb':
      return "_wcache_verbs ''";
    case 'second-verb':
      return '_wcache_verbs "$line[1]"';
    case 'mapping':
      return '_wcache_mappings mappings';
    case 'removable':
      return '_wcache_mappings removable';
    case 'device':
      return '_wcache_device';
    case 'image':
      return '_wcache_image';
    case 'file':
      return '_files';
  }
}

/** The lists of fixed words that the actions name by a number. */
class WordLists {
  readonly #lists: string[] = [];
  readonly #descriptions: ReadonlyMap<string, string>;

  constructor(verbs: readonly VerbModel[]) {
    const flags = verbs.flatMap((verb) => verb.flags);
    // The first of a name is that of `create`.
    this.#descriptions = new Map(flags.reverse().map(({ name, description }) => [name, description]));
  }

  numberOf(words: readonly FixedWord[]): string {
    const list = words.map(({ word, description = '' }) => shellWord(described(word, description))).join(' ');
    if (!this.#lists.includes(list)) this.#lists.push(list);
    return String(this.#lists.indexOf(list) + 1);
  }

  /** What an option of the table is, as the flag of its name tells. */
  optionText(option: string): string {
    return this.#descriptions.get(`--${option}`) ?? '';
  }

  get lines(): string[] {
    return this.#lists.map((list, index) => `    ${String(index + 1)}) list=(${list}) ;;`);
  }
}
