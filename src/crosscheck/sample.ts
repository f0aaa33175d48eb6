import { randomInt } from 'node:crypto';
import type { VerifyLevel } from './certificate.js';

/** How many blocks a sample has. */
export const SAMPLE_BLOCKS = 4096;

/** How many of `total` blocks a level asks for. */
export function wantedBlocks(level: VerifyLevel, total: number, sampleBlocks = SAMPLE_BLOCKS): number {
  if (level === 'metadata') return 0;
  return level === 'sample' ? Math.min(total, sampleBlocks) : total;
}

/** Blocks of a sample lie together in so many stretches, so that a disk has few seeks to make. */
const STRETCHES = 16;

/**
 * Chooses `wanted` of `total` that are in an order: a few stretches of neighbours that lie evenly, from a place that chance
 * decides, so that no place is safe from being looked at. Call the result with each position, in order.
 */
export function inStretches(total: number, wanted: number): (position: number) => boolean {
  if (wanted >= total) return () => true;
  if (wanted === 0) return () => false;
  const count = Math.min(STRETCHES, wanted);
  const gap = (total - wanted) / count;
  const begin = randomInt(total - wanted - Math.floor((count - 1) * gap) + 1);
  const chosenBefore = (stretch: number): number => Math.floor((stretch * wanted) / count);
  const startOf = (stretch: number): number => begin + Math.floor(stretch * gap) + chosenBefore(stretch);
  let stretch = 0;
  return (position) => {
    while (
      stretch < count &&
      position >= startOf(stretch) + chosenBefore(stretch + 1) - chosenBefore(stretch)
    ) {
      stretch += 1;
    }
    return stretch < count && position >= startOf(stretch);
  };
}
