import { join } from 'node:path';
import { readFact } from './sysfs.js';

/** What a loop device shows: a range of a file or of another device. */
export interface LoopBacking {
  readonly path: string;
  readonly offsetBytes: bigint;
  /** 0 for all that follows. */
  readonly limitBytes: bigint;
}

/**
 * What is behind a loop device; null for what is none or has nothing attached.
 *
 * @param folder the device's folder in sysfs.
 */
export function loopBacking(folder: string): LoopBacking | null {
  const path = readFact(join(folder, 'loop/backing_file'));
  if (path === null || path === '') return null;
  return {
    path,
    offsetBytes: bytesIn(join(folder, 'loop/offset')),
    limitBytes: bytesIn(join(folder, 'loop/sizelimit')),
  };
}

function bytesIn(path: string): bigint {
  const text = readFact(path);
  return text !== null && /^\d+$/.test(text) ? BigInt(text) : 0n;
}
