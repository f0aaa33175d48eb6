import { WcacheError } from '../../errors.js';
import { runProgram } from '../../exec.js';

/** What somebody's zsh is like once it has read their settings. */
export interface ZshSettings {
  /** Where its .zshrc is. */
  readonly folder: string;
  /** Where it looks for functions. */
  readonly functionFolders: readonly string[];
  /** Whether its completion was begun. */
  readonly completes: boolean;
}

/** Settings of people wait for a network, or for an answer; this is not for their sake. */
const LIMIT_MS = 10_000;

const QUESTION = [
  'print -r -- "wcache:folder:${ZDOTDIR:-$HOME}"',
  'print -r -- "wcache:completes:$+functions[compdef]"',
  'for each in $fpath; do print -r -- "wcache:functions:$each"; done',
].join('; ');

/**
 * Starts zsh and asks it; null where there is none, or it does not answer. Only with `settings` does it read all that its
 * user has set, as an interactive one does; without, where those settings are is told all the same.
 */
export async function askZsh({ settings }: { readonly settings: boolean }): Promise<ZshSettings | null> {
  const how = settings ? ['-i', '-c'] : ['-c'];
  let printed: string;
  try {
    ({ stdout: printed } = await runProgram('zsh', [...how, QUESTION], { timeoutMs: LIMIT_MS }));
  } catch (error) {
    if (error instanceof WcacheError) return null;
    throw error;
  }
  const told = (what: string): string[] =>
    printed.split('\n').flatMap((line) => {
      const mark = `wcache:${what}:`;
      return line.startsWith(mark) ? [line.slice(mark.length)] : [];
    });
  const [folder] = told('folder');
  if (folder === undefined) return null;
  return { folder, functionFolders: told('functions'), completes: told('completes')[0] === '1' };
}
