/** Finds what is run in a piece of shell, well enough for the examples of the documentation. */

const OPERATORS = /^(?:\|\||&&|;;|[|&;()\n]|\$\()/;
const REDIRECTION = /^\d*(?:>>|>&|<<|[<>])&?\s*/;
/** Words that stand before a command and are none. */
const BEFORE = new Set([
  'sudo',
  '!',
  'if',
  'then',
  'else',
  'elif',
  'while',
  'until',
  'do',
  '{',
  'exec',
  'time',
]);

/** The simple commands of a script, each as its words. Quotes are taken off, redirections left out. */
export function simpleCommands(script: string): string[][] {
  const commands: string[][] = [[]];
  let rest = script.replaceAll('\\\n', ' ');
  while (rest !== '') {
    const [operator] = OPERATORS.exec(rest) ?? [];
    const [redirection] = REDIRECTION.exec(rest) ?? [];
    if (operator !== undefined) {
      commands.push([]);
      rest = rest.slice(operator.length);
    } else if (redirection !== undefined) {
      rest = rest.slice(redirection.length);
      rest = rest.slice(wordAt(rest).length);
    } else if (/^\s/.test(rest)) {
      rest = rest.trimStart();
    } else if (rest.startsWith('#')) {
      rest = rest.slice(`${rest}\n`.indexOf('\n'));
    } else {
      const { text, length } = wordAt(rest);
      commands.at(-1)?.push(text);
      rest = rest.slice(length);
    }
  }
  return commands.map(withoutPrefixes).filter((words) => words.length > 0);
}

function withoutPrefixes(words: string[]): string[] {
  const first = words.findIndex((word) => !BEFORE.has(word) && !/^\w+=/.test(word));
  return first < 0 ? [] : words.slice(first);
}

/** The word at the beginning, as the shell takes it, and how many signs it is. */
function wordAt(script: string): { text: string; length: number } {
  let text = '';
  let at = 0;
  while (at < script.length && !/[\s|&;()<>]/.test(script.charAt(at))) {
    const sign = script.charAt(at);
    const end = sign === "'" || sign === '"' ? closing(script, at) : sign === '\\' ? at + 1 : at;
    text += end === at ? sign : script.slice(at + 1, sign === '\\' ? end + 1 : end);
    at = end + 1;
  }
  return { text, length: Math.max(at, 1) };
}

/** Where the quote that opens at a place is closed; the last sign where it is not. */
function closing(script: string, opens: number): number {
  const quote = script.charAt(opens);
  for (let at = opens + 1; at < script.length; at++) {
    if (quote === '"' && script.charAt(at) === '\\') at++;
    else if (script.charAt(at) === quote) return at;
  }
  return script.length - 1;
}
