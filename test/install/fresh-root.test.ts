import { copyFileSync, cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { boot, createSparse, labReadiness } from '../lab/index.js';
import { Tmux } from '../watch/tmux.js';
import { FreshDebian, USER } from './fresh-debian.js';
import { registryCache } from './installed.js';
import { packages } from './packages.js';
import { openFolder } from './users.js';

const MIB = 1 << 20;
/** On a machine's first run all of a Debian is fetched, maybe from afar. */
const PATIENCE_MS = 1_500_000;

interface Way {
  readonly by: string;
  readonly install: (debian: FreshDebian) => Promise<void>;
  readonly remove: (debian: FreshDebian) => void;
  /** What may be left: see {@link FreshDebian.contents}. */
  readonly left: RegExp;
}

/** The two ways in which somebody who has never seen wcache comes to it, and parts from it again. */
const ways: readonly Way[] = [
  {
    by: "Debian's package",
    install: async (debian) => {
      copyFileSync((await packages()).debian, debian.path('tmp/wcache.deb'));
      debian.apt('install', '/tmp/wcache.deb');
    },
    remove: (debian) => {
      const said = debian.apt('purge', '--auto-remove', 'wcache');
      expect(said).not.toMatch(/warning|not empty|error/i);
    },
    left: /^(?!)/,
  },
  {
    by: 'npm',
    install: async (debian) => {
      copyFileSync((await packages()).npm, debian.path('tmp/wcache.tgz'));
      cpSync(await registryCache(), debian.path('tmp/npm-cache'), { recursive: true });
      debian.apt('install', 'nodejs');
      const words = ['--global', '--cache=/tmp/npm-cache', '--offline', '--no-audit', '--no-fund'];
      debian.printed(['npm', 'install', ...words, '/tmp/wcache.tgz']);
      debian.printed(['wcache', 'completion', '--install', 'bash']);
      const { stderr, status } = debian.say(['wcache', 'list']);
      expect([stderr, status]).toEqual([expect.stringContaining('dmsetup is not installed'), 3]);
      debian.apt('install', 'dmsetup');
    },
    remove: (debian) => {
      debian.printed(['wcache', 'completion', '--uninstall']);
      debian.printed(['npm', 'uninstall', '--global', 'wcache']);
      debian.apt('purge', '--auto-remove', 'nodejs', 'dmsetup');
    },
    // Which cache belongs to which origin, what npm keeps of its own work, and a folder for others' completions.
    left: /^(?:var\/lib\/wcache|root\/\.npm)(?:\/|\t)|^usr\/local\/share\/bash-completion(?:\/completions)?\td/,
  },
];

describe.each(ways)('in a fresh Debian, wcache by $by', ({ by, install, remove, left }) => {
  const folder = join(inject('installFolder'), `debian-${by.replaceAll(/\W+/g, '-')}`);
  let debian: FreshDebian;
  let before: string[];

  beforeAll(async () => {
    debian = await FreshDebian.unpack(folder);
    before = debian.contents();
    await install(debian);
  }, PATIENCE_MS);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('says what it can do, to whoever types its name', () => {
    for (const said of [debian.asUser('wcache'), debian.printed(['wcache'])]) {
      expect(said).toContain('inspect');
      expect(said).toContain('create');
    }
  });

  it('has its manual', () => {
    for (const words of ['wcache', 'wcache-create', 'wcache create', '5 wcache-format', '7 wcache-tuning']) {
      const name = words.replace(/^\d /, '').replace(' ', '-');
      expect(debian.asUser(`man ${words}`), words).toMatch(new RegExp(`^${name}\\(\\d\\) `, 'i'));
    }
  });

  it('is completed in bash', async () => {
    const tmux = await Tmux.open(100, 20);
    const words = debian.enter(['su', '--login', USER], { TERM: 'screen' });
    tmux.type(words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' '));
    await tmux.waitFor(new RegExp(`^${USER}@`, 'm'));
    tmux.press('wcache insp', 'Tab');
    await tmux.waitFor(/\$ wcache inspect *$/m);
    tmux.press('--ent', 'Tab');
    await tmux.waitFor(/\$ wcache inspect --entries/m);
  });

  it('makes, reads and checks images for a user without rights', () => {
    const image = '/tmp/cache.img';
    debian.asUser(`truncate --size=64M ${image} && wcache format ${image} --block-size 4096 --yes`);
    expect(debian.asUser(`wcache inspect ${image}`)).toContain('clean writecache, 64 MiB');
    expect(JSON.parse(debian.asUser(`wcache check ${image} --json`))).toMatchObject({ ok: true });
    expect(debian.asUser(`wcache size ${image}`)).toContain('4096');
    // With nothing at all in the environment, and nothing that others may read.
    expect(
      debian.asUser(`umask 077; env -i "$(command -v node)" "$(command -v wcache)" check ${image}`),
    ).toContain('clean');
    const { stderr, status } = debian.say(['su', '--login', USER, '--command', 'wcache status']);
    expect([status, stderr]).toEqual([3, expect.stringMatching(/root/)]);
  });

  it('drives a cache of a real kernel', async () => {
    expect(await labReadiness(['uml-6.1'])).toEqual({ ready: true });
    const folder = openFolder();
    const disks = [
      { path: await createSparse(join(folder, 'origin'), 64 * MIB) },
      { path: await createSparse(join(folder, 'cache'), 16 * MIB) },
    ];
    await using guest = await boot({ kernel: 'uml-6.1', disks, shareDirectory: debian.folder, label: by });
    const root = debian.folder;
    const run = async (line: string): Promise<string> => {
      const { stdout, stderr, status } = await guest.run(
        `chroot ${root} env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin sh -c "$0"`.replace(
          '"$0"',
          `'${line}'`,
        ),
      );
      expect(status, `${line}:\n${stdout}${stderr}`).toBe(0);
      return stdout;
    };
    const mounts = [`mount --rbind /dev ${root}/dev`, `mount -t proc proc ${root}/proc`];
    const more = [`mount -t sysfs sysfs ${root}/sys`, `mount -t tmpfs tmpfs ${root}/run`];
    expect(await guest.run([...mounts, ...more].join(' && '))).toMatchObject({ status: 0, stderr: '' });

    expect(await run('wcache doctor')).toContain('writecache');
    expect(await run('wcache create wc --origin /dev/ubda --cache /dev/ubdb')).toContain(
      '/dev/mapper/wc is up',
    );
    await run('dd if=/usr/bin/node of=/dev/mapper/wc bs=4k count=100 oflag=direct,sync status=none');
    const [status] = JSON.parse(await run('wcache status --json')) as Record<string, unknown>[];
    expect(status).toMatchObject({ name: 'wc', error: false });
    expect(status?.['dirty_blocks']).toBeGreaterThan(0);
    expect(await run('wcache metrics')).toContain('wcache_dirty_blocks{name="wc"}');
    expect(await run('wcache remove wc')).toContain('/dev/ubda has everything');
    expect(
      await run('cmp --bytes=409600 /usr/bin/node /dev/ubda && wcache verify /dev/ubdb /dev/ubda'),
    ).toContain('nothing is missing');
    expect(JSON.parse(await run('wcache list --json'))).toEqual([]);
  });

  it('is gone when it is removed, and all that it needed', () => {
    remove(debian);
    const after = debian.contents();
    const records = after.filter((line) => left.test(line));
    expect(after.filter((line) => !records.includes(line))).toEqual(before);
  });
});
