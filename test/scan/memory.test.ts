import { describe, expect, it } from 'vitest';
import { DirtyRanges, inspect, requireEntries } from '../../src/scan/index.js';
import { MIB, MadeUpCache, MeasuringCache, scramble, type EntryMaker } from './helpers.js';

const N_BLOCKS = 4 * MIB;

/** Block `index` of a random order of blocks over an origin of so many (a power of two, at most 2^50). */
function randomBlocks(bits: number): EntryMaker {
  return (index, words, at) => {
    const lo = scramble(index, 17);
    const hi = bits > 32 ? scramble(index, 91) >>> (64 - bits) : 0;
    const block = bits > 32 ? hi * 2 ** 32 + lo : lo >>> (32 - bits);
    words[at] = (block * 8) % 2 ** 32;
    words[at + 1] = Math.floor((block * 8) / 2 ** 32);
  };
}

/**
 * seen-sectors.ts: 7.7 bytes per cache block are the most it ever takes; the rest is what does not grow with the
 * cache. `global.gc` is not there to help, so everything that was given up and not yet collected counts.
 */
describe.each([
  ['all over an origin of 2^50 blocks', randomBlocks(50)],
  ['all over an origin of 2^40 blocks', randomBlocks(40)],
  ['all over an origin of 2^32 blocks', randomBlocks(32)],
  [
    'one after the other',
    (index: number, words: Uint32Array, at: number): void => {
      words[at] = (index * 8) % 2 ** 32;
    },
  ],
  [
    'beyond sector 2^52, where there is no bitmap',
    (index: number, words: Uint32Array, at: number): void => {
      words[at] = scramble(index, 3) & ~7;
      words[at + 1] = 2 ** 20 + (scramble(index, 4) % 2 ** 20);
    },
  ],
])('4 Mi blocks %s', (_, entry) => {
  it('are inspected in less than 8 bytes for each', async () => {
    const cache = new MeasuringCache({ nBlocks: N_BLOCKS, entry });
    const inspection = await inspect(cache);
    cache.measure();
    expect(inspection.entries?.committed).toBe(N_BLOCKS);
    expect(inspection.state).toBe('dirty');
    expect(cache.most / MIB).toBeLessThan((8 * N_BLOCKS) / MIB + 16);
  });
});

it('collects dirty ranges in about 8 bytes for each live block', async () => {
  const cache = new MadeUpCache({ nBlocks: N_BLOCKS, entry: randomBlocks(40) });
  const inspection = requireEntries(await inspect(cache));
  const measuring = new MeasuringCache({ nBlocks: N_BLOCKS, entry: randomBlocks(40) });
  const dirty = await DirtyRanges.collect(measuring, inspection);
  measuring.measure();
  expect(measuring.most / MIB).toBeLessThan((8 * N_BLOCKS) / MIB + 16);
  const [first] = dirty.ranges();
  expect(first?.sectors).toBe(8n);
});
