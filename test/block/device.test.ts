import {
  closeSync,
  constants,
  openSync,
  readFileSync,
  readSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { alignedBuffer } from '../../src/device/aligned-buffer.js';
import { MemoryDevice } from '../../src/device/memory-device.js';
import { openDevice } from '../../src/device/open-device.js';
import { findUses } from '../../src/device/uses.js';
import { BusyError, NotPossibleHereError, WrongDeviceError } from '../../src/errors.js';
import {
  attachLoop,
  detachLoop,
  expectFailure,
  makeTree,
  pattern,
  useTempFolder,
} from '../device/helpers.js';

const temp = useTempFolder();
const size = 4 * 1024 * 1024;
const attached: string[] = [];
let images = 0;

/** A block device for one test, with the image that it shows. */
function blockDevice(flags: string[] = [], sizeBytes = size): { path: string; image: string } {
  const image = temp(`image${String(images++)}`);
  writeFileSync(image, pattern(sizeBytes));
  const path = attachLoop(image, ...flags);
  attached.push(path);
  return { path, image };
}

afterEach(() => {
  for (const path of attached.splice(0)) detachLoop(path);
});

describe('a real block device', () => {
  it('takes direct transfers of whole blocks into aligned buffers, and no others', () => {
    const { path } = blockDevice();
    const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECT);
    const target = alignedBuffer(8192);
    expect(readSync(fd, target, 0, 8192, 0)).toBe(8192);
    expect(readSync(fd, target, 512, 512, 512)).toBe(512);
    expect(() => readSync(fd, target, 0, 100, 0)).toThrow(/EINVAL/);
    expect(() => readSync(fd, target, 0, 512, 100)).toThrow(/EINVAL/);
    closeSync(fd);
  });

  it.each([512, 4096])('with %s-byte blocks has the facts that sysfs tells', (blockSize) => {
    const { path } = blockDevice(['--sector-size', String(blockSize)]);
    const device = openDevice(path, { access: 'read' });
    expect(device).toMatchObject({ path, name: path, kind: 'block', sizeBytes: BigInt(size) });
    expect(device.deviceNumber).toBe(`7:${path.replace('/dev/loop', '')}`);
    expect(device.logicalBlockSizeBytes).toBe(blockSize);
    device.close();
  });

  it('is read past the page cache, at unaligned offsets too', () => {
    const { path, image } = blockDevice(['--sector-size', '4096']);
    // Holds the device open, so that the kernel keeps what it cached of it.
    const buffered = openSync(path, 'r');
    const cached = Buffer.alloc(8192);
    readSync(buffered, cached, 0, 8192, 0);
    const fresh = pattern(8192, 99);
    const below = openSync(image, 'r+');
    writeSync(below, fresh, 0, 8192, 0);
    closeSync(below);

    readSync(buffered, cached, 0, 8192, 0);
    expect(cached.equals(pattern(8192)), 'the page cache is stale').toBe(true);
    const device = openDevice(path, { access: 'read' });
    const odd = new Uint8Array(5000);
    device.read(odd, 1001);
    expect(Buffer.compare(odd, fresh.subarray(1001, 6001))).toBe(0);
    const whole = alignedBuffer(8192);
    device.read(whole, 0);
    expect(Buffer.compare(whole, fresh)).toBe(0);
    device.close();
    closeSync(buffered);
  });

  it('is written past the page cache, with the rest of the edge blocks as the medium has it', () => {
    const { path, image } = blockDevice(['--sector-size', '4096']);
    const buffered = openSync(path, 'r');
    readSync(buffered, Buffer.alloc(8192), 0, 8192, 0);
    const fresh = pattern(8192, 99);
    const below = openSync(image, 'r+');
    writeSync(below, fresh, 0, 8192, 0);
    closeSync(below);

    const device = openDevice(path, { access: 'write' });
    device.write(Uint8Array.of(1, 2, 3), 4095);
    device.flush();
    device.close();
    fresh.set([1, 2, 3], 4095);
    expect(Buffer.compare(readFileSync(image).subarray(0, 8192), fresh)).toBe(0);
    closeSync(buffered);
  });

  it.each([512, 4096])('with %s-byte blocks equals memory over random operations', (blockSize) => {
    const { path, image } = blockDevice(['--sector-size', String(blockSize)]);
    const device = openDevice(path, { access: 'write', exclusive: true });
    const memory = new MemoryDevice(pattern(size));
    const operation = fc.record({
      op: fc.constantFrom('read', 'write', 'discard'),
      offset: fc.oneof(
        fc.nat(size),
        fc.nat(size / blockSize).map((block) => block * blockSize),
      ),
      // Long enough to be cut into several pieces now and then.
      length: fc.oneof(
        fc.nat(3 * blockSize),
        fc.nat(2_500_000),
        fc.nat(20).map((n) => n * blockSize),
      ),
      aligned: fc.boolean(),
      seed: fc.nat(),
    });
    const big = alignedBuffer(size);
    fc.assert(
      fc.property(operation, ({ op, offset, length, aligned, seed }) => {
        const bytes = Math.min(length, size - offset);
        const data = aligned ? big.subarray(0, bytes) : new Uint8Array(bytes + 1).subarray(1);
        if (op === 'read') {
          device.read(data, offset);
          const expected = memory.bytes.subarray(offset, offset + bytes);
          expect(Buffer.compare(data, expected)).toBe(0);
        } else if (op === 'write') {
          data.set(pattern(bytes, seed));
          device.write(data, BigInt(offset));
          memory.write(data, offset);
        } else {
          device.discard(offset, bytes);
          memory.discard(offset, bytes);
        }
      }),
      { numRuns: 150 },
    );
    device.flush();
    device.close();
    expect(Buffer.compare(readFileSync(image), memory.bytes)).toBe(0);
  });

  it('that shrinks while it is open ends early', () => {
    const { path, image } = blockDevice();
    const device = openDevice(path, { access: 'read' });
    truncateSync(image, 1024 * 1024);
    execFileSync('losetup', ['--set-capacity', path]);
    device.read(new Uint8Array(4096), 1024 * 1024 - 4096);
    const sentence = /ended at byte 1048576 although it was 4194304 bytes long when it was opened/;
    for (const offset of [1024 * 1024 - 4096, 1024 * 1024 - 4000]) {
      const read = () => {
        device.read(new Uint8Array(8192), offset);
      };
      expectFailure(read, WrongDeviceError, 'device-ended', sentence);
    }
    device.close();
  });

  it('that somebody claimed is busy for an exclusive opening only', () => {
    const { path } = blockDevice();
    const claim = openDevice(path, { access: 'read', exclusive: true });
    for (const access of ['read', 'write'] as const) {
      const open = () => openDevice(path, { access, exclusive: true });
      const failure = expectFailure(
        open,
        BusyError,
        'device-busy',
        /could not be claimed for \w+: it is in use/,
      );
      expect(failure.hint).toContain(`lsblk ${path}`);
    }
    openDevice(path, { access: 'read' }).close();
    claim.close();
    openDevice(path, { access: 'write', exclusive: true }).close();
  });

  it('that is read-only is not opened for writing', () => {
    const { path } = blockDevice(['--read-only']);
    openDevice(path, { access: 'read' }).close();
    const open = () => openDevice(path, { access: 'write' });
    const sentence = /^\/dev\/loop\d+ could not be opened for writing: it is read-only/;
    expectFailure(open, WrongDeviceError, 'read-only', sentence);
  });

  it('with nothing behind it, or nothing known about it, is told apart', () => {
    const { path } = blockDevice();
    const number = path.replace('/dev/loop', '7:');
    const sysRoot = temp('sys-empty');
    makeTree(sysRoot, { [`dev/block/${number}/size`]: '0\n', [`dev/block/${number}/dev`]: `${number}\n` });
    const open = (root: string) => () => openDevice(path, { access: 'read' }, { sysRoot: root });
    expectFailure(open(sysRoot), WrongDeviceError, 'no-medium', /for reading: its size is 0 bytes/);
    const sentence = /the size of \/dev\/loop\d+ could not be learned: sysfs has nothing about device 7:\d+/i;
    expectFailure(open(temp('sys-none')), NotPossibleHereError, 'no-sysfs', sentence);
  });

  it('makes its image file a used one', () => {
    const { path, image } = blockDevice();
    const opened = openDevice(image, { access: 'read' });
    const [use, ...more] = findUses(opened);
    expect(use).toMatchObject({ kind: 'loop', by: path });
    expect(use?.evidence).toContain(image);
    expect(more).toEqual([]);
    opened.close();
    detachLoop(attached.pop() ?? '');
    expect(findUses({ path: image, kind: 'file', deviceNumber: null })).toEqual([]);
  });

  it('may be backed by another block device, which is then in use', () => {
    const { path } = blockDevice();
    const above = attachLoop(path);
    attached.unshift(above);
    const device = openDevice(path, { access: 'read' });
    expect(findUses(device)).toMatchObject([{ kind: 'loop', by: above }]);
    device.close();
  });
});
