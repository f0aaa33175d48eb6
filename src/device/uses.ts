import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatDeviceNumber } from './device-number.js';
import type { OpenedDevice } from './open-device.js';
import { type Mount, parseMountinfo, parseSwaps, readProcText } from './proc-tables.js';
import { type BlockDeviceFacts, blockDeviceFacts, namesIn, readFact } from './sysfs.js';

/** One reason why a device must not be given away or written over. */
export interface Use {
  readonly kind: 'mounted' | 'swap' | 'held' | 'loop' | 'partition-in-use';
  /** The user: a mount point, a mapping, a loop device, a partition. */
  readonly by: string;
  /** A sentence with where that is known from. */
  readonly evidence: string;
}

export interface UsesRoots {
  /** `/sys` unless told. */
  readonly sysRoot?: string;
  /** `/proc` unless told. */
  readonly procRoot?: string;
}

interface Places {
  readonly sysRoot: string;
  readonly mounts: readonly Mount[];
  readonly swaps: readonly string[];
}

/** What a path leads to, as far as it can be looked up now. */
interface Identity {
  readonly paths: ReadonlySet<string>;
  readonly deviceNumber: string | null;
  /** Device and inode number of a regular file; null for a block device and for what is not there. */
  readonly inode: string | null;
}

/**
 * Who uses a device or image file now: mounts, swap, devices built on it, loop devices backed by it, and for
 * a whole disk its partitions in use. Empty means that nobody is known to; what this process cannot see (a
 * mount of another namespace, a program that has it open) is not told, so claim the device as well.
 *
 * Never throws: what /proc or /sys lack, or what vanishes meanwhile, is no use.
 */
export function findUses(
  device: Pick<OpenedDevice, 'path' | 'kind' | 'deviceNumber'>,
  roots: UsesRoots = {},
): Use[] {
  const { sysRoot = '/sys', procRoot = '/proc' } = roots;
  const places: Places = {
    sysRoot,
    mounts: parseMountinfo(readProcText(join(procRoot, 'self/mountinfo'))),
    swaps: parseSwaps(readProcText(join(procRoot, 'swaps'))),
  };
  if (device.kind === 'file' || device.deviceNumber === null) {
    const identity = identityOf(device.path);
    return [...swapUses(identity, places), ...loopUses(identity, places)];
  }

  const facts = blockDeviceFacts(device.deviceNumber, { sysRoot });
  const uses = blockUses(device.deviceNumber, [device.path], facts, places);
  for (const partition of facts?.partitions ?? []) {
    const partitionFacts = blockDeviceFacts(partition.deviceNumber, { sysRoot });
    for (const use of blockUses(partition.deviceNumber, [], partitionFacts, places)) {
      uses.push({ kind: 'partition-in-use', by: partition.name, evidence: use.evidence });
    }
  }
  // A partition is not free either while its whole disk is somebody's (a multipath, a RAID over disks).
  if (facts?.parentDisk) {
    const diskFacts = blockDeviceFacts(facts.parentDisk.deviceNumber, { sysRoot });
    uses.push(...blockUses(facts.parentDisk.deviceNumber, [], diskFacts, places));
  }
  return uses;
}

function blockUses(
  deviceNumber: string,
  paths: readonly string[],
  facts: BlockDeviceFacts | null,
  places: Places,
): Use[] {
  const names = new Set(paths);
  for (const path of paths) names.add(realPath(path));
  if (facts !== null) names.add(`/dev/${facts.name}`);
  if (facts?.dmName) names.add(`/dev/mapper/${facts.dmName}`);
  const identity: Identity = { paths: names, deviceNumber, inode: null };
  return [
    ...mountUses(identity, places),
    ...btrfsUses(facts, places),
    ...swapUses(identity, places),
    ...holderUses(facts),
    ...loopUses(identity, places),
  ];
}

function mountUses(identity: Identity, { mounts }: Places): Use[] {
  return mounts
    .filter(
      ({ deviceNumber, source }) =>
        deviceNumber === identity.deviceNumber ||
        // A file system over several devices (btrfs) has a number of its own and tells one of its devices.
        // Only paths in /dev are looked up: others may lie on a network file system that does not answer.
        (source.startsWith('/dev/') && isSame(identity, source)),
    )
    .map(({ deviceNumber, mountPoint, fileSystem, source }) => ({
      kind: 'mounted' as const,
      by: mountPoint,
      evidence: `/proc/self/mountinfo has ${source} (${deviceNumber}, ${fileSystem}) mounted at ${mountPoint}.`,
    }));
}

/** The members of a mounted btrfs, of which mountinfo tells only one. */
function btrfsUses(facts: BlockDeviceFacts | null, { sysRoot }: Places): Use[] {
  if (facts === null) return [];
  const folder = join(sysRoot, 'fs/btrfs');
  return namesIn(folder)
    .filter((uuid) => namesIn(join(folder, uuid, 'devices')).includes(facts.name.replaceAll('/', '!')))
    .map((uuid) => ({
      kind: 'mounted' as const,
      by: `btrfs ${uuid}`,
      evidence: `${join(folder, uuid, 'devices')} has ${facts.name}: it is part of a mounted btrfs.`,
    }));
}

function swapUses(identity: Identity, { swaps }: Places): Use[] {
  return swaps
    .filter((path) => isSame(identity, path))
    .map((path) => ({ kind: 'swap' as const, by: path, evidence: `/proc/swaps has ${path}.` }));
}

function holderUses(facts: BlockDeviceFacts | null): Use[] {
  return (facts?.holders ?? []).map(({ name, dmName }) => ({
    kind: 'held' as const,
    by: dmName ?? name,
    evidence:
      `sysfs has ${name} as a holder of ${facts?.name ?? ''}` +
      (dmName === null ? '.' : `: the device-mapper device ${dmName}.`),
  }));
}

function loopUses(identity: Identity, { sysRoot }: Places): Use[] {
  return namesIn(join(sysRoot, 'block'))
    .filter((name) => name.startsWith('loop'))
    .flatMap((name) => {
      const backing = readFact(join(sysRoot, 'block', name, 'loop/backing_file'));
      if (backing === null || backing === '') return [];
      // The kernel adds this where the file's name was removed, and on some file systems (overlay, network)
      // also where it was not. When in doubt the file is in use.
      const path = backing.replace(/ \(deleted\)$/, '');
      if (!isSame(identity, backing) && !(path !== backing && identity.paths.has(path))) return [];
      const evidence = `sysfs has ${backing} as what /dev/${name} is backed by.`;
      return [{ kind: 'loop' as const, by: `/dev/${name}`, evidence }];
    });
}

function isSame(identity: Identity, path: string): boolean {
  if (identity.deviceNumber !== null && identity.paths.has(path)) return true;
  const other = identityOf(path);
  if (identity.deviceNumber !== null) return other.deviceNumber === identity.deviceNumber;
  if (identity.inode !== null && other.inode !== null) return other.inode === identity.inode;
  return identity.paths.has(path);
}

function identityOf(path: string): Identity {
  const paths = new Set([path, realPath(path)]);
  try {
    const stats = statSync(path, { bigint: true });
    if (stats.isBlockDevice()) return { paths, deviceNumber: formatDeviceNumber(stats.rdev), inode: null };
    return { paths, deviceNumber: null, inode: `${String(stats.dev)}:${String(stats.ino)}` };
  } catch {
    return { paths, deviceNumber: null, inode: null };
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
