import { describe, expect, it } from 'vitest';
import { inspect, predictActivation, type Activation } from '../../src/scan/index.js';
import { FREE, memoryImage, type ImageRecipe } from './helpers.js';

async function predict(recipe: ImageRecipe, mode: 'p' | 's' = 's', blockSize = 4096): Promise<Activation> {
  return predictActivation(await inspect(memoryImage(recipe)), { mode, blockSize });
}

describe('of a cache that is loaded', () => {
  const activated = {
    outcome: 'activated',
    error: 0,
    droppedUncommitted: 0,
    droppedStale: 0,
    rewritesMetadata: false,
  };

  it('and has nothing to tidy up', async () => {
    const recipe = {
      entries: [
        [8, 0],
        [16, 3],
        [24, FREE],
        [FREE, FREE],
      ] as const,
      seqCount: 4,
    };
    for (const mode of ['p', 's'] as const) {
      expect(await predict(recipe, mode)).toEqual({ ...activated, nBlocks: 4n, freeBlocks: 2 });
    }
  });

  it('drops what was not committed', async () => {
    expect(
      await predict({
        entries: [
          [8, 0],
          [16, 4],
          [24, 5],
          [FREE, FREE],
        ],
        seqCount: 4,
      }),
    ).toEqual({
      ...activated,
      nBlocks: 4n,
      freeBlocks: 3,
      droppedUncommitted: 2,
      rewritesMetadata: true,
    });
  });

  it('drops older copies', async () => {
    expect(
      await predict({
        entries: [
          [8, 0],
          [8, 2],
          [8, 1],
        ],
        seqCount: 4,
      }),
    ).toEqual({
      ...activated,
      nBlocks: 3n,
      freeBlocks: 2,
      droppedStale: 2,
      rewritesMetadata: true,
    });
  });

  it('comes up in error with two identical entries, and rewrites the evidence', async () => {
    const recipe = {
      entries: [
        [8, 1],
        [8, 1],
      ] as const,
      seqCount: 4,
    };
    for (const mode of ['p', 's'] as const) {
      expect(await predict(recipe, mode)).toEqual({
        ...activated,
        error: 1,
        nBlocks: 2n,
        freeBlocks: 1,
        droppedStale: 1,
        rewritesMetadata: true,
      });
    }
  });

  it('comes up in error even where a third entry beats both', async () => {
    expect(
      await predict({
        entries: [
          [8, 1],
          [8, 1],
          [8, 2],
        ],
        seqCount: 4,
      }),
    ).toMatchObject({
      error: 1,
      freeBlocks: 2,
      droppedStale: 2,
    });
  });

  it('is not in error where the two equals meet the winner and never each other', async () => {
    expect(
      await predict({
        entries: [
          [8, 2],
          [8, 1],
          [8, 1],
        ],
        seqCount: 4,
      }),
    ).toMatchObject({
      error: 0,
      droppedStale: 2,
    });
  });
});

describe('of a device that is formatted', () => {
  const blank: ImageRecipe = { entries: [], magic: 0, version: 0, slackBytes: 2 ** 20 - 4096 };
  it.each([
    [512, 1985n],
    [4096, 254n],
  ])('with blocks of %i bytes there are %i', async (blockSize, nBlocks) => {
    for (const mode of ['p', 's'] as const) {
      expect(await predict({ ...blank, blockSize: 4096 }, mode, blockSize)).toEqual({
        outcome: 'formatted',
        nBlocks,
      });
    }
  });

  it('unless it is too small', async () => {
    const small = { ...blank, slackBytes: 100 };
    expect(await predict(small, 's', 4096)).toEqual({
      outcome: 'refused',
      kernelMessage: 'Invalid device size',
    });
    expect(await predict(small, 'p', 4096)).toEqual({
      outcome: 'refused',
      kernelMessage: 'Unable to initialize device',
    });
  });
});

describe('of a device that is refused', () => {
  const good: ImageRecipe = { entries: [[8, 0]], seqCount: 1 };
  it.each<[string, Partial<ImageRecipe>, number]>([
    ['Invalid block size', {}, 3000],
    ['Invalid block size', {}, 8192],
    ['Invalid magic in the superblock', { magic: 0 }, 4096],
    ['Invalid magic in the superblock', { magic: 9 }, 4096],
    ['Invalid version in the superblock', { version: 0 }, 4096],
    ['Block size does not match superblock', {}, 512],
    ['Overflow in size calculation', { nBlocks: FREE }, 4096],
    ['Memory area is too small', { nBlocks: 2n }, 4096],
    ['Cannot allocate memory', { nBlocks: 0n }, 4096],
  ])('%s', async (kernelMessage, change, blockSize) => {
    for (const mode of ['p', 's'] as const) {
      expect(await predict({ ...good, ...change }, mode, blockSize)).toEqual({
        outcome: 'refused',
        kernelMessage,
      });
    }
  });

  it('because its blocks are larger than a page, unless the page is told', async () => {
    const inspection = await inspect(memoryImage({ entries: [[128, 0]], seqCount: 1, blockSize: 65536 }));
    expect(predictActivation(inspection, { mode: 's', blockSize: 65536 })).toMatchObject({
      outcome: 'refused',
    });
    expect(
      predictActivation(inspection, { mode: 's', blockSize: 65536, pageSizeBytes: 65536 }),
    ).toMatchObject({
      outcome: 'activated',
    });
  });
});

it('refuses evidence that contradicts itself', async () => {
  const inspection = await inspect(memoryImage({ entries: [[8, 0]], seqCount: 1 }));
  expect(() => predictActivation({ ...inspection, entries: null }, { mode: 's', blockSize: 4096 })).toThrow(
    /entries were not read/,
  );
});
