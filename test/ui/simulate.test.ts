import { describe, expect, it } from 'vitest';
import {
  simulateDocument,
  simulateDocumentSchema,
  type SimulateDocument,
} from '../../src/documents/simulate.js';
import { simulateText } from '../../src/ui/simulate.js';
import { simulation, type Trial } from '../simulate/helpers.js';

const LOOK = { width: 80, unicode: true };
const TEXT = 'random write 0..2MiB block 4K rate 1000/s count 1000\nread 0 1MiB\nflush\nwait 3s';
const SLOW = { bytesPerSecond: 50_000, latencyMs: 5 };

async function documentOf(text: string, trial: Trial = {}): Promise<SimulateDocument> {
  const document = simulateDocument(
    await simulation(text, { cacheBytes: [1n << 20n], speed: SLOW, ...trial }),
  );
  return simulateDocumentSchema.parse({ ...document, workload: { ...document.workload, name: 'work.txt' } });
}

async function shown(text: string, trial: Trial = {}, bytes = false): Promise<string> {
  const drawn = simulateText(await documentOf(text, trial), { bytes }, LOOK);
  for (const line of drawn.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  return drawn;
}

describe('the document of a simulation', () => {
  it('adds up', async () => {
    const { runs, workload, origin } = await documentOf(TEXT, { cacheBytes: [1n << 20n, 4n << 20n] });
    expect(origin).toEqual({ size_bytes: null, bytes_per_second: 50_000, latency_ms: 5 });
    expect(workload).toMatchObject({ writes: 1000, written_bytes: 4_096_000, reads: 1, duration_ms: 4000 });
    expect(runs.map(({ cache_size_bytes }) => cache_size_bytes)).toEqual([1 << 20, 4 << 20]);
    for (const { counters, writes_in_place, dirty, end, ...run } of runs) {
      expect(
        Number(writes_in_place) + Number(counters.writes_allocate) + Number(counters.writes_around),
      ).toBe(counters.writes);
      expect(end.dirty_blocks).toBe(run.total_blocks - end.free_blocks);
      expect(Number(counters.writes_allocate) - run.written_back_blocks).toBe(end.dirty_blocks);
      expect(run.origin_written_bytes).toBe(
        (run.written_back_blocks + Number(counters.writes_around)) * 4096,
      );
      expect(run.origin_write_ratio).toBeCloseTo(Number(run.origin_written_bytes) / 4_096_000, 3);
      expect(Math.max(...dirty.points.map(({ peak_blocks }) => peak_blocks))).toBe(dirty.peak_blocks);
      expect(dirty.points.every(({ at_ms }, index) => at_ms === index * dirty.step_ms)).toBe(true);
      expect(dirty.points.length).toBeLessThanOrEqual(200);
      expect(run.stopped).toBeNull();
    }
    expect(runs[0]?.counters.writes_around).toBeGreaterThan(0);
    expect(runs[1]?.counters.writes_around).toBe(0);
  });

  it('has no ratio where nothing was written', async () => {
    expect((await documentOf('read 0 4K')).runs[0]?.origin_write_ratio).toBeNull();
  });
});

describe('simulateText', () => {
  it('shows one cache with its picture', async () => {
    const text = await shown(TEXT);
    expect(text).toContain('work.txt: 4 s of work\n  1,000 writes (3.9 MiB), 1 read (1 MiB), 1 flush');
    expect(text).toContain('A cache of 1 MiB in ssd mode, 254 blocks of 4,096 bytes');
    expect(text).toMatch(/ written {2,}1,000\n/);
    expect(text).toMatch(/around the cache, to the origin {2,}\d+ {2,}\d+\.\d%/);
    expect(text).toMatch(/stalls {2,}(?:none|\d+ writes waited)/);
    expect(text).toMatch(/to the origin {2,}.* of the 3\.9 MiB that were written/);
    expect(text).toMatch(/above high {2,}.* of the time/);
    expect(text).toMatch(/┄.* high 50%|█ high 50%/);
    expect(text).toMatch(/ low 45%/);
    expect(text).toMatch(/\n +0 +4 s\n/);
    expect(text).toContain('it takes 48.8 KiB a second of writeback, and 5 ms for');
  });

  it('tells of stalls, of requests that were no whole blocks, and exact bytes where asked', async () => {
    const stalled = await shown(
      'random write 0..4MiB block 1000 rate 2000/s count 1000 fua',
      { mode: 'p' },
      true,
    );
    expect(stalled).toMatch(/stalls {2,}\d+ writes waited for a free block, .* in all/);
    expect(stalled).toMatch(/unaligned {2,}1,000|unaligned {2,}9\d\d/);
    expect(stalled).toContain('1048576 B');
  });

  it('shows several caches side by side, with the columns in which they differ', async () => {
    const sizes = { cacheBytes: [1n << 20n, 4n << 20n] };
    const text = await shown(TEXT, sizes);
    expect(text).toMatch(/\ncache {2,}hits/);
    expect(text).not.toMatch(/cache +block/);
    expect(text).toMatch(/\n1 MiB {2,}.*%/);
    expect(text).toMatch(/\n {2}1 MiB \|[ ▁▂▃▄▅▆▇█]+\n {2}4 MiB \|/);
    const all = await shown(TEXT, { ...sizes, blockSizes: [512, 4096], highWatermarks: [50, 100] });
    expect(all).toMatch(/cache +block +high +hits/);
    expect(all.match(/4096 +100%/g)).toHaveLength(2);
  });

  it('says that a workload without time tells little', async () => {
    const text = await shown('write 0 4K\nwrite 8K 4K');
    expect(text).toContain('tells of no time');
    expect(text).not.toContain('over time');
  });

  it('says where a run has stopped, and why', async () => {
    const document = await documentOf(TEXT);
    const [run] = document.runs;
    if (run === undefined) throw new Error('there is one');
    const stopped = {
      code: 'endless-wait',
      message: 'A write would wait for ever.',
      at_ms: 1500,
      line: 7,
    };
    const text = simulateText({ ...document, runs: [{ ...run, stopped }] }, { bytes: false }, LOOK);
    expect(text).toMatch(/Stopped \(1 MiB in blocks of 4096 bytes\): A write would wait for ever\./);
    expect(text.replaceAll(/\s+/g, ' ')).toContain('at line 7, 1.5 s after the start');
  });

  it('says that a kernel would crash', async () => {
    const document = await documentOf(TEXT);
    const runs = document.runs.map((run) => ({ ...run, kernel_crashes: 2 }));
    const text = simulateText({ ...document, runs }, { bytes: false }, LOOK);
    expect(text).toContain('A kernel would crash under this workload (up to 2 times)');
  });

  it('escapes what a name could do to the terminal', async () => {
    const document = await documentOf(TEXT);
    const named = { ...document, workload: { ...document.workload, name: 'a\u001b[31m' } };
    expect(simulateText(named, { bytes: false }, LOOK)).toContain('a\\x1b[31m: ');
  });
});
