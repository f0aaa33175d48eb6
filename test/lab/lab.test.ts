import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  boot,
  createSparse,
  GuestError,
  labReadiness,
  output,
  prepareLvm,
  writecacheTable,
} from './index.js';
import type { Guest, KernelName } from './index.js';

const MIB = 1024 * 1024;
const MAGIC = 0x23489321;
const ORIGIN_SECTORS = 131_072;
const PATIENCE_MS = 120_000;

let directory: string;

async function disks(name: string, cacheBytes = 4 * MIB): Promise<{ origin: string; cache: string }> {
  return {
    origin: await createSparse(join(directory, `${name}-origin`), ORIGIN_SECTORS * 512),
    cache: await createSparse(join(directory, `${name}-cache`), cacheBytes),
  };
}

function ssdTable(guest: Guest, ...options: string[]): string {
  const [origin = '', cache = ''] = guest.disks;
  return writecacheTable({ mode: 's', origin, cache, lengthSectors: ORIGIN_SECTORS, options });
}

beforeAll(async () => {
  const readiness = await labReadiness();
  if (!readiness.ready) throw new Error(readiness.reason);
  directory = await mkdtemp(join(tmpdir(), 'lab-test-'));
}, 600_000);

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe('a user-mode Linux guest', () => {
  let guest: Guest;

  beforeAll(async () => {
    const { origin, cache } = await disks('shared');
    const share = join(directory, 'a share');
    await mkdir(share);
    guest = await boot({
      kernel: 'uml-6.1',
      disks: [{ path: origin }, { path: cache }],
      shareDirectory: share,
    });
  }, PATIENCE_MS);

  afterAll(async () => {
    await guest.shutdown();
  }, PATIENCE_MS);

  it('has a writecache that takes writes, tells its status and drains on a message', async () => {
    expect(guest.kernelRelease).toMatch(/^6\.1\./);
    await output(guest, `dmsetup create wc --table '${ssdTable(guest, 'autocommit_time', '3600000')}'`);
    await output(guest, 'dd if=/dev/urandom of=/dev/mapper/wc bs=4k count=10 oflag=direct');
    expect(await output(guest, 'dmsetup status wc')).toMatch(/^0 131072 writecache 0 1020 1010 0 /);
    await output(guest, 'dmsetup message wc 0 flush');
    expect(await output(guest, 'dmsetup status wc')).toMatch(/^0 131072 writecache 0 1020 1020 0 /);
    await output(guest, 'dmsetup remove wc');
  });

  it('gives the exact exit status, and 128 plus the number of a deadly signal', async () => {
    const statuses = await Promise.all(
      ['true', 'exit 3', 'exit 255', 'kill -KILL $$', 'no-such-program'].map((one) => guest.run(one)),
    );
    expect(statuses.map(({ status }) => status)).toEqual([0, 3, 255, 137, 127]);
  });

  it('passes standard input, environment, directory and both outputs', async () => {
    const options = { input: 'grün\n', env: { FRUIT: 'a=b "c"\n$d' }, cwd: '/proc' };
    const result = await guest.run('cat; pwd; printf %s "$FRUIT" >&2', options);
    expect(result).toEqual({ stdout: 'grün\n/proc\n', stderr: 'a=b "c"\n$d', status: 0 });
  });

  it('passes megabytes both ways', async () => {
    const input = 'Die Katze tritt die Treppe krumm.\n'.repeat(100_000);
    const result = await guest.run('cat', { input });
    expect(result.stdout === input).toBe(true);
  });

  it('runs commands at the same time', async () => {
    // Each waits for the other: one after the other they would never end.
    const [first, second] = await Promise.all([
      guest.run('mkfifo /tmp/fifo; cat /tmp/fifo', { timeoutMs: 20_000 }),
      guest.run('until test -p /tmp/fifo; do sleep 0.1; done; echo met > /tmp/fifo', { timeoutMs: 20_000 }),
    ]);
    expect([first.stdout, second.status]).toEqual(['met\n', 0]);
  });

  it('does not wait for a process that a command leaves behind', async () => {
    const { stdout } = await guest.run('sleep 600 & echo started', { timeoutMs: 10_000 });
    expect(stdout).toBe('started\n');
  });

  it("has the host's Node and a shared directory that is writable from both sides", async () => {
    const share = join(directory, 'a share');
    await writeFile(join(share, 'from-host'), 'to the guest');
    const { stdout } = await guest.run('cat from-host; node --version > from-guest', { cwd: share });
    expect(stdout).toBe('to the guest');
    expect(await readFile(join(share, 'from-guest'), 'utf8')).toBe(`${process.version}\n`);
  });

  it('loads other targets by itself and puts their messages on the console', async () => {
    await output(
      guest,
      `dmsetup create flaky --table '0 2048 flakey ${guest.disks[0] ?? ''} 0 1 1' && dmsetup remove flaky`,
    );
    await guest.run(`dmsetup create bad --table '${ssdTable(guest, 'no_such_option')}'`);
    expect(guest.console()).toContain('Invalid optional argument');
  });

  it(
    'is not disturbed by another guest',
    async () => {
      const other = await boot({ kernel: 'uml-6.1', label: 'other' });
      await output(other, 'echo other > /tmp/whoami');
      expect((await guest.run('cat /tmp/whoami')).status).toBe(1);
      await other.powerCut();
      expect(await output(guest, 'echo here')).toBe('here\n');
    },
    PATIENCE_MS,
  );
});

describe('a guest that ends', () => {
  it(
    'by a power cut keeps what was committed and loses the rest',
    async () => {
      const { origin, cache } = await disks('cut');
      const options = { kernel: 'uml-6.1', disks: [{ path: origin }, { path: cache }] } as const;
      const before = await boot(options);
      await output(before, `dmsetup create wc --table '${ssdTable(before, 'autocommit_time', '3600000')}'`);
      const write = (letter: string, block: number, how: string): Promise<string> =>
        output(
          before,
          `head -c 4096 /dev/zero | tr '\\0' ${letter} | dd of=/dev/mapper/wc bs=4k seek=${String(block)} iflag=fullblock ${how}`,
        );
      await write('a', 0, 'conv=fsync');
      await write('b', 1, 'oflag=direct');
      await before.powerCut();

      const metadata = await readFile(cache);
      expect(metadata.readUInt32LE(0)).toBe(MAGIC);
      // One committed entry, for sector 0, older than the superblock's count.
      expect(metadata.readBigUInt64LE(64)).toBe(0n);
      expect(metadata.readBigUInt64LE(72)).toBeLessThan(metadata.readBigUInt64LE(24));

      const after = await boot(options);
      await output(after, `dmsetup create wc --table '${ssdTable(after)}'`);
      expect(await output(after, "head -c 4097 /dev/mapper/wc | tr '\\0' 0")).toBe(`${'a'.repeat(4096)}0`);
      await after.shutdown();
      await after.shutdown();
    },
    PATIENCE_MS,
  );

  it(
    'because a command hangs says so and shows its console',
    async () => {
      const guest = await boot({ kernel: 'uml-6.1', label: 'sleeper' });
      await guest.run('echo the last thing it said > /dev/kmsg');
      const bystander = guest.run('sleep 1000').catch((error: unknown) => error);
      const failure = await guest.run('sleep 999', { timeoutMs: 2000 }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(GuestError);
      expect(String(failure)).toMatch(/sleeper did not finish: sleep 999 [^]*the last thing it said/);
      expect(await bystander).toBeInstanceOf(GuestError);
      await expect(guest.run('true')).rejects.toThrow(GuestError);
      await guest.shutdown();
    },
    PATIENCE_MS,
  );

  it(
    'by a kernel panic is noticed at once',
    async () => {
      const guest = await boot({ kernel: 'uml-6.1' });
      const start = Date.now();
      const failure = await guest.run('echo c > /proc/sysrq-trigger').catch((error: unknown) => error);
      expect(String(failure)).toMatch(/ended by itself[^]*sysrq triggered crash/i);
      expect(Date.now() - start).toBeLessThan(10_000);
    },
    PATIENCE_MS,
  );

  it(
    'with its test process, even if that is killed',
    async () => {
      const lab = JSON.stringify(join(import.meta.dirname, 'index.ts'));
      const script = `import { runnerImport } from 'vite';
      const { module } = await runnerImport(${lab});
      await module.boot({ kernel: 'uml-6.1' });
      console.log('booted');`;
      const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
        cwd: import.meta.dirname,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      const group = (await processes()).find(({ parent }) => parent === child.pid)?.group ?? 0;
      const scratch = /uml_dir=(\S+)\//.exec(
        await readFile(`/proc/${String(group)}/cmdline`, 'utf8').then((line) => line.replaceAll('\0', ' ')),
      )?.[1];
      expect(scratch).toBeDefined();
      child.kill('SIGKILL');

      const deadline = Date.now() + 10_000;
      const left = async (): Promise<boolean> =>
        (await processes()).some((one) => one.group === group) || (await exists(scratch ?? ''));
      while ((await left()) && Date.now() < deadline) await sleep(50);
      expect(await left()).toBe(false);
    },
    PATIENCE_MS,
  );
});

describe('lvm2 in a guest', () => {
  it(
    'makes a writecache and takes it apart',
    async () => {
      const { origin, cache } = await disks('lvm', 32 * MIB);
      const guest = await boot({ kernel: 'uml-6.1', disks: [{ path: origin }, { path: cache }] });
      const env = await prepareLvm(guest);
      const [slow = '', fast = ''] = guest.disks;
      const make = [
        `vgcreate vg ${slow} ${fast}`,
        `lvcreate -y -n data -L 32M vg ${slow}`,
        `lvcreate -y -an -n cache -L 16M vg ${fast}`,
        'lvconvert -y --type writecache --cachevol cache vg/data',
      ];
      await output(guest, make.join(' && '), { env });
      expect(await output(guest, 'dmsetup table vg-data')).toMatch(/^0 65536 writecache s /);
      await output(guest, 'lvconvert -y --splitcache vg/data', { env });
      expect(await output(guest, 'dmsetup table vg-data')).toMatch(/^0 65536 linear /);
      await guest.shutdown();
    },
    PATIENCE_MS,
  );
});

describe.each<KernelName>(['debian-6.1', 'debian-6.12'])('%s under QEMU', (kernel) => {
  let guest: Guest;
  let pmem: string;
  let share: string;

  beforeAll(async () => {
    const { origin, cache } = await disks(kernel);
    pmem = cache;
    const readOnly = await createSparse(join(directory, `${kernel}-read-only`), 3 * MIB);
    const second = await createSparse(join(directory, `${kernel}-second`), 2 * MIB);
    share = join(directory, `${kernel}-share`);
    await mkdir(share);
    guest = await boot({
      kernel,
      disks: [{ path: readOnly, readOnly: true }, { path: origin }],
      pmem: [{ path: pmem }, { path: second }],
      shareDirectory: share,
    });
  }, PATIENCE_MS);

  it('has its devices in the order they were given', async () => {
    expect(guest.kernelRelease).toMatch(kernel === 'debian-6.1' ? /^6\.1\./ : /^6\.12\./);
    const devices = [...guest.disks, ...guest.pmem].join(' ');
    const sizes = await output(guest, `blockdev --getsize64 ${devices} && blockdev --getro ${devices}`);
    const expected = [3 * MIB, ORIGIN_SECTORS * 512, 4 * MIB, 2 * MIB, 1, 0, 0, 0];
    expect(sizes.trim().split('\n').map(Number)).toEqual(expected);
    expect(await output(guest, 'cat /sys/block/pmem?/queue/dax')).toBe('1\n1\n');
  });

  it('runs commands like the other guests', async () => {
    const [first, second] = await Promise.all([
      guest.run('head -c 3000000 /dev/zero; exit 7'),
      guest.run('cat', { input: 'hello' }),
    ]);
    expect([first.stdout.length, first.status, second.stdout]).toEqual([3_000_000, 7, 'hello']);
  });

  it('has pmem mode, whose data a power cut leaves in the file', async () => {
    const [, origin = ''] = guest.disks;
    const [cache = ''] = guest.pmem;
    const table = writecacheTable({ mode: 'p', origin, cache, lengthSectors: ORIGIN_SECTORS });
    const write =
      "head -c 4096 /dev/zero | tr '\\0' p | dd of=/dev/mapper/wc bs=4k seek=3 oflag=direct iflag=fullblock";
    const create = `dmsetup create wc --table '${table}'`;
    await output(guest, `${create} && ${write} && dmsetup status wc > status`, { cwd: share });
    expect(await readFile(join(share, 'status'), 'utf8')).toMatch(/^0 131072 writecache 0 1020 1019 /);
    await guest.powerCut();

    const metadata = await readFile(pmem);
    expect(metadata.readUInt32LE(0)).toBe(MAGIC);
    expect(metadata.readBigUInt64LE(64)).toBe(24n);
    const dataOffset = Math.ceil((64 + 16 * Number(metadata.readBigUInt64LE(16))) / 4096) * 4096;
    expect(metadata.toString('latin1', dataOffset, dataOffset + 4096)).toBe('p'.repeat(4096));
  });
});

describe('the end of a QEMU guest', () => {
  it(
    'when it is orderly writes everything to the disk',
    async () => {
      const { origin } = await disks('orderly');
      const guest = await boot({ kernel: 'debian-6.1', disks: [{ path: origin }] });
      const mount = `mkfs.ext4 -q ${guest.disks[0] ?? ''} && mkdir /run/m && mount ${guest.disks[0] ?? ''} /run/m`;
      await output(guest, `${mount} && echo kept > /run/m/file`);
      await guest.shutdown();
      expect((await readFile(origin)).includes('kept\n')).toBe(true);
    },
    PATIENCE_MS,
  );

  it(
    'by a kernel panic is noticed at once',
    async () => {
      const guest = await boot({ kernel: 'debian-6.12' });
      const start = Date.now();
      const failure = await guest.run('echo c > /proc/sysrq-trigger').catch((error: unknown) => error);
      expect(String(failure)).toMatch(/ended by itself[^]*sysrq triggered crash/i);
      expect(Date.now() - start).toBeLessThan(20_000);
    },
    PATIENCE_MS,
  );
});

interface HostProcess {
  readonly parent: number;
  readonly group: number;
}

/** The host's processes, without zombies. */
async function processes(): Promise<HostProcess[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(
    names.map((name) => readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')),
  );
  return stats
    .map((stat) => stat.slice(stat.lastIndexOf(')') + 2).split(' '))
    .filter(([state]) => state !== 'Z')
    .map(([, parent, group]) => ({ parent: Number(parent), group: Number(group) }));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
