import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  latency,
  mebibytes,
  passedTime,
  percent,
  roughTime,
  shortCount,
  shortSize,
} from '../../../src/ui/watch/figures.js';
import { lookFor } from '../../../src/ui/watch/look.js';
import { dirtyBar } from '../../../src/ui/watch/dirty-bar.js';
import {
  cutLine,
  cutText,
  fit,
  lineWidth,
  paragraph,
  textOf,
  type Line,
} from '../../../src/ui/watch/spans.js';
import { roundTop, timeChart } from '../../../src/ui/watch/time-chart.js';

const look = lookFor({ LC_ALL: 'C.UTF-8', NO_COLOR: '1' });
const plain = (line: Line): string => line.map(textOf).join('');

describe('figures', () => {
  it.each([
    [null, '-'],
    [0, '0'],
    [0.01, '<0.1'],
    [4.21, '4.2'],
    [7, '7'],
    [9.97, '10'],
    [9999, '9999'],
    [9999.6, '10.0k'],
    [12_345, '12.3k'],
    [999_499, '999k'],
    [999_600, '1.00M'],
    [2n ** 63n, '9.22E'],
    [1e25, '>999E'],
    [-1500, '-1500'],
  ])('%s is %s', (value, text) => {
    expect(shortCount(value)).toBe(text);
  });

  it('say no more than they know', () => {
    expect(percent(null)).toBe('-');
    expect([0, 1, 0.9999, 0.0001, 0.5].map(percent)).toEqual(['0%', '100%', '99.9%', '<0.1%', '50.0%']);
    expect([null, 0, 0.001, 0.5, 1234].map(latency)).toEqual(['-', '0', '<0.01', '0.50', '1234']);
    expect([null, 0, 1, 1_048_576].map(mebibytes)).toEqual(['-', '0', '<0.01', '1.00']);
    expect([0, 1023, 4096, 1.5 * 2 ** 40].map(shortSize)).toEqual([
      '0 B',
      '1.00 KiB',
      '4.00 KiB',
      '1.50 TiB',
    ]);
    expect([300, 12_300, 41_000, 125_000, 7_200_000, 1e9, 1e13].map(roughTime)).toEqual([
      'less than 1 s',
      'about 12 s',
      'about 40 s',
      'about 2 min',
      'about 2 h',
      'about 12 days',
      'more than 1000 days',
    ]);
    expect([-5, 12_900, 130_000, 8e6, 3e8].map(passedTime)).toEqual([
      '0 s',
      '12 s',
      '2 min',
      '2 h',
      '3 days',
    ]);
  });

  it('never take more room than a column has', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true }), (value) => {
        for (const shown of [shortCount, latency, mebibytes, percent]) {
          expect(shown(value).length).toBeLessThanOrEqual(5);
        }
        expect(shortSize(Math.min(value, 2 ** 64)).length).toBeLessThanOrEqual(8);
      }),
    );
  });
});

describe('a bar', () => {
  it.each([
    [0, '░░░░│░│░░░'],
    [0.001, '▏░░░│░│░░░'],
    [0.5, '████│░│░░░'],
    [0.99, '████│█│██▉'],
    [1, '████│█│███'],
  ])('of %d', (dirty, text) => {
    expect(plain(dirtyBar({ dirtyBlocks: 0, dirty, high: 0.6, low: 0.4 }, 10, look))).toBe(text);
  });

  it('has one thicker mark where both are in a cell, and none where the cleaner drives it', () => {
    expect(plain(dirtyBar({ dirtyBlocks: 0, dirty: 0, high: 0.55, low: 0.5 }, 10, look))).toBe('░░░░░┃░░░░');
    expect(plain(dirtyBar({ dirtyBlocks: 0, dirty: 0, high: 1, low: 0.9 }, 10, look))).toBe('░░░░░░░░░┃');
    expect(plain(dirtyBar({ dirtyBlocks: 0, dirty: 0, high: null, low: null }, 4, look))).toBe('░░░░');
  });
});

describe('a chart', () => {
  it('draws values over lines, and leaves out what is not known', () => {
    const content = {
      ...{ values: [null, 0, 0.1, 0.5, 1], top: 1, topLabel: '100%', hue: 'plain' as const },
      marks: [{ value: 0.5, label: 'high 50%' }],
    };
    expect(timeChart(content, 4, look).map(plain)).toEqual(
      ['    100%     █', 'high 50% ┄┄┄┄█', '            ██', '       0   ▃██'].map(
        (line) => expect.stringMatching(new RegExp(`^${line} *$`)) as string,
      ),
    );
  });

  it('is as high as the least round number', () => {
    expect([[0], [11], [20], [21], [51], [null, 1e6]].map((values) => roundTop(values, 10))).toEqual([
      10, 20, 20, 50, 100, 1e6,
    ]);
  });
});

describe('text', () => {
  it('is cut where it is too wide, also between wide characters', () => {
    expect(cutText('漢字漢字', 5, '…')).toBe('漢字…');
    expect(cutText('漢字漢字', 4, '…')).toBe('漢…');
    expect(fit('ab', 4, '…', 'right')).toBe('  ab');
    expect(plain(cutLine(['abc', ['bad', 'def']], 5, '…'))).toBe('abcd…');
    expect(plain(cutLine(['abc', ['bad', 'def']], 4, '…'))).toBe('abc…');
    expect(plain(cutLine(['abc', ['bad', 'def']], 3, '…'))).toBe('ab…');
  });

  it('is broken into lines that fit, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 12, max: 40 }), (text, width) => {
        const shown = look.outside(text);
        for (const line of paragraph(shown, width, ['- '])) {
          expect(lineWidth(line)).toBeLessThanOrEqual(width);
        }
      }),
    );
  });
});
