import { describe, expect, it } from 'vitest';
import { FaultyDevice, MemoryDevice } from '../../src/device/index.js';
import { CURRENT, LINUX_4_18, ReferenceTarget, type Behaviour } from '../../src/target/index.js';
import { BLOCK, SmallCache } from './small-cache.js';

/** What differs, on and off, each time in a cache of its own. */
function both<Key extends keyof Behaviour, Result>(
  key: Key,
  values: readonly [Behaviour[Key], Behaviour[Key]],
  look: (behaviour: Behaviour) => Result,
): Result[] {
  return values.map((value) => look({ ...CURRENT, [key]: value }));
}

describe('a write of several blocks', () => {
  it('takes a row of free blocks, or asks for each', () => {
    const entries = both('extendsAllocations', [true, false], (behaviour) => {
      const cache = new SmallCache({ mode: 's', nBlocks: 4, target: { behaviour } });
      cache.write(1, 1);
      cache.write(0, 2, { blocks: 2 });
      cache.target.flush();
      return cache.entries();
    });
    expect(entries).toEqual([
      ['1 free', '0@0', '1@0', 'unused'],
      ['1@0', '0@0', 'unused', 'unused'],
    ]);
  });

  it('goes over a row of cached blocks at once, or over each', () => {
    const hits = both('extendsOverwrites', [true, false], (behaviour) => {
      const cache = new SmallCache({ mode: 's', nBlocks: 4, target: { behaviour } });
      cache.write(0, 1, { blocks: 3 });
      cache.write(0, 2, { blocks: 3 });
      expect(cache.read(0, 3)).toEqual([2, 2, 2]);
      return cache.target.status().counters?.write_hits_uncommitted;
    });
    expect(hits).toEqual([1n, 3n]);
  });

  it('counts the blocks of an overwrite as allocated, or does not', () => {
    const allocated = both('countsOverwritesAsAllocated', [true, false], (behaviour) => {
      const cache = new SmallCache({ mode: 's', nBlocks: 4, target: { behaviour } });
      cache.write(0, 1, { blocks: 3 });
      cache.write(0, 2, { blocks: 3 });
      return cache.target.status().counters?.writes_allocate;
    });
    expect(allocated).toEqual([5n, 3n]);
  });
});

it.each([
  ['s', 'never', 1000],
  ['s', 'ssd-mode', 0],
  ['p', 'ssd-mode', 1000],
  ['p', 'both-modes', 0],
] as const)(
  'waits or goes around in mode %s, where it goes around: %s',
  (mode, writesAroundWhenFull, stalledMs) => {
    const behaviour = { ...CURRENT, writesAroundWhenFull };
    const pace = { copyEndsAtMs: (_: unknown, nowMs: number) => nowMs + 1000 };
    const cache = new SmallCache({ mode, nBlocks: 1, target: { behaviour, pace } });
    cache.write(7, 1);
    cache.write(9, 2);
    expect(cache.target.stalledMs).toBe(stalledMs);
    expect(cache.read(9)).toEqual([2]);
  },
);

it('leaves out what lies beyond the origin, or fails there', () => {
  const errors = both('leavesOutBeyondOrigin', [true, false], (behaviour) => {
    const origin = new FaultyDevice(new MemoryDevice(8 * BLOCK));
    const devices = { origin, cache: new MemoryDevice(16 * BLOCK) };
    const table = { mode: 's' as const, origin: '', cache: '', block_size: BLOCK, options: {} };
    const target = ReferenceTarget.load(table, devices, { behaviour });
    target.resume();
    // The mapped device is longer than the origin has become.
    target.write(9, new Uint8Array(BLOCK));
    target.message('flush_on_suspend');
    target.suspend();
    return target.error;
  });
  expect(errors).toEqual([null, 'copy error']);
});

it('acknowledges a flush whose commit has failed, or does not', () => {
  const outcomes = both('hidesFailedFlush', [true, false], (behaviour) => {
    const cache = new FaultyDevice(new MemoryDevice(16 * BLOCK));
    const devices = { origin: new MemoryDevice(64 * BLOCK), cache };
    const table = { mode: 's' as const, origin: '', cache: '', block_size: BLOCK, options: {} };
    const target = ReferenceTarget.load(table, devices, { behaviour });
    target.resume();
    target.write(5, new Uint8Array(BLOCK));
    cache.setFaults({ ranges: [{ offsetBytes: 0, lengthBytes: BLOCK, on: 'write' }] });
    try {
      target.flush();
      return 'acknowledged';
    } catch {
      return 'failed';
    }
  });
  expect(outcomes).toEqual(['acknowledged', 'failed']);
});

it('has no two copies with one seq_count in the first version, and so none of their faults', () => {
  const options = { high_watermark: 50, low_watermark: 0 };
  const cache = new SmallCache({ mode: 's', nBlocks: 4, options, target: { behaviour: LINUX_4_18 } });
  cache.write(1, 1);
  cache.write(0, 2, { blocks: 2 });
  expect(cache.read(0, 2)).toEqual([2, 2]);
});
