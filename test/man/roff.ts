/** Reads the roff of the pages as far as the tests need it. */

/** The lines of a page, with the signs that stand for others put right and without fonts. */
export function plainLines(roff: string): string[] {
  return roff.split('\n').map(plain);
}

export function plain(line: string): string {
  return line
    .replaceAll(/\\f(?:[BIRP]|\(..|\[\w+\])/g, '')
    .replaceAll(/\\[&%/,]/g, '')
    .replaceAll('\\~', ' ')
    .replaceAll('\\-', '-')
    .replaceAll('\\(aq', "'")
    .replaceAll('\\(ga', '`')
    .replaceAll('\\(ha', '^')
    .replaceAll('\\(ti', '~')
    .replaceAll('\\(dq', '"')
    .replaceAll('\\e', '\\');
}

export interface MacroLine {
  readonly macro: string;
  readonly args: readonly string[];
}

/** The macro of a line and its words, of which one in quotes may have blanks; null for a line of text. */
export function macroLine(line: string): MacroLine | null {
  const { macro, rest = '' } = /^\.(?<macro>[A-Za-z]+)\s*(?<rest>.*)$/.exec(line)?.groups ?? {};
  if (macro === undefined) return null;
  const args = [...rest.matchAll(/"((?:[^"]|"")*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
  return { macro, args };
}

/** What stands between .EX and .EE, a text for each. */
export function examples(roff: string): string[] {
  return [...roff.matchAll(/^\.EX\n([^]*?)^\.EE$/gm)].map(([, text = '']) => plainLines(text).join('\n'));
}

/** The titles of the sections, in their order. */
export function sectionTitles(roff: string): string[] {
  return [...roff.matchAll(/^\.SH (.*)$/gm)].map(([, title = '']) => plain(title).replaceAll('"', ''));
}

/** A section without its heading. Empty where there is none. */
export function section(roff: string, title: string): string {
  const parts = roff.split(/^\.SH /m).slice(1);
  const found = parts.find((part) => sectionTitles(`.SH ${part}`)[0] === title) ?? '';
  return found.slice(found.indexOf('\n') + 1);
}
