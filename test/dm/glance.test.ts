import { expect, it } from 'vitest';
import type { MappingState } from '../../src/device/mapping-state.js';
import type { MappedDevice } from '../../src/dm/index.js';
import { glanceOf } from '../../src/dm/glance.js';

function known(...names: string[]): MappedDevice[] {
  return names.map((name, minor) => ({
    ...{ name, uuid: '', major: 253, minor, suspended: false, readOnly: false },
    ...{ hasLiveTable: true, hasInactiveTable: false, openCount: 0 },
  }));
}

function running({ name }: MappedDevice): MappingState {
  return { name, suspended: false };
}

function glance(text: string, names: readonly string[], stateOf = running as Parameters<typeof glanceOf>[2]) {
  return glanceOf(text, known(...names), stateOf);
}

it('reads the lines of known mappings, and who is suspended', () => {
  const text = 'a: 0 8 writecache 0 63 63 0\nb: 0 8 writecache 1 63 0 0\nb: 8 16 writecache 0 63 1 2\n';
  const found = glance(text, ['a', 'b', 'c'], ({ name }) => ({ name, suspended: name !== 'a' }));
  expect([...(found?.statuses ?? [])].map(([name, lines]) => [name, lines.length])).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
  expect(found?.statuses.get('b')?.[1]).toEqual({
    startSector: 8n,
    lengthSectors: 16n,
    target: 'writecache',
    parameters: '0 63 1 2',
  });
  expect(found?.suspended).toEqual(new Set(['b', 'c']));
});

it('finds nothing in nothing', () => {
  const nothing = { statuses: new Map(), suspended: new Set() };
  expect(glance('', [])).toEqual(nothing);
  expect(glance('No devices found\n', ['a'], () => null)).toEqual(nothing);
});

it.each([
  ['an unknown name', 'z: 0 8 writecache 0 63 63 0'],
  ['a name that goes on as a known one does', 'a: b: 0 8 writecache 0 63 63 0'],
  ['a name that looks like a status', 'a: 0 8 writecache 0 63 63 0: 0 8 writecache 0 63 63 0'],
  ['a name with a line break', 'a\nb: 0 8 writecache 0 63 63 0'],
  ['a name that begins with a line break', '\na: 0 8 writecache 0 63 63 0'],
  ['a name that looks like a whole line', 'a: 0 8 writecache 0 63 9 0\na: 0 8 writecache 0 63 63 0'],
  ['lines of one mapping apart', 'a: 0 8 x \nb: 0 8 x \na: 8 8 x '],
  ['what is no line', 'a: something else'],
])('does not read %s', (_what, text) => {
  expect(glance(text, ['a', 'b'])).toBeNull();
});

it('does not take a mapping for another that has its number now', () => {
  expect(glance('', ['a'], () => ({ name: 'b', suspended: false }))).toBeNull();
});

it('does not take a mapping for another that has its name now', () => {
  expect(glance('a: 0 8 writecache 0 63 63 0', ['a'], () => null)).toBeNull();
});
