import type { LiveCache } from '../dm/index.js';
import { withDevice } from '../device/with-device.js';
import { OperationError, WcacheError } from '../errors.js';
import { entryRuns } from '../scan/chunks.js';

const SECTOR_BYTES = 512n;

/**
 * Reads all metadata of a live cache once. The kernel reads it again when a fresh instance is resumed, and where that
 * fails it takes all blocks for free: their reads then give the old data of the origin. The instance that runs has the
 * metadata in memory, and does not notice.
 *
 * @throws {@link OperationError} `metadata-unreadable`.
 */
export async function requireReadableMetadata({
  name,
  cachePath,
  table,
  status,
}: Pick<LiveCache, 'name' | 'cachePath' | 'table' | 'status'>): Promise<void> {
  // Without a node nobody but the kernel can read it.
  if (cachePath === null) return;
  const start = (table.options.start_sector ?? 0n) * SECTOR_BYTES;
  try {
    await withDevice(cachePath, { access: 'read' }, async (device) => {
      const runs = entryRuns(device, start, status.total_blocks);
      while ((await runs.next()).done !== true);
    });
  } catch (error) {
    if (!(error instanceof WcacheError) || error.code !== 'io-error') throw error;
    throw new OperationError(
      `The metadata of ${name} cannot be read any more, and a fresh instance would forget what is in the cache: ${error.message}`,
      {
        code: 'metadata-unreadable',
        hint: `Keep ${name} running: it has the metadata in memory. Save what is on it, or mend ${cachePath} first.`,
        cause: error,
      },
    );
  }
}
