import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENTRY_STATES, u64, type EntryBatch } from '../../src/scan/index.js';
import type { EntryLinesOptions } from '../../src/ui/entry-layout.js';
import { kernelEntryLines } from '../../src/ui/entry-lines-kernel.js';
import { EntryLines, type EntryFormatter } from '../../src/ui/entry-lines.js';

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

const FORMATS = ['csv', 'jsonl', 'items', 'table'] as const;
const IMPLEMENTATIONS: Readonly<Record<string, (options: EntryLinesOptions) => EntryFormatter>> = {
  'the plain one': (options) => new EntryLines(options),
  'the kernel': (options) => {
    const made = kernelEntryLines(options);
    if (made === null) throw new Error('WebAssembly runs wherever the tests do');
    return made;
  },
};
const CASES = Object.keys(IMPLEMENTATIONS).flatMap((which) =>
  FORMATS.map((format) => [which, format] as const),
);

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('entries as lines', () => {
  it.each(CASES)('shows every number of 64 bits as it is: %s, %s', (which, format) => {
    const options = { format, dataStartBytes: 8192n + 512n * 7n, blockSize: 4096, nBlocks: 1n << 47n };
    const formatter = IMPLEMENTATIONS[which]?.(options);
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
        // The same one throughout: nothing of an earlier batch may be left.
        const text = textOf(formatter?.lines(batchOf(entries)) ?? Buffer.alloc(0));
        const expected = entries.map(({ index, sectorHi, sectorLo, seqHi, seqLo, state }) => [
          String(index),
          ENTRY_STATES[state] ?? '',
          String(u64(sectorHi, sectorLo)),
          String(u64(seqHi, seqLo)),
          String(options.dataStartBytes + BigInt(index) * 4096n),
        ]);
        expect(text).toBe(expectedText(format, expected));
      }),
    );
  });

  it.each(CASES)('goes to the ends of 64 bits: %s, %s', (which, format) => {
    const options = { format, dataStartBytes: 2n ** 63n + 2n ** 62n, blockSize: 65536, nBlocks: 1n << 30n };
    const index = 2 ** 45;
    const batch = batchOf([
      { index, sectorHi: 0xffff_ffff, sectorLo: 0xffff_fffe, seqHi: 0, seqLo: 0, state: 1 },
    ]);
    const text = textOf(IMPLEMENTATIONS[which]?.(options).lines(batch) ?? Buffer.alloc(0));
    expect(text).toContain('18446744073709551614');
    expect(text).toContain(String(options.dataStartBytes + BigInt(index) * 65536n));
  });

  it('is the same in both, at every power of ten and beside it', () => {
    const numbers = [...Array(20).keys()].flatMap((power) =>
      [-1n, 0n, 1n].map((by) => 10n ** BigInt(power) + by),
    );
    const entries = numbers.map((number, at) => ({
      index: Number(number > 2n ** 40n ? 0n : number),
      sectorHi: Number(number >> 32n),
      sectorLo: Number(number & 0xffff_ffffn),
      seqHi: Number(number >> 33n),
      seqLo: Number((number >> 1n) & 0xffff_ffffn),
      state: at % ENTRY_STATES.length,
    }));
    for (const format of FORMATS) {
      const options = { format, dataStartBytes: 4096n, blockSize: 512, nBlocks: 1n << 40n };
      const [plain = '', kernel = ''] = Object.values(IMPLEMENTATIONS).map((make) =>
        textOf(make(options).lines(batchOf(entries))),
      );
      expect(kernel).toBe(plain);
      for (const number of numbers) expect(plain).toContain(String(number));
    }
  });

  it('takes batches of any size', () => {
    const options = { format: 'csv', dataStartBytes: 4096n, blockSize: 512, nBlocks: 1n << 20n } as const;
    const entries = Array.from({ length: 20_000 }, (_, index) => {
      const words = { sectorHi: 0, sectorLo: index * 8, seqHi: 0, seqLo: 1 };
      return { index, ...words, state: 1 };
    });
    const [plain, kernel] = Object.values(IMPLEMENTATIONS).map((make) => {
      const formatter = make(options);
      return [0, 1, 8192, 16_384, 20_000].map((count) =>
        textOf(formatter.lines(batchOf(entries.slice(0, count)))),
      );
    });
    expect(plain?.map((text) => text.split('\n').length - 1)).toEqual([0, 1, 8192, 16_384, 20_000]);
    expect(kernel).toEqual(plain);
  });
});

/** Made another way than the lines are: from the cells' texts. */
function expectedText(format: (typeof FORMATS)[number], rows: readonly string[][]): string {
  const objects = rows.map(
    ([index = '', state = '', sector = '', seqCount = '', offset = '']) =>
      `{"index":${index},"state":"${state}","original_sector":"${sector}","seq_count":"${seqCount}","data_offset_bytes":${offset}}`,
  );
  switch (format) {
    case 'csv':
      return rows.map((cells) => `${cells.join(',')}\n`).join('');
    case 'jsonl':
      return objects.map((object) => `${object}\n`).join('');
    case 'items':
      return objects.join(',\n    ');
    case 'table':
      return rows
        .map(([index = '', state = '', sector = '', seqCount = '', offset = '']) => {
          const shown = [sector, seqCount].map((cell) => (cell === '18446744073709551615' ? '-' : cell));
          return [
            index.padStart(15),
            state.padEnd(11),
            (shown[0] ?? '').padStart(15),
            (shown[1] ?? '').padStart(12),
            offset.padStart(18),
          ].join('  ');
        })
        .map((line) => `${line}\n`)
        .join('');
  }
}
