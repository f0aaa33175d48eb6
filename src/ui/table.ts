import Table from 'cli-table3';
import wrapAnsi from 'wrap-ansi';

const NO_BORDERS = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((end) => [`${side}${end}`, '']),
  ),
);

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Columns under titles without borders, as lsblk and dmsetup print them; every line ends without blanks. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const layout = new Table({
    chars: { ...NO_BORDERS, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: columns.map(({ align }) => align ?? 'left'),
  });
  layout.push(columns.map(({ title }) => title));
  layout.push(...rows.map((row) => [...row]));
  return trimLines(layout.toString());
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
  return wrapAnsi(text, width - indent.length).replaceAll('\n', `\n${indent}`);
}
