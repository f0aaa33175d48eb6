/**
 * The SYNOPSIS of a verb: one form with all its flags, or several that between them have them all.
 *
 *     .\" @synopsis                            everything
 *     .\" @synopsis without undo +NAME         these left out; those with a plus are there, and not optional
 *     .\" @synopsis only +undo override json   nothing but these, and all arguments if none is named
 */
import { valueRoff } from './flag-words.js';
import { literal } from './roff.js';
import { argumentName } from './verb.js';

/** @typedef {import('./verb.js').Verb} Verb */
/** @typedef {import('./verb.js').Flag} Flag */

/** What every verb has, and no synopsis says. */
const UNSAID = ['debug', 'help'];

/**
 * @typedef {object} Form
 * @property {readonly string[]} lines roff
 * @property {readonly string[]} flags the names of the flags that it has
 */

/**
 * One form. Throws an Error that says what is wrong with the words.
 *
 * @param {Verb} verb
 * @param {string} words what stands behind `@synopsis`
 * @returns {Form}
 */
export function synopsisForm(verb, words) {
  const chosen = choose(verb, words);
  /** @param {string} name */
  const isRequired = (name) => chosen.required.includes(name);
  const flags = verb.flags.filter(({ name }) => chosen.flags.includes(name));
  const args = verb.args.filter((arg) => !chosen.leftOut.includes(argumentName(arg)));
  const order = [
    ...flags.filter(({ name, required }) => required === true || isRequired(name)),
    ...flags.filter(({ name, required }) => required !== true && !isRequired(name)),
  ];
  return {
    flags: flags.map(({ name }) => name),
    lines: [
      `.SY "wcache ${literal(verb.words)}"`,
      ...args.map((arg) => {
        const name = `\\fI${argumentName(arg)}\\fR${arg.repeats ? '...\\&' : ''}`;
        return arg.required === true || isRequired(argumentName(arg)) ? name : `[${name}]`;
      }),
      ...groups(verb, order, isRequired),
      '.YS',
    ],
  };
}

/**
 * The names that no form has; there must be none.
 *
 * @param {Verb} verb
 * @param {readonly Form[]} forms
 */
export function missingFlags(verb, forms) {
  const said = new Set([...UNSAID, ...forms.flatMap(({ flags }) => flags)]);
  return verb.flags.map(({ name }) => name).filter((name) => !said.has(name));
}

/**
 * @param {Verb} verb
 * @param {string} words
 */
function choose(verb, words) {
  const all = verb.flags.map(({ name }) => name).filter((name) => !UNSAID.includes(name));
  const [how, ...rest] = words === '' ? ['without'] : words.split(/\s+/);
  if (how !== 'without' && how !== 'only') throw new Error('@synopsis takes "without" or "only", and names');
  const names = rest.map((word) => word.replace(/^\+/, ''));
  const known = [...all, ...verb.args.map(argumentName)];
  for (const name of names) {
    if (!known.includes(name)) throw new Error(`wcache ${verb.words} has no "${name}"`);
  }
  const required = rest.filter((word) => word.startsWith('+')).map((word) => word.slice(1));
  const args = verb.args.map(argumentName);
  if (how === 'only') {
    const named = args.filter((arg) => names.includes(arg));
    return {
      flags: names,
      required,
      leftOut: named.length === 0 ? [] : args.filter((arg) => !named.includes(arg)),
    };
  }
  const leftOut = names.filter((name) => !required.includes(name));
  return { flags: all.filter((name) => !leftOut.includes(name)), required, leftOut };
}

/**
 * Flags as they are shown: those that exclude each other in one pair of brackets, those that need another one inside of
 * its brackets, those of the table as one.
 *
 * @param {Verb} verb
 * @param {readonly Flag[]} flags
 * @param {(name: string) => boolean} isRequired
 * @returns {string[]}
 */
function groups(verb, flags, isRequired) {
  const names = flags.map(({ name }) => name);
  const inner = flags.filter(({ dependsOn }) => dependsOn?.some((name) => names.includes(name)) === true);
  const outer = flags.filter((flag) => !inner.includes(flag) && flag.helpGroup !== 'TABLE');
  const ofTable = flags.some(({ helpGroup }) => helpGroup === 'TABLE')
    ? ['[\\fITABLE_OPTION\\fR...\\&]']
    : [];
  const global = outer.filter(({ helpGroup }) => helpGroup === 'GLOBAL');
  /** @param {readonly Flag[]} list */
  const shown = (list) =>
    alternatives(verb, list).map((group) => {
      const text = group.map((flag) => word(flag, within(verb, inner, flag, isRequired))).join(' | ');
      const stands = group.some(({ name, required }) => required === true || isRequired(name));
      return stands && group.length === 1 ? text : `[${text}]${repeats(group)}`;
    });
  return [...shown(outer.filter((flag) => !global.includes(flag))), ...ofTable, ...shown(global)];
}

/**
 * What can be given only together with a flag.
 *
 * @param {Verb} verb
 * @param {readonly Flag[]} inner
 * @param {Flag} flag
 * @param {(name: string) => boolean} isRequired
 */
function within(verb, inner, flag, isRequired) {
  const own = inner.filter(({ dependsOn }) => dependsOn?.[0] === flag.name);
  return groups(
    verb,
    own.map((each) => ({ ...each, dependsOn: [] })),
    isRequired,
  );
}

/**
 * @param {Verb} verb
 * @param {readonly Flag[]} flags
 * @returns {Flag[][]}
 */
function alternatives(verb, flags) {
  /** @type {Flag[][]} */
  const groupsOfFlags = [];
  for (const flag of flags) {
    const others = verb.exclusiveWith(flag.name);
    const group = groupsOfFlags.find((each) => each.every(({ name }) => others.includes(name)));
    if (group === undefined) groupsOfFlags.push([flag]);
    else group.push(flag);
  }
  return groupsOfFlags;
}

/** @param {readonly Flag[]} group */
function repeats(group) {
  return group.length === 1 && group[0]?.multiple === true ? '...\\&' : '';
}

/**
 * A flag with its value, held together on one line.
 *
 * @param {Flag} flag
 * @param {readonly string[]} inside
 */
function word(flag, inside) {
  const name =
    flag.allowNo === true ? `\\fB\\-\\-\\fR[\\fBno\\-\\fR]\\fB${literal(flag.name)}\\fR` : bold(flag);
  const value = valueRoff(flag);
  const more =
    flag.required === true && flag.delimiter !== undefined ? `[${flag.delimiter}${value}]...\\&` : '';
  return [value === '' ? name : `${name}\\~${value}${more}`, ...inside].join(' ');
}

/** @param {Flag} flag */
function bold({ name }) {
  return `\\fB\\-\\-${literal(name)}\\fR`;
}
