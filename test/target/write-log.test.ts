import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OperationError } from '../../src/errors.js';
import {
  parseWriteLog,
  traceOfWriteLog,
  WriteLogFlag,
  type WriteLogEntry,
} from '../../src/target/write-log.js';
import { expectFailure, pattern } from '../device/helpers.js';

interface Logged {
  readonly sector?: number | bigint;
  readonly sectors?: number | bigint;
  readonly flags?: number;
  readonly data?: Uint8Array;
  readonly mark?: string;
  readonly markBytes?: number | bigint;
}

/** A log as dm-log-writes lays it out, written here a second time and by hand. */
function logOf(
  entries: readonly Logged[],
  { sectorBytes = 512, version = 1, count = entries.length } = {},
): Uint8Array {
  const sectors = [sectorOf(sectorBytes, [0x6a736677736872n, version, count], 24)];
  new DataView(sectors[0]?.buffer ?? new ArrayBuffer(0)).setUint32(24, sectorBytes, true);
  for (const { sector = 0, data, mark = '', flags = 0, ...rest } of entries) {
    const length = rest.sectors ?? (data?.length ?? 0) / sectorBytes;
    const head = sectorOf(sectorBytes, [sector, length, flags, rest.markBytes ?? mark.length]);
    head.set(new TextEncoder().encode(mark), 32);
    sectors.push(head, data ?? new Uint8Array(0));
  }
  return new Uint8Array(Buffer.concat(sectors));
}

function sectorOf(bytes: number, words: readonly (number | bigint)[], least = 32): Uint8Array {
  const sector = new Uint8Array(Math.max(bytes, least + 4));
  const view = new DataView(sector.buffer);
  words.forEach((word, i) => {
    view.setBigUint64(8 * i, BigInt(word), true);
  });
  return sector;
}

const two = pattern(1024);

describe('a log of dm-log-writes', () => {
  it('gives writes, flushes, discards and marks in their order', () => {
    const log = logOf([
      { sector: 3, data: two, flags: WriteLogFlag.fua | WriteLogFlag.metadata },
      { flags: WriteLogFlag.flush },
      { sector: 9, sectors: 1000, flags: WriteLogFlag.discard },
      { mark: 'after the flush', flags: WriteLogFlag.mark },
      { sector: 0, data: two.subarray(512) },
    ]);
    expect([...parseWriteLog(log)]).toEqual([
      { offsetBytes: 1536, lengthBytes: 1024, flags: 18, data: two, mark: null },
      { offsetBytes: 0, lengthBytes: 0, flags: 1, data: new Uint8Array(0), mark: null },
      { offsetBytes: 4608, lengthBytes: 512_000, flags: 4, data: null, mark: null },
      { offsetBytes: 0, lengthBytes: 0, flags: 8, data: null, mark: 'after the flush' },
      { offsetBytes: 0, lengthBytes: 512, flags: 0, data: two.subarray(512), mark: null },
    ]);
  });

  it('counts in the sectors of the logged device', () => {
    const data = pattern(8192);
    expect([...parseWriteLog(logOf([{ sector: 5, data }], { sectorBytes: 4096 }))]).toEqual([
      { offsetBytes: 20480, lengthBytes: 8192, flags: 0, data, mark: null },
    ]);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /magic/],
    ['zeros', new Uint8Array(4096), /magic/],
    ['another version', logOf([], { version: 2 }), /version is 2/],
    ['no sector size', logOf([], { sectorBytes: 0 }), /0 bytes/],
    ['an odd sector size', logOf([], { sectorBytes: 1000 }), /1000 bytes/],
    ['huge sectors', logOf([], { sectorBytes: 131072 }), /131072 bytes/],
  ])('refuses %s', (_, log, sentence) => {
    expectFailure(() => [...parseWriteLog(log)], OperationError, 'not-a-write-log', sentence);
  });

  const good: Logged = { sector: 1, data: two };
  it.each<[string, Uint8Array, RegExp]>([
    ['ends before an entry', logOf([good], { count: 2 }), /entry 1: the log ends before it/],
    ['ends within the data', logOf([good, good]).subarray(0, -1), /entry 1: the log ends before its data do/],
    ['promises more data than memory', logOf([good, { sectors: 2n ** 40n }]), /before its data do/],
    ['writes beyond any device', logOf([good, { sector: 2n ** 63n, data: two }]), /beyond any device/],
    ['discards beyond any device', logOf([good, { sectors: 2n ** 64n - 1n, flags: 4 }]), /beyond any device/],
    ['has a flag that is not known', logOf([good, { ...good, flags: 32 }]), /flags are 32/],
    [
      'has a mark longer than its sector',
      logOf([good, { flags: 8, markBytes: 2n ** 60n }]),
      /text would have/,
    ],
  ])('gives what comes before, when it %s', (_, log, sentence) => {
    const before: WriteLogEntry[] = [];
    expectFailure(
      () => {
        for (const entry of parseWriteLog(log)) before.push(entry);
      },
      OperationError,
      'broken-write-log',
      sentence,
    );
    expect(before).toHaveLength(1);
  });

  it('ends in entries or in a clear error, whatever the bytes are', () => {
    const any = fc.record({
      sector: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      sectors: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      flags: fc.nat(63),
      markBytes: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 4 }), fc.nat(3000), fc.nat(99), (entries, cut, count) => {
        const log = logOf(entries, { count }).subarray(0, cut);
        try {
          expect([...parseWriteLog(log)]).toHaveLength(count);
        } catch (error) {
          expect(error).toBeInstanceOf(OperationError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a log as a trace', () => {
  const ranges = [
    { device: 'origin', offsetBytes: 0, sizeBytes: 4096 },
    { device: 'cache', offsetBytes: 8192, sizeBytes: 2048 },
  ] as const;
  const trace = (entries: readonly Logged[]): unknown =>
    traceOfWriteLog(parseWriteLog(logOf(entries)), ranges);
  const write = (device: string, offsetBytes: number, data: Uint8Array): unknown => ({
    op: 'write',
    device,
    offsetBytes,
    data,
    fua: true,
  });

  it('has each write on its device, durable at once', () => {
    expect(
      trace([
        { sector: 2, data: two },
        { sector: 17, data: two },
      ]),
    ).toEqual([write('origin', 1024, two), write('cache', 512, two)]);
  });

  it('flushes both devices before what came with the flush', () => {
    expect(trace([{ sector: 2, data: two, flags: WriteLogFlag.flush }])).toEqual([
      { op: 'flush', device: 'cache' },
      { op: 'flush', device: 'origin' },
      write('origin', 1024, two),
    ]);
  });

  it('leaves out marks and what lies on neither device, and cuts what reaches over an end', () => {
    expect(
      trace([
        { mark: 'x', flags: WriteLogFlag.mark },
        { sector: 8, data: two },
        { sector: 15, data: two },
        { sector: 19, data: two },
        { sector: 0, sectors: 100, flags: WriteLogFlag.discard },
      ]),
    ).toEqual([
      write('cache', 0, two.subarray(512)),
      write('cache', 1536, two.subarray(0, 512)),
      { op: 'discard', device: 'origin', offsetBytes: 0, lengthBytes: 4096 },
      { op: 'discard', device: 'cache', offsetBytes: 0, lengthBytes: 2048 },
    ]);
  });
});
