import { describe, expect, it } from 'vitest';
import { cost, isMet, missing, row, speed, times } from '../../bench/figure.js';
import { reportText } from '../../bench/report.js';

const version = row('start.version', 'wcache --version', 'node -e 0', cost(1.5));
const scan = row('scan.c', 'scan, 64 Mi entries', 'C scanner', speed(0.95));
const told = row('memory.budget.time', 'inspect --memory 128M', 'without', cost());

describe('a goal', () => {
  it('is a limit from above for a cost and from below for a speed', () => {
    expect(times(version, 60, 40).ratio).toBe(1.5);
    expect(times(scan, 200, 190).ratio).toBe(0.95);
    expect([times(version, 60, 40), times(version, 61, 40)].map(isMet)).toEqual([true, false]);
    expect([times(scan, 200, 190), times(scan, 201, 190)].map(isMet)).toEqual([true, false]);
    expect([times(told, 3, 1), missing(scan, 'no compiler')].map(isMet)).toEqual([null, null]);
  });
});

describe("the bench's table", () => {
  it('tells both times, the ratio, the goal, whether it is met, and the last run', () => {
    const figures = [
      ...[times(version, 60, 50), times(scan, 400, 200), times(told, 300, 2)],
      missing(row('check.cache_check', 'check', 'cache_check', speed(10)), 'the package cannot be fetched'),
    ];
    const past = { 'start.version': 1.5, 'scan.c': 0.4 } as Record<string, number>;
    const last = (id: string) => {
      const ratio = past[id];
      return ratio === undefined ? null : { ratio, measured: '', baseline: '' };
    };
    expect(reportText(figures, last)).toBe(
      [
        'what                   against    what took  against took  ratio    goal  met      last run',
        'wcache --version       node -e 0    60.0 ms       50.0 ms   1.20   ≤ 1.5  yes  1.50 (-20 %)',
        'scan, 64 Mi entries    C scanner     400 ms        200 ms   0.50  ≥ 0.95  NO   0.40 (+25 %)',
        'inspect --memory 128M  without       300 ms       2.00 ms    150',
        '',
        '1 of 2 goals met',
        '',
        'not measured: check, against cache_check: the package cannot be fetched',
      ].join('\n'),
    );
  });

  it('says of a machine without a compiler what it does not know', () => {
    expect(reportText([missing(scan, 'no C compiler (cc) here')], () => null)).toBe(
      'not measured: scan, 64 Mi entries, against C scanner: no C compiler (cc) here',
    );
  });
});
