import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { overlap, underlyingDevices } from '../../src/device/device-tree.js';
import { findFileSystem } from '../../src/device/file-system.js';
import { bestPath, deviceIdentity, shareIdentity } from '../../src/device/identity.js';
import { kernelLogMark, kernelLogSince } from '../../src/device/kernel-log.js';
import { mountsOf } from '../../src/device/mounts.js';
import { attachLoop, detachLoop, useTempFolder } from '../device/helpers.js';

const MiB = 1024 * 1024;

const temp = useTempFolder();
const attached: string[] = [];
let images = 0;

function image(sizeBytes: number): string {
  const path = temp(`image${String(images++)}`);
  writeFileSync(path, '');
  truncateSync(path, sizeBytes);
  return path;
}

function attach(path: string, ...flags: string[]): string {
  const device = attachLoop(path, ...flags);
  attached.unshift(device);
  return device;
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, {
    env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    stdio: 'pipe',
  });
}

function numberOf(device: string): string {
  return device.replace('/dev/loop', '7:');
}

afterEach(() => {
  for (const device of attached.splice(0)) detachLoop(device);
});

describe('what is on a real block device', () => {
  it.each([
    ['ext4', 1024, ['-q', '-b', '1024']],
    ['ext4', 4096, ['-q', '-b', '4096']],
    ['xfs', 512, ['-q', '-s', 'size=512']],
    ['xfs', 4096, ['-q', '-s', 'size=4096']],
  ])('is %s with units of %s bytes', async (type, blockSizeBytes, flags) => {
    const path = image(320 * MiB);
    const device = attach(path);
    run(`mkfs.${type}`, ...flags, device);
    const expected = { type, usage: 'filesystem', blockSizeBytes, label: null, partitionTable: null };
    expect(await findFileSystem(device)).toMatchObject(expected);
    expect(await findFileSystem(path)).toMatchObject(expected);
    rmSync(path);
  });

  it('is xfs with units of a sector where nothing else was asked for', async () => {
    const path = image(320 * MiB);
    const device = attach(path, '--sector-size', '4096');
    run('mkfs.xfs', '-q', device);
    expect(await findFileSystem(device)).toMatchObject({ type: 'xfs', blockSizeBytes: 4096 });
    rmSync(path);
  });
});

describe('devices on devices', () => {
  it('are known by their files', () => {
    const path = image(4 * MiB);
    const [first, second, other] = [attach(path), attach(path), attach(image(4 * MiB))].map((device) =>
      deviceIdentity(numberOf(device)),
    );
    expect(first?.ids).toEqual([expect.stringMatching(new RegExp(`^loop-file:\\d+:${path}$`))]);
    expect(first?.sizeBytes).toBe(BigInt(4 * MiB));
    expect(first && second && shareIdentity(first, second)).toBe('same');
    expect(first && other && shareIdentity(first, other)).toBe('different');
  });

  it('have their media in common', () => {
    const path = image(4 * MiB);
    const below = attach(path);
    const above = attach(below);
    const twin = attach(path);
    const [b, a, t] = [below, above, twin].map(numberOf) as [string, string, string];
    expect(bestPath(b)).toBe(below);
    expect(underlyingDevices(a)).toEqual([b]);
    const nameOf = (device: string) => device.replace('/dev/', '');
    expect(overlap(b, a)).toBe(`${nameOf(above)} is backed by ${nameOf(below)}, says sysfs.`);
    expect(overlap(b, t)).toBe(
      `${nameOf(below)} and ${nameOf(twin)} are loop devices on the same part of ${path}, says sysfs.`,
    );
  });

  it('have nothing in common on different parts of a file', () => {
    const path = image(4 * MiB);
    const front = attach(path, '--sizelimit', String(2 * MiB));
    const rest = attach(path, '--offset', String(2 * MiB));
    expect(overlap(numberOf(front), numberOf(rest))).toBeNull();
  });

  it('are mounted', () => {
    const device = attach(image(16 * MiB));
    run('mkfs.ext4', '-q', device);
    const mountPoint = temp('mount point');
    mkdirSync(mountPoint);
    run('mount', device, mountPoint);
    const mounts = mountsOf(numberOf(device));
    run('umount', mountPoint);
    expect(mounts).toEqual([
      { mountPoint, deviceNumber: numberOf(device), name: device.replace('/dev/', '') },
    ]);
    expect(mountsOf(numberOf(device))).toEqual([]);
  });
});

it('tells what the kernel logged since a mark', () => {
  const mark = kernelLogMark();
  expect(mark).toBeGreaterThanOrEqual(0);
  expect(kernelLogSince(mark)).not.toContain('a note of the test');
  writeFileSync('/dev/kmsg', '<6>a note of the test\n');
  expect(kernelLogSince(mark)).toContain('a note of the test');
  expect(kernelLogSince(kernelLogMark())).not.toContain('a note of the test');
});
