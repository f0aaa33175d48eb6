import { describe, expect, it } from 'vitest';
import { CURRENT, LINUX_6_1 } from '../../src/target/index.js';
import { SmallCache } from './small-cache.js';

it('keeps entries in memory in ssd mode until a commit, which raises seq_count by one', () => {
  const cache = new SmallCache({ mode: 's', nBlocks: 3 });
  cache.write(7, 1);
  expect(cache.entries()).toEqual(['unused', 'unused', 'unused']);
  cache.target.flush();
  expect(cache.entries()).toEqual(['7@0', 'unused', 'unused']);
  expect(cache.seqCount).toBe(1n);
  cache.target.flush();
  expect(cache.seqCount).toBe(1n);
});

it('stores entries at once in pmem mode, where the superblock says that they do not count yet', () => {
  const cache = new SmallCache({ mode: 'p', nBlocks: 3 });
  cache.write(7, 1);
  expect(cache.entries()).toEqual(['7@0', 'unused', 'unused']);
  expect(cache.seqCount).toBe(0n);
});

it('overwrites what is committed in place in ssd mode', () => {
  const cache = new SmallCache({ mode: 's', nBlocks: 3 });
  cache.write(7, 1);
  cache.target.flush();
  cache.write(7, 2);
  cache.target.flush();
  expect(cache.entries()).toEqual(['7@0', 'unused', 'unused']);
  expect(cache.seqCount).toBe(1n);
  expect(cache.read(7)).toEqual([2]);
});

it('puts a new copy beside what is committed in pmem mode, and frees the old one at the commit', () => {
  const cache = new SmallCache({ mode: 'p', nBlocks: 3 });
  cache.write(7, 1);
  cache.target.flush();
  cache.write(7, 2);
  expect(cache.entries()).toEqual(['7@0', '7@1', 'unused']);
  expect(cache.free).toBe(1);
  cache.target.flush();
  expect(cache.entries()).toEqual(['7 free', '7@1', 'unused']);
});

it.each(['s', 'p'] as const)('commits by itself after autocommit_blocks in mode %s', (mode) => {
  const cache = new SmallCache({ mode, nBlocks: 8, options: { autocommit_blocks: 3 } });
  for (const sector of [1, 2]) cache.write(sector, 1);
  expect(cache.seqCount).toBe(0n);
  cache.write(3, 1);
  expect(cache.seqCount).toBe(1n);
});

it.each(['s', 'p'] as const)(
  'commits by itself after autocommit_time, from the first write on, in mode %s',
  (mode) => {
    const cache = new SmallCache({ mode, nBlocks: 8, options: { autocommit_time: 100 } });
    cache.write(1, 1);
    cache.target.advance(99);
    cache.write(2, 1);
    expect(cache.seqCount).toBe(0n);
    cache.target.advance(100);
    expect(cache.seqCount).toBe(1n);
  },
);

describe('a FUA write', () => {
  it.each([
    ['p', LINUX_6_1, 1n],
    ['s', LINUX_6_1, 0n],
    ['s', CURRENT, 1n],
  ] as const)('in mode %s', (mode, behaviour, seqCount) => {
    const cache = new SmallCache({ mode, nBlocks: 3, target: { behaviour } });
    cache.write(1, 1, { fua: true });
    expect(cache.seqCount).toBe(seqCount);
  });
});

it.each([
  ['kept in', CURRENT, 1n],
  ['taken out of', LINUX_6_1, 0n],
])('comes the sooner where discarded blocks are %s the count', (_, behaviour, seqCount) => {
  const options = { autocommit_blocks: 2 };
  const cache = new SmallCache({ mode: 's', nBlocks: 8, options, target: { behaviour } });
  cache.write(9, 1);
  cache.target.discard(9, 1);
  cache.write(3, 1);
  expect(cache.seqCount).toBe(seqCount);
});

it.each([
  ['is', CURRENT, 2n],
  ['is not', LINUX_6_1, 1n],
])(
  'of a FUA write that goes on to the origin %s made for its cached part in pmem mode',
  (_, behaviour, seqCount) => {
    const cache = new SmallCache({ mode: 'p', nBlocks: 8, target: { behaviour } });
    cache.write(10, 1);
    cache.target.suspend();
    cache.use(cache.load({ metadata_only: true }));
    cache.write(10, 2, { blocks: 2, fua: true });
    expect(cache.seqCount).toBe(seqCount);
  },
);
