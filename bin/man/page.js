/** A page, made of its source and of what is known about wcache. It reads and writes nothing. */
import { directives } from './directives.js';
import { folded } from './roff.js';
import { SourceError, parseSource } from './source.js';

/** Between these, lines stay as they are. */
const VERBATIM = { begins: /^\.(?:EX|TS|nf)\b/, ends: /^\.(?:EE|TE|fi)\b/ };

/**
 * Makes a page. Throws SourceError for whatever is wrong with its source.
 *
 * @param {string} name like `wcache-check.8`
 * @param {string} text the source
 * @param {import('./facts.js').Facts} facts
 * @returns {string}
 */
export function makePage(name, text, facts) {
  const source = parseSource(`man/source/${name}`, text);
  const parts = directives(name, source, facts);
  const body = source.items.flatMap((item) => {
    if (item.kind === 'text') return item.text.startsWith('.\\"') ? [] : [item.text];
    return parts.made(item);
  });
  parts.end();
  const lines = laidOut(body, source.file);
  return `${[
    ...(lines.some((line) => line === '.TS') ? ['\'\\" t'] : []),
    `.\\" Made from man/source/${name} by "npm run man"; not to be edited.`,
    ...lines,
  ].join('\n')}\n`;
}

/**
 * Long lines folded, and empty ones, which only make a source easier to read, left out.
 *
 * @param {readonly string[]} lines
 * @param {string} file
 */
function laidOut(lines, file) {
  let verbatim = 0;
  const result = lines.flatMap((line, index) => {
    if (VERBATIM.begins.test(line)) verbatim++;
    if (VERBATIM.ends.test(line)) verbatim--;
    if (verbatim > 0) return [line];
    if (line === '') return [];
    // What is shown as it stands needs the room.
    if (line === '.RS' && lines[index + 1] === '.EX') return ['.RS 4'];
    return /^[.']/.test(line) ? [line] : folded(line);
  });
  if (verbatim !== 0) throw new SourceError(file, lines.length, 'an .EX, .TS or .nf has no end');
  return result;
}
