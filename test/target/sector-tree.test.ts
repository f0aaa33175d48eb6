import { expect, it } from 'vitest';
import { cachedBlock } from '../../src/target/cached-block.js';
import { SectorTree } from '../../src/target/sector-tree.js';

it('walks blocks by sector, and those of one sector by age', () => {
  const tree = new SectorTree();
  const blocks = [8, 0, 8, 16, 0].map((sector, index) => cachedBlock(index, sector, 1n, 0));
  for (const block of blocks) tree.insert(block);
  const walked: number[] = [];
  for (let block = tree.first(); block !== undefined; block = tree.after(block)) walked.push(block.index);
  expect(walked).toEqual([1, 4, 0, 2, 3]);
  expect(tree.newestOf(8)?.index).toBe(2);
  expect(tree.newestOf(4)).toBeUndefined();
  expect(tree.firstFrom(1)?.index).toBe(0);
  expect(tree.firstFrom(17)).toBeUndefined();
  for (const block of blocks.slice(0, 3)) tree.remove(block);
  expect(tree.first()?.index).toBe(4);
  expect(tree.newestOf(8)).toBeUndefined();
});
