import { expect, it } from 'vitest';
import { parseMountinfo, parseSwaps, readProcText } from '../../src/device/proc-tables.js';

it('reads mountinfo with any number of optional fields', () => {
  const text = [
    '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard',
    '36 35 98:0 /mnt1 /mnt/two\\040words\\134 rw,noatime master:1 shared:7 - xfs /dev/my\\011disk rw,errors=continue',
    '40 27 0:40 / /data rw - btrfs /dev/sdb rw',
    '',
    'nonsense',
    '41 27 0:41 / /odd rw',
  ].join('\n');
  expect(parseMountinfo(text)).toEqual([
    { deviceNumber: '254:0', mountPoint: '/', fileSystem: 'ext4', source: '/dev/vda' },
    { deviceNumber: '98:0', mountPoint: '/mnt/two words\\', fileSystem: 'xfs', source: '/dev/my\tdisk' },
    { deviceNumber: '0:40', mountPoint: '/data', fileSystem: 'btrfs', source: '/dev/sdb' },
  ]);
  expect(parseMountinfo('')).toEqual([]);
});

it('reads swaps, devices and files', () => {
  const text = [
    'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority',
    '/dev/dm-1                               partition\t1048572\t\t0\t\t-2',
    '/swap\\040file                           file\t\t1048572\t\t0\t\t-3',
    '',
  ].join('\n');
  expect(parseSwaps(text)).toEqual(['/dev/dm-1', '/swap file']);
  expect(parseSwaps('Filename\tType\n')).toEqual([]);
  expect(parseSwaps('')).toEqual([]);
});

it('takes a table that is not there as empty', () => {
  expect(readProcText('/nowhere/at/all')).toBe('');
  expect(readProcText('/proc/self/mountinfo')).toContain(' - ');
});
