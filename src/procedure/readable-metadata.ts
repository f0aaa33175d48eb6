import type { LiveCache } from '../dm/index.js';
import { withDevice } from '../device/with-device.js';
import { OperationError, WcacheError } from '../errors.js';
import { inspect } from '../scan/index.js';
import { nameAsTyped } from './name-as-typed.js';

/** What a fresh instance will find on the cache device. */
export interface MetadataOnDevice {
  /** Blocks that are newer than on the origin, as the metadata has them now; null where it cannot be looked at. */
  readonly liveBlocks: number | null;
}

/**
 * Reads all metadata of a live cache and judges it as the kernel will when a fresh instance is loaded and resumed: where
 * it cannot be read all blocks count as free, and a superblock that is blank is formatted by the mere loading
 * (kernel-target.md §1.6). Either way everything that is only in the cache would be forgotten. The instance that runs
 * has the metadata in memory, and does not notice.
 *
 * @throws {@link OperationError} `metadata-unreadable`, `metadata-gone`.
 */
export async function requireReadableMetadata(cache: LiveCache): Promise<MetadataOnDevice> {
  const { cachePath, table, status } = cache;
  // Without a node nobody but the kernel can read it.
  if (cachePath === null) return { liveBlocks: null };
  const startSector = table.options.start_sector ?? 0n;
  try {
    return await withDevice(cachePath, { access: 'read' }, async (device) => {
      const { superblock, entries, state, reason } = await inspect(device, {
        startSector,
        summaryOnly: true,
      });
      const isThisOne =
        entries !== null &&
        superblock.block_size === table.block_size &&
        superblock.n_blocks === BigInt(status.total_blocks);
      if (isThisOne) return { liveBlocks: entries.live };
      const what = entries === null ? `${state} (${reason})` : 'that of another cache';
      throw new OperationError(
        `The superblock on ${cachePath} is not the one of ${cache.name} any more: it is ${what}. A fresh instance would forget what is in the cache.`,
        { code: 'metadata-gone', hint: keepRunning(cache, cachePath) },
      );
    });
  } catch (error) {
    if (!(error instanceof WcacheError) || error.code !== 'io-error') throw error;
    throw new OperationError(
      `The metadata of ${cache.name} cannot be read any more, and a fresh instance would forget what is in the cache: ${error.message}`,
      { code: 'metadata-unreadable', hint: keepRunning(cache, cachePath), cause: error },
    );
  }
}

function keepRunning(cache: LiveCache, cachePath: string): string {
  return cache.status.error
    ? `Keep ${nameAsTyped(cache)} as it is: what it has in memory can still be read. Save that, or mend ${cachePath} first.`
    : `Keep ${nameAsTyped(cache)} running: it has the metadata in memory. Write it back: wcache flush ${nameAsTyped(cache)}`;
}
