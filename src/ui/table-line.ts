import type { TableDocument } from '../documents/index.js';
import { TEXT_WIDTH } from './inspection.js';
import { printable } from './printable.js';
import { tone } from './style.js';
import { wrap } from './table.js';

/** Words longer than this get a line of their own. */
const WORD_WIDTH = 20;
const INDENT = 6 + WORD_WIDTH + 2;

/** What `wcache table` shows a person: the line, each word of it, and what the kernel and wcache say to it. */
export function tableLineText(document: TableDocument): string {
  const { name, line, words, problems, unknown } = document;
  const title = name === null ? [] : [`${tone('strong', printable(name))}:`];
  return [
    [...title, printable(line)].join(' '),
    words.map(wordText).join('\n'),
    ...problems.map(problemText),
    wrap(verdict(document), TEXT_WIDTH),
    ...unknown.map(({ message }) => wrap(`Not told by it: ${message}`, TEXT_WIDTH)),
  ].join('\n\n');
}

type Word = TableDocument['words'][number];

function wordText({ number, word, meaning }: Word): string {
  const shown = printable(word);
  const lead = `${(number === null ? '' : String(number)).padStart(4)}  ${shown.padEnd(WORD_WIDTH)}  `;
  const explained = wrap(printable(meaning), TEXT_WIDTH, ' '.repeat(INDENT));
  if (shown.length <= WORD_WIDTH) return `${lead}${explained}`;
  return `${lead.trimEnd()}\n${' '.repeat(INDENT)}${explained}`;
}

function problemText(problem: TableDocument['problems'][number]): string {
  const { code, severity, message, hint, stricter } = problem;
  const by = severity === 'warning' ? '' : stricter ? ' (wcache refuses this, the kernel does not)' : '';
  return [
    `${tone(severity === 'error' ? 'bad' : 'notice', severity)} ${tone('strong', code)}${by}`,
    `  ${wrap(printable(message), TEXT_WIDTH, '  ')}`,
    `  ${wrap(printable(hint), TEXT_WIDTH, '  ')}`,
  ].join('\n');
}

function verdict({ name, kernel, valid, target_version: version }: TableDocument): string {
  const target = `target ${version}`;
  if (!kernel.accepts) {
    const reason = kernel.reason === null ? '' : `: "${kernel.reason}"`;
    return `${tone('bad', 'Invalid')}: the kernel (${target}) refuses it${reason}.`;
  }
  if (!valid) {
    return `${tone('bad', 'Invalid')}: the kernel (${target}) would take it, and not for what it says.`;
  }
  if (name !== null) return `${tone('good', 'Valid')} for ${target}.`;
  return `${tone('good', 'Valid')}: the kernel (${target}) takes these words. Whether the devices fit is seen only with them.`;
}
