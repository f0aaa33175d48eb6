import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainly } from '../../src/target/choose.js';
import { FifoFreeList } from '../../src/target/fifo-free-list.js';
import { IndexSet } from '../../src/target/index-set.js';
import { NextFitFreeList } from '../../src/target/next-fit-free-list.js';
import { Queue } from '../../src/target/queue.js';

const run = fc.array(fc.nat(9999), { minLength: 1, maxLength: 5 });
const fifoSteps = fc.array(
  fc.oneof(
    fc.record({ runs: fc.array(run, { minLength: 1, maxLength: 4 }) }),
    fc.record({ first: fc.nat(9999), count: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ takes: fc.integer({ min: 1, max: 30 }) }),
  ),
  { maxLength: 60 },
);

/** What the list is: groups of runs, of which the first run with anything left is taken from. */
class PlainFifo {
  readonly groups: number[][][] = [];

  take(choose: (count: number) => number): number | undefined {
    for (;;) {
      const group = this.groups[0];
      if (group === undefined) return undefined;
      if (group.length > 1) this.groups.unshift(group.splice(choose(group.length), 1));
      const taken = this.groups[0]?.[0]?.shift();
      if (taken !== undefined) return taken;
      this.groups.shift();
    }
  }
}

it('takes in pmem mode what was freed first, and asks where copies ended together', () => {
  fc.assert(
    fc.property(fifoSteps, fc.infiniteStream(fc.nat(3)), (steps, stream) => {
      const answers = [...stream.take(400)];
      const asked: number[][] = [[], []];
      const chooser = (of: number) => (count: number) => {
        asked[of]?.push(count);
        return (answers[(asked[of]?.length ?? 0) - 1] ?? 0) % count;
      };
      const [list, plain] = [new FifoFreeList(10_000, chooser(0)), new PlainFifo()];
      for (const step of steps) {
        if ('runs' in step) {
          list.add(step.runs);
          plain.groups.push(step.runs.map((indexes) => [...indexes]));
        } else if ('takes' in step) {
          const all = Array.from({ length: step.takes });
          expect(all.map(() => list.take())).toEqual(all.map(() => plain.take(chooser(1))));
        } else {
          list.addRange(step.first, step.count);
          plain.groups.push([Array.from({ length: step.count }, (_, place) => step.first + place)]);
        }
        expect(list.count).toBe(plain.groups.flat(2).length);
      }
      expect(asked[0]).toEqual(asked[1]);
    }),
  );
});

it('finds the next free block behind thousands that are in use', () => {
  const nBlocks = 40_000;
  const list = new NextFitFreeList(nBlocks, plainly);
  list.addRange(0, nBlocks);
  for (let block = 0; block < nBlocks - 2; block += 1) list.take();
  expect(list.take()).toBe(nBlocks - 2);
  list.add([[20_477], [4096]]);
  expect([list.take(), list.take(), list.take(), list.take()]).toEqual([39_999, 4096, 20_477, undefined]);
});

it('knows the first number that is missing from a set', () => {
  const numbers = fc.uniqueArray(fc.nat(20_000), { maxLength: 200 });
  fc.assert(
    fc.property(numbers, fc.nat(20_000), (gaps, from) => {
      const set = new IndexSet();
      for (let index = 0; index < 20_000; index += 1) set.add(index);
      for (const gap of gaps.filter((index) => index < 20_000)) set.delete(gap);
      const missing = gaps.filter((index) => index >= from && index < 20_000);
      const expected = missing.length === 0 ? undefined : Math.min(...missing);
      expect(set.firstMissing(from, 20_000)).toBe(expected);
      expect(set.firstMissing(0, 20_001)).toBe(gaps.length === 0 ? 20_000 : Math.min(...gaps));
    }),
    { numRuns: 20 },
  );
});

it('gives a queue back in its order, and drops what was taken', () => {
  const queue = new Queue<number>([0, 1]);
  for (let item = 2; item < 5000; item += 1) queue.push(item);
  for (let item = 0; item < 3000; item += 1) expect(queue.shift()).toBe(item);
  queue.insert(1, -1);
  expect([queue.take(2), queue.take(0), queue.first, queue.last]).toEqual([3001, 3000, -1, 4999]);
  expect(queue.length).toBe(1999);
  expect(queue.toArray().slice(0, 2)).toEqual([-1, 3002]);
  while (queue.length > 0) queue.shift();
  expect([queue.shift(), queue.last, queue.at(0)]).toEqual([undefined, undefined, undefined]);
});
