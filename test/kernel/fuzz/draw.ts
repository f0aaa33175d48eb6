import { ALL_ONES, ENTRY_BYTES, SECTOR_BYTES, SUPERBLOCK_BYTES } from '../../../src/format/index.js';
import { predict, type Prediction } from './predict.js';
import { randomCase, type FuzzCase } from './random-case.js';

/** A case and what we say about it. */
export interface Drawn {
  readonly one: FuzzCase;
  readonly prediction: Prediction;
}

/**
 * The case of this number. A cache without one free block gets one: the kernel would begin to write it back at once, to sectors that are not on
 * any origin, and the status would be that of some moment.
 */
export async function draw(seed: number, index: number, mode: 'p' | 's'): Promise<Drawn> {
  const one = randomCase(seed, index, mode);
  const prediction = await predict(one);
  if (prediction.outcome === 'refused' || prediction.freeBlocks > 0n) return { one, prediction };
  const entry = index % Number(prediction.nBlocks);
  const start = Number(one.startSector) * SECTOR_BYTES + SUPERBLOCK_BYTES;
  one.bytes.writeBigUInt64LE(ALL_ONES, start + entry * ENTRY_BYTES + 8);
  return { one, prediction: await predict(one) };
}
