import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface SysfsRoot {
  /** `/sys` unless told. */
  readonly sysRoot?: string;
}

/** A device that is built on another one and keeps it open. */
export interface Holder {
  /** The kernel's name, `dm-0`. */
  readonly name: string;
  /** The mapping's name and uuid; null when it is no device-mapper device or has none. */
  readonly dmName: string | null;
  readonly dmUuid: string | null;
}

export interface DeviceReference {
  /** The kernel's name, `sda1`. */
  readonly name: string;
  /** `8:1` */
  readonly deviceNumber: string;
}

/** What the kernel tells about a block device in sysfs. */
export interface BlockDeviceFacts extends DeviceReference {
  readonly sizeBytes: bigint;
  readonly logicalBlockSizeBytes: number;
  readonly physicalBlockSizeBytes: number;
  readonly readOnly: boolean;
  /** It is memory that can be mapped directly (persistent memory). */
  readonly dax: boolean;
  /** A mapping's own name and uuid; null when it is no device-mapper device or has none. */
  readonly dmName: string | null;
  readonly dmUuid: string | null;
  /** Of the disk, also for a partition; null where the driver knows none. */
  readonly model: string | null;
  readonly partitions: readonly DeviceReference[];
  readonly holders: readonly Holder[];
  /** The disk that a partition is part of; null for everything else. */
  readonly parentDisk: DeviceReference | null;
}

const SYSFS_SECTOR_BYTES = 512n;

/**
 * What sysfs says about a block device now.
 *
 * @param deviceNumber `254:0`
 * @returns null when sysfs has no such device (any more); never throws for what sysfs lacks.
 */
export function blockDeviceFacts(deviceNumber: string, roots: SysfsRoot = {}): BlockDeviceFacts | null {
  const folder = blockDeviceFolder(deviceNumber, roots);
  const sectors = folder === null ? null : readFact(join(folder, 'size'));
  if (folder === null || sectors === null || !/^\d+$/.test(sectors)) return null;
  const isPartition = readFact(join(folder, 'partition')) !== null;
  const diskFolder = isPartition ? dirname(folder) : folder;
  const queue = join(diskFolder, 'queue');
  const logicalBlockSizeBytes = positiveNumber(readFact(join(queue, 'logical_block_size'))) ?? 512;
  return {
    name: kernelName(folder),
    deviceNumber,
    // Always in units of 512 bytes, whatever the logical block size is.
    sizeBytes: BigInt(sectors) * SYSFS_SECTOR_BYTES,
    logicalBlockSizeBytes,
    physicalBlockSizeBytes:
      positiveNumber(readFact(join(queue, 'physical_block_size'))) ?? logicalBlockSizeBytes,
    readOnly: readFact(join(folder, 'ro')) === '1',
    dax: readFact(join(queue, 'dax')) === '1',
    ...mappingOf(folder),
    model: nonEmpty(readFact(join(diskFolder, 'device/model'))),
    partitions: isPartition ? [] : partitionsIn(folder),
    holders: namesIn(join(folder, 'holders')).map((name) => ({
      name: name.replaceAll('!', '/'),
      ...mappingOf(join(folder, 'holders', name)),
    })),
    parentDisk: isPartition ? referenceTo(diskFolder) : null,
  };
}

/** The folder of a block device in sysfs; null when there is none (any more). A partition's is in its disk's. */
export function blockDeviceFolder(deviceNumber: string, { sysRoot = '/sys' }: SysfsRoot = {}): string | null {
  return resolved(join(sysRoot, 'dev/block', deviceNumber));
}

/** The read-ahead of a device in sectors of 512 bytes; undefined where sysfs does not tell. */
export function readAheadSectors(deviceNumber: string, roots: SysfsRoot = {}): number | undefined {
  const folder = blockDeviceFolder(deviceNumber, roots);
  const kibibytes = folder === null ? null : readFact(join(folder, 'queue/read_ahead_kb'));
  return kibibytes !== null && /^\d{1,9}$/.test(kibibytes) ? Number(kibibytes) * 2 : undefined;
}

/** The content of a file in sysfs without the line break behind it: a name may begin or end with blanks. Null as {@link readFact}. */
export function readAttribute(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').replace(/\n$/, '');
  } catch {
    return null;
  }
}

/** The trimmed content of a file in sysfs; null when it is not there (any more) or cannot be read. */
export function readFact(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

/** The names in a folder, sorted; none when it is not there (any more). */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort(compareNames);
  } catch {
    return [];
  }
}

/** `sda2` before `sda10`. Not by Intl, whose first use in a process takes as long as all the rest of a start. */
function compareNames(a: string, b: string): number {
  const [ours, others] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  const at = ours.findIndex((part, index) => part !== others[index]);
  const [our = '', other = ''] = [ours[at], others[at]];
  // Every second part is a number.
  if (at % 2 === 1 && Number(our) !== Number(other)) return Number(our) - Number(other);
  return our < other ? -1 : our > other ? 1 : 0;
}

function partitionsIn(diskFolder: string): DeviceReference[] {
  return namesIn(diskFolder)
    .filter((name) => readFact(join(diskFolder, name, 'partition')) !== null)
    .map((name) => referenceTo(join(diskFolder, name)))
    .filter((reference) => reference !== null);
}

function referenceTo(folder: string): DeviceReference | null {
  const deviceNumber = readFact(join(folder, 'dev'));
  return deviceNumber === null ? null : { name: kernelName(folder), deviceNumber };
}

function mappingOf(folder: string): { dmName: string | null; dmUuid: string | null } {
  return {
    dmName: nonEmpty(readFact(join(folder, 'dm/name'))),
    dmUuid: nonEmpty(readFact(join(folder, 'dm/uuid'))),
  };
}

function kernelName(folder: string): string {
  // A slash in a device's name (cciss/c0d0) is written as an exclamation mark where it names a folder.
  return basename(folder).replaceAll('!', '/');
}

function nonEmpty(text: string | null): string | null {
  return text === '' ? null : text;
}

function positiveNumber(text: string | null): number | null {
  const value = Number(text);
  return Number.isSafeInteger(value) && value > 0 ? value : null;
}

function resolved(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
