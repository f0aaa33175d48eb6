import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OperationError } from '../../src/errors.js';
import {
  KNOWN_TARGET_VERSIONS,
  buildParameters,
  parsePrintedTable,
  parseTargetVersion,
  type PrintedTable,
} from '../../src/table/index.js';
import { printedTables } from './arbitraries.js';

function parse(parameters: string, version: string): PrintedTable {
  return parsePrintedTable(parameters, parseTargetVersion(version));
}

function unknownOf(parameters: string, version: string): string[] {
  return parse(parameters, version).unknown.map(({ option, why }) => `${option} ${why}`);
}

describe('what a kernel prints', () => {
  it('is read for every version', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(...KNOWN_TARGET_VERSIONS)
          .chain((version) => fc.tuple(fc.constant(version), printedTables(version))),
        ([version, table]) => {
          expect(parsePrintedTable(buildParameters(table), version).table).toEqual(table);
        },
      ),
    );
  });

  it('the line of kernel-target.md, with all options of ssd mode', () => {
    const { table } = parse(
      's 254:0 254:16 4096 18 start_sector 8 high_watermark 60 low_watermark 50 writeback_jobs 0 autocommit_blocks 1 ' +
        'autocommit_time 3600000 max_age 86400000 cleaner metadata_only pause_writeback 60000',
      '1.6.0',
    );
    expect(table.options).toEqual({
      ...{ start_sector: 8n, high_watermark: 60, low_watermark: 50, writeback_jobs: 0, autocommit_blocks: 1 },
      ...{ autocommit_time: 3600000, max_age: 86400000, cleaner: true, metadata_only: true },
      pause_writeback: 60000,
    });
  });

  it('takes the max_age that only the newest kernels take', () => {
    expect(parse('s 1:0 1:1 512 2 max_age 1800000000', '1.6.0').table.options.max_age).toBe(1_800_000_000);
  });
});

describe('quirks of old versions', () => {
  it('1.3.0 counts max_age or not', () => {
    const words = 'high_watermark 50 low_watermark 45 max_age 1000 cleaner';
    for (const count of [5, 7]) {
      expect(parse(`s 1:0 1:1 512 ${String(count)} ${words}`, '1.3.0').table.options).toEqual({
        ...{ high_watermark: 50, low_watermark: 45, max_age: 1000, cleaner: true },
      });
    }
    expect(() => parse(`s 1:0 1:1 512 6 ${words}`, '1.3.0')).toThrow('is "6" and not 7 or 5');
    expect(() => parse(`s 1:0 1:1 512 5 ${words}`, '1.4.0')).toThrow('is "5" and not 7');
    expect(() => parse('s 1:0 1:1 512 0 high_watermark 50', '1.3.0')).toThrow('is "0" and not 2');
  });

  it('1.1.0 hides start_sector, 1.0.0 has none', () => {
    expect(unknownOf('s 1:0 1:1 512 0', '1.0.0')).toEqual([]);
    expect(unknownOf('s 1:0 1:1 512 0', '1.1.0')).toEqual(['start_sector not-printed']);
    expect(unknownOf('s 1:0 1:1 512 0', '1.1.1')).toEqual([]);
  });

  it('before 1.4.0 numbers come back recomputed or rounded', () => {
    const words = 'high_watermark 50 low_watermark 45 autocommit_time 1000';
    const all = ['high_watermark recomputed', 'low_watermark recomputed', 'autocommit_time rounded'];
    expect(unknownOf(`s 1:0 1:1 512 6 ${words}`, '1.1.1')).toEqual(all);
    expect(unknownOf(`s 1:0 1:1 512 8 ${words} max_age 4`, '1.3.0')).toEqual([...all, 'max_age rounded']);
    expect(unknownOf(`s 1:0 1:1 512 8 ${words} max_age 4`, '1.4.0')).toEqual([]);
  });

  it('1.3.0 hides the watermarks of a cleaner, which a message may have switched on', () => {
    expect(unknownOf('s 1:0 1:1 512 1 cleaner', '1.3.0')).toEqual([
      ...['high_watermark not-printed', 'low_watermark not-printed', 'cleaner perhaps-a-message'],
    ]);
    expect(unknownOf('s 1:0 1:1 512 1 cleaner', '1.4.0')).toEqual([]);
  });
});

describe('what no kernel prints', () => {
  it.each([
    ['', 'begins with ""'],
    ['S 1:0 1:1 512 0', 'begins with "S"'],
    ['s', '""'],
    ['s /dev/sda 1:1 512 0', '"/dev/sda"'],
    ['s 1:0 cache 512 0', '"cache"'],
    ['s 1:0 1:1 0512 0', '"0512" is not a block size'],
    ['s 1:0 1:1 4095 0', '"4095" is not a block size'],
    ['s 1:0 1:1 4294971392 0', '"4294971392"'],
    ['s 1:0 1:1 512', 'is "" and not 0'],
    ['s 1:0 1:1 512 00', 'is "00"'],
    ['s 1:0 1:1 512 1', 'is "1" and not 0'],
    ['s 1:0 1:1 512 0 ', '""'],
    ['s  1:0 1:1 512 0', '""'],
    ['s 1:0 1:1 512 2 junk 3', '"junk"'],
    ['s 1:0 1:1 512 4 low_watermark 3 high_watermark 4', '"high_watermark"'],
    ['s 1:0 1:1 512 2 HIGH_WATERMARK 4', '"HIGH_WATERMARK"'],
    ['s 1:0 1:1 512 4 high_watermark 3 high_watermark 3', '"high_watermark"'],
    ['s 1:0 1:1 512 2 high_watermark 101', '"101" is not a value'],
    ['s 1:0 1:1 512 2 high_watermark -0', '"-0" is not a value'],
    ['s 1:0 1:1 512 1 high_watermark', '"" is not a value'],
    ['s 1:0 1:1 512 2 start_sector 18446744073709551616', 'is not a value'],
    ['s 1:0 1:1 512 2 writeback_jobs 4294967296', 'is not a value'],
    ['s 1:0 1:1 512 2 max_age 4294967296', 'is not a value'],
    ['s 1:0 1:1 512 1 fua', '"fua"'],
    ['p 1:0 1:1 512 2 pause_writeback 1', '"pause_writeback"'],
  ])('%j', (line, why) => {
    let error: unknown;
    try {
      parse(line, '1.6.0');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(OperationError);
    expect(error).toMatchObject({ code: 'bad-table-line' });
    expect((error as Error).message).toContain(JSON.stringify(line));
    expect((error as Error).message).toContain(why);
  });

  it('an option that is new to the version', () => {
    expect(() => parse('s 1:0 1:1 512 1 metadata_only', '1.4.0')).toThrow('"metadata_only"');
    expect(() => parse('s 1:0 1:1 512 2 max_age 1', '1.2.0')).toThrow('"max_age"');
  });
});
