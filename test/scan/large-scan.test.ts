import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FaultyDevice } from '../../src/device/faulty-device.js';
import { openDevice } from '../../src/device/open-device.js';
import { InterruptedError, OperationError } from '../../src/errors.js';
import { inspect, requireEntries, type InspectOptions } from '../../src/scan/index.js';
import {
  MIB,
  MadeUpCache,
  WatchedDevice,
  expectRejection,
  makeImage,
  memoryImage,
  randomWords,
  selectAll,
  type RawEntry,
} from './helpers.js';

/** As many as are still counted without a kernel, so that both ways can be compared. */
const N_BLOCKS = 32_768;
const SEQ_COUNT = 2n ** 32n + 5n;
const SECTORS = 8;
/** Of a bucket of the kernels: layout.ts. */
const BUCKET_BLOCKS = 2 ** 20;

/** Which sectors the entries have; `below(n)` is a random number. */
type Sectors = (index: number, below: (limit: number) => number) => bigint;

const contents: Record<string, Sectors> = {
  'no sector twice': (index) => BigInt(index * SECTORS),
  'one sector in all entries': () => 800n,
  'many copies in one bucket': (_, below) => BigInt(below(9000) * SECTORS),
  'some copies in 40 buckets': (_, below) => BigInt((below(40) * BUCKET_BLOCKS + below(700)) * SECTORS),
  'copies in 300 buckets': (_, below) => BigInt((below(300) * BUCKET_BLOCKS + below(90)) * SECTORS),
  'copies in 3000 buckets, which is too many': (_, below) =>
    BigInt((below(3000) * 20 * BUCKET_BLOCKS + below(8)) * SECTORS),
  'sectors within blocks, and beyond the last bucket': (_, below) =>
    [
      BigInt(below(4000)),
      2n ** 39n + BigInt(below(300)) * 8n,
      2n ** 39n - 8n,
      2n ** 63n + BigInt(below(50)),
      2n ** 64n - 1n - BigInt(below(3)),
    ][below(5)] ?? 0n,
  'blocks at the edges of buckets and words': (_, below) =>
    BigInt(([0, 31, 32, 63, 64, 255, 256, BUCKET_BLOCKS - 1][below(8)] ?? 0) + below(3) * BUCKET_BLOCKS) * 8n,
};

function entriesOf(sectors: Sectors, seed: number): RawEntry[] {
  const word = randomWords(seed);
  const below = (limit: number): number => word() % limit;
  return Array.from({ length: N_BLOCKS }, (_, index): RawEntry => {
    const kind = below(20);
    if (kind === 0) return [2n ** 64n - 1n, 2n ** 64n - 1n];
    const seqs = [SEQ_COUNT, SEQ_COUNT + BigInt(below(3)), 2n ** 32n + BigInt(below(4)), BigInt(below(6))];
    return [sectors(index, below), seqs[kind < 3 ? kind - 1 : kind < 8 ? 2 : 3] ?? 0n];
  });
}

const folder = mkdtempSync(join(tmpdir(), 'wcache-large-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const LEAST = 32 * MIB;
const ways: readonly InspectOptions[] = [
  { kernel: 'wasm', threads: 1 },
  { kernel: 'plain', threads: 1 },
  { kernel: 'wasm', threads: 1, memoryBytes: LEAST },
  { kernel: 'plain', threads: 1, memoryBytes: LEAST },
  // Threads are only there for summaries, of which each of these has one, too.
  { kernel: 'wasm', threads: 2 },
  { kernel: 'plain', threads: 4 },
  { kernel: 'wasm', threads: 4, memoryBytes: 5 * LEAST },
];

describe.each(Object.entries(contents))('%s', (name, sectors) => {
  const path = join(folder, name.replaceAll(/\W+/g, '-'));
  const originSectors = 2n ** 38n + 3n;

  it.each(ways)('is judged as without a kernel: %o', async (way) => {
    writeFileSync(path, makeImage({ entries: entriesOf(sectors, name.length), seqCount: SEQ_COUNT }));
    const device = openDevice(path, { access: 'read' });
    try {
      const plainly = requireEntries(await inspect(device, { originSectors }));
      const found = requireEntries(await inspect(device, { originSectors, ...way }));
      const { copies, ...counts } = found.entries;
      const { copies: plainCopies, ...plainCounts } = plainly.entries;
      expect(counts).toEqual(plainCounts);
      for (const each of ['stale', 'identical', 'staleExamples', 'identicalExamples'] as const) {
        expect(copies[each], each).toEqual(plainCopies[each]);
      }
      expect(plainly.entries.committed).toBeGreaterThan(N_BLOCKS / 2);
      expect(await selectAll(device, found)).toEqual(await selectAll(device, plainly));
      const summary = await inspect(device, { originSectors, ...way, summaryOnly: true });
      expect({ ...summary.entries, copies: undefined }).toEqual({ ...found.entries, copies: undefined });
      expect(summary.entries?.copies.stale).toBe(copies.stale);
      expect(summary.entries?.copies.identical).toBe(copies.identical);
      expect(summary.entries?.copies.staleExamples).toEqual(copies.staleExamples);
      expect(summary.entries?.copies.identicalExamples).toEqual(copies.identicalExamples);
      if (copies.stale > 0) expect(() => summary.entries?.copies.isStale(0)).toThrow(/summary/);
    } finally {
      device.close();
    }
  });
});

describe('a large scan', () => {
  const recipe = { entries: entriesOf((index) => BigInt(index * SECTORS), 1), seqCount: SEQ_COUNT };

  it('tells how far it is, through all its passes', async () => {
    const told: { readonly doneBytes: number; readonly totalBytes: number }[] = [];
    // Four chunks, and each block comes twice: so the entries are gone through once more.
    const nBlocks = 4 * 65_536 - 4;
    const device = new MadeUpCache({
      nBlocks,
      seqCount: 10n,
      entry: (index, words, at) => {
        words[at] = (index >> 1) * SECTORS;
        words[at + 2] = index & 1;
      },
    });
    // Slow enough that there is a turn of the event loop before each of them.
    const slow = new WatchedDevice(device);
    slow.beforeRead = () => {
      const until = performance.now() + 45;
      while (performance.now() < until);
    };
    await inspect(slow, { kernel: 'wasm', onProgress: (progress) => told.push(progress) });
    const passBytes = 16 * nBlocks;
    // A busy machine may turn once more before a chunk.
    const each = [1, 2, 3].flatMap((chunk) => [
      { doneBytes: chunk * MIB, totalBytes: passBytes },
      { doneBytes: passBytes + chunk * MIB, totalBytes: 2 * passBytes },
    ]);
    expect(told).toEqual(expect.arrayContaining(each));
    expect(told.map(({ doneBytes }) => doneBytes)).toEqual(
      told.map(({ doneBytes }) => doneBytes).toSorted((a, b) => a - b),
    );
  });

  it('stops when it is told to, and its threads with it', async () => {
    const path = join(folder, 'stopped');
    writeFileSync(path, makeImage(recipe));
    const device = openDevice(path, { access: 'read' });
    const signal = AbortSignal.abort();
    const scan = inspect(device, { kernel: 'wasm', threads: 2, summaryOnly: true, signal });
    await expectRejection(scan, InterruptedError, 'interrupted', /interrupted/);
    device.close();
  });

  it('fails as its device does', async () => {
    const device = new FaultyDevice(memoryImage(recipe), {
      ranges: [{ offsetBytes: 4096, lengthBytes: 4096, on: 'read' }],
    });
    await expectRejection(inspect(device, { kernel: 'wasm' }), OperationError, 'io-error', /read/);
  });
});
