import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OperationError } from '../../src/errors.js';
import { COUNTER_NAMES, parseStatus, parseTargetVersion } from '../../src/table/index.js';
import { texts, u64s } from './arbitraries.js';

const blockCounts = fc
  .tuple(fc.nat({ max: Number.MAX_SAFE_INTEGER }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([total, share]) => ({ total, part: Math.floor(total * share) }));

describe('parseStatus', () => {
  it('reads the line of kernel-target.md', () => {
    expect(parseStatus('0 63 62 0 0 0 6 0 1 0 5 0 3 0')).toEqual({
      ...{ error: false, total_blocks: 63, free_blocks: 62, writeback_blocks: 0 },
      counters: {
        ...{ reads: 0n, read_hits: 0n, writes: 6n, write_hits_uncommitted: 0n, write_hits_committed: 1n },
        ...{
          writes_around: 0n,
          writes_allocate: 5n,
          writes_blocked_on_freelist: 0n,
          flushes: 3n,
          discards: 0n,
        },
      },
    });
  });

  it('reads what a kernel prints, and truncates nothing', () => {
    const counters = fc.option(fc.tuple(...COUNTER_NAMES.map(() => u64s)));
    fc.assert(
      fc.property(
        fc.boolean(),
        blockCounts,
        fc.boolean(),
        counters,
        (error, { total, part }, both, counted) => {
          const line = [error ? 1 : 0, total, part, both ? part : 0, ...(counted ?? [])].join(' ');
          const status = parseStatus(line);
          expect(status).toEqual({
            ...{ error, total_blocks: total, free_blocks: part, writeback_blocks: both ? part : 0 },
            counters:
              counted === null
                ? null
                : Object.fromEntries(COUNTER_NAMES.map((name, place) => [name, counted[place]])),
          });
          const again = [
            ...[status.error ? 1 : 0, status.total_blocks, status.free_blocks, status.writeback_blocks],
            ...COUNTER_NAMES.flatMap((name) => status.counters?.[name] ?? []),
          ];
          expect(again.join(' ')).toBe(line);
        },
      ),
    );
  });

  it.each([
    ['1 63 63 0', true],
    ['-5 63 63 0', true],
    ['22 63 63 0', true],
    ['0 0 0 0', false],
  ])('%j has error %s', (line, error) => {
    expect(parseStatus(line).error).toBe(error);
  });

  it('holds a line to its version', () => {
    const short = '0 63 62 0';
    const long = `${short} 0 0 6 0 1 0 5 0 3 0`;
    expect(parseStatus(short, parseTargetVersion('1.5.0')).counters).toBeNull();
    expect(parseStatus(long, parseTargetVersion('1.6.0')).counters).not.toBeNull();
    expect(() => parseStatus(long, parseTargetVersion('1.5.0'))).toThrow('14 fields and not 4');
    expect(() => parseStatus(short, parseTargetVersion('1.6.0'))).toThrow('4 fields and not 14');
  });

  const tail = '0 0 0 0 0 0 0 0 0';
  it.each([
    ['', '1 field and not 4 or 14'],
    ['Fail', '1 field'],
    ['Error', '1 field'],
    ['0 63 62', '3 fields'],
    ['0 63 62 0 0', '5 fields'],
    [`0 63 62 0 0 ${tail} 0`, '15 fields'],
    ['0  63 62', 'is not a decimal number'],
    ['0 63 62 0 ', '5 fields'],
    ['0 63 62 0\n', '"0\n" is not a decimal number'],
    ['00 63 62 0', 'error field is "00"'],
    ['-0 63 62 0', 'error field is "-0"'],
    ['+1 63 62 0', 'error field'],
    ['x 63 62 0', 'error field is "x"'],
    ['0 063 62 0', '"063"'],
    ['0 63 -1 0', '"-1"'],
    ['0 63 0x1 0', '"0x1"'],
    ['0 63 64 0', 'more blocks free'],
    ['0 63 0 64', 'more blocks free'],
    ['0 9007199254740992 0 0', 'no cache has so many blocks'],
    ['0 18446744073709551615 0 0', 'no cache has so many blocks'],
    ['0 63 18446744073709551616 0', 'is not a decimal number of 64 bits'],
    [`0 63 0 0 18446744073709551616 ${tail}`, 'is not a decimal number of 64 bits'],
  ])('refuses %j', (line, why) => {
    let error: unknown;
    try {
      parseStatus(line);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(OperationError);
    expect(error).toMatchObject({ code: 'bad-status-line' });
    expect((error as Error).message).toContain(JSON.stringify(line));
    expect((error as Error).message).toContain(why);
  });

  it('gives an error for garbage of 64 bits, and never a guess', () => {
    const lines = fc.array(fc.oneof(u64s.map(String), fc.bigInt().map(String)), { maxLength: 16 });
    fc.assert(
      fc.property(
        fc.oneof(
          texts,
          lines.map((fields) => fields.join(' ')),
        ),
        (line) => {
          let status;
          try {
            status = parseStatus(line);
          } catch (error) {
            expect(error).toMatchObject({ code: 'bad-status-line' });
            return;
          }
          const fields = [status.total_blocks, status.free_blocks, status.writeback_blocks];
          const shown = [...fields, ...Object.values(status.counters ?? {})].join(' ');
          expect(line.slice(line.indexOf(' ') + 1)).toBe(shown);
        },
      ),
    );
  });
});
