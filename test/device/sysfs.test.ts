import { rmSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { blockDeviceFacts } from '../../src/device/sysfs.js';
import { makeTree, useTempFolder } from './helpers.js';

const temp = useTempFolder();
let sysRoot = '';

beforeAll(() => {
  sysRoot = temp('sys');
  const sda = 'devices/pci0/block/sda';
  const dm = 'devices/virtual/block/dm-0';
  const pmem = 'devices/virtual/block/pmem0';
  const array = 'devices/pci1/block/cciss!c0d0';
  makeTree(sysRoot, {
    'dev/block/8:0': { symlink: '../../devices/pci0/block/sda' },
    'dev/block/8:2': { symlink: '../../devices/pci0/block/sda/sda2' },
    'dev/block/8:10': { symlink: '../../devices/pci0/block/sda/sda10' },
    'dev/block/253:0': { symlink: '../../devices/virtual/block/dm-0' },
    'dev/block/259:0': { symlink: '../../devices/virtual/block/pmem0' },
    'dev/block/104:0': { symlink: '../../devices/pci1/block/cciss!c0d0' },
    'dev/block/9:9': { symlink: '../../devices/gone' },
    [`${sda}/size`]: '18014398509481984\n',
    [`${sda}/dev`]: '8:0\n',
    [`${sda}/ro`]: '0\n',
    [`${sda}/queue/logical_block_size`]: '4096\n',
    [`${sda}/queue/physical_block_size`]: '16384\n',
    [`${sda}/queue/dax`]: '0\n',
    [`${sda}/device/model`]: 'DISK OF NOTE    \n',
    [`${sda}/sda2/size`]: '2048\n',
    [`${sda}/sda2/dev`]: '8:2\n',
    [`${sda}/sda2/partition`]: '2\n',
    [`${sda}/sda2/ro`]: '1\n',
    [`${sda}/sda2/holders/dm-0`]: { symlink: '../../../../../virtual/block/dm-0' },
    [`${sda}/sda2/holders/md127`]: { symlink: '../../../../../virtual/block/md127' },
    [`${sda}/sda10/size`]: '1\n',
    [`${sda}/sda10/dev`]: '8:10\n',
    [`${sda}/sda10/partition`]: '10\n',
    [`${dm}/size`]: '2040\n',
    [`${dm}/dev`]: '253:0\n',
    [`${dm}/dm/name`]: 'wc\n',
    [`${dm}/dm/uuid`]: '\n',
    [`${pmem}/size`]: '65536\n',
    [`${pmem}/queue/dax`]: '1\n',
    [`${array}/size`]: '8\n',
    [`${array}/queue/logical_block_size`]: 'odd\n',
  });
});

it('tells about a disk, of any size', () => {
  expect(blockDeviceFacts('8:0', { sysRoot })).toEqual({
    name: 'sda',
    deviceNumber: '8:0',
    sizeBytes: 2n ** 63n,
    logicalBlockSizeBytes: 4096,
    physicalBlockSizeBytes: 16384,
    readOnly: false,
    dax: false,
    dmName: null,
    dmUuid: null,
    model: 'DISK OF NOTE',
    partitions: [
      { name: 'sda2', deviceNumber: '8:2' },
      { name: 'sda10', deviceNumber: '8:10' },
    ],
    holders: [],
    parentDisk: null,
  });
});

it('tells about a partition, with what only its disk knows', () => {
  expect(blockDeviceFacts('8:2', { sysRoot })).toEqual({
    name: 'sda2',
    deviceNumber: '8:2',
    sizeBytes: 1048576n,
    logicalBlockSizeBytes: 4096,
    physicalBlockSizeBytes: 16384,
    readOnly: true,
    dax: false,
    dmName: null,
    dmUuid: null,
    model: 'DISK OF NOTE',
    partitions: [],
    holders: [
      { name: 'dm-0', dmName: 'wc', dmUuid: null },
      { name: 'md127', dmName: null, dmUuid: null },
    ],
    parentDisk: { name: 'sda', deviceNumber: '8:0' },
  });
});

it('tells about a mapping, persistent memory, and a name with a slash', () => {
  expect(blockDeviceFacts('253:0', { sysRoot })).toMatchObject({ name: 'dm-0', dmName: 'wc', dmUuid: null });
  expect(blockDeviceFacts('259:0', { sysRoot })).toMatchObject({ name: 'pmem0', dax: true, model: null });
  expect(blockDeviceFacts('104:0', { sysRoot })).toMatchObject({
    name: 'cciss/c0d0',
    logicalBlockSizeBytes: 512,
    physicalBlockSizeBytes: 512,
  });
});

it('knows nothing of a device that is not there, vanishes meanwhile, or without sysfs', () => {
  expect(blockDeviceFacts('9:9', { sysRoot })).toBeNull();
  expect(blockDeviceFacts('1:1', { sysRoot })).toBeNull();
  expect(blockDeviceFacts('8:0', { sysRoot: temp('none') })).toBeNull();
  rmSync(temp('sys', 'devices/pci1'), { recursive: true });
  expect(blockDeviceFacts('104:0', { sysRoot })).toBeNull();
});
