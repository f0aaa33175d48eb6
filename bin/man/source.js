/**
 * The source of a page: roff, in which comments that begin with an at sign ask for something that is generated; so a
 * source can be looked at as it is.
 */

/**
 * @typedef {object} Directive
 * @property {'directive'} kind
 * @property {string} name
 * @property {string} rest what stands behind the name
 * @property {number} line
 */

/**
 * @typedef {object} Block
 * @property {string} key what the block is about: a flag, an exit status
 * @property {readonly string[]} lines
 * @property {number} line
 */

/**
 * @typedef {object} PageSource
 * @property {string} file as it is named in errors
 * @property {readonly (Directive | { kind: 'text', text: string, line: number })[]} items
 * @property {ReadonlyMap<string, Block>} flags
 * @property {ReadonlyMap<string, Block>} exits
 */

/** A fault of a source; the message names the file and the line. */
export class SourceError extends Error {
  /**
   * @param {string} file
   * @param {number} line
   * @param {string} what
   */
  constructor(file, line, what) {
    super(`${file}:${String(line)}: ${what}`);
    this.name = 'SourceError';
  }
}

const BLOCKS = ['flag', 'exit'];

/**
 * Takes a source apart. Throws SourceError for a block that is not closed, or comes twice.
 *
 * @param {string} file
 * @param {string} text
 * @returns {PageSource}
 */
export function parseSource(file, text) {
  /** @type {PageSource['items'][number][]} */
  const items = [];
  const blocks = { flag: new Map(), exit: new Map() };
  /** @type {{ name: string, key: string, lines: string[], line: number } | undefined} */
  let open;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    /** @param {string} what */
    const fault = (what) => new SourceError(file, line, what);
    const { name, rest = '' } = /^\.\\" @(?<name>\S*)\s*(?<rest>.*?)\s*$/.exec(raw)?.groups ?? {};
    if (name === undefined) {
      const lines = open?.lines;
      if (lines !== undefined) lines.push(raw);
      else items.push({ kind: 'text', text: raw, line });
    } else if (name === 'end') {
      if (open === undefined) throw fault('@end closes no block');
      const place = open.name === 'flag' ? blocks.flag : blocks.exit;
      if (place.has(open.key)) throw fault(`there are two blocks "@${open.name} ${open.key}"`);
      place.set(open.key, open);
      open = undefined;
    } else if (open !== undefined) {
      throw fault(`@${name} inside of the block @${open.name} of line ${String(open.line)}`);
    } else if (BLOCKS.includes(name)) {
      if (rest === '' || /\s/.test(rest)) throw fault(`@${name} takes one word`);
      open = { name, key: rest, lines: [], line };
    } else {
      items.push({ kind: 'directive', name, rest, line });
    }
  }
  if (open !== undefined) {
    throw new SourceError(file, open.line, `the block "@${open.name} ${open.key}" is not closed with @end`);
  }
  return { file, items, flags: blocks.flag, exits: blocks.exit };
}
