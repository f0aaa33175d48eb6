import { WrongDeviceError } from '../errors.js';
import type { Superblock } from '../format/index.js';
import type { Evidence } from './evidence.js';

/**
 * Refuses a superblock that cannot be of the cache that the evidence is of: these two fields never change.
 * Throws {@link WrongDeviceError} `other-cache`.
 */
export function requireSameCache(name: string, { superblock: then }: Evidence, now: Superblock): void {
  if (then.block_size === now.block_size && then.n_blocks === now.n_blocks) return;
  throw new WrongDeviceError(
    `${name} is not the cache that the evidence is of: it has ${shape(now)}, and the evidence ${shape(then)}.`,
    {
      code: 'other-cache',
      hint: 'Check both names, and --start-sector. If the cache was formatted meanwhile, nothing can be told any more.',
    },
  );
}

function shape({ n_blocks, block_size }: Superblock): string {
  return `${String(n_blocks)} blocks of ${String(block_size)} bytes`;
}
