import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelChart, levelLine, type Levels } from '../../src/ui/level-chart.js';

const LOOK = { width: 30, unicode: true };
const ramp: Levels = {
  shares: Array.from({ length: 16 }, (_, step) => step / 16),
  stepMs: 1000,
  durationMs: 16_000,
};

describe('levelChart', () => {
  it('draws a level over time, and lines at the marks where nothing is drawn over them', () => {
    const marks = [
      { name: 'high', share: 0.5 },
      { name: 'low', share: 0.2 },
    ];
    expect(levelChart(ramp, marks, { width: 28, unicode: true }).split('\n')).toEqual([
      '  100%                ▃',
      '                    ▁▆█',
      '                   ▄███',
      '                 ▂▇████',
      '   50% ┄┄┄┄┄┄┄┄┄▅██████ high',
      '              ▃████████',
      '            ▁▆█████████',
      '       ┄┄┄┄▄███████████ low',
      '         ▂▇████████████',
      '        ▅██████████████',
      '       0           16 s',
    ]);
  });

  it('has ASCII for terminals that have no more', () => {
    const drawn = levelChart(ramp, [{ name: 'high 50%', share: 0.5 }], { width: 60, unicode: false });
    expect(drawn).toMatch(/^[ -~\n]+$/);
    expect(drawn).toContain('#');
    expect(drawn).toMatch(/-{5}.*high 50%/);
  });

  it('makes room for the highest mark and no more', () => {
    const low = { shares: [0.001, 0.02], stepMs: 1, durationMs: 2 };
    const [first = '', , , , , , , , , lowest = ''] = levelChart(
      low,
      [{ name: 'high', share: 0.5 }],
      LOOK,
    ).split('\n');
    expect(first).toMatch(/^ {3}50%/);
    // Little is not nothing.
    expect(lowest).toMatch(/▁▁.*▃/);
  });

  it('is never wider than it may be, never empty where something is, and ends in 11 lines', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(share, { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 40, max: 240 }),
        share,
        share,
        fc.boolean(),
        (shares, stepMs, width, high, low, unicode) => {
          const marks = [
            { name: 'high 50%', share: high },
            { name: 'low 45%', share: low },
          ];
          const levels = { shares, stepMs, durationMs: stepMs * (shares.length - 0.5) };
          const lines = levelChart(levels, marks, { width, unicode }).split('\n');
          expect(lines).toHaveLength(11);
          const isShared = lines.some((line) => line.includes('high 50%, low 45%'));
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(width + (isShared ? 9 : 0));
          const sum = lines.map((line) => line.slice(7).replaceAll(/[^▁▂▃▄▅▆▇█.:#]/g, '')).join('').length;
          expect(sum > 0).toBe(Math.max(...shares) > 0);
        },
      ),
    );
  });
});

describe('levelLine', () => {
  it('is the level from nothing to all, the highest of each column', () => {
    expect(levelLine(ramp, { width: 8, unicode: true })).toBe('▁▂▃▄▅▆▇█');
    expect(levelLine({ shares: [0, 1, 0, 0], stepMs: 1, durationMs: 4 }, { width: 2, unicode: true })).toBe(
      '█ ',
    );
    expect(levelLine({ shares: [0, 0.001, 1], stepMs: 1, durationMs: 3 }, { width: 6, unicode: false })).toBe(
      '  ..##',
    );
  });
});
