import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pace, blocksProgressText, bytesProgressText, rateText } from '../../src/ui/progress.js';

const GIB = 2 ** 30;

describe('Pace', () => {
  it('knows nothing before there is something to compare', () => {
    const pace = new Pace();
    expect([pace.perSecond, pace.leftMs(100)]).toEqual([null, null]);
    pace.note(10, 0);
    pace.note(20, 199);
    expect([pace.perSecond, pace.leftMs(100)]).toEqual([null, null]);
  });

  it('is of the last seconds, whatever was before', () => {
    const pace = new Pace();
    for (let second = 0; second <= 20; second += 1) pace.note(second * 1000, second * 1000);
    expect(pace.perSecond).toBe(1000);
    for (let second = 21; second <= 26; second += 1) pace.note(20_000 + (second - 20) * 10, second * 1000);
    expect(pace.perSecond).toBe(10);
    expect(pace.leftMs(20_160)).toBe(10_000);
  });

  it('has no end where nothing moves', () => {
    const pace = new Pace();
    pace.note(5, 0);
    pace.note(5, 1000);
    expect([pace.perSecond, pace.leftMs(100)]).toEqual([0, null]);
  });

  it('finds a steady rate at any moments', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.array(fc.integer({ min: 40, max: 3000 }), { minLength: 6, maxLength: 200 }),
        (perMs, gaps) => {
          const pace = new Pace();
          let at = 0;
          pace.note(0, 0);
          for (const gap of gaps) {
            at += gap;
            pace.note(at * perMs, at);
          }
          expect(pace.perSecond).toBeCloseTo(perMs * 1000, 3);
          expect(pace.leftMs(at * perMs + perMs * 500)).toBeCloseTo(500, 3);
        },
      ),
    );
  });
});

describe('the text of the progress', () => {
  it('tells share, rate and the time that is left, as far as they are known', () => {
    const pace = new Pace();
    pace.note(0, 0);
    expect(bytesProgressText(pace, 0, 4 * GIB)).toBe('0% of 4 GiB');
    pace.note(GIB, 1000);
    expect(bytesProgressText(pace, GIB, 4 * GIB)).toBe('25.0% of 4 GiB, 1 GiB/s, 3 s left');
    expect(blocksProgressText(pace, GIB, 4 * GIB)).toBe(
      '1,073,741,824 of 4,294,967,296 blocks (25.0%), 1,073,741,824 blocks/s, 3 s left',
    );
    expect(rateText(pace, 'requests')).toBe('1,073,741,824 requests/s');
  });

  it('never promises less than what is left of a second', () => {
    const pace = new Pace();
    pace.note(0, 0);
    pace.note(900, 1000);
    expect(bytesProgressText(pace, 900, 1000)).toBe('90.0% of 1000 B, 900 B/s, 1 s left');
    expect(bytesProgressText(pace, 1000, 1000)).toContain('100%');
  });
});
