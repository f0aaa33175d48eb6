import { describe, expect, it } from 'vitest';
import { identitiesOf, isSameLine, SHAPES, tokensOf } from './shapes.js';

/** What each shape takes for the same, and what it doesn't. */
const CASES: Readonly<
  Record<string, { same: readonly [string, string][]; other: readonly [string, string][] }>
> = {
  '<uuid>': {
    same: [
      ['--uuid WCACHE-b32f4e3231d2467a90e9c8b097bfdd7f', '--uuid WCACHE-00000000000000000000000000000000'],
      ['UUID 9d2a3b1c-0000-4000-8000-0123456789ab', 'UUID 00000000-1111-2222-3333-444444444444'],
    ],
    other: [
      ['--uuid WCACHE-b32f4e3231d2467a90e9c8b097bfdd7f', '--uuid LVM-b32f4e3231d2467a90e9c8b097bfdd7f'],
    ],
  },
  '<digest>': {
    same: [[`${'ab'.repeat(32)}  log`, `${'01'.repeat(32)}  log`]],
    other: [[`${'ab'.repeat(32)}  log`, `${'01'.repeat(32)}  data`]],
  },
  '<file of a removal>': {
    same: [
      [
        '/var/lib/wcache/removals/wc-9c7d3cc1bee7-2026-11-22T175900160Z.certificate.json',
        '/var/lib/wcache/removals/wc-0123456789ab-2027-01-01T000000000Z.certificate.json',
      ],
    ],
    other: [['wc-9c7d3cc1bee7-2026-11-22T175900160Z.json', 'db-9c7d3cc1bee7-2026-11-22T175900160Z.json']],
  },
  '<time>': {
    same: [
      ['at 2026-11-22T17:59:00.160Z', 'at 2027-01-01T00:00:00Z'],
      ['at 2026-11-22 17:59:00', 'at 2027-01-01 00:00:00'],
    ],
    other: [['at 2026-11-22 17:59:00', 'at 2026-11-22']],
  },
  '<clock>': { same: [['21:42:31', '01:02:03']], other: [['21:42:31', '98:0']] },
  '<duration>': {
    same: [
      ['I/O stood still for 451 ms', 'I/O stood still for 2.5 s'],
      ['4.1 s (974 ms writing back, 1.1 s reading)', '1 min 9 s (2.1 s writing back, 0 ms reading)'],
    ],
    other: [['I/O stood still for 451 ms', 'I/O stood still for long']],
  },
  '<size>': {
    same: [
      ['dirty      702 blocks, 2.7 MiB', 'dirty      702 blocks, 900 KiB'],
      ['   8.2 MiB  ·', '  10 MiB  ·'],
    ],
    other: [
      ['2.7 MiB', '2.7 GiB'],
      ['0 B', '4 KiB'],
      ['2.7 MiB', '2.7 blocks'],
    ],
  },
  '<compact>': { same: [['2.8M  29M', '900k  28M']], other: [['29M', '29']] },
  '<map>': {
    same: [
      ['8 MiB  ···░··', '8 MiB  ██▒···'],
      ['8 MiB  ···░··', '9 MiB  █'],
    ],
    other: [
      ['8 MiB  ····', '8 MiB'],
      ['· up to date, ░ ▒', '░ up to date, ░ ▒'],
    ],
  },
  '<count>': {
    same: [
      ['702 of 702 blocks', '1,095 of 1,095 blocks'],
      ['free    7,458  91.4%', 'free  998   8.6%'],
    ],
    other: [
      ['702 of 702 blocks', '70,200 of 702 blocks'],
      ['702 blocks lost', '0 blocks lost'],
      ['0 blocks lost', '7 blocks lost'],
      ['all 8,160 entries free', 'all 8,159 entries free'],
      ['0x23489321', '0x12345678'],
      ['702 blocks proved', '702 blocks lost'],
      ['702 blocks', '702 blocks proved'],
    ],
  },
};

it('has an example of each shape', () => {
  expect(Object.keys(CASES)).toEqual(SHAPES.map(({ name }) => name));
});

describe.each(SHAPES)('$name', ({ name, where }) => {
  const { same, other } = CASES[name] ?? { same: [], other: [] };

  it.each(same)('takes for the same: %s | %s', (shown, printed) => {
    expect(isSameLine(shown, printed, 'lab')).toBe(true);
    expect(tokensOf(shown, 'lab').map(({ shape }) => shape?.name)).toContain(name);
    expect(isSameLine(shown, printed, 'files')).toBe(where === 'anywhere');
  });

  it.each(other)('tells apart: %s | %s', (shown, printed) => {
    expect(isSameLine(shown, printed, 'lab')).toBe(false);
    expect(isSameLine(printed, shown, 'lab')).toBe(false);
  });
});

it('keeps to the words, blanks between them included, where there is nothing else', () => {
  expect(isSameLine('it is gone  ', 'it is gone', 'lab')).toBe(true);
  expect(isSameLine('it is  gone', 'it is gone', 'lab')).toBe(false);
  expect(isSameLine('', '', 'lab')).toBe(true);
});

it('names what must be the same twice', () => {
  const line = (digit: string): string => `create --uuid WCACHE-${digit.repeat(32)} --table '0 8'`;
  expect(identitiesOf(line('a'), line('b'), 'lab').map(([{ name }, ...pair]) => [name, ...pair])).toEqual([
    ['<uuid>', `WCACHE-${'a'.repeat(32)}`, `WCACHE-${'b'.repeat(32)}`],
  ]);
});
