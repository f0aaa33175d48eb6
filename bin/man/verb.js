/** One verb as oclif's manifest has it, in the form that the parts of a page want. */

/**
 * @typedef {object} Flag
 * @property {string} name
 * @property {'boolean' | 'option'} type
 * @property {string} [description]
 * @property {string} [char]
 * @property {string} [helpGroup]
 * @property {string} [helpValue]
 * @property {string} [default]
 * @property {string} [delimiter]
 * @property {boolean} [required]
 * @property {boolean} [multiple]
 * @property {boolean} [allowNo]
 * @property {boolean} [hidden]
 * @property {readonly string[]} [options]
 * @property {readonly string[]} [exclusive]
 * @property {readonly string[]} [dependsOn]
 */

/**
 * @typedef {object} Argument
 * @property {string} name
 * @property {string} [description]
 * @property {boolean} [required]
 * @property {boolean} [multiple]
 * @property {readonly string[]} [options]
 */

/**
 * @typedef {object} ManifestCommand
 * @property {string} id
 * @property {string} summary
 * @property {readonly string[]} [examples]
 * @property {boolean} [hidden]
 * @property {boolean} [strict]
 * @property {Readonly<Record<string, Flag>>} flags
 * @property {Readonly<Record<string, Argument>>} args
 */

/** @typedef {{ readonly commands: Readonly<Record<string, ManifestCommand>> }} Manifest */

/** What `--help` and `-h` do; oclif takes them itself, so no manifest has them. */
const HELP = /** @type {const} */ ({
  name: 'help',
  char: 'h',
  type: 'boolean',
  description: 'Show the usage and the options, and do nothing else.',
  helpGroup: 'GLOBAL',
});

/** A verb, with its flags in the order in which people look for them. */
export class Verb {
  #command;
  /** @type {readonly Flag[]} those of its own, then the groups, then what all verbs have */
  flags;
  /** @type {readonly (Argument & { readonly repeats: boolean })[]} */
  args;

  /** @param {ManifestCommand} command */
  constructor(command) {
    this.#command = command;
    const shown = Object.values(command.flags).filter(({ hidden }) => hidden !== true);
    const groups = [...new Set([undefined, ...shown.map(({ helpGroup }) => helpGroup)])];
    const own = groups.filter((group) => group !== 'GLOBAL');
    this.flags = [
      ...own.flatMap((group) => shown.filter(({ helpGroup }) => helpGroup === group)),
      ...shown.filter(({ helpGroup }) => helpGroup === 'GLOBAL'),
      HELP,
    ];
    const args = Object.values(command.args);
    this.args = args.map((arg, index) => ({
      ...arg,
      // A verb that is not strict takes more of what it takes last.
      repeats: arg.multiple === true || (command.strict === false && index === args.length - 1),
    }));
  }

  /** As it is typed: `stats reset`. */
  get words() {
    return this.#command.id.replaceAll(':', ' ');
  }

  /** oclif's name of it: `stats:reset`. */
  get id() {
    return this.#command.id;
  }

  get summary() {
    return this.#command.summary;
  }

  /** The name of its page without the section: `wcache-stats-reset`. */
  get page() {
    return `wcache-${this.#command.id.replaceAll(':', '-')}`;
  }

  /** The flags that cannot be given together with one, whichever of the two says so. @param {string} name */
  exclusiveWith(name) {
    return this.flags
      .filter((other) => other.name !== name)
      .filter((other) => this.#excludes(other.name, name) || this.#excludes(name, other.name))
      .map((other) => other.name);
  }

  /** @param {string} one @param {string} other */
  #excludes(one, other) {
    return this.#command.flags[one]?.exclusive?.includes(other) === true;
  }
}

/**
 * All verbs that are shown, by their ids and in that order.
 *
 * @param {Manifest} manifest
 * @returns {ReadonlyMap<string, Verb>}
 */
export function verbsOf(manifest) {
  const shown = Object.values(manifest.commands).filter(({ hidden }) => hidden !== true);
  return new Map(shown.sort((a, b) => (a.id < b.id ? -1 : 1)).map((each) => [each.id, new Verb(each)]));
}

/**
 * How an argument is named in a page.
 *
 * @param {Argument} argument
 */
export function argumentName({ name }) {
  return name.toUpperCase();
}
