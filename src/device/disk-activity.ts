import { join } from 'node:path';
import { blockDeviceFolder, readFact, type SysfsRoot } from './sysfs.js';

/** What has been written to a block device since it came up, as the kernel counts it. */
export interface DiskActivity {
  readonly writes: bigint;
  readonly discards: bigint;
  /** Requests under way. */
  readonly inFlight: bigint;
}

/**
 * What `/sys/dev/block/N/stat` counts of a device (Documentation/block/stat.rst); null where the kernel does not count it.
 *
 * @param deviceNumber `253:0`
 */
export function diskActivity(deviceNumber: string, roots: SysfsRoot = {}): DiskActivity | null {
  const folder = blockDeviceFolder(deviceNumber, roots);
  if (folder === null || readFact(join(folder, 'queue/iostats')) === '0') return null;
  const fields = (readFact(join(folder, 'stat')) ?? '').trim().split(/\s+/);
  const at = (index: number): bigint | null => {
    const field = fields[index];
    return field !== undefined && /^\d+$/.test(field) ? BigInt(field) : null;
  };
  const [writes, inFlight] = [at(4), at(8)];
  // Discards are counted since Linux 4.18; before that they are among the writes.
  return writes === null || inFlight === null ? null : { writes, discards: at(11) ?? 0n, inFlight };
}
