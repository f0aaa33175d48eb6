import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  BLOCK_BYTES,
  dirtyBlocks,
  geometryOn,
  missingBlocks,
  writeDirtyCache,
} from '../../bench/removal-cache.js';
import { openDevice } from '../../src/device/index.js';
import { inspect } from '../../src/scan/index.js';

const ORIGIN_BLOCKS = 4096;
const COUNT = 300;
const CACHE_BYTES = 2 << 20;
const START_BYTES = 1 << 20;

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-removal-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function newFile(name: string, bytes: number): string {
  const path = join(folder, name);
  const fd = openSync(path, 'w');
  ftruncateSync(fd, bytes);
  closeSync(fd);
  return path;
}

describe('the dirty blocks of the bench', () => {
  it('are each there once, not the block that the probe writes, and the same every time', () => {
    for (const shape of ['random', 'sequential'] as const) {
      const blocks = dirtyBlocks(shape, COUNT, ORIGIN_BLOCKS);
      expect(new Set(blocks).size).toBe(COUNT);
      expect(Math.min(...blocks)).toBeGreaterThan(0);
      expect(Math.max(...blocks)).toBeLessThan(ORIGIN_BLOCKS);
      expect(dirtyBlocks(shape, COUNT, ORIGIN_BLOCKS)).toEqual(blocks);
    }
  });

  it('are in a row only where they are said to be', () => {
    const inARow = (blocks: Uint32Array): number =>
      blocks.filter((block, index) => index > 0 && block === (blocks[index - 1] ?? 0) + 1).length;
    expect(inARow(dirtyBlocks('sequential', COUNT, ORIGIN_BLOCKS))).toBe(COUNT - 1);
    expect(inARow(dirtyBlocks('random', COUNT, ORIGIN_BLOCKS))).toBeLessThan(COUNT / 20);
  });

  it('must fit on the origin, beside the one of the probe', () => {
    expect(dirtyBlocks('random', 7, 8).toSorted()).toEqual(Uint32Array.of(1, 2, 3, 4, 5, 6, 7));
    expect(() => dirtyBlocks('random', 8, 8)).toThrow(RangeError);
  });
});

describe('the dirty cache of the bench', () => {
  const geometry = geometryOn(CACHE_BYTES);
  const blocks = dirtyBlocks('random', COUNT, ORIGIN_BLOCKS);
  let cache = '';

  beforeEach(() => {
    cache = newFile('cache', START_BYTES + CACHE_BYTES);
    writeDirtyCache(cache, START_BYTES, geometry, blocks);
  });

  it('is what wcache sees as a dirty cache', async () => {
    const device = openDevice(cache, { access: 'read' });
    const seen = await inspect(device, { startSector: BigInt(START_BYTES / 512) });
    device.close();
    expect(seen).toMatchObject({
      state: 'dirty',
      entries: { committed: COUNT, live: COUNT, uncommitted: 0, free: Number(geometry.nBlocks) - COUNT },
    });
  });

  it('is missing on an origin as far as it was not written back', () => {
    const origin = newFile('origin', START_BYTES + ORIGIN_BLOCKS * BLOCK_BYTES);
    expect(missingBlocks(origin, START_BYTES, blocks)).toBe(COUNT);
    const from = openSync(cache, 'r');
    const to = openSync(origin, 'r+');
    const copy = Buffer.alloc(BLOCK_BYTES);
    const writeBack = (index: number, block: number): void => {
      readSync(
        from,
        copy,
        0,
        BLOCK_BYTES,
        START_BYTES + Number(geometry.dataOffsetBytes) + index * BLOCK_BYTES,
      );
      writeSync(to, copy, 0, BLOCK_BYTES, START_BYTES + block * BLOCK_BYTES);
    };
    blocks.forEach((block, index) => {
      writeBack(index, block);
    });
    expect(missingBlocks(origin, START_BYTES, blocks)).toBe(0);
    writeBack(0, blocks[1] ?? 0);
    expect(missingBlocks(origin, START_BYTES, blocks)).toBe(1);
    closeSync(from);
    closeSync(to);
  });
});
