import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { diskActivity } from '../../src/device/disk-activity.js';

let sysRoot = '';

beforeEach(() => {
  sysRoot = mkdtempSync(join(tmpdir(), 'wcache-sys-'));
  mkdirSync(join(sysRoot, 'dev/block/253:0/queue'), { recursive: true });
});

afterEach(() => {
  rmSync(sysRoot, { recursive: true, force: true });
});

function stat(text: string): void {
  writeFileSync(join(sysRoot, 'dev/block/253:0/stat'), text);
}

it('counts writes, discards and what is under way', () => {
  stat(
    '       1        2        3        4       5       6        7        8        9       10       11       12       13      14      15       16       17\n',
  );
  expect(diskActivity('253:0', { sysRoot })).toEqual({ writes: 5n, inFlight: 9n, discards: 12n });
});

it('knows kernels that do not count discards', () => {
  stat('1 2 3 4 5 6 7 8 9 10 11\n');
  expect(diskActivity('253:0', { sysRoot })).toEqual({ writes: 5n, inFlight: 9n, discards: 0n });
});

it('is null where nothing is counted', () => {
  expect(diskActivity('8:0', { sysRoot })).toBeNull();
  stat('garbage');
  expect(diskActivity('253:0', { sysRoot })).toBeNull();
  stat('1 2 3 4 5 6 7 8 9 10 11\n');
  writeFileSync(join(sysRoot, 'dev/block/253:0/queue/iostats'), '0\n');
  expect(diskActivity('253:0', { sysRoot })).toBeNull();
});
