import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../src/device/open-device.js';
import { NotPossibleHereError, UsageError, WrongDeviceError } from '../../src/errors.js';
import { expectFailure, pattern, useTempFolder } from './helpers.js';

const temp = useTempFolder();

beforeAll(() => {
  writeFileSync(temp('image'), pattern(5000));
});

describe('an image file', () => {
  it('opens for reading and writing, also through a symbolic link', () => {
    symlinkSync(temp('image'), temp('link'));
    for (const [path, access] of [
      [temp('image'), 'read'],
      [temp('link'), 'write'],
    ] as const) {
      const device = openDevice(path, { access });
      expect(device).toMatchObject({ path, name: path, kind: 'file', deviceNumber: null, sizeBytes: 5000n });
      expect(device.logicalBlockSizeBytes).toBe(512);
      const target = new Uint8Array(99);
      device.read(target, 1);
      expect(target).toEqual(pattern(5000).subarray(1, 100));
      device.close();
    }
  });

  it('is not changed by being opened for writing', () => {
    openDevice(temp('image'), { access: 'write', exclusive: true }).close();
    expect(execFileSync('cmp', ['-', temp('image')], { input: pattern(5000) }).length).toBe(0);
  });

  it('may be empty', () => {
    writeFileSync(temp('empty'), '');
    const device = openDevice(temp('empty'), { access: 'read' });
    expect(device.sizeBytes).toBe(0n);
    device.close();
  });

  it('that shrinks later ends early', () => {
    writeFileSync(temp('shrinks'), pattern(5000));
    const device = openDevice(temp('shrinks'), { access: 'read' });
    truncateSync(temp('shrinks'), 10);
    const sentence = /shrinks ended at byte 10 although it was 5000 bytes long/;
    expectFailure(
      () => {
        device.read(new Uint8Array(20), 0);
      },
      WrongDeviceError,
      'device-ended',
      sentence,
    );
    device.close();
  });
});

describe('what is no device', () => {
  const read = (path: string) => () => openDevice(path, { access: 'read' });
  const write = (path: string) => () => openDevice(path, { access: 'write' });

  it('missing, also below a file and at the end of a link', () => {
    symlinkSync(temp('nowhere'), temp('dangling'));
    for (const path of [temp('nowhere'), temp('image', 'below'), temp('dangling')]) {
      const sentence = /could not be opened for reading: there is no such file or device/;
      expectFailure(read(path), WrongDeviceError, 'no-such-device', sentence);
    }
    expectFailure(write(temp('nowhere')), WrongDeviceError, 'no-such-device', /for writing/);
  });

  it('a directory', () => {
    mkdirSync(temp('folder'));
    const sentence = /folder could not be opened: it is a directory, not a block device or a file/;
    expectFailure(read(temp('folder')), WrongDeviceError, 'is-a-directory', sentence);
    expectFailure(write(temp('folder')), WrongDeviceError, 'is-a-directory', sentence);
  });

  it('a character device', () => {
    const sentence = /^\/dev\/null could not be opened: it is a character device/;
    expectFailure(read('/dev/null'), WrongDeviceError, 'is-a-character-device', sentence);
    expectFailure(write('/dev/null'), WrongDeviceError, 'is-a-character-device', sentence);
  });

  it('a FIFO, without waiting for its other end', () => {
    execFileSync('mkfifo', [temp('fifo')]);
    const sentence = /fifo could not be opened: it is a FIFO/;
    expectFailure(read(temp('fifo')), WrongDeviceError, 'not-a-block-device', sentence);
    expectFailure(write(temp('fifo')), WrongDeviceError, 'not-a-block-device', sentence);
  });

  it('a socket', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(temp('socket'), resolve));
    const sentence = /socket could not be opened: it is a socket/;
    expectFailure(read(temp('socket')), WrongDeviceError, 'not-a-block-device', sentence);
    await new Promise((resolve) => server.close(resolve));
  });

  it('a path that no file can have', () => {
    expectFailure(read(''), UsageError, 'bad-path', /^"" is not a path that can be opened: it is empty/);
    expectFailure(read('/dev/sd\0a'), UsageError, 'bad-path', /^"\/dev\/sd\\u0000a" is not a path.*a NUL/);
    expectFailure(read('/' + 'x'.repeat(300)), UsageError, 'bad-path', /name too long/);
    symlinkSync(temp('circle'), temp('circle'));
    expectFailure(read(temp('circle')), UsageError, 'bad-path', /symbolic links/);
  });
});

describe('without permission', () => {
  it('says that it takes root', () => {
    writeFileSync(temp('secret'), pattern(100));
    chmodSync(temp('secret'), 0);
    mkdirSync(temp('locked'));
    writeFileSync(temp('locked', 'image'), pattern(100));
    chmodSync(temp('locked'), 0);
    asNobody(() => {
      for (const path of [temp('secret'), temp('locked', 'image')]) {
        const failure = expectFailure(
          () => openDevice(path, { access: 'read' }),
          NotPossibleHereError,
          'no-permission',
          /could not be opened for reading: permission denied \(EACCES\)/,
        );
        expect(failure.hint).toMatch(/root/);
      }
    });
    chmodSync(temp('locked'), 0o700);
  });

  it('for writing only, still reads', () => {
    writeFileSync(temp('readable'), pattern(100));
    chmodSync(temp('readable'), 0o444);
    asNobody(() => {
      openDevice(temp('readable'), { access: 'read' }).close();
      const open = () => openDevice(temp('readable'), { access: 'write' });
      expectFailure(open, NotPossibleHereError, 'no-permission', /for writing: permission denied/);
    });
  });

  /** Root may open anything; the tests of being refused give that up for a moment. */
  function asNobody(run: () => void): void {
    if (process.geteuid?.() !== 0) {
      run();
      return;
    }
    chmodSync(temp(), 0o755);
    process.seteuid?.(65534);
    try {
      run();
    } finally {
      process.seteuid?.(0);
    }
  }
});

it('leaves no fd behind when it fails or closes', () => {
  const count = () => readdirSync('/proc/self/fd').length;
  const before = count();
  for (const path of [temp(), temp('nowhere'), '/dev/null']) {
    expect(() => openDevice(path, { access: 'read' })).toThrow();
  }
  openDevice(temp('image'), { access: 'read' }).close();
  expect(count()).toBe(before);
});
