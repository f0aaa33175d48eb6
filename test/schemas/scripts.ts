import { checkPrinted, expectedOf } from './printed.js';

/**
 * Checks what a shell script printed against the published schema, where it is JSON that a wcache in the script printed.
 * Scripts of several commands that print other documents are not told apart: it throws. The exit status is the script's,
 * so nothing is said of it.
 */
export function checkScript(script: string, stdout: string): void {
  if (!/^[[{]/.test(stdout)) return;
  const commands = wcacheCommands(script).filter((words) => words.includes('--json'));
  const schemas = new Set(commands.map((words) => expectedOf(words)?.schema));
  const [words] = commands;
  if (words === undefined) return;
  if (schemas.size > 1) throw new Error(`Which of these printed the JSON cannot be told:\n${script}`);
  checkPrinted(words, { stdout, status: null });
}

/** The words of each wcache in a script, by whatever function of the shell it is started. */
export function wcacheCommands(script: string): string[][] {
  const starts = script.matchAll(/(?<![-/.\w])\w*wcache\w*(?= )/g);
  return [...starts].map(({ 0: name, index }) => wordsFrom(script.slice(index + name.length)));
}

/** The words up to the end of the command. What a variable stands for is left as it is. */
function wordsFrom(text: string): string[] {
  const words: string[] = [];
  const parts = /[ \t]+|\\\n|(?<word>(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\;|&<>()])+)/y;
  for (let match = parts.exec(text); match !== null; match = parts.exec(text)) {
    const { word } = match.groups ?? {};
    if (word !== undefined) words.push(word.replaceAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g, '$1$2$3'));
  }
  return words;
}
