import { statSync } from 'node:fs';
import { join } from 'node:path';
import { formatDeviceNumber } from './device-number.js';
import { type LoopBacking, loopBacking } from './loop-backing.js';
import { blockDeviceFacts, blockDeviceFolder, namesIn, readFact, type SysfsRoot } from './sysfs.js';

/** A device above and the one right below it. */
interface Step {
  readonly above: string;
  readonly below: string;
  readonly how: 'built on' | 'a partition of' | 'backed by';
}

/**
 * The numbers of all block devices that a device is made of, nearest first and without itself: what a mapping, an array
 * or a loop device is built on, the disk that a partition is part of, and so on down. Never throws.
 *
 * @param deviceNumber `254:0`
 */
export function underlyingDevices(deviceNumber: string, roots: SysfsRoot = {}): string[] {
  return [...waysDown(deviceNumber, roots).keys()];
}

/** The numbers of all block devices that are built on a device or are partitions of it, nearest first. Never throws. */
export function devicesAbove(deviceNumber: string, roots: SysfsRoot = {}): string[] {
  const found = new Set([deviceNumber]);
  // A set hands out what is added to it while it is walked.
  for (const current of found) {
    const folder = blockDeviceFolder(current, roots);
    if (folder === null) continue;
    for (const holder of numbersIn(join(folder, 'holders'))) found.add(holder);
    for (const partition of blockDeviceFacts(current, roots)?.partitions ?? []) {
      found.add(partition.deviceNumber);
    }
  }
  found.delete(deviceNumber);
  return [...found];
}

/**
 * Whether a write to one of two devices can change what is on the other: they are the same, one is made of the
 * other, one has all of a disk of which the other has a partition, or they are loop devices on the same part of a file.
 * Two partitions of a disk, or two volumes of a group, have nothing in common.
 *
 * @returns a sentence with how that is known; null when nothing is known.
 */
export function overlap(a: string, b: string, roots: SysfsRoot = {}): string | null {
  if (a === b) return `Both are ${nameOf(a, roots)}, device number ${a}.`;
  const belowA = waysDown(a, roots);
  const belowB = waysDown(b, roots);
  const direct = belowA.get(b) ?? belowB.get(a);
  if (direct !== undefined) return `${inWords(direct, roots)}, says sysfs.`;
  const [whole, part] = wholeAndPart(belowA, belowB) ?? wholeAndPart(belowB, belowA) ?? [];
  if (whole !== undefined && part !== undefined) {
    return `${inWords(whole, roots)}, and ${inWords(part, roots)}, says sysfs.`;
  }
  return sameFile(a, b, roots);
}

/** Each device below, with the steps that lead down to it. */
function waysDown(deviceNumber: string, roots: SysfsRoot): Map<string, readonly Step[]> {
  const ways = new Map<string, readonly Step[]>([[deviceNumber, []]]);
  // A map hands out what is added to it while it is walked.
  for (const [current, way] of ways) {
    for (const step of stepsDown(current, roots)) {
      if (!ways.has(step.below)) ways.set(step.below, [...way, step]);
    }
  }
  ways.delete(deviceNumber);
  return ways;
}

function stepsDown(above: string, roots: SysfsRoot): Step[] {
  const folder = blockDeviceFolder(above, roots);
  if (folder === null) return [];
  const disk = blockDeviceFacts(above, roots)?.parentDisk;
  const backing = backingDevice(loopBacking(folder));
  return [
    ...numbersIn(join(folder, 'slaves')).map((below) => ({ above, below, how: 'built on' as const })),
    ...(disk ? [{ above, below: disk.deviceNumber, how: 'a partition of' as const }] : []),
    ...(backing === null ? [] : [{ above, below: backing, how: 'backed by' as const }]),
  ];
}

function wholeAndPart(
  a: ReadonlyMap<string, readonly Step[]>,
  b: ReadonlyMap<string, readonly Step[]>,
): [readonly Step[], readonly Step[]] | null {
  for (const [disk, whole] of a) {
    const part = b.get(disk);
    if (part?.at(-1)?.how === 'a partition of' && whole.at(-1)?.how !== 'a partition of') {
      return [whole, part];
    }
  }
  return null;
}

function sameFile(a: string, b: string, roots: SysfsRoot): string | null {
  const loopA = loopOf(a, roots);
  const loopB = loopOf(b, roots);
  if (loopA === null || loopB === null) return null;
  const inode = inodeOf(loopA.path);
  if (inode === null || inode !== inodeOf(loopB.path)) return null;
  if (endOf(loopA) <= loopB.offsetBytes || endOf(loopB) <= loopA.offsetBytes) return null;
  return `${nameOf(a, roots)} and ${nameOf(b, roots)} are loop devices on the same part of ${loopA.path}, says sysfs.`;
}

function loopOf(deviceNumber: string, roots: SysfsRoot): LoopBacking | null {
  const folder = blockDeviceFolder(deviceNumber, roots);
  return folder === null ? null : loopBacking(folder);
}

function endOf({ offsetBytes, limitBytes }: LoopBacking): bigint {
  return limitBytes === 0n ? 2n ** 63n : offsetBytes + limitBytes;
}

function backingDevice(backing: LoopBacking | null): string | null {
  if (backing === null) return null;
  const stats = statOf(backing.path);
  return stats?.isBlockDevice() ? formatDeviceNumber(stats.rdev) : null;
}

function inodeOf(path: string): string | null {
  const stats = statOf(path);
  return stats === null ? null : `${String(stats.dev)}:${String(stats.ino)}`;
}

function statOf(path: string) {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return null;
  }
}

/** The numbers of the devices that a folder of sysfs has links to. */
function numbersIn(folder: string): string[] {
  return namesIn(folder)
    .map((name) => readFact(join(folder, name, 'dev')))
    .filter((number) => number !== null);
}

/** `dm-1 (wc) is built on sda1, which is a partition of sda` */
function inWords(way: readonly Step[], roots: SysfsRoot): string {
  const [first, ...rest] = way.map(({ below, how }) => `is ${how} ${nameOf(below, roots)}`);
  const top = nameOf(way[0]?.above ?? '', roots);
  return [`${top} ${first ?? ''}`, ...rest].join(', which ');
}

function nameOf(deviceNumber: string, roots: SysfsRoot): string {
  const facts = blockDeviceFacts(deviceNumber, roots);
  if (facts === null) return `the device ${deviceNumber}`;
  return facts.dmName === null ? facts.name : `${facts.name} (${facts.dmName})`;
}
