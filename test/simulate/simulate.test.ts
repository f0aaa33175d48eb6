import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SparseDevice } from '../../src/device/index.js';
import { candidatesOf, openWorkload, simulate } from '../../src/simulate/index.js';
import { OriginPace } from '../../src/simulate/origin-pace.js';
import { CURRENT, ReferenceTarget } from '../../src/target/index.js';
import { CRASHES_A_KERNEL, requestsOf, runOf, simulation, workloadFile } from './helpers.js';

const MIB = 1n << 20n;
/** A cache of 63 blocks, of which the 31st starts writeback, and which stops when 36 are free (kernel-target.md §2.3). */
const SMALL = { cacheBytes: [262_144n] };

/** Every second block, so that no two of them are written back in one copy. */
function scattered(count: number, every: string): string {
  return Array.from({ length: count }, (_, index) => `write ${String(index * 8)}K 4K\nwait ${every}`).join(
    '\n',
  );
}

describe('a simulated cache', () => {
  it('counts as the target does: what is written again stays in place, and what was written is read from it', async () => {
    const { status, dirty, commits } = await runOf(
      'write 0 16K\nflush\nwrite 0 4K\nread 0 32K\nflush\nwait 1s',
    );
    expect(status.counters).toMatchObject({
      writes: 5n,
      writes_allocate: 4n,
      reads: 8n,
      read_hits: 4n,
      flushes: 2n,
    });
    expect(commits).toBe(1);
    expect(dirty).toMatchObject({ mean: 4, max: 4 });
  });

  it('starts writeback at the high watermark, at the speed of the origin, and stops at the low one', async () => {
    // One block a second.
    const speed = { bytesPerSecond: 4096, latencyMs: 0 };
    const run = await runOf(`${scattered(31, '1s')}\nwait 100s`, { ...SMALL, speed });
    expect(run.startsAtDirty).toBe(31);
    expect(run.dirty.max).toBe(31);
    expect(run.status.free_blocks).toBe(36);
    expect(run.writtenBackBlocks).toBe(31 - 27);
    expect(run.endMs).toBe(131_000);
  });

  it('measures how long the level was above the high watermark', async () => {
    const speed = { bytesPerSecond: 4096, latencyMs: 0 };
    // 31 blocks in a row are one copy of 31 seconds, which begins at once with the last of them.
    const run = await runOf('write 0 124K\nflush\nwait 100s', { ...SMALL, speed });
    expect(run.aboveHighWatermarkMs).toBe(31_000);
    expect(run.dirty.mean).toBeCloseTo(31 * 0.31, 6);
    expect(run.status.free_blocks).toBe(63);
  });

  it('goes around a full cache in ssd mode, and waits in pmem mode', async () => {
    const speed = { bytesPerSecond: 4096 * 100, latencyMs: 0 };
    const text = scattered(200, '1ms');
    const ssd = await runOf(text, { ...SMALL, speed });
    expect(ssd.stalls).toEqual({ requests: 0, totalMs: 0, longestMs: 0, mostBehindMs: 0 });
    expect(Number(ssd.status.counters?.writes_around)).toBeGreaterThan(50);
    const pmem = await runOf(text, { ...SMALL, speed, mode: 'p' });
    expect(pmem.status.counters).toMatchObject({ writes_around: 0n, writes_allocate: 200n });
    expect(pmem.stalls.requests).toBeGreaterThan(50);
    // 200 blocks, less those that stay in the cache, at 10 ms each; the workload itself lasts 200 ms.
    expect(pmem.endMs).toBeGreaterThan(1300);
    expect(pmem.stalls.mostBehindMs).toBeGreaterThan(1100);
    expect(pmem.stalls.totalMs).toBeGreaterThan(1000);
    expect(pmem.stalls.longestMs).toBeLessThanOrEqual(pmem.stalls.totalMs);
  });

  it('makes whole blocks of what is none, and of a discard what lies in it', async () => {
    const run = await runOf('write 0 12K\nwrite 1K 4K\nwrite 8K 4K\ndiscard 1K 8K\nread 100 1', {});
    expect(run.unalignedRequests).toBe(3);
    expect(run.status.counters).toMatchObject({ writes: 6n, reads: 1n, read_hits: 1n, discards: 1n });
    expect(run.dirty.max).toBe(3);
    expect(run.status.total_blocks - run.status.free_blocks).toBe(2);
  });

  it('goes on where a kernel would crash, and counts it', async () => {
    const run = await runOf(CRASHES_A_KERNEL, { ...SMALL, highWatermarks: [100] });
    expect(run).toMatchObject({ stopped: null, kernelCrashes: 1 });
    const pmem = await runOf(CRASHES_A_KERNEL, { ...SMALL, mode: 'p', highWatermarks: [100] });
    expect(pmem.kernelCrashes).toBe(0);
  });

  it('lets metadata in where only they are cached', async () => {
    const run = await runOf('write 0 4K\nwrite 4K 4K meta', { options: { metadata_only: true } });
    expect(run.status.counters).toMatchObject({ writes_around: 1n, writes_allocate: 1n });
  });

  it('begins with a cache of a tebibyte in little memory', async () => {
    const before = process.memoryUsage().rss;
    const run = await runOf('write 0 4K\nwait 2s', { cacheBytes: [1n << 40n] });
    expect(run.status.total_blocks).toBe(run.status.free_blocks + 1);
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  it('is the reference target on devices that keep what is written', async () => {
    const block = fc.record({
      kind: fc.constantFrom('write', 'write', 'write', 'read', 'discard', 'flush', 'wait'),
      block: fc.nat(120),
      blocks: fc.integer({ min: 1, max: 6 }),
    });
    const modes = fc.constantFrom<'s' | 'p'>('s', 'p');
    await fc.assert(
      fc.asyncProperty(fc.array(block, { minLength: 1, maxLength: 150 }), modes, async (steps, mode) => {
        const text = steps
          .map(({ kind, block: first, blocks }) => {
            if (kind === 'flush') return 'flush';
            return kind === 'wait'
              ? `wait ${String(first)}ms`
              : `${kind} ${String(first * 4096)} ${String(blocks * 4096)}`;
          })
          .join('\n');
        const speed = { bytesPerSecond: 2 ** 20, latencyMs: 1 };
        const [hollow] = (await simulation(`flush\n${text}`, { ...SMALL, mode, speed, originBytes: MIB }))
          .runs;
        const [candidate] = candidatesOf({
          ...SMALL,
          blockSizes: [4096],
          highWatermarks: [],
          mode,
          options: {},
        });
        if (candidate === undefined || hollow === undefined) throw new Error('there is one');
        const devices = { origin: new SparseDevice(MIB), cache: new SparseDevice(262_144n) };
        const target = ReferenceTarget.load(candidate.table, devices, {
          pace: new OriginPace(speed),
          behaviour: { ...CURRENT, diesOfDuplicates: false },
        });
        target.resume();
        let stopped: unknown = null;
        try {
          for (const { kind, atMs, offsetBytes, lengthBytes } of await requestsOf(`flush\n${text}`)) {
            target.advance(Math.max(atMs, target.nowMs));
            if (kind === 'flush') target.flush();
            else if (kind === 'discard') target.discard(offsetBytes / 512, lengthBytes / 512);
            else target[kind](offsetBytes / 512, new Uint8Array(lengthBytes));
          }
        } catch (error) {
          stopped = error;
        }
        // Where a write would wait for ever the simulation stops there too.
        expect(hollow.stopped !== null).toBe(stopped !== null);
        if (stopped !== null) return;
        const end = steps.reduce((sum, step) => sum + (step.kind === 'wait' ? step.block : 0), 0);
        target.advance(Math.max(end, target.nowMs));
        expect(hollow.status).toEqual(target.status());
        expect(hollow.commits).toBe(target.commits);
        expect(hollow.writtenBackBlocks).toBe(target.writtenBackBlocks);
        expect(hollow.stalls.totalMs).toBe(target.stalledMs);
        expect(hollow.endMs).toBe(target.nowMs);
      }),
      { numRuns: 60 },
    );
  });
});

describe('simulate', () => {
  it('tells what the workload asked for', async () => {
    const { workload } = await simulation('write 0 4K\nread 1M 1000\nflush\ndiscard 0 2MiB\nwait 3s');
    expect(workload).toMatchObject({
      ...{ format: 'wcache', durationMs: 3000, skippedLines: 0 },
      ...{ writes: 1, reads: 1, flushes: 1, discards: 1 },
      ...{ writtenBytes: 4096, readBytes: 1000, endBytes: 2 * 2 ** 20 },
    });
  });

  it('tries several caches at once, each as if it were alone', async () => {
    const text = 'random write 0..8MiB block 4K rate 1000/s count 3000\nwait 2s';
    const sizes = [1n * MIB, 2n * MIB, 16n * MIB];
    const { runs } = await simulation(text, {
      cacheBytes: sizes,
      blockSizes: [512, 4096],
      highWatermarks: [50, 80],
    });
    expect(runs).toHaveLength(12);
    for (const run of runs) {
      const { cacheBytes, table } = run.candidate;
      const alone = await runOf(text, {
        cacheBytes: [cacheBytes],
        blockSizes: [table.block_size],
        options: table.options,
      });
      expect({ ...run, candidate: null }).toEqual({ ...alone, candidate: null });
    }
  });

  it('refuses a request beyond the origin, with its line', async () => {
    const text = 'write 0 4K\nwrite 1020K 4K\nwrite 1021K 4K';
    await expect(simulation(text, { originBytes: MIB })).rejects.toThrow(
      /:3: The request at byte 1045504 for 4096 bytes/,
    );
    await expect(simulation(`${text}\nwrite 8PiB 1`)).rejects.toThrow(/:4: /);
  });

  it.each([
    ['', 'asks for nothing'],
    ['# nothing\nwait 1s', 'asks for nothing'],
    ['fio version 3 iolog\n0 /a add\n', 'asks for nothing. Lines that were left out: 1.'],
  ])('refuses the empty workload %j', async (text, message) => {
    await expect(simulation(text)).rejects.toMatchObject({ code: 'empty-workload' });
    await expect(simulation(text)).rejects.toThrow(message);
  });

  it('ends with the reason of a signal in the middle of one statement, and tells how far it is', async () => {
    const controller = new AbortController();
    const path = workloadFile('random write 0..1GiB block 4K rate 1000/s count 999999999');
    const candidates = candidatesOf({
      ...SMALL,
      blockSizes: [4096],
      highWatermarks: [],
      mode: 's',
      options: {},
    });
    const told: number[] = [];
    const started = performance.now();
    const running = simulate(openWorkload(path), candidates, {
      speed: { bytesPerSecond: 1e8, latencyMs: 0 },
      signal: controller.signal,
      onProgress: ({ requests }) => {
        told.push(requests);
        if (told.length === 3) controller.abort(new Error('enough'));
      },
    });
    await expect(running).rejects.toThrow('enough');
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(told[2]).toBeGreaterThan(told[0] ?? Infinity);
  });
});

describe('candidates', () => {
  const question = { ...SMALL, blockSizes: [4096], highWatermarks: [], mode: 's', options: {} } as const;

  it('are every combination, and each once', () => {
    const all = candidatesOf({
      ...question,
      cacheBytes: [MIB, 2n * MIB, MIB],
      blockSizes: [512, 4096],
      highWatermarks: [50, 60],
    });
    expect(
      all.map(({ cacheBytes, table }) => [cacheBytes / MIB, table.block_size, table.options.high_watermark]),
    ).toEqual([
      [1n, 512, 50],
      [1n, 512, 60],
      [1n, 4096, 50],
      [1n, 4096, 60],
      [2n, 512, 50],
      [2n, 512, 60],
      [2n, 4096, 50],
      [2n, 4096, 60],
    ]);
  });

  it.each([
    ['a high watermark below the low one', { highWatermarks: [40] }, 'invalid-table'],
    ['an option of the other mode', { options: { fua: true } }, 'invalid-table'],
    ['a start sector behind the end', { options: { start_sector: 512n } }, 'invalid-table'],
    ['a cache without room', { cacheBytes: [4096n] }, 'invalid-table'],
    ['a cache beyond all sizes', { cacheBytes: [1n << 60n] }, 'too-large'],
    ['an origin of half blocks', { originBytes: 4096n * 3n + 512n }, 'bad-origin-size'],
    ['no origin', { originBytes: 0n }, 'bad-origin-size'],
    [
      'too many of them',
      { cacheBytes: Array.from({ length: 65 }, (_, index) => BigInt(index + 1) * MIB) },
      'too-many-candidates',
    ],
  ])('refuse %s', (_what, part, code) => {
    expect(() => candidatesOf({ ...question, ...part })).toThrow(expect.objectContaining({ code }) as Error);
  });
});
