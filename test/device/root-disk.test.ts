import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openDevice } from '../../src/device/open-device.js';
import { parseMountinfo } from '../../src/device/proc-tables.js';
import { blockDeviceFacts } from '../../src/device/sysfs.js';
import { findUses } from '../../src/device/uses.js';
import { NotPossibleHereError } from '../../src/errors.js';
import { expectFailure } from './helpers.js';

const root = parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8')).find((m) => m.mountPoint === '/');
const facts = root === undefined ? null : blockDeviceFacts(root.deviceNumber);
const path = facts === null ? '' : `/dev/${facts.name}`;

// In a container the root file system lies on no block device that can be seen.
describe.runIf(facts !== null && existsSync(path))('the disk that this machine runs from', () => {
  it('has a size and sane block sizes', () => {
    expect(facts?.sizeBytes).toBeGreaterThan(0n);
    expect(facts?.logicalBlockSizeBytes).toBeGreaterThanOrEqual(512);
    expect(facts?.physicalBlockSizeBytes).toBeGreaterThanOrEqual(facts?.logicalBlockSizeBytes ?? 0);
  });

  it('is mounted', () => {
    const device = { path, kind: 'block', deviceNumber: root?.deviceNumber ?? '' } as const;
    expect(findUses(device)).toContainEqual(expect.objectContaining({ kind: 'mounted', by: '/' }));
  });

  it('and its disk, if it is a partition, has a partition in use', () => {
    const parent = facts?.parentDisk;
    const uses = findUses({ path, kind: 'block', deviceNumber: (parent ?? facts)?.deviceNumber ?? '' });
    const kind = parent ? 'partition-in-use' : 'mounted';
    expect(uses).toContainEqual(expect.objectContaining({ kind }));
  });

  it('reads at odd offsets as buffered reads do, or is refused to us as it is to everybody', () => {
    let buffered: number;
    try {
      buffered = openSync(path, 'r');
    } catch {
      // Not root, or a sandbox that keeps its disk to itself.
      const open = () => openDevice(path, { access: 'read' });
      expectFailure(
        open,
        NotPossibleHereError,
        'no-permission',
        /could not be opened for reading: .*\(E(PERM|ACCES)\)/,
      );
      return;
    }
    const device = openDevice(path, { access: 'read' });
    expect(device).toMatchObject({ kind: 'block', sizeBytes: facts?.sizeBytes });
    // The first sectors hold a boot loader or nothing: no file system writes there while it is mounted.
    for (const [offset, length] of [
      [0, 512],
      [1, 511],
      [3, 1000],
      [511, 2],
    ] as const) {
      const [a, b] = [new Uint8Array(length), new Uint8Array(length)];
      device.read(a, offset);
      readSync(buffered, b, 0, length, offset);
      expect(Buffer.compare(a, b)).toBe(0);
    }
    closeSync(buffered);
    device.close();
  });
});
