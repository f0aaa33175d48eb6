import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DevRoot, lastingIds, linksTo } from './device-links.js';
import { diskIds, mdUuidId } from './disk-ids.js';
import {
  type BlockDeviceFacts,
  blockDeviceFacts,
  blockDeviceFolder,
  readFact,
  type SysfsRoot,
} from './sysfs.js';

/** By what a block device is known again after a reboot, in another slot, or under another name. */
export interface DeviceIdentity {
  /**
   * Names that no other device has, sorted, each with its scheme: `wwid:naa.5000…`, `serial:MODEL:SERIAL`, `dm-uuid:…`,
   * `md-uuid:…`, `pmem-uuid:…`, `part-uuid:…`, `by-id:ata-…`, `loop-file:INODE:PATH`. What a partition has from its
   * disk ends in `/part1`. May be empty. For a file system add `fs-uuid:…`.
   */
  readonly ids: readonly string[];
  /** The kernel's name now; another device may have it after the next boot. */
  readonly name: string;
  readonly sizeBytes: bigint;
  /** Of the disk, also for a partition. */
  readonly model: string | null;
}

export type SharedIdentity = 'same' | 'different' | 'unknown';

/**
 * By what a block device can be known again. Null when sysfs has no such device (any more); never throws for what
 * sysfs or udev lack.
 *
 * @param deviceNumber `254:0`
 */
export function deviceIdentity(deviceNumber: string, roots: SysfsRoot & DevRoot = {}): DeviceIdentity | null {
  const facts = blockDeviceFacts(deviceNumber, roots);
  const folder = blockDeviceFolder(deviceNumber, roots);
  if (facts === null || folder === null) return null;
  const ids = [
    ...(facts.parentDisk === null ? diskIds(facts, folder) : partitionIds(facts, folder, roots)),
    ...lastingIds(facts, roots)
      .map(linkId)
      .filter((id) => id !== null),
  ];
  const { name, sizeBytes, model } = facts;
  return { ids: [...new Set(ids)].sort(), name, sizeBytes, model };
}

/**
 * Whether two sets of ids are of the same device. One id in common tells that they are, as long as it is not merely one
 * that a copy of the content has too (a partition's uuid) while hardware speaks against it. They are different
 * when they have ids of the same scheme and none in common.
 */
export function shareIdentity(
  { ids: a }: Pick<DeviceIdentity, 'ids'>,
  { ids: b }: Pick<DeviceIdentity, 'ids'>,
): SharedIdentity {
  const shared = a.filter((id) => b.includes(id));
  if (shared.some((id) => !isCopied(schemeOf(id)))) return 'same';
  const schemes = new Set(b.map(schemeOf));
  const common = a.map(schemeOf).filter((scheme) => schemes.has(scheme));
  if (shared.length > 0) return common.every(isCopied) ? 'same' : 'unknown';
  return common.length > 0 ? 'different' : 'unknown';
}

/**
 * The path by which people know a device: `/dev/mapper/NAME` of a mapping, `/dev/NAME` of anything else. Null when sysfs
 * has no such device (any more). Never throws.
 */
export function bestPath(deviceNumber: string, roots: SysfsRoot & DevRoot = {}): string | null {
  const facts = blockDeviceFacts(deviceNumber, roots);
  if (facts === null) return null;
  const { devRoot = '/dev' } = roots;
  const mapped = facts.dmName === null ? null : join(devRoot, 'mapper', facts.dmName);
  return mapped !== null && existsSync(mapped) ? mapped : join(devRoot, facts.name);
}

/**
 * A link below /dev/disk that leads to the same device after the next boot too: by its id, or for a partition by its
 * uuid. Null where udev made none. Never throws.
 */
export function stablePath(deviceNumber: string, roots: SysfsRoot & DevRoot = {}): string | null {
  const facts = blockDeviceFacts(deviceNumber, roots);
  if (facts === null) return null;
  const links = [
    ...lastingIds(facts, roots)
      .sort((a, b) => obscurity(a) - obscurity(b))
      .map((name) => join('by-id', name)),
    ...linksTo(facts, 'by-partuuid', roots).map((name) => join('by-partuuid', name)),
  ];
  return links[0] === undefined ? null : join(roots.devRoot ?? '/dev', 'disk', links[0]);
}

/** Lies in the content, and is the same on a copy of it: a clone of a virtual disk, a snapshot of an array. */
function isCopied(scheme: string): boolean {
  return ['part-uuid', 'fs-uuid', 'md-uuid', 'dm-uuid', 'by-id:lvm'].includes(scheme);
}

/** `wwid`; udev's names are compared only with others of the same bus, because a disk can move to another one. */
function schemeOf(id: string): string {
  return /^by-id:[^-]*/.exec(id)?.[0] ?? id.slice(0, id.indexOf(':'));
}

/** The id that a link in /dev/disk/by-id stands for; null for a mapping's uuid, which sysfs always tells. */
function linkId(link: string): string | null {
  if (link.startsWith('dm-uuid-')) return null;
  // Older kernels have the uuid of an array nowhere in sysfs.
  const [, mdUuid] = /^md-uuid-([0-9a-f:]+)$/.exec(link) ?? [];
  if (mdUuid !== undefined) return mdUuidId(mdUuid);
  return link.startsWith('md-uuid-') ? null : `by-id:${link}`;
}

function partitionIds(facts: BlockDeviceFacts, folder: string, roots: SysfsRoot & DevRoot): string[] {
  const diskNumber = facts.parentDisk?.deviceNumber ?? '';
  const disk = blockDeviceFacts(diskNumber, roots);
  const diskFolder = blockDeviceFolder(diskNumber, roots);
  const number = readFact(join(folder, 'partition')) ?? '';
  const [, fromKernel] = /^PARTUUID=(.*)$/m.exec(readFact(join(folder, 'uevent')) ?? '') ?? [];
  return [
    ...[...linksTo(facts, 'by-partuuid', roots), fromKernel ?? '']
      // A DOS table without a signature of its own.
      .filter((uuid) => uuid !== '' && !/^0+-/.test(uuid))
      .map((uuid) => `part-uuid:${uuid.toLowerCase()}`),
    ...(disk === null || diskFolder === null ? [] : diskIds(disk, diskFolder)).map(
      (id) => `${id}/part${number}`,
    ),
  ];
}

/** Names with a model and a serial number say more to people than mere numbers, and those more than uuids. */
function obscurity(name: string): number {
  if (/^(?:ata|mmc|usb|virtio|nvme(?!-(?:eui|uuid|nguid|nvme)\.)|scsi-S)/.test(name)) return 0;
  if (/^(?:dm|md|lvm)-/.test(name)) return 3;
  return name.startsWith('wwn-') ? 2 : 1;
}
