import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { projectDirectory } from '../../lab/project.js';
import { Bench } from './bench.js';

/** The unit that wcache-tuning(7) has for the boot: what systemd would run, in its order. */
const page = readFileSync(join(projectDirectory, 'man/source/wcache-tuning.7'), 'utf8');
const commands = [...page.matchAll(/^ExecStart(?:Pre)?=(.*)$/gm)].map(([, command = '']) =>
  command.replaceAll('\\-', '-'),
);
const BOOT = `wcache_boot() { ORIGIN=$O CACHE=$C; ${commands.join(' && ')}; }; wcache_boot`;

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start({ kernel: 'uml-6.1', label: 'create: the unit of the manual' });
});
afterEach(() => bench.cleanUp());
afterAll(() => bench.end());

describe('the unit for the boot in the manual', () => {
  it('looks before it creates', () => {
    expect(commands.map((command) => command.split(' ').slice(0, 2).join(' '))).toEqual([
      'wcache inspect',
      'wcache check',
      'wcache create',
    ]);
  });

  it('brings a dirty cache up with its blocks, and leaves it alone when it is started again', async () => {
    const { boot, data, again, table } = await bench.run({
      make: 'fresh && dirty',
      boot: BOOT,
      data: 'get /dev/mapper/db',
      again: BOOT,
      table: 'dmsetup ls',
    });
    expect(boot).toMatchObject({ status: 0 });
    expect(data.stdout).toMatch(/^aca\.{47}b\.{13}$/m);
    expect(again).toMatchObject({ status: 0 });
    expect(again.stdout).toContain('/dev/mapper/db is there already, just so.');
    expect(table.stdout).toMatch(/^db\t/);
  });

  it('brings a clean cache up', async () => {
    const { boot, data } = await bench.run({
      make: 'fresh && dirty && raw && written_back',
      boot: BOOT,
      data: 'get /dev/mapper/db',
    });
    expect(boot).toMatchObject({ status: 0 });
    expect(data.stdout).toMatch(/^aca\.{47}b\.{13}$/m);
  });

  it('has no new cache made where the superblock is gone', async () => {
    const { boot, table } = await bench.run({
      make: 'fresh && dirty && dd if=/dev/zero of=$C bs=512 count=1 oflag=direct conv=notrunc status=none',
      before: 'sha256sum /tmp/origin /tmp/cache >/tmp/cache-sums',
      boot: BOOT,
      after: 'sha256sum --check --quiet /tmp/cache-sums',
      table: 'dmsetup ls',
    });
    expect(boot).toMatchObject({ status: 4 });
    expect(boot.stderr).toContain('it is blank');
    expect(table.stdout).toContain('No devices found');
  });
});
