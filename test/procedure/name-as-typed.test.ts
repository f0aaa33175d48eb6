import { expect, it } from 'vitest';
import { nameAsTyped } from '../../src/procedure/name-as-typed.js';

it.each([
  ['wc', 'wc', 'wc'],
  ['odd name', String.raw`odd\x20name`, "'odd name'"],
  ["it's", String.raw`it\x27s`, String.raw`'it'\''s'`],
  ['a\nb', String.raw`a\x0ab`, String.raw`'a\x0ab'`],
  ['-n', '-n', '-- -n'],
  ['größe', String.raw`gr\xc3\xb6\xc3\x9fe`, "'größe'"],
])('writes the name %j (%s) as %s', (name, kernelName, typed) => {
  expect(nameAsTyped({ name, device: { name: kernelName } })).toBe(typed);
});
