import { describe, expect, it } from 'vitest';
import { NotPossibleHereError, UsageError } from '../../src/errors.js';
import {
  MESSAGE_MEANING,
  MESSAGE_NAMES,
  NEWEST_TARGET_VERSION,
  parseTargetVersion,
  requireMessage,
} from '../../src/table/index.js';

describe('requireMessage', () => {
  it.each([
    ['flush', 'flush'],
    ['FLUSH_on_Suspend', 'flush_on_suspend'],
    [' cleaner\t', 'cleaner'],
    ['clear\\_stats', 'clear_stats'],
  ])('%j is %s', (text, name) => {
    expect(requireMessage(text, NEWEST_TARGET_VERSION)).toBe(name);
  });

  it.each(['', ' ', 'flush_', 'flush\\ now', '@cancel_deferred_remove', 'clea\u0000ner'])(
    '%j is none',
    (text) => {
      expect(() => requireMessage(text, NEWEST_TARGET_VERSION)).toThrow(UsageError);
      expect(() => requireMessage(text, NEWEST_TARGET_VERSION)).toThrow('is not a message');
    },
  );

  it('takes nothing behind it', () => {
    expect(() => requireMessage('flush now', NEWEST_TARGET_VERSION)).toThrow(UsageError);
    expect(() => requireMessage('flush now', NEWEST_TARGET_VERSION)).toThrow('"now" is there');
  });

  it.each([
    ['cleaner', '1.2.0', '1.3.0'],
    ['clear_stats', '1.5.0', '1.6.0'],
  ])('%s is not in %s', (text, version, since) => {
    const ask = (): unknown => requireMessage(text, parseTargetVersion(version));
    expect(ask).toThrow(NotPossibleHereError);
    expect(ask).toThrow(`came with target version ${since}, and this kernel has ${version}`);
    expect(requireMessage(text, parseTargetVersion(since))).toBe(text);
  });

  it('says what each does', () => {
    expect(Object.keys(MESSAGE_MEANING)).toEqual([...MESSAGE_NAMES]);
  });
});
