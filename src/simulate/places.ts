import { Random } from './random.js';
import { Zipf } from './zipf.js';

/** Which block of a range comes next: a number from 0 to one less than there are. */
export type Places = () => number;

/** One block after the other, and from the start again. */
export function sequentialPlaces(count: number): Places {
  let next = 0;
  return () => {
    const place = next;
    next = next + 1 === count ? 0 : next + 1;
    return place;
  };
}

/** Every block as likely as any other. */
export function uniformPlaces(count: number, seed: number): Places {
  const random = new Random(seed);
  return () => random.below(count);
}

/**
 * Few blocks often and many rarely, by Zipf's law. The frequent ones are strewn over the range: hot pages of a database
 * are rarely neighbours. They are the same for every seed, so that what is read often is what is written often.
 */
export function zipfPlaces(count: number, seed: number, exponent: number): Places {
  const random = new Random(seed);
  const zipf = new Zipf(count, exponent);
  const strew = strewing(count);
  return () => strew(zipf.rank(random) - 1);
}

/** A permutation of 0 to `count` - 1 that leaves no neighbours together; of a count there is one. */
function strewing(count: number): (rank: number) => number {
  let factor = Math.max(1, Math.floor(count * 0.618_033_988_749_895));
  while (greatestCommonDivisor(factor, count) !== 1) factor += 1;
  if (factor * count <= Number.MAX_SAFE_INTEGER) return (rank) => ((rank + 1) * factor) % count;
  const [bigFactor, bigCount] = [BigInt(factor), BigInt(count)];
  return (rank) => Number(((BigInt(rank) + 1n) * bigFactor) % bigCount);
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
