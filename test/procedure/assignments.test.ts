import { describe, expect, it } from 'vitest';
import { assign, flagName, parseAssignment, SETTABLE } from '../../src/procedure/assignments.js';

describe('parseAssignment', () => {
  it.each([
    ['high-watermark=60', ['high_watermark', 60]],
    ['HIGH_WATERMARK=60', ['high_watermark', 60]],
    ['max-age=2h', ['max_age', 7_200_000]],
    ['autocommit-time=1.5s', ['autocommit_time', 1500]],
    ['pause-writeback=250', ['pause_writeback', 250]],
    ['cleaner=on', ['cleaner', true]],
    ['cleaner=off', ['cleaner', false]],
    ['fua=no', ['fua', false]],
    ['writeback-jobs=default', ['writeback_jobs', undefined]],
  ])('reads %s', (text, expected) => {
    expect(parseAssignment(text)).toEqual(expected);
  });

  it.each([
    'high-watermark',
    '=60',
    'high-watermark=',
    'high-watermark=six',
    'high-watermark=-1',
    'cleaner=perhaps',
    'max-age=soon',
    'start-sector=8',
    'colour=red',
  ])('refuses %s', (text) => {
    expect(() => parseAssignment(text)).toThrow();
  });

  it('can set everything but the place of the superblock', () => {
    expect(SETTABLE).toHaveLength(10);
    for (const name of SETTABLE) {
      expect(parseAssignment(`${flagName(name)}=default`)).toEqual([name, undefined]);
    }
  });
});

describe('assign', () => {
  it('keeps what is not named, and lets later ones win', () => {
    const before = { high_watermark: 60, max_age: 1000 };
    const after = assign(before, [
      ['high_watermark', 70],
      ['high_watermark', 80],
      ['max_age', undefined],
    ]);
    expect(after).toEqual({ high_watermark: 80 });
  });

  it('has no word for a switch that is off, but for nofua', () => {
    expect(assign({ cleaner: true, metadata_only: true }, [['cleaner', false]])).toEqual({
      metadata_only: true,
    });
    expect(assign({}, [['fua', false]])).toEqual({ fua: false });
  });
});
