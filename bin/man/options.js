/** The OPTIONS of a verb: its arguments, then its flags, each with what the manifest says and what the source adds. */
import { showsValues, valueRoff, variablesOf } from './flag-words.js';
import { joined, literal, sentences } from './roff.js';
import { argumentName } from './verb.js';

/** @typedef {import('./verb.js').Verb} Verb */
/** @typedef {import('./verb.js').Flag} Flag */

/** How groups of flags are headed. @type {Readonly<Record<string, readonly [title: string, text?: string]>>} */
const HEADINGS = {
  GLOBAL: ['Of every verb'],
  TABLE: ['Table options', 'What each of them does in the target is in wcache-table(8).'],
  WORKLOAD: ['Workload'],
};

/**
 * @param {Verb} verb
 * @param {(name: string) => readonly string[]} added roff that the source has for a flag, or an argument in capitals
 * @returns {string[]}
 */
export function optionsSection(verb, added) {
  const names = new Set(verb.args.map(argumentName));
  const args = verb.args.flatMap((arg) => [
    '.TP',
    arg.repeats ? `.IR ${argumentName(arg)} ...` : `.I ${argumentName(arg)}`,
    ...sentences(arg.description ?? '', names),
    ...(arg.options === undefined ? [] : valuesSentence(argumentName(arg), arg.options)),
    ...added(argumentName(arg)),
  ]);
  /** @type {string | undefined} */
  let group;
  const flags = verb.flags.flatMap((flag) => {
    const heading = flag.helpGroup !== undefined && flag.helpGroup !== group ? heads(flag.helpGroup) : [];
    group = flag.helpGroup;
    return [
      ...heading,
      '.TP',
      tag(flag),
      ...sentences(flag.description ?? '', new Set([...names, ...variablesOf(flag)])),
      ...added(flag.name),
      ...behind(added(flag.name), facts(verb, flag)),
    ];
  });
  return ['.SH OPTIONS', ...args, ...flags];
}

/**
 * What comes behind what the source has added: in the paragraph of the flag again where that ended with a list.
 *
 * @param {readonly string[]} before
 * @param {readonly string[]} lines
 */
function behind(before, lines) {
  return before.at(-1) === '.RE' && lines.length > 0 ? ['.IP', ...lines] : lines;
}

/** @param {string} group */
function heads(group) {
  const [title, text = ''] = HEADINGS[group] ?? [];
  if (title === undefined) throw new Error(`no heading is known for the group ${group} of flags`);
  return [`.SS ${title}`, ...(text === '' ? [] : sentences(text))];
}

/** The line with a flag's name. @param {Flag} flag */
function tag(flag) {
  const name = `\\-\\-${literal(flag.name)}`;
  const short = flag.char === undefined ? '' : `\\-${flag.char} ", " `;
  if (flag.allowNo === true) return `.BR ${short}${name} ", " \\-\\-no\\-${literal(flag.name)}`;
  if (flag.type === 'boolean') return short === '' ? `.B ${name}` : `.BR ${short}${name}`;
  if (showsValues(flag)) {
    const [first = '', ...more] = (flag.options ?? []).map((value) => literal(value));
    const words = [`"${name} ${first}"`, ...more.flatMap((value) => ['|', value])];
    return words.length === 1 ? `.B ${name} ${first}` : `.BR ${short}${words.join(' ')}`;
  }
  const value = valueRoff(flag);
  const [, plain] = /^\\fI([A-Z_]+)\\fR$/.exec(value) ?? [];
  return plain === undefined ? `.BR ${short}${name} " ${value}"` : `.BI ${short}${name} " ${plain}"`;
}

/**
 * What the manifest says beside the description, where that does not say it.
 *
 * @param {Verb} verb
 * @param {Flag} flag
 */
function facts(verb, flag) {
  const text = flag.description ?? '';
  const others = verb.exclusiveWith(flag.name);
  const needs = (flag.dependsOn ?? []).filter((name) => !text.startsWith(`With --${name}:`));
  return [
    ...(flag.options === undefined || showsValues(flag)
      ? []
      : valuesSentence(variablesOf(flag)[0] ?? '', flag.options)),
    ...(flag.required === true ? ['Has to be given.'] : []),
    ...(flag.default === undefined || /unless told|default/.test(text)
      ? []
      : sentences(`The default is \`${flag.default}\`.`)),
    ...(flag.multiple === true
      ? sentences(
          flag.delimiter === undefined
            ? 'May be given several times.'
            : 'May be given several times, or once with commas between several values.',
        )
      : []),
    ...(needs.length === 0 ? [] : sentences(`Needs ${listed(needs, 'and')}.`)),
    ...(others.length === 0 ? [] : sentences(`Not with ${listed(others, 'or')}.`)),
  ];
}

/** @param {string} name @param {readonly string[]} values */
function valuesSentence(name, values) {
  const bold = values.map((value) => `\`${value}\``);
  return sentences(
    `${name} is ${bold.length === 1 ? '' : 'one of '}${joined(bold, 'and')}.`,
    new Set([name]),
  );
}

/** @param {readonly string[]} names @param {'and' | 'or'} word */
function listed(names, word) {
  return joined(
    names.map((name) => `--${name}`),
    word,
  );
}
