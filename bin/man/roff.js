/** Text as man(7) wants it: what is said in the sources of wcache becomes roff that groff and mandoc take silently. */

/** The widest line of roff that `mandoc -T lint` has nothing against, less one for what comes. */
const WIDEST = 79;

/** @type {Readonly<Record<string, string>>} */
const SIGNS = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

/**
 * What is typed or printed as it stands: every sign must be the ASCII one, so that it can be copied out of the page.
 *
 * @param {string} text
 */
export function literal(text) {
  return text.replaceAll(/[\\\-'`^~]/g, (sign) => SIGNS[sign] ?? sign);
}

/**
 * A line that stands as it is, between .EX and .EE.
 *
 * @param {string} text
 */
export function literalLine(text) {
  return notARequest(literal(text));
}

/**
 * A line that begins with a dot or an apostrophe would be taken for a request.
 *
 * @param {string} line
 */
function notARequest(line) {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

/** What is set off in a sentence: `words between backquotes`, --flags, pages like dmsetup(8), and -. */
const SPECIAL =
  /`(?<code>[^`]+)`|(?<![\w-])(?<flag>--[a-z][\w-]*)|\b(?<page>[a-z][\w.-]*)\((?<section>\d)\)|(?<sign>[\\^~])|(?<![\w-])(?<alone>-)(?![\w-])|\b(?<upper>[A-Z][A-Z_]*)\b/g;

/**
 * Sentences as the command line's help says them, as lines of roff: each sentence on a line of its own, as mandoc
 * wants it, and none too long.
 *
 * @param {string} text
 * @param {ReadonlySet<string>} [variables] words in capitals that stand for something, and are set in italics
 * @returns {string[]}
 */
export function sentences(text, variables = new Set()) {
  return text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .split(/(?<=[.!?])\s(?=["`(A-Z-])/)
    .flatMap((sentence) => folded(notARequest(inline(sentence, variables))));
}

/**
 * @param {string} text
 * @param {ReadonlySet<string>} variables
 */
function inline(text, variables) {
  return text.replaceAll(SPECIAL, (whole, ...rest) => {
    /** @type {Record<string, string | undefined>} */
    const { code, flag, page, section, sign, alone, upper } = rest.at(-1);
    const bold = code ?? flag;
    if (bold !== undefined) return `\\fB${literal(bold)}\\fR`;
    if (page !== undefined) return `\\fB${literal(page)}\\fR(${section ?? ''})`;
    if (upper !== undefined) return variables.has(upper) ? `\\fI${upper}\\fR` : upper;
    return literal(sign ?? alone ?? whole);
  });
}

/**
 * A line of running text in pieces that are no longer than mandoc likes. Blanks that are escaped stay where they are.
 *
 * @param {string} line
 * @returns {string[]}
 */
export function folded(line) {
  if (line.length <= WIDEST) return [line];
  /** @type {string[]} */
  const lines = [];
  let current = '';
  for (const word of line.split(/(?<!\\) +/)) {
    // A word that looks like a request stays behind the one before it.
    const fits = current.length + 1 + word.length <= WIDEST || /^[.']/.test(word);
    if (current !== '' && !fits) {
      lines.push(current);
      current = word;
    } else {
      current = current === '' ? word : `${current} ${word}`;
    }
  }
  return [...lines, current];
}

/**
 * One name in bold, and its section as it is written everywhere: `.BR dmsetup (8)`.
 *
 * @param {string} page like `dmsetup(8)`
 * @param {string} [behind] what follows without a blank
 */
export function pageLine(page, behind = '') {
  const { name, section } = pageParts(page);
  return `.BR ${literal(name)} (${section})${behind}`;
}

/**
 * The name and the section of `dmsetup(8)`. Throws where it is none.
 *
 * @param {string} page
 */
export function pageParts(page) {
  const { name, section } = /^(?<name>[\w.:+-]+)\((?<section>\d\w*)\)$/.exec(page)?.groups ?? {};
  if (name === undefined || section === undefined) throw new Error(`"${page}" is no page, like dmsetup(8)`);
  return { name, section };
}

/**
 * Words as they stand in a sentence: `a, b and c`.
 *
 * @param {readonly string[]} words
 * @param {'and' | 'or'} last
 */
export function joined(words, last) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`;
}
