import type { CompletionDocument } from '../documents/completion.js';

type CompletionFile = CompletionDocument['shells'][number]['files'][number];

/** What was done to the files of each shell, or with --dry-run would be: a line for each. */
export function completionText({ action, done, shells }: CompletionDocument): string {
  const width = Math.max(...shells.map(({ shell }) => shell.length)) + 1;
  return shells
    .flatMap(({ shell, files }) =>
      files.map((file) => `${`${shell}:`.padEnd(width)} ${changeWords(file, action, done)} ${file.path}`),
    )
    .join('\n');
}

function changeWords({ what, change }: CompletionFile, action: string, done: boolean): string {
  const lines = what === 'lines' ? 'lines ' : '';
  if (change === 'none') {
    if (action === 'uninstall') return 'not there:';
    return what === 'lines' ? 'has the lines already:' : 'up to date:';
  }
  const preposition = what === 'lines' ? (change === 'written' ? ' to' : ' from') : '';
  const verb = what === 'lines' && change === 'written' ? 'added' : change;
  return `${lines}${done ? verb : `would be ${verb}`}${preposition}`;
}
