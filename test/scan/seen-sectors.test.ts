import { describe, expect, it } from 'vitest';
import { SeenSectors, sectorKey } from '../../src/scan/seen-sectors.js';
import { MIB, randomWords } from './helpers.js';

const PAGE_BLOCKS = 65536;

/** What comes more than once, found the plain way. */
function repeatedOf(sectors: readonly bigint[]): Set<bigint> {
  const seen = new Set<bigint>();
  const repeated = new Set<bigint>();
  for (const sector of sectors) {
    (seen.has(sector) ? repeated : seen).add(sector);
  }
  return repeated;
}

function feed(seen: SeenSectors, sectors: readonly bigint[]): void {
  for (const sector of sectors) {
    seen.add(Number(sector >> 32n), Number(sector & 0xffff_ffffn));
  }
}

/** The repeated sectors are a superset, with at most one that was taken for another. */
function expectRepeats(seen: SeenSectors, expected: ReadonlySet<bigint>): void {
  const found = new Set([...(seen.repeated ?? [])].map(BigInt));
  expect([...expected].filter((sector) => !found.has(sector))).toEqual([]);
  expect(found.size - expected.size).toBeLessThanOrEqual(1);
  if (expected.size > 0) expect(seen.hasRepeats).toBe(true);
}

/** Blocks each on a page of its own, as a hostile image has them to waste memory. */
function sparseSectors(count: number, sectorsPerBlock: number, seed: number): bigint[] {
  const random = randomWords(seed);
  return Array.from(
    { length: count },
    // Far apart, so that the sectors soon need more than 32 bits.
    (_, at) => BigInt(at * 65 * PAGE_BLOCKS + (random() % PAGE_BLOCKS)) * BigInt(sectorsPerBlock),
  );
}

describe('finds what comes more than once', () => {
  it.each([512, 4096, 65536])('among dense blocks of %i bytes', (blockSize) => {
    const random = randomWords(blockSize);
    const sectors = Array.from({ length: 30_000 }, () => BigInt((random() % 100_000) * (blockSize / 512)));
    const seen = new SeenSectors(sectors.length, blockSize);
    feed(seen, sectors);
    const expected = repeatedOf(sectors);
    expect(expected.size).toBeGreaterThan(1000);
    expect(new Set([...(seen.repeated ?? [])].map(BigInt))).toEqual(expected);
  });

  it('before, across and after the change from the bitmap to hashes', () => {
    const blocks = sparseSectors(3000, 8, 11);
    // 512 pages of 8 KiB are the 4 MiB that the bitmap may take: it is given up on the way.
    const sectors = [
      ...blocks.slice(0, 300),
      ...blocks.slice(0, 10),
      ...blocks.slice(300, 2000),
      ...blocks.slice(60, 70),
      ...blocks.slice(295, 305),
      ...blocks.slice(1990),
      ...blocks.slice(2990),
      ...blocks.slice(0, 10),
    ];
    const seen = new SeenSectors(100, 4096);
    feed(seen, sectors);
    expectRepeats(seen, repeatedOf(sectors));
    expect(repeatedOf(sectors).size).toBe(50);
  });

  it.each([512, 4096])(
    'whatever the sectors are: misaligned, beyond 2^52, 2^53 and 2^54 (blocks of %i bytes)',
    (blockSize) => {
      const odd = [
        1n,
        7n,
        9n,
        2n ** 32n + 1n,
        2n ** 52n - 8n,
        2n ** 52n,
        2n ** 52n + 8n,
        2n ** 53n - 8n,
        2n ** 53n,
      ];
      odd.push(2n ** 53n + 1n, 2n ** 53n + 2n, 2n ** 54n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n - 2n, 0n, 8n);
      const random = randomWords(5);
      for (let round = 0; round < 200; round += 1) {
        const sectors = Array.from({ length: 20 }, () => odd[random() % odd.length] ?? 0n);
        const seen = new SeenSectors(sectors.length, blockSize);
        feed(seen, sectors);
        expectRepeats(seen, repeatedOf(sectors));
      }
    },
  );
});

it('is certain that nothing came twice when it says so', () => {
  const sectors = sparseSectors(600, 8, 3);
  const seen = new SeenSectors(sectors.length, 4096);
  feed(seen, sectors);
  expect(seen.repeated?.size).toBe(0);
  expect(seen.hasRepeats).toBe(false);
  feed(seen, sectors.slice(-1));
  expect(seen.hasRepeats).toBe(true);
  expect(new Set([...(seen.repeated ?? [])].map(BigInt))).toEqual(new Set(sectors.slice(-1)));
});

it('gives the bitmap up before it takes much memory', () => {
  // As a bitmap these were 800 MB.
  const sectors = sparseSectors(100_000, 8, 9);
  const seen = new SeenSectors(100_000, 4096);
  let most = 0;
  const before = process.memoryUsage().arrayBuffers;
  for (let at = 0; at < sectors.length; at += 1000) {
    feed(seen, sectors.slice(at, at + 1000));
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(most).toBeLessThan(8 * 100_000 + 8 * MIB);
  feed(seen, sectors.slice(0, 5));
  feed(seen, sectors.slice(-5));
  expectRepeats(seen, new Set([...sectors.slice(0, 5), ...sectors.slice(-5)]));
});

it('stops listing repeats at 2^20 of them', () => {
  const limit = 2 ** 20;
  const seen = new SeenSectors(2 * limit + 2, 512);
  for (let sector = 0; sector <= limit; sector += 1) seen.add(0, sector);
  expect(seen.hasRepeats).toBe(false);
  for (let sector = 0; sector < limit; sector += 1) seen.add(0, sector);
  expect(seen.repeated?.size).toBe(limit);
  seen.add(0, 5);
  expect(seen.repeated?.size).toBe(limit);
  seen.add(0, limit);
  expect(seen.repeated).toBeNull();
  seen.add(0, 5);
  expect(seen.repeated).toBeNull();
  expect(seen.hasRepeats).toBe(true);
});

it.each([
  [0, 0, 0],
  [0, 2 ** 32 - 1, 2 ** 32 - 1],
  [1, 0, 2 ** 32],
  [2 ** 21 - 1, 2 ** 32 - 1, Number.MAX_SAFE_INTEGER],
  [2 ** 21, 0, 2n ** 53n],
  [2 ** 21, 1, 2n ** 53n + 1n],
  [2 ** 32 - 1, 2 ** 32 - 1, 2n ** 64n - 1n],
])('keys %i:%i exactly', (hi, lo, key) => {
  expect(sectorKey(hi, lo)).toBe(key);
});
