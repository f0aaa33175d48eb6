import { describe, expect, it } from 'vitest';
import { measuredOf, readReport, report, type ProbeReport, type Waits } from '../../bench/removal-report.js';

const waits = (longest: number): Waits => ({ count: 100, longest, median: longest / 2 });

const around = (before: number, during: number, after: number): ProbeReport['probe'] => ({
  before: waits(before),
  during: waits(during),
  after: waits(after),
});

const seen = (stall: number, seconds: number): ProbeReport => ({
  status: 0,
  seconds,
  probe: around(0.01, stall, 0.02),
  writer: null,
});

describe('the report of a removal', () => {
  it('is the last line that the probe prints', () => {
    const expected = seen(1, 2);
    expect(readReport(`what the command said\n${JSON.stringify(expected)}\n`)).toEqual(expected);
    expect(() => readReport('what the command said\n')).toThrow('what the command said');
  });

  it('has the longest wait of whoever waited longest', () => {
    const writer = around(0.5, 4, 0.25);
    expect(measuredOf('a', { ...seen(3, 5), writer })).toMatchObject({
      stall: 4,
      quietBefore: 0.5,
      quietAfter: 0.25,
    });
    expect(measuredOf('a', { ...seen(6, 7), writer })).toMatchObject({ stall: 6 });
    expect(measuredOf('a', seen(3, 5))).toMatchObject({ stall: 3, quietBefore: 0.01, quietAfter: 0.02 });
  });

  it('adds the start to the time that it took', () => {
    expect(measuredOf('a', seen(1, 5)).total).toBe(5);
    expect(measuredOf('a', seen(1, 5), 0.5)).toMatchObject({ total: 5.5, stall: 1 });
  });

  it('holds our stalls against those of the others, and all totals against the first', () => {
    const others = [measuredOf('bare', seen(20, 21)), measuredOf('lvconvert', seen(30, 42))];
    const text = report(others, [measuredOf('ours', seen(2, 23.1))]);
    const rows = text.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(rows).toEqual([
      ['quiet', 'stall', 'total', 'total/bare', 'stall of bare/this', 'stall of lvconvert/this'],
      ['bare', '0.02 s', '20.00 s', '21.00 s'],
      ['lvconvert', '0.02 s', '30.00 s', '42.00 s', '2.00'],
      ['ours', '0.02 s', '2.00 s', '23.10 s', '1.10', '10.0', '15.0'],
    ]);
  });
});
