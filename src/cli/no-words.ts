import { UsageError } from '../errors.js';

/**
 * For verbs that take no words at all. Theirs must be declared `strict = false`, or oclif takes the words for a part of
 * the verb and reports an unknown one. Throws {@link UsageError} `usage`.
 */
export function requireNoWords(verb: string, words: readonly unknown[]): void {
  if (words.length === 0) return;
  throw new UsageError(`${verb} takes no words, and "${words.map(String).join(' ')}" is there.`, {
    code: 'usage',
    hint: 'See the same command with --help.',
  });
}
