import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { compactCount, compactMilliseconds, compactPercent, compactSize } from '../../src/ui/compact.js';
import { WatchLines, eventLine, type WatchLinesOptions } from '../../src/ui/watch-lines.js';
import { diskWith, interval, ratesOf, watchedCache } from './watched-caches.js';

function lines(options: Partial<WatchLinesOptions> = {}): WatchLines {
  return new WatchLines({ exact: false, columns: () => null, rows: () => null, ...options });
}

/** The cells of a line by the titles of its header. */
function cells(header: string | undefined, line: string | undefined): Record<string, string> {
  const values = (line ?? '').split(/ +/);
  const seen = new Map<string, number>();
  return Object.fromEntries(
    (header ?? '').split(/ +/).map((title, index) => {
      const times = (seen.get(title) ?? 0) + 1;
      seen.set(title, times);
      return [times === 1 ? title : `${title}${String(times)}`, values[index] ?? ''];
    }),
  );
}

describe('short numbers', () => {
  it.each([
    [0, '0'],
    [7, '7'],
    [0.31, '0.3'],
    [0.01, '<0.1'],
    [9.94, '9.9'],
    [9.96, '10'],
    [999.4, '999'],
    [999.6, '1.0k'],
    [1000, '1k'],
    [12_345, '12k'],
    [999_999, '1.0M'],
    [2 ** 64, '18E'],
  ])('a count of %d is %s', (count, text) => {
    expect(compactCount(count)).toBe(text);
  });

  it.each([
    [0, '0'],
    [512, '512'],
    [1023, '1.0K'],
    [4096, '4K'],
    [1536 * 1024, '1.5M'],
    [1000 * 1024, '1.0M'],
    [999 * 1024, '999K'],
    [3 * 2 ** 40, '3T'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(compactSize(bytes)).toBe(text);
  });

  it.each([
    [0, '0'],
    [0.001, '0.01'],
    [0.42, '0.42'],
    [0.996, '1.0'],
    [12.3, '12'],
    [999.6, '1.0s'],
    [61_000, '61s'],
    [1e9, '>999'],
  ])('%d ms are %s', (milliseconds, text) => {
    expect(compactMilliseconds(milliseconds)).toBe(text);
  });

  it.each([
    [0, '0'],
    [1e-9, '0.1'],
    [0.5, '50.0'],
    [0.9999, '99.9'],
    [1, '100'],
  ])('a share of %d is %s', (share, text) => {
    expect(compactPercent(share)).toBe(text);
  });

  it('never take more than four columns', () => {
    for (let power = -6; power < 20; power += 0.03) {
      const number = 10 ** power;
      for (const text of [compactCount(number), compactSize(number), compactMilliseconds(number)]) {
        expect({ number, length: text.length <= 4, text }).toMatchObject({ length: true });
      }
    }
  });
});

describe('lines of a watch', () => {
  it('begin with all that was counted, under a header that says so', () => {
    const [groups, header, line, ...more] = lines().show([watchedCache()]);
    expect(more).toEqual([]);
    expect(groups).toContain('since the counters began');
    expect(cells(header, line)).toEqual({
      ...{ name: 'wc', state: 'ok', 'dty%': '5.0', dirty: '1.6M', free: '30M', wb: '0' },
      ...{ read: '100', 'hit%': '40.0', writ: '500', 'hit%2': '6.0', around: '30', stall: '0' },
      ...{ map: '-', orig: '-' },
    });
  });

  it('go on with rates, under a header of their own', () => {
    const printer = lines();
    printer.show([watchedCache()]);
    const rated = watchedCache({
      interval: interval({
        rates: ratesOf({ reads: 1234, writes: 50.5, writes_around: 2, writes_blocked_on_freelist: 0.2 }),
        ...{ readHitRatio: 0.876, writeHitRatio: 1 },
        disks: { mapped: diskWith(0.42), origin: diskWith(12.34), cache: null },
      }),
    });
    const [groups, header, line, ...more] = printer.show([rated]);
    expect(more).toEqual([]);
    expect(groups).toContain('per second');
    expect(cells(header, line)).toMatchObject({
      ...{ 'r/s': '1.2k', 'hit%': '87.6', 'w/s': '51', 'hit%2': '100', around: '2', stall: '0.2' },
      ...{ map: '0.42', orig: '12' },
    });
    expect(printer.show([rated])).toEqual([line]);
  });

  it('stay in 80 columns with names of ten', () => {
    const printer = lines({ columns: () => 80, rows: () => 24 });
    const shown = printer.show([
      watchedCache({ name: 'db-archive', interval: interval({ readHitRatio: 0.99 }) }),
    ]);
    for (const line of shown) expect(stringWidth(line)).toBeLessThanOrEqual(80);
    expect(shown[1]).toMatch(/orig$/);
  });

  it('leave the latencies out where a terminal has no room for them', () => {
    const shown = lines({ columns: () => 76, rows: () => 24 }).show([
      watchedCache({ name: 'db-archive', interval: interval() }),
    ]);
    expect(shown[1]).toMatch(/stall$/);
    for (const line of shown) expect(stringWidth(line)).toBeLessThanOrEqual(76);
  });

  it('repeat the header every 20 lines, or when the terminal is full', () => {
    const headersIn = (printer: WatchLines, looks: number): number =>
      Array.from({ length: looks }, () => printer.show([watchedCache({ interval: interval() })]))
        .flat()
        .filter((line) => line.startsWith('name')).length;
    expect(headersIn(lines(), 41)).toBe(3);
    expect(headersIn(lines({ columns: () => 80, rows: () => 50 }), 48)).toBe(2);
  });

  it('tell rates and first counts apart where one comes later', () => {
    const printer = lines();
    const old = watchedCache({ name: 'old', interval: interval({ rates: ratesOf({ reads: 5 }) }) });
    printer.show([old]);
    const shown = printer.show([watchedCache({ name: 'new' }), old]);
    expect(shown.map((line) => line.split(/ +/).slice(0, 2).join(' '))).toEqual([
      'old ok',
      expect.stringContaining('in') as string,
      'name state',
      'new ok',
    ]);
    expect(printer.show([old])[0]).toContain('per second');
  });

  it('say nothing of what is not known', () => {
    const printer = lines();
    const of = { version: '1.5.0', status: '0 8160 7750 0' };
    const [, header, line] = printer.show([watchedCache(of)]);
    expect(cells(header, line)).toMatchObject({
      ...{ 'dty%': '5.0', read: '-', 'hit%': '-', writ: '-', 'hit%2': '-', around: '-', stall: '-' },
    });
    const without = interval({ counters: null, rates: null });
    const [, again, later] = printer.show([
      watchedCache({ ...of, interval: without, noRates: 'not-counted' }),
    ]);
    expect(cells(again, later)).toMatchObject({ 'r/s': '-', 'w/s': '-', map: '-', orig: '-' });
  });

  it('give no level of a cache in error, or of one that is gone', () => {
    const printer = lines();
    const failed = watchedCache({
      status: '1 8160 8160 0 1 0 1 0 0 0 1 0 0 0',
      interval: interval(),
    });
    const [, header, line] = printer.show([failed]);
    expect(cells(header, line)).toMatchObject({ state: 'error', 'dty%': '-', dirty: '-', free: '-' });
    const gone = watchedCache({ state: 'gone', noRates: 'gone' });
    const [last] = printer.show([gone]);
    expect(cells(header, last)).toMatchObject({ state: 'gone', 'dty%': '-', 'r/s': '-', stall: '-' });
  });

  it('print exact numbers where that is asked for', () => {
    const printer = lines({ exact: true });
    const [, header, line] = printer.show([
      watchedCache({ status: '0 8160 7750 3 18446744073709551615 40 500 10 20 30 440 0 7 1' }),
    ]);
    expect(cells(header, line)).toMatchObject({
      ...{ dirty: String(410 * 4096), free: String(7750 * 4096), wb: String(3 * 4096) },
      read: '18446744073709551615',
    });
  });

  it('cut names that are too long, and keep every name one word', () => {
    const long = 'x'.repeat(127);
    const [, header, ...shown] = lines().show([
      watchedCache({ name: long, interval: interval() }),
      watchedCache({ name: 'two\\x20words', interval: interval() }),
      watchedCache({ name: '\\x1b[2J', interval: interval() }),
      watchedCache({ name: '\\xe6\\xbc\\xa2\\xe5\\xad\\x97', lineCount: 2, interval: interval() }),
    ]);
    const names = shown.map((line) => cells(header, line)['name']);
    expect(names).toEqual([`${'x'.repeat(23)}~`, 'two\\x20words', '\\x1b[2J', '漢字@0']);
    const starts = shown.map((line) => stringWidth(line.slice(0, line.indexOf(' ok'))));
    expect(new Set(starts)).toEqual(new Set([27]));
  });

  it('print nothing where there is nothing', () => {
    expect(lines().show([])).toEqual([]);
  });
});

describe('the line of an event', () => {
  it('tells how grave it is, of what, and what to do', () => {
    const event = { time: new Date(), name: 'w\u001bc', kind: 'error', severity: 'error' } as const;
    expect(eventLine({ ...event, message: 'It failed.', advice: 'Mend it.' })).toBe(
      'error: w\\x1bc: It failed. Mend it.',
    );
    expect(eventLine({ ...event, severity: 'info', message: 'It came.', advice: null })).toBe(
      'note: w\\x1bc: It came.',
    );
  });
});
