import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENTRY_STATES, u64, type EntryBatch } from '../../src/scan/index.js';
import { EntryLines } from '../../src/ui/entry-lines.js';

const word = fc.oneof(
  fc.nat(0xffff_ffff),
  fc.constantFrom(0, 1, 2 ** 21 - 1, 2 ** 21, 0x7fff_ffff, 0xffff_ffff),
);
const entry = fc.record({
  index: fc.oneof(
    fc.nat(1000),
    fc.maxSafeNat().map((n) => n % 2 ** 47),
  ),
  sectorHi: word,
  sectorLo: word,
  seqHi: word,
  seqLo: word,
  state: fc.nat(ENTRY_STATES.length - 1),
});

function batchOf(
  entries: readonly {
    index: number;
    sectorHi: number;
    sectorLo: number;
    seqHi: number;
    seqLo: number;
    state: number;
  }[],
): EntryBatch {
  return {
    count: entries.length,
    index: Float64Array.from(entries, ({ index }) => index),
    sectorHi: Uint32Array.from(entries, ({ sectorHi }) => sectorHi),
    sectorLo: Uint32Array.from(entries, ({ sectorLo }) => sectorLo),
    seqHi: Uint32Array.from(entries, ({ seqHi }) => seqHi),
    seqLo: Uint32Array.from(entries, ({ seqLo }) => seqLo),
    state: Uint8Array.from(entries, ({ state }) => state),
  };
}

describe('EntryLines', () => {
  it.each(['csv', 'jsonl', 'table'] as const)('writes every number of 64 bits as it is: %s', (format) => {
    const options = { format, dataStartBytes: 8192n + 512n * 7n, blockSize: 4096, nBlocks: 1n << 47n };
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
        const text = new EntryLines(options).lines(batchOf(entries)).toString();
        const expected = entries.map(({ index, sectorHi, sectorLo, seqHi, seqLo, state }) => [
          String(index),
          ENTRY_STATES[state],
          String(u64(sectorHi, sectorLo)),
          String(u64(seqHi, seqLo)),
          String(options.dataStartBytes + BigInt(index) * 4096n),
        ]);
        const lines = text === '' ? [] : text.trimEnd().split('\n');
        const dashed = (cell: string | undefined): string | undefined =>
          cell === '18446744073709551615' ? '-' : cell;
        const got = lines.map((line) =>
          format === 'csv'
            ? line.split(',')
            : format === 'table'
              ? line.trim().split(/ +/)
              : [...line.matchAll(/:"?([^",}]+)"?/g)].map(([, value]) => value),
        );
        expect(got).toEqual(format === 'table' ? expected.map((cells) => cells.map(dashed)) : expected);
        if (format === 'jsonl') {
          for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
        }
      }),
    );
  });
});
