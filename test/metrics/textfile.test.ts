import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { requireOutput, writeTextfile } from '../../src/metrics/textfile.js';
import { ROOT, scratchFolder } from '../cli/wcache.js';

const WRITER = join(ROOT, 'test/metrics/textfile-writer.js');
const MODULE = join(ROOT, 'dist/src/metrics/textfile.js');
const LEFT_BEHIND = '.wcache.prom.wcache-0e4c1c36-1b6b-4f0e-9f4e-000000000000.tmp';

/** Words for a process that writes `size` bytes `times` times. */
function writer(path: string, times: number, size: number): string[] {
  return [WRITER, MODULE, path, String(times), String(size)];
}

describe('a textfile', () => {
  it('is there whole, readable by all, and alone', () => {
    const folder = scratchFolder();
    const path = join(folder, 'wcache.prom');
    const before = process.umask(0o077);
    try {
      writeTextfile(path, 'old\n');
      writeTextfile(path, 'new ü\n');
    } finally {
      process.umask(before);
    }
    expect(readFileSync(path, 'utf8')).toBe('new ü\n');
    expect(statSync(path).mode & 0o7777).toBe(0o644);
    expect(readdirSync(folder)).toEqual(['wcache.prom']);
  });

  it('is never seen in part by who reads it all the time', async () => {
    const folder = scratchFolder();
    const path = join(folder, 'wcache.prom');
    writeTextfile(path, 'a'.repeat(1 << 20));
    const child = spawn(process.execPath, writer(path, 60, 1 << 20), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    await once(child.stdout, 'data');
    const letters = new Set<string>();
    const others = new Set<string>();
    while (child.exitCode === null) {
      const content = readFileSync(path, 'latin1');
      letters.add(content.charAt(0));
      expect(content.length).toBe(1 << 20);
      expect(content === content.charAt(0).repeat(1 << 20)).toBe(true);
      for (const name of readdirSync(folder)) {
        if (name.endsWith('.prom') && name !== 'wcache.prom') others.add(name);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await ended)[0]).toBe(0);
    expect(letters.size).toBeGreaterThan(1);
    expect([...others]).toEqual([]);
    expect(readdirSync(folder)).toEqual(['wcache.prom']);
  });

  it('is whole whenever its writer is killed', async () => {
    const folder = scratchFolder();
    const path = join(folder, 'wcache.prom');
    for (let delay = 0; delay < 12; delay++) {
      const child = spawn(process.execPath, writer(path, 10_000, 1 << 18), {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(child, 'close');
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill('SIGKILL');
      await ended;
      const content = readFileSync(path, 'latin1');
      expect(content === content.charAt(0).repeat(1 << 18)).toBe(true);
    }
  });

  it('takes away what a killed writer left long ago, and nothing else', () => {
    const folder = scratchFolder();
    const path = join(folder, 'wcache.prom');
    const long = new Date(Date.now() - 3_600_000);
    const names = [
      LEFT_BEHIND,
      LEFT_BEHIND.replace('0e4c', 'ffff'),
      '.other.prom.wcache-1.tmp',
      '.wcache.prom.swp',
    ];
    for (const name of names) writeFileSync(join(folder, name), 'x');
    for (const name of names.filter((_, i) => i !== 1)) utimesSync(join(folder, name), long, long);
    writeTextfile(path, 'x');
    expect(readdirSync(folder).sort()).toEqual([...names.slice(1), 'wcache.prom'].sort());
  });
});

describe('where a textfile cannot be written', () => {
  it.each([
    [
      'a directory',
      (path: string) => {
        mkdirSync(path);
      },
    ],
    [
      'a symbolic link',
      (path: string) => {
        symlinkSync('elsewhere', path);
      },
    ],
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path])],
  ])('refuses %s, and leaves it alone', (kind, make) => {
    const folder = scratchFolder();
    const path = join(folder, 'wcache.prom');
    make(path);
    writeFileSync(join(folder, 'elsewhere'), 'precious');
    const writing = (): void => {
      writeTextfile(path, 'x');
    };
    expect(writing).toThrow(UsageError);
    expect(writing).toThrow(`it is ${kind}`);
    expect(readdirSync(folder).sort()).toEqual(['elsewhere', 'wcache.prom']);
    expect(readFileSync(join(folder, 'elsewhere'), 'utf8')).toBe('precious');
  });

  it('refuses a socket, a device, and what names no file', async () => {
    const folder = scratchFolder();
    const path = join(folder, 'socket');
    const server = createServer().listen(path);
    onTestFinished(() => {
      server.close();
    });
    await once(server, 'listening');
    expect(() => {
      requireOutput(path);
    }).toThrow('it is a socket');
    expect(() => {
      requireOutput('/dev/null');
    }).toThrow('it is a device');
    expect(() => {
      requireOutput('/dev/stdout');
    }).toThrow('it is a symbolic link');
    for (const none of ['', '-', `${folder}/`, '.', '..', '/']) {
      expect(() => {
        requireOutput(none);
      }).toThrow(/does not name a file|it is a directory/);
    }
  });

  it.each([
    ['/no/such/folder/wcache.prom', 'no such file or directory'],
    ['/dev/null/wcache.prom', 'not a directory'],
    [`/tmp/${'x'.repeat(256)}`, 'name too long'],
    [`/tmp/${'x'.repeat(250)}`, 'name too long'],
    ['/proc/self/wcache.prom', 'no such file or directory'],
  ])('says what is wrong with %s', (path, why) => {
    const writing = (): void => {
      writeTextfile(path, 'x');
    };
    expect(writing).toThrow(`${path} could not be written: `);
    expect(writing).toThrow(why);
  });

  it('keeps the old file where the disk is full, and leaves nothing behind', () => {
    const folder = scratchFolder();
    const path = join(folder, 'wcache.prom');
    writeTextfile(path, 'old\n');
    // A file may not become larger than this, which fails in the middle as a full disk does.
    const { stdout, status } = spawnSync(
      'bash',
      ['-c', 'trap "" XFSZ; ulimit -f 16; exec "$@"', 'bash', process.execPath, ...writer(path, 1, 1 << 20)],
      { encoding: 'utf8' },
    );
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'output-failed',
      status: 1,
      message: `${path} could not be written: file too large.`,
    });
    expect(readFileSync(path, 'utf8')).toBe('old\n');
    expect(readdirSync(folder)).toEqual(['wcache.prom']);
  });

  it('keeps the old file where the folder may not be written, and says what is missing', () => {
    const folder = scratchFolder();
    const path = join(folder, 'wcache.prom');
    writeTextfile(path, 'old\n');
    chmodSync(folder, 0o555);
    onTestFinished(() => {
      chmodSync(folder, 0o755);
    });
    const isRoot = process.getuid?.() === 0;
    const [program, ...words] = [
      ...(isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []),
      process.execPath,
      ...writer(path, 1, 1),
    ];
    const { stdout } = spawnSync(program ?? '', words, { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'no-permission',
      status: 3,
      message: `${path} could not be written: permission denied.`,
    });
    expect(readFileSync(path, 'utf8')).toBe('old\n');
    expect(existsSync(join(folder, LEFT_BEHIND))).toBe(false);
    expect(readdirSync(folder)).toEqual(['wcache.prom']);
  });
});
