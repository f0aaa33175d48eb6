import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignedBuffer } from '../../src/device/aligned-buffer.js';
import { FileDevice } from '../../src/device/file-device.js';
import { MemoryDevice } from '../../src/device/memory-device.js';
import { OperationError, WrongDeviceError } from '../../src/errors.js';
import { expectFailure, pattern, useTempFolder } from './helpers.js';

const temp = useTempFolder();

function openImage(path: string, access: 'read' | 'write' = 'write'): FileDevice {
  const fd = openSync(path, access === 'read' ? 'r' : 'r+');
  return new FileDevice({ fd, name: path, access, sizeBytes: fstatSync(fd, { bigint: true }).size });
}

function makeImage(name: string, content: Uint8Array): string {
  const path = temp(name);
  writeFileSync(path, content);
  return path;
}

describe('an image file', () => {
  it('stays open for what another thread does with it when it is closed', async () => {
    const content = pattern(100_000);
    const fd = openSync(makeImage('busy', content), 'r+');
    const device = new FileDevice({ fd, name: 'busy', access: 'write', sizeBytes: 100_000n });
    const target = alignedBuffer(100_000);
    const underWay = [device.readAsync(target, 0), device.flushAsync()];
    device.close();
    device.close();
    await Promise.all(underWay);
    expect(Buffer.compare(target, content)).toBe(0);
    expect(() => fstatSync(fd)).toThrow('EBADF');
    await expect(device.flushAsync()).rejects.toThrow('after it was closed');
  });

  it('tells why it could not be flushed', async () => {
    const path = temp('fifo');
    execFileSync('mkfifo', [path]);
    // fsync knows no FIFO.
    const fd = openSync(path, constants.O_RDWR);
    const device = new FileDevice({ fd, name: 'fifo', access: 'write', sizeBytes: 512n });
    await expect(device.flushAsync()).rejects.toMatchObject({ code: 'io-error' });
    device.close();
  });

  it('is read and written at any offset, given as number or bigint', () => {
    const content = pattern(10_000);
    const path = makeImage('any', content);
    const device = openImage(path);
    expect(device).toMatchObject({ name: path, sizeBytes: 10_000n, logicalBlockSizeBytes: 512 });
    const target = new Uint8Array(777);
    device.read(target, 123);
    expect(target).toEqual(content.subarray(123, 900));
    device.write(Uint8Array.of(1, 2, 3), 4095n);
    device.flush();
    content.set([1, 2, 3], 4095);
    expect(new Uint8Array(readFileSync(path))).toEqual(content);
    device.read(new Uint8Array(0), 10_000);
    device.write(new Uint8Array(0), 10_000);
    device.close();
  });

  it('is zeros where it was discarded, and untouched around it', () => {
    const content = pattern(3 * 1024 * 1024 + 77);
    const path = makeImage('discard', content);
    const device = openImage(path);
    device.discard(1001n, 2 * 1024 * 1024 + 3);
    device.discard(5, 0);
    device.close();
    content.fill(0, 1001, 1001 + 2 * 1024 * 1024 + 3);
    expect(Buffer.compare(readFileSync(path), content)).toBe(0);
  });

  it('never grows: what would go beyond its end is refused whole', () => {
    const path = makeImage('end', pattern(1000));
    const device = openImage(path);
    const sentence =
      /end could not be (read|written|discarded) at byte 999 for 2 bytes: it is only 1000 bytes long/;
    expectFailure(
      () => {
        device.read(new Uint8Array(2), 999);
      },
      WrongDeviceError,
      'device-ended',
      sentence,
    );
    expectFailure(
      () => {
        device.write(new Uint8Array(2), 999);
      },
      WrongDeviceError,
      'device-ended',
      sentence,
    );
    expectFailure(
      () => {
        device.discard(999, 2);
      },
      WrongDeviceError,
      'device-ended',
      sentence,
    );
    device.close();
    expect(new Uint8Array(readFileSync(path))).toEqual(pattern(1000));
  });

  it('that was truncated after it was opened says where it ends now', () => {
    const path = makeImage('shrank', pattern(10_000));
    const device = openImage(path, 'read');
    truncateSync(path, 3000);
    device.read(new Uint8Array(3000), 0);
    const failure = expectFailure(
      () => {
        device.read(new Uint8Array(2000), 2000);
      },
      WrongDeviceError,
      'device-ended',
      /shrank ended at byte 3000 although it was 10000 bytes long when it was opened: it was truncated or shrank\.$/,
    );
    expect(failure.hint).toMatch(/what changed its size/);
    device.close();
  });
});

describe('failures of the operating system', () => {
  it('EIO on reading', () => {
    // Page zero of a process is never mapped, and the kernel answers a read of it with EIO.
    const fd = openSync('/proc/self/mem', 'r');
    const device = new FileDevice({ fd, name: '/dev/sick', access: 'read', sizeBytes: 8192n });
    const failure = expectFailure(
      () => {
        device.read(new Uint8Array(10), 100);
      },
      OperationError,
      'io-error',
      /^\/dev\/sick could not be read at byte 100: the device reported an I\/O error \(EIO\)\.$/,
    );
    expect(failure.hint).toMatch(/dmesg/);
    device.close();
  });

  it('ENOSPC on writing and discarding', () => {
    const fd = openSync('/dev/full', 'r+');
    const device = new FileDevice({ fd, name: '/dev/full', access: 'write', sizeBytes: 8192n });
    expectFailure(
      () => {
        device.write(new Uint8Array(10), 4096);
      },
      OperationError,
      'io-error',
      /^\/dev\/full could not be written at byte 4096: there is no space left on it \(ENOSPC\)\.$/,
    );
    expectFailure(
      () => {
        device.discard(0, 4096);
      },
      OperationError,
      'io-error',
      /ENOSPC/,
    );
    device.close();
  });

  it('writing what was opened for reading', () => {
    const device = openImage(makeImage('reader', pattern(100)), 'read');
    const sentence = /could not be written at byte 0: bad file descriptor \(EBADF\)/;
    expectFailure(
      () => {
        device.write(Uint8Array.of(1), 0);
      },
      OperationError,
      'io-error',
      sentence,
    );
    device.flush();
    device.close();
  });

  it('a flush that the medium does not know', () => {
    const fd = openSync('/dev/null', 'r+');
    const device = new FileDevice({ fd, name: '/dev/null', access: 'write', sizeBytes: 512n });
    expectFailure(
      () => {
        device.flush();
      },
      OperationError,
      'io-error',
      /^\/dev\/null could not be flushed: .*EINVAL/,
    );
    device.close();
  });
});

describe('beyond 8 PiB, where a double is no longer exact', () => {
  const path = '/dev/shm/wcache-file-device-' + String(process.pid);
  const end = 2n ** 53n + 8192n;

  it('reads, and refuses to write rather than write elsewhere', () => {
    // Made by a program: Node's own truncate takes no such size.
    execFileSync('truncate', ['--size', String(end), path]);
    try {
      const device = openImage(path);
      expect(device.sizeBytes).toBe(end);
      const target = new Uint8Array(5).fill(1);
      device.read(target, end - 5n);
      expect(target).toEqual(new Uint8Array(5));
      expectFailure(
        () => {
          device.write(Uint8Array.of(1), 2n ** 53n + 1n);
        },
        OperationError,
        'offset-too-large',
        /could not be written at byte 9007199254740993: this program writes only below 8 PiB/,
      );
      expect(statSync(path).blocks).toBe(0);
      device.write(Uint8Array.of(7), 2n ** 53n - 3n);
      device.read(target, 2n ** 53n - 5n);
      expect([...target]).toEqual([0, 0, 7, 0, 0]);
      device.close();
    } finally {
      execFileSync('rm', ['--force', path]);
    }
  });
});

describe('closing', () => {
  it('may be done twice, and the device is of no use afterwards', () => {
    const device = openImage(makeImage('closed', pattern(100)));
    device.close();
    // A file that is given the same number must not be closed or written by the old device.
    const other = openSync('/dev/null', 'r');
    device.close();
    fstatSync(other);
    closeSync(other);
    const sentence = /closed was used after it was closed/;
    expect(() => {
      device.read(new Uint8Array(1), 0);
    }).toThrow(sentence);
    expect(() => {
      device.write(new Uint8Array(1), 0);
    }).toThrow(sentence);
    expect(() => {
      device.flush();
    }).toThrow(sentence);
    expect(() => {
      device.discard(0, 1);
    }).toThrow(sentence);
  });
});

describe('a file system that refuses unaligned direct transfers', () => {
  it('is read and written through the page cache instead', () => {
    const content = pattern(8192);
    const path = makeImage('direct', content);
    const fd = openSync(path, constants.O_RDWR | constants.O_DIRECT);
    // Blocks of 16 bytes are a lie, so that the kernel is asked for what it refuses with EINVAL.
    const options = { fd, name: path, access: 'write', sizeBytes: 8192n, direct: true } as const;
    const device = new FileDevice({ ...options, logicalBlockSizeBytes: 16 });
    const target = alignedBuffer(48);
    device.read(target, 32);
    expect(Buffer.compare(target, content.subarray(32, 80))).toBe(0);
    device.write(Uint8Array.of(1, 2, 3), 5000);
    device.flush();
    device.close();
    content.set([1, 2, 3], 5000);
    expect(Buffer.compare(readFileSync(path), content)).toBe(0);
  });
});

describe('over random operations', () => {
  const size = 50_000;
  const operations = fc.array(
    fc.record({
      op: fc.constantFrom('read', 'write', 'discard'),
      offset: fc.nat(size),
      length: fc.nat(20_000),
      seed: fc.nat(),
    }),
    { maxLength: 20 },
  );

  it('equals memory', () => {
    const path = temp('random');
    fc.assert(
      fc.property(operations, (steps) => {
        writeFileSync(path, pattern(size));
        const file = openImage(path);
        const memory = new MemoryDevice(pattern(size));
        for (const { op, offset, length, seed } of steps) {
          const bytes = Math.min(length, size - offset);
          if (op === 'read') {
            const [a, b] = [new Uint8Array(bytes), new Uint8Array(bytes)];
            file.read(a, offset);
            memory.read(b, offset);
            expect(Buffer.compare(a, b)).toBe(0);
          } else if (op === 'write') {
            for (const device of [file, memory]) device.write(pattern(bytes, seed), offset);
          } else {
            for (const device of [file, memory]) device.discard(offset, bytes);
          }
        }
        file.close();
        expect(Buffer.compare(readFileSync(path), memory.bytes)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
