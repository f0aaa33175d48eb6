import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { History, SERIES, type HistoryPoint } from '../../src/watch/history.js';

const NOTHING = Object.fromEntries(SERIES.map((name) => [name, null])) as unknown as HistoryPoint;

function writes(value: number | null): HistoryPoint {
  return { ...NOTHING, writes: value };
}

function filled(
  looks: readonly (readonly [atMs: number, value: number | null])[],
  capacity?: number,
): History {
  const history = new History(capacity);
  for (const [atMs, value] of looks) history.push(atMs, writes(value));
  return history;
}

describe('a chart of a history', () => {
  const seconds = [
    [1000, 1],
    [2000, 2],
    [3000, 3],
    [4000, 4],
  ] as const;

  it('has a column for each look', () => {
    const history = filled(seconds);
    expect(history.series('writes', { columns: 4, stepMs: 1000, endMs: 4000 })).toEqual([1, 2, 3, 4]);
    expect(history.series('writes', { columns: 6, stepMs: 1000, endMs: 4000 })).toEqual([
      ...[null, null, 1, 2, 3, 4],
    ]);
    expect(history.series('writes', { columns: 2, stepMs: 1000, endMs: 3000 })).toEqual([2, 3]);
    expect(history.series('reads', { columns: 2, stepMs: 1000, endMs: 4000 })).toEqual([null, null]);
    expect([history.length, history.oldestMs, history.newestMs]).toEqual([4, 1000, 4000]);
  });

  it('puts looks together as it is told', () => {
    const of = (combine: 'max' | 'mean' | 'last'): (number | null)[] =>
      filled([...seconds].map(([at, value]) => [at, 10 - value])).series('writes', {
        ...{ columns: 2, stepMs: 2000, endMs: 4000, combine },
      });
    expect(of('max')).toEqual([9, 7]);
    expect(of('mean')).toEqual([8.5, 6.5]);
    expect(of('last')).toEqual([8, 6]);
  });

  it('lets a look tell of the time since the one before it', () => {
    const history = filled([
      [1000, 1],
      [4000, 4],
    ]);
    expect(history.series('writes', { columns: 4, stepMs: 1000, endMs: 4000 })).toEqual([1, 4, 4, 4]);
    expect(history.series('writes', { columns: 3, stepMs: 1000, endMs: 3000 })).toEqual([1, 4, 4]);
  });

  it('leaves a hole where nothing was seen', () => {
    const history = filled([[1000, 1]]);
    history.interrupt();
    history.push(4000, writes(4));
    history.push(5000, writes(null));
    expect(history.series('writes', { columns: 5, stepMs: 1000, endMs: 5000 })).toEqual([
      ...[1, null, null, 4, null],
    ]);
  });

  it('does not let a look tell of more than a minute', () => {
    const history = filled([
      [0, 1],
      [300_000, 2],
    ]);
    const found = history.series('writes', { columns: 11, stepMs: 30_000, endMs: 300_000 });
    expect(found).toEqual([1, ...new Array<null>(8).fill(null), 2, 2]);
  });

  it('keeps zeros and shares', () => {
    const history = new History();
    history.push(0, { ...NOTHING, writes: 0, dirtyShare: 0.25 });
    expect(history.series('writes', { columns: 1, stepMs: 1000, endMs: 0 })).toEqual([0]);
    expect(history.series('dirtyShare', { columns: 1, stepMs: 1000, endMs: 0 })).toEqual([0.25]);
  });

  it('is empty before the first look', () => {
    const history = new History();
    expect(history.series('writes', { columns: 2, stepMs: 1000, endMs: 0 })).toEqual([null, null]);
    expect([history.length, history.oldestMs, history.newestMs]).toEqual([0, null, null]);
  });
});

const LOOKS = fc.array(
  fc.record({ gapMs: fc.integer({ min: 0, max: 5000 }), value: fc.option(fc.integer({ min: 0, max: 1e6 })) }),
  { maxLength: 60 },
);

describe('any history', () => {
  it('keeps the last looks and no others', () => {
    fc.assert(
      fc.property(LOOKS, fc.integer({ min: 1, max: 20 }), (looks, capacity) => {
        const [all, few] = [new History(), new History(capacity)];
        let atMs = 0;
        looks.forEach(({ gapMs, value }) => {
          atMs += gapMs;
          all.push(atMs, writes(value));
          few.push(atMs, writes(value));
        });
        expect(few.length).toBe(Math.min(looks.length, capacity));
        expect(few.newestMs).toBe(all.newestMs);
        if (few.oldestMs === null) return;
        const columns = Math.floor((atMs - few.oldestMs) / 100);
        const chart = { columns, stepMs: 100, endMs: atMs };
        expect(few.series('writes', chart)).toEqual(all.series('writes', chart));
      }),
    );
  });

  it('shows each value between the least and the most that was seen, and no other', () => {
    const combines = fc.constantFrom('max', 'mean', 'last');
    const steps = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(
        LOOKS,
        combines,
        steps,
        fc.integer({ min: 0, max: 100 }),
        (looks, combine, stepMs, columns) => {
          let atMs = 0;
          const history = filled(looks.map(({ gapMs, value }) => [(atMs += gapMs), value]));
          const found = history.series('writes', { columns, stepMs, endMs: atMs, combine });
          expect(found).toHaveLength(columns);
          const values = looks.map(({ value }) => value).filter((value) => value !== null);
          for (const value of found) {
            if (value === null) continue;
            if (combine === 'mean') {
              expect(value).toBeGreaterThanOrEqual(Math.min(...values) - 1e-6);
              expect(value).toBeLessThanOrEqual(Math.max(...values) + 1e-6);
            } else {
              expect(values).toContain(value);
            }
          }
          if (columns > 0 && combine === 'max' && looks.length > 0) {
            const startMs = atMs - columns * stepMs;
            let at = 0;
            const inside = looks
              .filter(({ gapMs }) => (at += gapMs) > startMs)
              .map(({ value }) => value ?? -1);
            const most = Math.max(-1, ...inside);
            expect(Math.max(-1, ...found.map((value) => value ?? -1))).toBe(most);
          }
        },
      ),
    );
  });
});
