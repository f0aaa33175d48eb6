import { linkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { devicesAbove, overlap, underlyingDevices } from '../../src/device/device-tree.js';
import { mountsOf } from '../../src/device/mounts.js';
import { makeTree, useTempFolder } from './helpers.js';

const temp = useTempFolder();
let roots = { sysRoot: '', procRoot: '' };
let count = 0;

const sda = '8:0';
const sda1 = '8:1';
const sda2 = '8:2';
const sdb = '8:16';
const md0 = '9:0';
const whole = '253:0';
const wc = '253:1';
const onWc = '253:2';
const volume = '253:3';
const otherVolume = '253:4';
const loop = '7:0';

const folders: Record<string, string> = {
  [sda]: 'pci/block/sda',
  [sda1]: 'pci/block/sda/sda1',
  [sda2]: 'pci/block/sda/sda2',
  [sdb]: 'pci/block/sdb',
  [md0]: 'virtual/block/md0',
  [whole]: 'virtual/block/dm-0',
  [wc]: 'virtual/block/dm-1',
  [onWc]: 'virtual/block/dm-2',
  [volume]: 'virtual/block/dm-3',
  [otherVolume]: 'virtual/block/dm-4',
  [loop]: 'virtual/block/loop0',
};

/**
 * dm-2 is built on dm-1 (wc), that on sda1 and md0, and md0 on sdb; dm-0 is built on all of sda; dm-3 and dm-4 are two
 * volumes on sda2.
 */
beforeEach(() => {
  const base = temp(`case${String(count++)}`);
  roots = { sysRoot: join(base, 'sys'), procRoot: join(base, 'proc') };
  for (const [number, folder] of Object.entries(folders)) {
    sys({
      [`dev/block/${number}`]: { symlink: `../../devices/${folder}` },
      [`devices/${folder}/dev`]: `${number}\n`,
      [`devices/${folder}/size`]: '2048\n',
    });
  }
  sys({
    [`devices/${folders[sda1] ?? ''}/partition`]: '1\n',
    [`devices/${folders[sda2] ?? ''}/partition`]: '2\n',
    [`devices/${folders[wc] ?? ''}/dm/name`]: 'wc\n',
  });
  built(onWc, wc);
  built(wc, sda1);
  built(wc, md0);
  built(md0, sdb);
  built(whole, sda);
  built(volume, sda2);
  built(otherVolume, sda2);
});

function sys(entries: Parameters<typeof makeTree>[1]): void {
  makeTree(roots.sysRoot, entries);
}

function built(above: string, below: string): void {
  const [upper, lower] = [folders[above] ?? '', folders[below] ?? ''];
  sys({
    [`devices/${upper}/slaves/${lower.split('/').at(-1) ?? ''}`]: {
      symlink: join(roots.sysRoot, 'devices', lower),
    },
    [`devices/${lower}/holders/${upper.split('/').at(-1) ?? ''}`]: {
      symlink: join(roots.sysRoot, 'devices', upper),
    },
  });
}

describe('underlyingDevices', () => {
  it('are all that a device is made of, nearest first', () => {
    expect(underlyingDevices(onWc, roots)).toEqual([wc, md0, sda1, sdb, sda]);
    expect(underlyingDevices(sda1, roots)).toEqual([sda]);
    expect(underlyingDevices(sda, roots)).toEqual([]);
  });

  it('end where sysfs goes round in circles or has nothing', () => {
    built(sdb, onWc);
    expect(underlyingDevices(onWc, roots)).toEqual([wc, md0, sda1, sdb, sda]);
    expect(devicesAbove(onWc, roots)).toEqual([sdb, md0, wc]);
    expect(underlyingDevices('1:1', roots)).toEqual([]);
  });
});

describe('devicesAbove', () => {
  it('are the partitions and all that is built on a device', () => {
    expect(devicesAbove(sda1, roots)).toEqual([wc, onWc]);
    expect(devicesAbove(sda, roots)).toEqual([whole, sda1, sda2, wc, volume, otherVolume, onWc]);
    expect(devicesAbove(onWc, roots)).toEqual([]);
    expect(devicesAbove('1:1', roots)).toEqual([]);
  });
});

describe('overlap', () => {
  it.each([
    ['the same device', sda, sda, 'Both are sda, device number 8:0.'],
    ['a partition and its disk', sda, sda1, 'sda1 is a partition of sda, says sysfs.'],
    ['a device and what it is built on', wc, sda1, 'dm-1 (wc) is built on sda1, says sysfs.'],
    [
      'a device and what is far below it',
      onWc,
      sda,
      'dm-2 is built on dm-1 (wc), which is built on sda1, which is a partition of sda, says sysfs.',
    ],
    [
      'what has all of a disk and a partition of it',
      whole,
      sda2,
      'dm-0 is built on sda, and sda2 is a partition of sda, says sysfs.',
    ],
    [
      'what has all of a disk and a volume on a partition of it',
      whole,
      volume,
      'dm-0 is built on sda, and dm-3 is built on sda2, which is a partition of sda, says sysfs.',
    ],
  ])('is that of %s', (_, a, b, sentence) => {
    expect(overlap(a, b, roots)).toBe(sentence);
    expect(overlap(b, a, roots)).toBe(sentence);
  });

  it.each([
    ['two disks', sda, sdb],
    ['two partitions', sda1, sda2],
    ['two volumes on the same device', volume, otherVolume],
    ['two stacks on different partitions', wc, volume],
    ['a partition and another disk', sda1, md0],
    ['what sysfs does not know', '1:1', sda],
  ])('is none of %s', (_, a, b) => {
    expect(overlap(a, b, roots)).toBeNull();
    expect(overlap(b, a, roots)).toBeNull();
  });

  it('is that of loop devices on the same part of a file, by whatever name', () => {
    const image = join(roots.sysRoot, 'image');
    writeFileSync(image, '');
    linkSync(image, `${image}-2`);
    const attach = (number: string, path: string, offset: string, limit: string) => {
      const folder = `devices/virtual/block/loop${number}`;
      sys({
        [`dev/block/7:${number}`]: { symlink: `../../${folder}` },
        [`${folder}/dev`]: `7:${number}\n`,
        [`${folder}/size`]: '8\n',
        [`${folder}/loop/backing_file`]: `${path}\n`,
        [`${folder}/loop/offset`]: `${offset}\n`,
        [`${folder}/loop/sizelimit`]: `${limit}\n`,
      });
    };
    attach('1', image, '0', '4096');
    attach('2', `${image}-2`, '0', '0');
    attach('3', image, '4096', '0');
    attach('4', join(roots.sysRoot, 'gone'), '0', '0');
    expect(overlap('7:1', '7:2', roots)).toBe(
      `loop1 and loop2 are loop devices on the same part of ${image}, says sysfs.`,
    );
    expect(overlap('7:2', '7:3', roots)).toContain('are loop devices on the same part');
    expect(overlap('7:1', '7:3', roots)).toBeNull();
    expect(overlap('7:1', '7:4', roots)).toBeNull();
    expect(overlap('7:4', '7:4', roots)).toBe('Both are loop4, device number 7:4.');
    expect(overlap('7:1', loop, roots)).toBeNull();
  });
});

describe('mountsOf', () => {
  it('are the mounts of a device and of what is built on it', () => {
    makeTree(roots.procRoot, {
      'self/mountinfo':
        '30 27 8:2 / /srv\\040x rw - xfs /dev/sda2 rw\n' +
        '31 27 253:2 / /data rw - ext4 /dev/mapper/above rw\n' +
        '32 27 253:2 /sub /sub rw - ext4 /dev/mapper/above rw\n' +
        '33 27 0:50 / /pool rw - btrfs /dev/mapper/wc rw\n',
    });
    expect(mountsOf(sda1, roots)).toEqual([
      { mountPoint: '/pool', deviceNumber: wc, name: 'dm-1' },
      { mountPoint: '/data', deviceNumber: onWc, name: 'dm-2' },
      { mountPoint: '/sub', deviceNumber: onWc, name: 'dm-2' },
    ]);
    expect(mountsOf(sda2, roots)).toEqual([{ mountPoint: '/srv x', deviceNumber: sda2, name: 'sda2' }]);
    expect(mountsOf(sda, roots)).toHaveLength(4);
    expect(mountsOf(loop, roots)).toEqual([]);
  });

  it('are still found by number without sysfs, and none without /proc', () => {
    makeTree(roots.procRoot, { 'self/mountinfo': '30 27 8:2 / /srv rw - xfs /dev/sda2 rw\n' });
    const mount = { mountPoint: '/srv', deviceNumber: sda2, name: sda2 };
    expect(mountsOf(sda2, { ...roots, sysRoot: temp('none') })).toEqual([mount]);
    expect(mountsOf(sda2, { ...roots, procRoot: temp('none') })).toEqual([]);
  });
});
