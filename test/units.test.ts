import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../src/errors.js';
import {
  formatCount,
  formatShare,
  formatSize,
  parseSector,
  parseSectorRange,
  parseSize,
} from '../src/units.js';

describe('parseSize', () => {
  it.each([
    ['0', 0n],
    ['4096', 4096n],
    ['64K', 65536n],
    ['64k', 65536n],
    ['64KiB', 65536n],
    ['64kB', 64000n],
    ['1.5G', 1610612736n],
    ['0.5K', 512n],
    ['2048s', 1048576n],
    ['100GB', 100_000_000_000n],
    ['16EiB', null],
    ['15.999E', null],
    ['1T', 1n << 40n],
    ['7P', 7n << 50n],
    ['18446744073709551615', (1n << 64n) - 1n],
    ['18446744073709551616', null],
    ['', null],
    ['-1', null],
    ['1.5s', null],
    ['1.3', null],
    ['0.0001K', null],
    ['1 G', null],
    ['G', null],
    ['1e9', null],
    ['0x1000', null],
    ['1Z', null],
    ['1.', null],
  ] as [string, bigint | null][])('reads %s', (text, bytes) => {
    if (bytes === null) {
      expect(() => parseSize(text)).toThrow(UsageError);
    } else {
      expect(parseSize(text)).toBe(bytes);
    }
  });

  it('is exact for every number of bytes', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << 64n) - 1n), (bytes) => {
        expect(parseSize(String(bytes))).toBe(bytes);
        if (bytes % 512n === 0n) expect(parseSize(`${String(bytes / 512n)}s`)).toBe(bytes);
        if (bytes % 1024n === 0n) expect(parseSize(`${String(bytes / 1024n)}KiB`)).toBe(bytes);
      }),
    );
  });

  it('never does anything but read or refuse', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'0123456789.kKmMgGtTpPeEiIbBs -+x'.split('')) }),
        (text) => {
          try {
            expect(parseSize(text)).toBeGreaterThanOrEqual(0n);
          } catch (error) {
            expect(error).toBeInstanceOf(UsageError);
          }
        },
      ),
    );
  });
});

describe('sectors', () => {
  it('reads numbers up to the last sector that 64 bits of bytes can express', () => {
    expect(parseSector('0')).toBe(0n);
    expect(parseSector('36028797018963967')).toBe((1n << 55n) - 1n);
    for (const bad of ['36028797018963968', '-1', '1.0', '', ' 1', '1s', '0x1', '999999999999999999999999']) {
      expect(() => parseSector(bad)).toThrow(UsageError);
    }
  });

  it('reads ranges, both ends included', () => {
    expect(parseSectorRange('8-15')).toEqual({ first: 8n, last: 15n });
    expect(parseSectorRange('8-8')).toEqual({ first: 8n, last: 8n });
    for (const bad of ['8', '8-', '-8', '9-8', '1-2-3', 'a-b']) {
      expect(() => parseSectorRange(bad)).toThrow(UsageError);
    }
  });
});

describe('text for people', () => {
  it('shows sizes in binary units, exact at any size', () => {
    expect(formatSize(0n)).toBe('0 B');
    expect(formatSize(512n)).toBe('512 B');
    expect(formatSize(4096n)).toBe('4 KiB');
    expect(formatSize(31n << 60n)).toBe('31 EiB');
    expect(formatCount(26112398)).toBe('26,112,398');
  });

  it('writes sizes and counts as they are written in English', () => {
    const options = { maximumFractionDigits: 1, useGrouping: false, roundingMode: 'trunc' } as const;
    const tenths = new Intl.NumberFormat('en-US', options);
    fc.assert(
      fc.property(fc.bigInt(0n, BigInt(Number.MAX_SAFE_INTEGER)), (bytes) => {
        const power = Math.floor((bytes.toString(2).length - 1) / 10);
        const unit = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][power] ?? '';
        expect(formatSize(bytes)).toBe(`${tenths.format(Number(bytes) / 1024 ** power)} ${unit}`);
        expect(formatCount(bytes)).toBe(bytes.toLocaleString('en-US'));
      }),
      { examples: [[0n], [1n], [1023n], [1024n], [1075n], [1076n], [1126n], [1_048_575n], [1_048_576n]] },
    );
  });

  it('says 0% and 100% only for none and all', () => {
    expect(formatShare(0, 8)).toBe('0%');
    expect(formatShare(8, 8)).toBe('100%');
    expect(formatShare(1, 1_000_000)).toBe('<0.1%');
    expect(formatShare(999_999, 1_000_000)).toBe('99.9%');
    expect(formatShare(1, 8)).toBe('12.5%');
    expect(formatShare(0, 0)).toBe('-');
  });
});
