import { statSync } from 'node:fs';

/**
 * A device number as stat(2) gives it in `rdev` or `dev`, the way the kernel writes it: `254:0`.
 * Major and minor are interleaved in it since they outgrew eight bits each.
 */
export function formatDeviceNumber(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  return `${String(major)}:${String(minor)}`;
}

/** The number of the block device that a path leads to; null where it leads to none. */
export function blockDeviceNumber(path: string): string | null {
  try {
    const stats = statSync(path, { bigint: true });
    return stats.isBlockDevice() ? formatDeviceNumber(stats.rdev) : null;
  } catch {
    return null;
  }
}
