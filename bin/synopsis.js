/**
 * How a verb is called, in one line of words: what `--help` and the manual page show. oclif's own line goes wrong where more
 * than two flags exclude each other.
 */

/** @typedef {import('@oclif/core').Command.Cached} Verb */
/** @typedef {Verb['flags'][string]} Flag */

/**
 * The words after the verb: what is required, then what may be there in brackets. Flags that exclude each other share a
 * pair of brackets. A word may hold spaces, and is best not broken.
 *
 * @param {Pick<Verb, 'args' | 'flags'>} verb
 * @returns {string[]}
 */
export function synopsis(verb) {
  const flags = Object.values(verb.flags ?? {}).filter(({ hidden }) => hidden !== true);
  const required = flags.filter((flag) => flag.required === true);
  const common = flags.filter(({ name }) => COMMON.includes(name));
  const optional = flags.filter((flag) => !required.includes(flag) && !common.includes(flag));
  return [
    ...Object.values(verb.args ?? {}).map(argument),
    ...required.map(word),
    ...groups(optional).map((group) => `[${group.map(word).join(' | ')}]`),
    ...common.map((flag) => `[${word(flag)}]`),
  ];
}

/** What every verb has, and comes last. */
const COMMON = ['json', 'debug'];

/** @param {Verb['args'][string]} arg */
function argument({ name, required, multiple }) {
  const word = `${name.toUpperCase()}${multiple === true ? '...' : ''}`;
  return required === true ? word : `[${word}]`;
}

/** @param {Flag} flag */
function word(flag) {
  if (flag.type === 'boolean') return flag.allowNo === true ? `--[no-]${flag.name}` : `--${flag.name}`;
  return `--${flag.name} ${valueOf(flag)}${flag.multiple === true ? '...' : ''}`;
}

/**
 * What stands for a flag's value: its words where there are few, else what they are called.
 *
 * @param {Flag} flag
 * @returns {string}
 */
function valueOf(flag) {
  if (flag.type !== 'option') return '';
  if (typeof flag.helpValue === 'string') return flag.helpValue;
  const all = (flag.options ?? []).join('|');
  return all !== '' && all.length <= FEW ? all : flag.name.toUpperCase();
}

/** In characters. */
const FEW = 36;

/**
 * Flags that exclude each other, every one every other, come together; each flag comes once.
 *
 * @param {Flag[]} flags
 * @returns {Flag[][]}
 */
function groups(flags) {
  /** @type {Flag[][]} */
  const all = [];
  for (const flag of flags) {
    const group = all.find((members) => members.every((member) => exclude(member, flag)));
    if (group === undefined) all.push([flag]);
    else group.push(flag);
  }
  return all;
}

/**
 * @param {Flag} a
 * @param {Flag} b
 */
function exclude(a, b) {
  return (a.exclusive ?? []).includes(b.name) || (b.exclusive ?? []).includes(a.name);
}
