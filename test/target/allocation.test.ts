import { expect, it } from 'vitest';
import { SmallCache } from './small-cache.js';

it('takes blocks in ssd mode from where it last stopped, and round again', () => {
  const cache = new SmallCache({ mode: 's', nBlocks: 4 });
  for (const sector of [10, 11, 12]) cache.write(sector, 1);
  cache.target.discard(10, 2);
  for (const sector of [20, 21]) cache.write(sector, 1);
  cache.target.flush();
  // 3 came after 2; then round again to 0.
  expect(cache.entries()).toEqual(['21@0', '11 free', '12@0', '20@0']);
});

it('takes blocks in pmem mode in the order in which they became free', () => {
  const cache = new SmallCache({ mode: 'p', nBlocks: 4 });
  for (const sector of [10, 11, 12]) cache.write(sector, 1);
  cache.target.discard(11, 1);
  cache.target.discard(10, 1);
  for (const sector of [20, 21]) cache.write(sector, 1);
  cache.target.flush();
  expect(cache.entries()).toEqual(['10 free', '21@0', '12@0', '20@0']);
});

it('begins after a resume with the lowest block that is free', () => {
  const cache = new SmallCache({ mode: 's', nBlocks: 4 });
  for (const sector of [10, 11, 12]) cache.write(sector, 1);
  cache.target.discard(10, 1);
  cache.target.suspend();
  cache.target.resume();
  cache.write(20, 1);
  cache.target.flush();
  expect(cache.entries()).toEqual(['20@1', '11@0', '12@0', 'unused']);
});

it('puts a write of several blocks side by side, and cuts it where the next free block is elsewhere', () => {
  const cache = new SmallCache({ mode: 's', nBlocks: 6 });
  cache.write(0, 1, { blocks: 5 });
  cache.target.discard(1, 3);
  cache.write(10, 2, { blocks: 3 });
  cache.target.flush();
  expect(cache.entries()).toEqual(['0@0', '11@0', '12@0', '3 free', '4@0', '10@0']);
  expect(cache.read(10, 3)).toEqual([2, 2, 2]);
});

it('gives a sector a second entry with the same seq_count when a write runs into it', () => {
  const cache = new SmallCache({ mode: 's', nBlocks: 4 });
  cache.write(1, 1);
  cache.write(0, 2, { blocks: 2 });
  expect(cache.read(0, 2)).toEqual([2, 2]);
  expect(cache.free).toBe(1);
  cache.target.flush();
  expect(cache.entries()).toEqual(['1 free', '0@0', '1@0', 'unused']);
});

it('sends a write to the origin when no block is free, up to the next sector that is cached', () => {
  // A full cache is written back; here that takes a while.
  const pace = { copyEndsAtMs: (_: unknown, nowMs: number) => nowMs + 1000 };
  const cache = new SmallCache({ mode: 's', nBlocks: 2, target: { pace } });
  cache.write(3, 1);
  cache.write(5, 1);
  cache.write(2, 2, { blocks: 3 });
  expect(cache.onOrigin(2, 3)).toEqual([2, 1, 2]);
  expect(cache.read(2, 4)).toEqual([2, 2, 2, 1]);
  expect(cache.target.status().counters?.writes_around).toBe(2n);
});
