import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cachedBlock, type CachedBlock } from '../../src/target/cached-block.js';
import { SectorMap } from '../../src/target/sector-map.js';

/** A map that is looked through from the front. */
class PlainMap {
  readonly blocks = new Map<number, CachedBlock>();

  firstFrom(sector: number): CachedBlock | undefined {
    const behind = [...this.blocks.keys()].filter((key) => key >= sector);
    return this.blocks.get(Math.min(...behind));
  }
}

const steps = fc.array(
  fc.record({
    from: fc.nat(3000),
    stride: fc.integer({ min: 1, max: 40 }),
    count: fc.integer({ min: 1, max: 400 }),
    deletes: fc.boolean(),
  }),
  { minLength: 1, maxLength: 25 },
);

it('holds what a plain map holds, in order, however it grows and shrinks', () => {
  fc.assert(
    fc.property(steps, (rows) => {
      const [map, plain] = [new SectorMap(), new PlainMap()];
      for (const { from, stride, count, deletes } of rows) {
        for (let place = 0; place < count; place += 1) {
          const sector = (from + place * stride) % 5000;
          const before = plain.blocks.get(sector);
          if (map.get(sector) !== before) throw new Error(`sector ${String(sector)} has another block`);
          if (deletes) {
            map.delete(sector);
            plain.blocks.delete(sector);
          } else {
            const block = cachedBlock(place, sector, 1n, 0);
            if (map.set(sector, block) !== before) throw new Error('set gives what was there before');
            plain.blocks.set(sector, block);
          }
        }
        expect(map.firstFrom(from)).toBe(plain.firstFrom(from));
        expect(sectorsOf(map)).toEqual([...plain.blocks.keys()].sort((a, b) => a - b));
      }
    }),
    { numRuns: 60 },
  );
});

it('is empty when all was deleted, and takes blocks again', () => {
  const map = new SectorMap();
  for (let sector = 0; sector < 20_000; sector += 1) map.set(sector, cachedBlock(sector, sector, 1n, 0));
  for (let sector = 19_999; sector >= 0; sector -= 1) map.delete((sector * 7919) % 20_000);
  expect(map.firstFrom(0)).toBeUndefined();
  const far = cachedBlock(0, 2 ** 50, 1n, 0);
  map.set(far.sector, far);
  expect(map.firstFrom(0)).toBe(far);
});

function sectorsOf(map: SectorMap): number[] {
  const sectors: number[] = [];
  for (let block = map.firstFrom(0); block !== undefined; block = map.firstFrom(block.sector + 1)) {
    sectors.push(block.sector);
  }
  return sectors;
}
