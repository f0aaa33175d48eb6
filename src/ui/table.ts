import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** Text of which each character takes one column. Anything else is left to packages, which take time to load. */
const PLAIN = /^[\x20-\x7e\n]*$/;

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Columns under titles without borders, as lsblk and dmsetup print them; every line ends without blanks. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => columnsOf(line[index] ?? ''))));
  return trimLines(
    lines
      .map((line) =>
        columns
          .map(({ align }, index) => {
            const cell = line[index] ?? '';
            const blanks = ' '.repeat((widths[index] ?? 0) - columnsOf(cell));
            return align === 'right' ? blanks + cell : cell + blanks;
          })
          .join('  '),
      )
      .join('\n'),
  );
}

function columnsOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** Two columns without titles: a word and what it stands for, the second one kept as it is. */
export function facts(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([word]) => word.length));
  return rows.map(([word, value]) => `  ${word.padEnd(width)}  ${value}`).join('\n');
}

function trimLines(text: string): string {
  return text.replace(/[ \t]+$/gm, '');
}

/** Breaks prose into lines of at most `width` columns, all but the first indented. */
export function wrap(text: string, width: number, indent = ''): string {
  const columns = width - indent.length;
  const wrapped = PLAIN.test(text)
    ? text.split('\n').map((line) => wrapPlain(line, columns))
    : [wrapAnsi(text, columns)];
  return wrapped.join('\n').replaceAll('\n', `\n${indent}`);
}

/** What wrap-ansi does with such a line. */
function wrapPlain(line: string, columns: number): string {
  const rows: string[] = [];
  let row = '';
  for (const word of line.split(' ')) {
    const longer = row === '' ? word : `${row} ${word}`;
    if (longer.length > columns && row !== '' && word !== '') {
      rows.push(row.trimEnd());
      row = word;
    } else {
      row = longer;
    }
  }
  return [...rows, row.trimEnd()].join('\n');
}
