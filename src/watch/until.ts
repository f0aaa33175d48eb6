import { NotReachedError, ProblemFoundError, UsageError, type WcacheError } from '../errors.js';
import { nameAsTyped } from '../procedure/name-as-typed.js';
import type { WatchedCache, WatchView } from './types.js';

/** What can be waited for. */
export type UntilCondition =
  | { readonly kind: 'clean' | 'error' }
  /** Of the dirty blocks of all, in percent. */
  | { readonly kind: 'below' | 'above'; readonly percent: number };

/** Whether what is waited for has come; `cannot` where it does not come any more. */
export type UntilVerdict = 'reached' | 'waiting' | { readonly cannot: WcacheError };

const LEVEL = /^dirty(?<sign>[<>])(?<number>\d{1,3}(?:\.\d{1,6})?)%$/;

/**
 * Reads `clean`, `error`, `dirty<10%` and `dirty>80%`.
 *
 * @throws {@link UsageError} `bad-condition`
 */
export function parseUntil(text: string): UntilCondition {
  if (text === 'clean' || text === 'error') return { kind: text };
  const { sign, number } = LEVEL.exec(text)?.groups ?? {};
  const percent = Number(number);
  if (sign === '<' && percent > 0 && percent <= 100) return { kind: 'below', percent };
  if (sign === '>' && percent >= 0 && percent < 100) return { kind: 'above', percent };
  throw new UsageError(`${JSON.stringify(text)} is nothing that can be waited for.`, {
    code: 'bad-condition',
    hint: 'It may be clean, error, "dirty<10%" or "dirty>80%", with a share from 0 to 100 that can be reached (in quotes, because of the shell).',
  });
}

/**
 * Holds what is waited for against a look: `clean` and `dirty<` have to be true of all caches that are watched, and none of
 * them in error; `error` and `dirty>` of any.
 *
 * What cannot come any more is told by its error: {@link ProblemFoundError} `in-error`, {@link NotReachedError} `gone`.
 */
export function judgeUntil(condition: UntilCondition, { caches }: WatchView): UntilVerdict {
  const present = caches.filter(({ state }) => state !== 'gone');
  const inError = present.filter(({ state }) => state === 'error');
  const sound = present.filter(({ state }) => state !== 'error');
  const gone = caches.filter(({ state }) => state === 'gone');
  switch (condition.kind) {
    case 'error':
      if (inError.length > 0) return 'reached';
      return present.length > 0 ? 'waiting' : { cannot: notThere(gone) };
    case 'above':
      if (sound.some(({ cache }) => percentOf(cache) > condition.percent)) return 'reached';
      if (sound.length > 0) return 'waiting';
      return { cannot: isInError(inError) ?? notThere(gone) };
    case 'clean':
      return ofAll(({ cache }) => dirtyOf(cache) === 0);
    case 'below':
      return ofAll(({ cache }) => percentOf(cache) < condition.percent);
  }

  function ofAll(isSo: (cache: WatchedCache) => boolean): UntilVerdict {
    const error = isInError(inError);
    if (error !== null) return { cannot: error };
    if (gone.length > 0 || present.length === 0) return { cannot: notThere(gone) };
    return sound.every(isSo) ? 'reached' : 'waiting';
  }
}

function dirtyOf({ status }: WatchedCache['cache']): number {
  return status.total_blocks - status.free_blocks;
}

function percentOf(cache: WatchedCache['cache']): number {
  const { total_blocks } = cache.status;
  return total_blocks === 0 ? 0 : (dirtyOf(cache) * 100) / total_blocks;
}

function isInError([first]: readonly WatchedCache[]): ProblemFoundError | null {
  if (first === undefined) return null;
  const typed = nameAsTyped(first.cache);
  return new ProblemFoundError(`${first.name} is in error: nothing is written back any more.`, {
    code: 'in-error',
    hint: `Do not suspend and resume it. See what to do with: wcache status ${typed}`,
  });
}

function notThere([first]: readonly WatchedCache[]): NotReachedError {
  return first === undefined
    ? new NotReachedError('There is no writecache to wait for.', {
        code: 'gone',
        hint: '`wcache list` shows those that there are.',
      })
    : new NotReachedError(`${first.name} is no writecache any more: what was waited for does not come.`, {
        code: 'gone',
        hint: 'It was removed, or its mapping has another table. `wcache list` shows those that there are.',
      });
}
