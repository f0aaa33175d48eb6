import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { findUses } from '../../src/device/uses.js';
import { makeTree, useTempFolder } from './helpers.js';

const temp = useTempFolder();
let roots = { sysRoot: '', procRoot: '' };
let count = 0;

const sda = 'devices/pci0/block/sda';
const dm = 'devices/virtual/block/dm-0';
const disk = { path: '/dev/made-up-sda', kind: 'block', deviceNumber: '900:0' } as const;
const partition = { path: '/dev/made-up-sda1', kind: 'block', deviceNumber: '900:1' } as const;

/** A disk with one partition, of which nothing is in use. */
beforeEach(() => {
  const base = temp(`case${String(count++)}`);
  roots = { sysRoot: join(base, 'sys'), procRoot: join(base, 'proc') };
  makeTree(roots.sysRoot, {
    'dev/block/900:0': { symlink: `../../${sda}` },
    'dev/block/900:1': { symlink: `../../${sda}/sda1` },
    [`${sda}/size`]: '4096\n',
    [`${sda}/dev`]: '900:0\n',
    [`${sda}/sda1/size`]: '2048\n',
    [`${sda}/sda1/dev`]: '900:1\n',
    [`${sda}/sda1/partition`]: '1\n',
    [`${dm}/dm/name`]: 'wc\n',
    [`${dm}/dm/uuid`]: 'WC-1\n',
  });
  makeTree(roots.procRoot, {
    'self/mountinfo': '27 1 901:0 / / rw - ext4 /dev/made-up-root rw\n',
    swaps: 'Filename\tType\tSize\tUsed\tPriority\n',
  });
});

function sys(entries: Parameters<typeof makeTree>[1]): void {
  makeTree(roots.sysRoot, entries);
}

function proc(name: string, content: string): void {
  writeFileSync(join(roots.procRoot, name), content);
}

function file(name: string): { path: string; kind: 'file'; deviceNumber: null } {
  const path = temp(name);
  writeFileSync(path, name);
  return { path, kind: 'file', deviceNumber: null };
}

describe('a block device', () => {
  it('is free when nothing uses it', () => {
    expect(findUses(disk, roots)).toEqual([]);
    expect(findUses(partition, roots)).toEqual([]);
  });

  it('is mounted, by its number, at each of its mount points', () => {
    proc(
      'self/mountinfo',
      '30 27 900:1 / /mnt/my\\040data rw shared:5 - xfs /dev/other rw\n' +
        '31 27 900:1 /sub /srv rw - xfs /dev/other rw\n',
    );
    expect(findUses(partition, roots)).toEqual([
      {
        kind: 'mounted',
        by: '/mnt/my data',
        evidence: '/proc/self/mountinfo has /dev/other (900:1, xfs) mounted at /mnt/my data.',
      },
      {
        kind: 'mounted',
        by: '/srv',
        evidence: '/proc/self/mountinfo has /dev/other (900:1, xfs) mounted at /srv.',
      },
    ]);
  });

  it('is mounted, by the source of a file system that has a number of its own', () => {
    proc('self/mountinfo', '30 27 0:50 / /data rw - btrfs /dev/made-up-sda1 rw\n');
    expect(findUses(partition, roots)).toMatchObject([{ kind: 'mounted', by: '/data' }]);
    // By the kernel's name as well, when it was opened through another one.
    proc('self/mountinfo', '30 27 0:50 / /data rw - btrfs /dev/sda1 rw\n');
    expect(findUses(partition, roots)).toMatchObject([{ kind: 'mounted', by: '/data' }]);
  });

  it('is mounted as one of several devices of a btrfs', () => {
    sys({ 'fs/btrfs/1234-abcd/devices/sda1/size': '', 'fs/btrfs/features/extref': '0\n' });
    expect(findUses(partition, roots)).toMatchObject([{ kind: 'mounted', by: 'btrfs 1234-abcd' }]);
  });

  it('is swap', () => {
    proc('swaps', 'Filename\tType\n/dev/sda1                 partition\t1\t0\t-2\n');
    expect(findUses(partition, roots)).toEqual([
      { kind: 'swap', by: '/dev/sda1', evidence: '/proc/swaps has /dev/sda1.' },
    ]);
  });

  it('is held by a mapping, told by name, and by what is no mapping', () => {
    sys({
      [`${sda}/sda1/holders/dm-0`]: { symlink: '../../../../../virtual/block/dm-0' },
      [`${sda}/sda1/holders/md0/size`]: '8\n',
    });
    expect(findUses(partition, roots)).toEqual([
      {
        kind: 'held',
        by: 'wc',
        evidence: 'sysfs has dm-0 as a holder of sda1: the device-mapper device wc.',
      },
      { kind: 'held', by: 'md0', evidence: 'sysfs has md0 as a holder of sda1.' },
    ]);
  });

  it('that is a mapping is found by its name below /dev/mapper', () => {
    sys({ 'dev/block/902:0': { symlink: `../../${dm}` }, [`${dm}/size`]: '8\n' });
    proc('swaps', 'Filename\tType\n/dev/mapper/wc partition 1 0 -2\n');
    const mapping = { path: '/dev/made-up-dm', kind: 'block', deviceNumber: '902:0' } as const;
    expect(findUses(mapping, roots)).toMatchObject([{ kind: 'swap', by: '/dev/mapper/wc' }]);
  });

  it('is backing a loop device', () => {
    sys({ 'block/loop3/loop/backing_file': '/dev/made-up-sda1\n', 'block/loop4/size': '0\n' });
    expect(findUses(partition, roots)).toEqual([
      {
        kind: 'loop',
        by: '/dev/loop3',
        evidence: 'sysfs has /dev/made-up-sda1 as what /dev/loop3 is backed by.',
      },
    ]);
  });
});

describe('a whole disk', () => {
  it('is in use when a partition of it is, with the reason', () => {
    proc('self/mountinfo', '30 27 900:1 / /mnt rw - xfs /dev/sda1 rw\n');
    proc('swaps', 'Filename\tType\n/dev/sda1 partition 1 0 -2\n');
    sys({ [`${sda}/sda1/holders/dm-0`]: { symlink: '../../../../../virtual/block/dm-0' } });
    expect(findUses(disk, roots)).toEqual([
      {
        kind: 'partition-in-use',
        by: 'sda1',
        evidence: '/proc/self/mountinfo has /dev/sda1 (900:1, xfs) mounted at /mnt.',
      },
      { kind: 'partition-in-use', by: 'sda1', evidence: '/proc/swaps has /dev/sda1.' },
      {
        kind: 'partition-in-use',
        by: 'sda1',
        evidence: 'sysfs has dm-0 as a holder of sda1: the device-mapper device wc.',
      },
    ]);
  });

  it('in use as a whole makes its partition a used one', () => {
    sys({ [`${sda}/holders/dm-0`]: { symlink: '../../../../virtual/block/dm-0' } });
    expect(findUses(disk, roots)).toMatchObject([{ kind: 'held', by: 'wc' }]);
    expect(findUses(partition, roots)).toMatchObject([{ kind: 'held', by: 'wc' }]);
  });
});

describe('an image file', () => {
  it('is free when nothing uses it', () => {
    expect(findUses(file('free'), roots)).toEqual([]);
  });

  it('is backing a loop device, by whatever name', () => {
    const image = file('backing image');
    sys({ 'block/loop0/loop/backing_file': `${image.path}\n` });
    linkSync(image.path, temp('hard'));
    symlinkSync(image.path, temp('soft'));
    for (const path of [image.path, temp('hard'), temp('soft')]) {
      expect(findUses({ ...image, path }, roots)).toMatchObject([{ kind: 'loop', by: '/dev/loop0' }]);
    }
    expect(findUses(file('another'), roots)).toEqual([]);
  });

  it('that a loop device calls deleted is taken as used', () => {
    const image = file('removed');
    sys({ 'block/loop0/loop/backing_file': `${image.path} (deleted)\n` });
    const uses = findUses(image, roots);
    expect(uses).toMatchObject([{ kind: 'loop', by: '/dev/loop0' }]);
    expect(uses[0]?.evidence).toContain('removed (deleted)');
  });

  it('really named so is used by what is backed by it, and its namesake is not', () => {
    const image = file('odd (deleted)');
    sys({ 'block/loop0/loop/backing_file': `${image.path}\n` });
    expect(findUses(image, roots)).toMatchObject([{ kind: 'loop', by: '/dev/loop0' }]);
  });

  it('is swap', () => {
    const image = file('swap file');
    proc('swaps', `Filename\tType\n${image.path.replaceAll(' ', '\\040')} file 1 0 -2\n`);
    expect(findUses(image, roots)).toMatchObject([{ kind: 'swap', by: image.path }]);
  });
});

describe('what is not there', () => {
  it('is no use, and no failure', () => {
    const none = { sysRoot: temp('none'), procRoot: temp('none') };
    expect(findUses(disk, none)).toEqual([]);
    expect(findUses({ path: temp('nowhere'), kind: 'file', deviceNumber: null }, none)).toEqual([]);
    expect(findUses({ ...disk, deviceNumber: '999:999' }, roots)).toEqual([]);
    mkdirSync(join(roots.sysRoot, 'block/loop9/loop'), { recursive: true });
    expect(findUses(file('lonely'), roots)).toEqual([]);
  });

  it('is still found by name: a mount whose device node is gone', () => {
    proc('self/mountinfo', '30 27 900:1 / /mnt rw - xfs /dev/sda1 rw\n');
    const none = { sysRoot: temp('none'), procRoot: roots.procRoot };
    expect(findUses(partition, none)).toMatchObject([{ kind: 'mounted', by: '/mnt' }]);
  });
});
