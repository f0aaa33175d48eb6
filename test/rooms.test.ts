import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rooms } from '../eslint.config.js';
import { projectDirectory } from './lab/project.js';
import { faultsOfAllowance, faultsOfPicture, type Allowed } from './rooms/compare.js';
import { importsOfRooms } from './rooms/imports.js';
import { pictureIn, readPicture } from './rooms/picture.js';

const architecture = readFileSync(join(projectDirectory, 'ARCHITECTURE.md'), 'utf8');
const imports = importsOfRooms(projectDirectory);
const allowed: Allowed = rooms;

/** The picture with one place changed, which must be there once. */
function changed(from: string | RegExp, to: string): ReturnType<typeof pictureIn> {
  expect(architecture.split(from)).toHaveLength(2);
  return pictureIn(architecture.replace(from, to));
}

describe('the picture of the rooms', () => {
  it('shows every room once, above all that it imports, and no arrow that is not', () => {
    expect(faultsOfPicture(pictureIn(architecture), imports)).toEqual([]);
  });

  it('has at most 78 columns', () => {
    const [, drawing = ''] = /^```text\n([^]*?)^```$/m.exec(architecture) ?? [];
    for (const line of drawing.split('\n')) {
      expect(line.length, line).toBeLessThanOrEqual(78);
      expect(line).toMatch(/^[ -~]*$/);
    }
  });

  it('comes after a line about each room', () => {
    const told = [...architecture.matchAll(/^ {4}(?<path>\S+?)(?:\/|\.ts) +\S/gm)].map(
      ({ groups }) => groups?.['path'],
    );
    expect(told.filter((path) => path !== 'test' && path !== 'bench').sort()).toEqual(
      [...imports.keys()].sort(),
    );
  });

  it('is found wrong where a room is missing, twice there, or unknown', () => {
    expect(faultsOfPicture(changed('|    crosscheck/     |', '|     attic/         |'), imports)).toEqual(
      expect.arrayContaining([
        'src/crosscheck is drawn 0 times.',
        'src/attic is drawn, and is no room.',
        'There is an arrow from src/procedure to src/attic, and no import.',
      ]),
    );
    expect(faultsOfPicture(changed('|   scan/    |', '|  target/   |'), imports)).toEqual(
      expect.arrayContaining(['src/scan is drawn 0 times.', 'src/target is drawn 2 times.']),
    );
  });

  it('is found wrong where a room is in the wrong row', () => {
    // Two that take each other's places.
    const swapped = architecture
      .replace('|                watch/                |', '|              (place)                 |')
      .replace('|                 ui/                  |', '|               watch/                 |')
      .replace('(place)', '  ui/  ');
    const faults = faultsOfPicture(pictureIn(swapped), imports);
    expect(faults).toEqual(
      expect.arrayContaining([
        'src/ui imports src/documents, which is not drawn below it.',
        'src/documents imports src/watch, which is not drawn below it.',
        'There is an arrow from src/watch to src/documents, and no import.',
      ]),
    );
  });

  it('is found wrong where an import is new', () => {
    const more = new Map([...imports, ['src/format', new Set(['src/scan', 'src/units'])]]);
    expect(faultsOfPicture(pictureIn(architecture), more)).toEqual([
      'src/format imports src/scan, which is not drawn below it.',
      'src/format imports src/units, which is not drawn below it.',
    ]);
  });

  it('is found wrong where an arrow is missing, leads nowhere or is no arrow', () => {
    const two = ['+---+', '| a/|', '+---+', '  |', '  v', '+---+', '| b/|', '+---+'];
    const ab = new Map([
      ['src/a', new Set(['src/b'])],
      ['src/b', new Set<string>()],
    ]);
    expect(faultsOfPicture(readPicture(two.join('\n')), ab)).toEqual([]);
    const without = [...two.slice(0, 3), '', '', ...two.slice(5)];
    expect(faultsOfPicture(readPicture(without.join('\n')), ab)).toEqual([
      'src/a imports src/b, right below it, and there is no arrow.',
    ]);
    expect(() => readPicture([...two.slice(0, 4), '     v', ...two.slice(5)].join('\n'))).toThrow(
      'joins no two',
    );
    expect(() => readPicture([...two.slice(0, 4), '', ...two.slice(5)].join('\n'))).toThrow(
      'What is this in line 4',
    );
    expect(() => readPicture([...two.slice(0, 7), '+--+'].join('\n'))).toThrow();
    expect(() => pictureIn('no picture')).toThrow('no picture');
  });
});

describe('what eslint.config.js allows', () => {
  it('is what the files import, and nothing else', () => {
    expect(faultsOfAllowance(allowed, imports)).toEqual([]);
  });

  it('is found too much where nobody uses it, and too little where a room is unknown', () => {
    expect(faultsOfAllowance({ ...allowed, 'src/format': ['node:fs'] }, imports)).toEqual([
      'src/format may import node:fs, and does not.',
    ]);
    expect(faultsOfAllowance(allowed, new Map([...imports, ['src/attic', new Set()]]))).toEqual([
      'src/attic is not in eslint.config.js.',
    ]);
  });
});
