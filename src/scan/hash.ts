import { randomInt } from 'node:crypto';

/**
 * Two seeds for hashing sectors, new in every process: an image made to collide in one run does not in the next.
 */
export interface HashSeed {
  readonly place: number;
  readonly mark: number;
}

export function newHashSeed(): HashSeed {
  return { place: randomInt(2 ** 32), mark: randomInt(2 ** 32) };
}

/**
 * Mixes a 64-bit value, given as two 32-bit halves, to 32 bits. A bijection of `lo` for one `hi`, and of `hi` for one
 * `lo`; the seed goes into both halves, so that no two values collide under every seed.
 */
export function mix(hi: number, lo: number, seed: number): number {
  let high = Math.imul(hi ^ ((seed << 16) | (seed >>> 16)), 0x27d4eb2f);
  high ^= high >>> 13;
  let h = Math.imul(lo ^ seed, 0x9e3779b1);
  h ^= h >>> 15;
  h = Math.imul(h ^ high, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Spreads a 32-bit hash over `capacity` slots, which need not be a power of two. */
export function slotOf(hash: number, capacity: number): number {
  return Math.floor((hash * capacity) / 2 ** 32);
}
