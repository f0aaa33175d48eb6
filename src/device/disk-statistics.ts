import { join } from 'node:path';
import { readProcText } from './proc-tables.js';
import { blockDeviceFolder, readFact, type SysfsRoot } from './sysfs.js';

/**
 * What the kernel has counted of a block device since it came up (Documentation/admin-guide/iostats.rst). Sectors are of
 * 512 bytes. Times are kept in 32 bits and begin anew after 49 days: only their difference says something, and
 * {@link millisecondsBetween} tells it.
 */
export interface DiskStatistics {
  readonly reads: number;
  readonly readSectors: number;
  readonly readMs: number;
  readonly writes: number;
  readonly writtenSectors: number;
  readonly writeMs: number;
  /** Requests under way. */
  readonly inFlight: number;
  /** Time in which a request was under way. */
  readonly busyMs: number;
  /** null before Linux 4.18, which counts discards among the writes. */
  readonly discards: number | null;
  /** null before Linux 5.5, and for what takes no flushes by itself, such as a mapping or a partition. */
  readonly flushes: number | null;
  readonly flushMs: number | null;
}

const MAX_FIELD = 2 ** 32;

/** `254 0 vda 345103 70253 10308194 396313 ...`: the name stands between the number and the counts, 11 of them at least. */
const LINE = /^\s*(\d+)\s+(\d+)\s+\S+\s+(\d+(?:\s+\d+){10,})\s*$/;

/** Of all block devices, by number as `253:0`, as /proc/diskstats tells it; a line that makes no sense is left out. */
export function parseDiskStatistics(text: string): Map<string, DiskStatistics> {
  const found = new Map<string, DiskStatistics>();
  for (const line of text.split('\n')) {
    const [, major, minor, counts] = LINE.exec(line) ?? [];
    if (major === undefined || minor === undefined || counts === undefined) continue;
    found.set(`${major}:${minor}`, statisticsOf(counts.split(/\s+/).map(Number)));
  }
  return found;
}

/** What this kernel counts now; nothing where /proc does not tell. */
export function diskStatistics(procRoot = '/proc'): Map<string, DiskStatistics> {
  return parseDiskStatistics(readProcText(join(procRoot, 'diskstats')));
}

/**
 * Whether the kernel is told to count a device. Where that is switched off (`queue/iostats`), its counts stand still, which is
 * not to be taken for rest; only mappings are counted all the same by some kernels (6.1).
 *
 * @param deviceNumber `253:0`
 */
export function isCounted(deviceNumber: string, roots: SysfsRoot = {}): boolean {
  const folder = blockDeviceFolder(deviceNumber, roots);
  if (folder === null) return true;
  // A partition's queue is its disk's.
  const switches = [join(folder, 'queue/iostats'), join(folder, '../queue/iostats')];
  return switches.map(readFact).find((fact) => fact !== null) !== '0';
}

/** By how much a time of {@link DiskStatistics} grew, also over the end of its 32 bits. */
export function millisecondsBetween(before: number, after: number): number {
  return after >= before ? after - before : (after - before + MAX_FIELD) % MAX_FIELD;
}

function statisticsOf(counts: readonly number[]): DiskStatistics {
  const inFlight = counts[8] ?? 0;
  return {
    reads: counts[0] ?? 0,
    readSectors: counts[2] ?? 0,
    readMs: counts[3] ?? 0,
    writes: counts[4] ?? 0,
    writtenSectors: counts[6] ?? 0,
    writeMs: counts[7] ?? 0,
    // Some kernels let it fall below zero, and print that without a sign.
    inFlight: inFlight < MAX_FIELD / 2 ? inFlight : 0,
    busyMs: counts[9] ?? 0,
    discards: counts[11] ?? null,
    flushes: counts[15] ?? null,
    flushMs: counts[16] ?? null,
  };
}
