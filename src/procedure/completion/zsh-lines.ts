/** The lines in somebody's .zshrc without which zsh would not find the script. Each character stands for a byte. */

const FIRST = '# >>> wcache completion; `wcache completion --uninstall` takes these lines away';
const LAST = '# <<< wcache completion';

/** What the file was like before them, so that it can be so again. */
const WAS_NEW = ' (new file)';
const HAD_NO_END = ' (no line break before)';

/** Without its end it is none, lest what follows be taken for it, up to the end of another. */
const BLOCK =
  /(?<before>^|\n)# >>> wcache completion;[^\n]*?(?<was> \(new file\)| \(no line break before\))?\n(?:(?!# >>> wcache completion)[^\n]*\n)*?# <<< wcache completion(?:\n|$)/;

/** A .zshrc with the lines, which are brought up to date where they are there; null stands for no file. */
export function withZshLines(text: string | null, folder: string): string {
  const found = text === null ? null : BLOCK.exec(text);
  if (text !== null && found !== null) {
    const { before = '', was = '' } = found.groups ?? {};
    return `${text.slice(0, found.index)}${before}${linesFor(folder, was)}${text.slice(found.index + found[0].length)}`;
  }
  if (text === null) return linesFor(folder, WAS_NEW);
  if (text === '' || text.endsWith('\n')) return `${text}${linesFor(folder, '')}`;
  return `${text}\n${linesFor(folder, HAD_NO_END)}`;
}

/** A .zshrc as it was without the lines; null where there was none. */
export function withoutZshLines(text: string): string | null {
  const found = BLOCK.exec(text);
  if (found === null) return text;
  const { before = '', was = '' } = found.groups ?? {};
  const after = text.slice(found.index + found[0].length);
  const kept = text.slice(0, found.index) + (was === HAD_NO_END && after === '' ? '' : before) + after;
  return kept === '' && was === WAS_NEW ? null : kept;
}

export function hasZshLines(text: string): boolean {
  return BLOCK.test(text);
}

/** Our lines in a .zshrc, to be read by people; empty where there are none. */
export function linesIn(text: string): string {
  return Buffer.from(BLOCK.exec(text)?.[0] ?? '', 'latin1')
    .toString()
    .trim();
}

function linesFor(folder: string, was: string): string {
  const word = `'${folder.replaceAll("'", "'\\''")}'`;
  return [
    `${FIRST}${was}`,
    `fpath=(${word} $fpath)`,
    'if (( $+functions[compdef] )); then',
    '  autoload -Uz _wcache && compdef _wcache wcache',
    'else',
    '  autoload -Uz compinit && compinit -i',
    'fi',
    LAST,
    '',
  ].join('\n');
}
