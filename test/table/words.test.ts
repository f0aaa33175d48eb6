import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { escapeWord, isSameWord, splitWords } from '../../src/table/index.js';

/** Letters without the byte 0xa0 in UTF-8. */
const writable = fc
  .array(
    fc.oneof(
      fc.constantFrom(' ', '\t', '\v', '\f', '\r', '\\', '/', '@', '"', "'", 'é', '漢', '😀', '\ufeff'),
      fc.string({ minLength: 1, maxLength: 1, unit: 'grapheme-ascii' }),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((letters) => letters.join(''));

describe('splitWords', () => {
  it.each([
    ['', []],
    [' \t\n\v\f\r ', []],
    ['s 254:0', ['s', '254:0']],
    ['  s\t254:0\n', ['s', '254:0']],
    ['/dev/with\\ space x', ['/dev/with space', 'x']],
    ['a\\\\b', ['a\\b']],
    ['\\a\\b', ['ab']],
    ['\\\t', ['\t']],
    ['a\\', ['a\\']],
    ['a \\', ['a', '\\']],
    ['a\\\\', ['a\\']],
    ['a"b c"', ['a"b', 'c"']],
    ['a\0b c', ['a']],
    ['a\\\0b', ['a\\']],
    // "à" is 0xc3 0xa0, of which the kernel takes the second byte for a space.
    ['/dev/à b', ['/dev/\ufffd', 'b']],
    ['/dev/é b', ['/dev/é', 'b']],
    ['\ufeffs', ['\ufeffs']],
    ['a\u00a0b', ['a\ufffd', 'b']],
    ['\\é', ['é']],
  ])('%j gives %j', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  it('never gives an empty word, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(splitWords(text)).not.toContain('');
      }),
    );
  });
});

describe('escapeWord', () => {
  it('writes what is split into the same words', () => {
    fc.assert(
      fc.property(fc.array(writable), (words) => {
        expect(splitWords(words.map(escapeWord).join(' '))).toEqual(words);
      }),
    );
  });

  it('changes no usual path', () => {
    expect(escapeWord('/dev/disk/by-id/nvme-X_1.2')).toBe('/dev/disk/by-id/nvme-X_1.2');
  });

  it.each([
    ['', 'an empty word'],
    ['a\nb', 'a line break'],
    ['a\0b', 'a NUL'],
    ['/dev/à', '0xa0'],
    ['a\u00a0b', '0xa0'],
  ])('refuses %j', (word, why) => {
    let error: unknown;
    try {
      escapeWord(word);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code: 'unwritable-word', message: expect.stringContaining(why) as string });
  });
});

describe('isSameWord', () => {
  it('minds no case', () => {
    expect(isSameWord('High_WaterMark', 'high_watermark')).toBe(true);
  });

  it('minds letters that only JavaScript takes for others', () => {
    expect(isSameWord('writebac\u212a_jobs', 'writeback_jobs')).toBe(false);
    expect(isSameWord('É', 'é')).toBe(false);
  });
});
