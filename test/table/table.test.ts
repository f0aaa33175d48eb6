import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OperationError, UsageError } from '../../src/errors.js';
import {
  NEWEST_TARGET_VERSION,
  buildParameters,
  describeDifference,
  formatTargetLine,
  parsePrintedTable,
  parseTargetLine,
  sameTable,
  type WritecacheTable,
} from '../../src/table/index.js';
import { printedTables, u64s } from './arbitraries.js';

const PLAIN: WritecacheTable = { mode: 's', origin: '253:0', cache: '253:1', block_size: 4096, options: {} };

describe('buildParameters', () => {
  it('without options', () => {
    expect(buildParameters(PLAIN)).toBe('s 253:0 253:1 4096 0');
  });

  it('writes all options in the order of the kernel, and counts their words', () => {
    const options = {
      ...{
        pause_writeback: 1,
        metadata_only: true,
        fua: false,
        cleaner: true,
        max_age: 2,
        autocommit_time: 3,
      },
      ...{ autocommit_blocks: 4, writeback_jobs: 5, low_watermark: 6, high_watermark: 7 },
      start_sector: 2n ** 64n - 1n,
    };
    expect(buildParameters({ ...PLAIN, options })).toBe(
      's 253:0 253:1 4096 19 start_sector 18446744073709551615 high_watermark 7 low_watermark 6 writeback_jobs 5 ' +
        'autocommit_blocks 4 autocommit_time 3 max_age 2 cleaner nofua metadata_only pause_writeback 1',
    );
  });

  it('does not write what has no word', () => {
    const options = { cleaner: false, metadata_only: false, fua: true };
    expect(buildParameters({ ...PLAIN, mode: 'p', options })).toBe('p 253:0 253:1 4096 1 fua');
  });

  it('escapes paths, and refuses those that cannot be', () => {
    expect(buildParameters({ ...PLAIN, origin: '/dev/a b', cache: '/dev/c\\d' })).toBe(
      's /dev/a\\ b /dev/c\\\\d 4096 0',
    );
    expect(() => buildParameters({ ...PLAIN, origin: '' })).toThrow(UsageError);
  });

  it('comes back from parsePrintedTable', () => {
    fc.assert(
      fc.property(printedTables(), (table) => {
        const printed = parsePrintedTable(buildParameters(table), NEWEST_TARGET_VERSION);
        expect(printed).toEqual({ table, unknown: [] });
        expect(sameTable(printed.table, table)).toBe(true);
      }),
    );
  });
});

describe('a target line', () => {
  it('comes back as it was', () => {
    const line = fc.record({
      startSector: u64s,
      lengthSectors: u64s.filter((length) => length > 0n),
      target: fc.constantFrom('writecache', 'linear', 'error', 'snapshot-origin'),
      parameters: fc.constantFrom('', 's 253:0 253:1 4096 0', ' two  spaces ', 'a\\ b'),
    });
    fc.assert(
      fc.property(line, (one) => {
        expect(parseTargetLine(formatTargetLine(one))).toEqual(one);
      }),
    );
  });

  it('may end in a space, as dmsetup prints a target without parameters', () => {
    expect(parseTargetLine('0 8 error ')).toEqual({
      ...{ startSector: 0n, lengthSectors: 8n },
      ...{ target: 'error', parameters: '' },
    });
  });

  it.each([
    ...['', '0', '0 8', '0 8 ', '0  8 linear', ' 0 8 linear', '0 8\tlinear', '-1 8 linear', '0 08 linear'],
    ...['0 0 linear 253:0 0', '0 18446744073709551616 linear', 'wc: 0 8 linear 253:0 0', '0x0 8 linear'],
    ...['0 8 linear 253:0 0\n8 8 linear 253:0 8', '0 8 a-name-too-long-for-it x'],
  ])('%j is none', (text) => {
    let error: unknown;
    try {
      parseTargetLine(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(OperationError);
    expect(error).toMatchObject({
      code: 'bad-table-line',
      message: expect.stringContaining(JSON.stringify(text)) as string,
    });
  });
});

describe('two tables', () => {
  it('differ in what is named', () => {
    const after: WritecacheTable = {
      ...{ mode: 'p', origin: '253:0', cache: '253:2', block_size: 512 },
      options: { start_sector: 0n, high_watermark: 60, cleaner: true, fua: false },
    };
    const before: WritecacheTable = { ...PLAIN, options: { low_watermark: 45, fua: true } };
    expect(describeDifference(before, after)).toEqual([
      ...['mode: s, now p', 'cache: 253:1, now 253:2', 'block_size: 4096, now 512'],
      ...['start_sector: not given, now 0', 'high_watermark: not given, now 60'],
      ...['low_watermark: 45, now not given', 'cleaner: not given, now given', 'fua: fua, now nofua'],
    ]);
    expect(sameTable(before, after)).toBe(false);
  });

  it('are the same if they say the same', () => {
    const options = { cleaner: false, metadata_only: false };
    expect(sameTable(PLAIN, { ...PLAIN, options })).toBe(true);
    expect(sameTable(PLAIN, { ...PLAIN, options: { fua: true } })).toBe(false);
  });
});
