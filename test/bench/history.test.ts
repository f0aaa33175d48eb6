import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { cost, milliseconds, missing, row, speed, times } from '../../bench/figure.js';
import {
  RUNS_KEPT,
  historyText,
  lastOf,
  readHistory,
  rowsOf,
  withRun,
  type PastRun,
} from '../../bench/history.js';

const machine = { processor: 'a processor', processors: 2, memoryGiB: 24, kernel: '6.1.0' };

function run(changes: Partial<PastRun> = {}): PastRun {
  return {
    ...{ date: '2026-01-02T03:04:05Z', commit: '0123456789ab', node: 'v20.20.2', machine, quick: false },
    ...{ rows: {}, curve: [], ...changes },
  };
}

const rows = (ratio: number): PastRun['rows'] => ({
  'start.version': { ratio, measured: '51.0 ms', baseline: '41.0 ms' },
});

describe("the bench's history", () => {
  it('is read as it was written, and prettier has nothing to change about it', async () => {
    const curve = [{ entries: 2 ** 20, cores: 'one', milliseconds: 101.5, peakMegabytes: 90 }] as const;
    const other = { 'scan.c': { ratio: 0.97, measured: '200 ms', baseline: '194 ms' } };
    const history = [run(), run({ rows: { ...rows(1.24), ...other }, curve: [...curve, ...curve] })];
    const text = historyText(history);
    expect(readHistory(text)).toEqual(history);
    const style = await resolveConfig('bench/history.json');
    for (const each of [text, historyText([])]) {
      expect(await format(each, { ...style, parser: 'json' })).toBe(each);
    }
  });

  it('in the repository is such a text', () => {
    const text = readFileSync('bench/history.json', 'utf8');
    expect(historyText(readHistory(text))).toBe(text);
    expect(readHistory(text).length).toBeLessThanOrEqual(RUNS_KEPT);
  });

  it('loses its oldest runs', () => {
    let history: PastRun[] = [];
    for (let at = 0; at < RUNS_KEPT + 3; at += 1) history = withRun(history, run({ commit: String(at) }));
    expect(history).toHaveLength(RUNS_KEPT);
    expect(history[0]?.commit).toBe('3');
    expect(history.at(-1)?.commit).toBe(String(RUNS_KEPT + 2));
  });

  it('has of each row the last one that can be compared', () => {
    const now = { node: 'v20.99.0', machine: { ...machine, kernel: '6.12.0' }, quick: false };
    const past = [
      ...[run({ rows: rows(1) }), run({ rows: rows(2) }), run({ rows: rows(3), quick: true })],
      ...[run({ rows: rows(4), node: 'v22.1.0' }), run()],
      run({ rows: rows(5), machine: { ...machine, processors: 64 } }),
    ];
    expect(lastOf(past, 'start.version', now)?.ratio).toBe(2);
    expect(lastOf(past, 'start.version', { ...now, quick: true })?.ratio).toBe(3);
    expect(lastOf(past, 'start.version', { ...now, node: 'v22.0.0' })?.ratio).toBe(4);
    expect(lastOf(past, 'start.help', now)).toBeNull();
  });

  it('keeps what was measured, to four digits', () => {
    const figures = [
      times(row('a', 'a', 'b', cost(3)), 200, 60),
      missing(row('b', 'a', 'b', speed(3)), 'no compiler'),
    ];
    expect(rowsOf(figures)).toEqual({ a: { ratio: 3.333, measured: '200 ms', baseline: '60.0 ms' } });
  });
});

describe('a time', () => {
  it('has three digits', () => {
    expect([0.1234, 51.26, 99.94, 1234.5].map(milliseconds)).toEqual([
      '0.123 ms',
      '51.3 ms',
      '99.9 ms',
      '1235 ms',
    ]);
  });
});
