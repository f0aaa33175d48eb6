import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mangleName, requireMappingName, unmangleName } from '../../src/device/dm-names.js';
import { UsageError } from '../../src/errors.js';
import { expectFailure } from './helpers.js';

describe('mangleName', () => {
  it.each([
    ['', ''],
    ['vg-lv', 'vg-lv'],
    ['aZ09#+-.:=@_', 'aZ09#+-.:=@_'],
    ['a b', 'a\\x20b'],
    ['a/b', 'a\\x2fb'],
    ['a\\x20b', 'a\\x5cx20b'],
    ['grün', 'gr\\xc3\\xbcn'],
    ['\x01\x7f', '\\x01\\x7f'],
    ['💾', '\\xf0\\x9f\\x92\\xbe'],
  ])('makes of %j %j', (name, mangled) => {
    expect(mangleName(name)).toBe(mangled);
    expect(unmangleName(mangled)).toBe(name);
  });

  it('is undone by unmangleName, and gives plain letters only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(mangleName(name)).toMatch(/^[0-9A-Za-z#+\-.:=@_\\]*$/);
        expect(unmangleName(mangleName(name))).toBe(name);
      }),
    );
  });
});

describe('unmangleName', () => {
  it('leaves what it cannot read', () => {
    for (const name of ['a b', 'a\\b', 'a\\x2', 'a\\xzz', 'a\\xff', '\\xc3']) {
      expect(unmangleName(name)).toBe(name);
    }
    expect(unmangleName('a\\x2Fb')).toBe('a/b');
    expect(unmangleName('\\xef\\xbb\\xbfa')).toBe('\ufeffa');
  });
});

describe('requireMappingName', () => {
  it('gives the name that the kernel gets', () => {
    expect(requireMappingName('fast-data')).toBe('fast-data');
    expect(requireMappingName('my data')).toBe('my\\x20data');
    expect(requireMappingName('a\\b')).toBe('a\\x5cb');
    expect(requireMappingName('a'.repeat(127))).toBe('a'.repeat(127));
  });

  it('takes a mangled name as it is, as dmsetup does', () => {
    expect(requireMappingName('my\\x20data')).toBe('my\\x20data');
  });

  it.each([
    ['', /it is empty/],
    ['a/b', /a slash/],
    ['/dev/mapper/a', /a slash/],
    ['.', /another use/],
    ['..', /another use/],
    ['control', /another use/],
    ['-f', /a hyphen/],
    ['a\nb', /a control character/],
    ['\x00', /a control character/],
    ['\x9b', /a control character/],
    ['\ud800', /no Unicode text/],
    ['my\\x20own data', /partly/],
    ['a\\xzz', /partly/],
    ['a\\x', /partly/],
    ['a\\x5cx20', /a backslash before an x/],
    ['a'.repeat(128), /127 bytes, and it becomes 128/],
    ['ü'.repeat(16), /127 bytes, and it becomes 128/],
  ])('refuses %j', (name, reason) => {
    const failure = expectFailure(() => requireMappingName(name), UsageError, 'bad-name', reason);
    expect(failure.message).toContain(`${JSON.stringify(name)} cannot be the name of a mapping: `);
  });
});
