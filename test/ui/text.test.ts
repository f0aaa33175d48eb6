import fc from 'fast-check';
import wrapAnsi from 'wrap-ansi';
import { describe, expect, it } from 'vitest';
import { colourLevel, showsUnicode } from '../../src/ui/style.js';
import { facts, table, wrap } from '../../src/ui/table.js';

describe('table', () => {
  it('aligns columns and leaves no blanks at line ends', () => {
    const text = table(
      [{ title: 'name' }, { title: 'count', align: 'right' }, { title: '' }],
      [
        ['free', '7,750', 'a'],
        ['live', '410', ''],
      ],
    );
    expect(text.split('\n')).toEqual(['name  count', 'free  7,750  a', 'live    410']);
  });

  it('pairs words with what they stand for', () => {
    expect(
      facts([
        ['a', '1'],
        ['long', '2'],
      ]),
    ).toBe('  a     1\n  long  2');
  });
});

describe('wrap', () => {
  it('breaks plain text as wrap-ansi does', () => {
    const words = fc.stringMatching(/^[a-z ,\n]{0,60}$/);
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 20 }), (text, width) => {
        expect(wrap(text, width)).toBe(wrapAnsi(text, width));
      }),
    );
  });

  it('counts the columns of wide characters and of none', () => {
    expect(wrap('\u6f22\u5b57 \u6f22\u5b57', 6)).toBe('\u6f22\u5b57\n\u6f22\u5b57');
    expect(wrap('\u001b[31mred\u001b[39m or not', 7)).toBe('\u001b[31mred\u001b[39m or\nnot');
  });

  it('breaks between words and indents what follows', () => {
    expect(wrap('one two three four', 11, '  ')).toBe('one two\n  three\n  four');
  });
});

describe('colourLevel', () => {
  it('asks for a terminal, and for leave', () => {
    expect(colourLevel(true, {})).toBe(1);
    expect(colourLevel(false, {})).toBe(0);
    expect(colourLevel(true, { NO_COLOR: '1' })).toBe(0);
    expect(colourLevel(true, { NO_COLOR: '' })).toBe(1);
    expect(colourLevel(true, { TERM: 'dumb' })).toBe(0);
  });
});

describe('showsUnicode', () => {
  it('follows the first locale variable that says something', () => {
    expect(showsUnicode({ LANG: 'de_DE.UTF-8' })).toBe(true);
    expect(showsUnicode({ LC_ALL: '', LANG: 'C.utf8' })).toBe(true);
    expect(showsUnicode({ LC_ALL: 'C', LANG: 'C.UTF-8' })).toBe(false);
    expect(showsUnicode({})).toBe(false);
  });
});
