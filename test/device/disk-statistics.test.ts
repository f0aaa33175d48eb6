import { beforeAll, expect, it } from 'vitest';
import {
  diskStatistics,
  type DiskStatistics,
  isCounted,
  millisecondsBetween,
  parseDiskStatistics,
} from '../../src/device/disk-statistics.js';
import { makeTree, useTempFolder } from './helpers.js';

const temp = useTempFolder();
let sysRoot = '';

beforeAll(() => {
  sysRoot = temp('sys');
  makeTree(temp(), {
    'sys/dev/block/8:0': { symlink: '../../devices/block/sda' },
    'sys/dev/block/8:1': { symlink: '../../devices/block/sda/sda1' },
    'sys/dev/block/8:16': { symlink: '../../devices/block/sdb' },
    'sys/dev/block/253:0': { symlink: '../../devices/block/dm-0' },
    'sys/devices/block/sda/queue/iostats': '0\n',
    'sys/devices/block/sda/sda1/partition': '1\n',
    'sys/devices/block/sdb/queue/iostats': '1\n',
    'sys/devices/block/dm-0/size': '8\n',
    'proc/diskstats': ' 254       0 vda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n',
  });
});

const COUNTED = {
  reads: 1,
  readSectors: 3,
  readMs: 4,
  writes: 5,
  writtenSectors: 7,
  writeMs: 8,
  inFlight: 9,
  busyMs: 10,
  discards: null,
  flushes: null,
  flushMs: null,
};

it('reads what kernels of all ages count', () => {
  const text = `
   8       0 sda 1 2 3 4 5 6 7 8 9 10 11
   8      16 sdb 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
 259       0 nvme0n1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17
 253       0 dm-0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19
`;
  const newest = { ...COUNTED, discards: 12, flushes: 16, flushMs: 17 };
  expect(parseDiskStatistics(text)).toEqual(
    new Map<string, DiskStatistics>([
      ['8:0', COUNTED],
      ['8:16', { ...COUNTED, discards: 12 }],
      ['259:0', newest],
      ['253:0', newest],
    ]),
  );
});

it('leaves out what makes no sense', () => {
  const text = `garbage
8 0 sda 1 2 3 4 5 6 7 8 9 10
8 1 sda1 1 2 3 4 5 6 7 8 9 -10 11
x 2 sda2 1 2 3 4 5 6 7 8 9 10 11
8 3 sda3 1 2 3 4 5 6 7 8 9 10 11\0
8 4 sda4 1 2 3 4 5 6 7 8 9 10 11
8 5`;
  expect([...parseDiskStatistics(text).keys()]).toEqual(['8:4']);
});

it('does not believe that billions of requests are under way', () => {
  const [statistics] = parseDiskStatistics('8 0 sda 1 2 3 4 5 6 7 8 4294967295 10 11').values();
  expect(statistics?.inFlight).toBe(0);
});

it('reads the machine’s own, and nothing where there is none', () => {
  expect([...diskStatistics(temp('proc')).keys()]).toEqual(['254:0']);
  expect(diskStatistics(temp('none')).size).toBe(0);
});

it('tells times that went over the end of their 32 bits', () => {
  expect(millisecondsBetween(100, 250)).toBe(150);
  expect(millisecondsBetween(2 ** 32 - 100, 50)).toBe(150);
});

it('knows of which devices nothing is counted', () => {
  const counted = (number: string): boolean => isCounted(number, { sysRoot });
  expect(['8:0', '8:1', '8:16', '253:0', '7:7'].filter(counted)).toEqual(['8:16', '253:0', '7:7']);
});
