import { createHash } from 'node:crypto';
import { cpSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { exists, kept } from '../lab/kept.js';
import { plainEnvironment } from './packages.js';
import { printed, say, type Said } from './users.js';

/** What the kept root looks like; another number makes it be made anew. */
const LAYOUT = 1;
const MIRROR = 'http://deb.debian.org/debian';
/** Beside the smallest Debian: what a server has, and a new user looks for help with. */
const INCLUDED = 'man-db,bash-completion,less';
/** Where the packages lie in it that do not come from Debian. */
const REPOSITORY = 'srv/packages';

/** Where packages' installation and removal themselves are recorded, and what somebody keeps. */
const RECORDS = [
  ...['etc/ld.so.cache', 'var/cache/apt', 'var/cache/debconf', 'var/cache/ldconfig', 'var/cache/man'],
  ...['var/lib/apt', 'var/lib/dpkg', 'var/log', 'home', 'tmp'],
];

/** Somebody in it without any rights. */
export const USER = 'newcomer';

/**
 * A fresh, minimal Debian in a folder, in which apt offers Node as from a repository of its own, and has fetched already
 * what wcache depends on: what is installed in it needs no network. It is changed by what is done in it.
 */
export class FreshDebian {
  /** @param folder where its root is */
  private constructor(readonly folder: string) {}

  /** Makes one in a folder that is not there yet. */
  static async unpack(folder: string): Promise<FreshDebian> {
    const archive = await root();
    await mkdir(folder);
    await chmod(folder, 0o755);
    await execa('tar', ['--extract', '--numeric-owner', '--file', archive, '--directory', folder]);
    return new FreshDebian(folder);
  }

  /** A path in it, as the host sees it. */
  path(path: string): string {
    return join(this.folder, path);
  }

  /** The words that run others in it, as root in a plain shell. Its processes and mounts end with them. */
  enter(words: readonly string[], environment: Readonly<Record<string, string>> = {}): string[] {
    const script = 'mount -t proc proc "$0/proc" && exec /usr/sbin/chroot "$0" "$@"';
    const own = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root'];
    const more = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    return [
      ...['unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script, this.folder],
      ...['env', '-i', ...own, ...more, ...words],
    ];
  }

  /** Runs a program in it as root, and tells how that went. */
  say(words: readonly string[], environment?: Readonly<Record<string, string>>): Said {
    return say(this.enter(words, environment));
  }

  /** What a program prints in it that must not fail. */
  printed(words: readonly string[], environment?: Readonly<Record<string, string>>): string {
    return printed(this.enter(words, environment));
  }

  /** What a line prints in the login shell of somebody without rights. */
  asUser(line: string): string {
    return this.printed(['su', '--login', USER, '--command', line]);
  }

  apt(...words: string[]): string {
    const settings = ['APT::Sandbox::User=root', 'Dpkg::Use-Pty=0'].map((each) => `--option=${each}`);
    const options = ['--yes', '--quiet', '--no-install-recommends', ...settings];
    return this.printed(['apt-get', ...options, ...words], { DEBIAN_FRONTEND: 'noninteractive' });
  }

  /**
   * All that is in it, each with its kind, mode, owner and target, without what the user keeps, and what packages'
   * installation and removal themselves are recorded in.
   */
  contents(): string[] {
    return printed(['find', this.folder, '-mindepth', '1', '-printf', '%P\\t%y %m %U:%G %l\\n'])
      .split('\n')
      .filter((line) => line !== '' && !RECORDS.some((path) => isAtOrBelow(path, line)))
      .sort();
  }
}

/** Whether a line of {@link FreshDebian.contents} is about the path, or what is below it. */
function isAtOrBelow(path: string, line: string): boolean {
  return line.startsWith(`${path}\t`) || line.startsWith(`${path}/`);
}

/** The archive of the root, made once a machine. */
function root(): Promise<string> {
  const name = `debian-root-v${String(LAYOUT)}-node-${process.version}`;
  return kept(name, describe, make);
}

async function describe(directory: string): Promise<string | undefined> {
  const archive = join(directory, 'root.tar');
  return (await exists(archive)) ? archive : undefined;
}

async function make(workshop: string): Promise<string> {
  const repository = join(workshop, 'packages');
  await mkdir(repository);
  await nodePackage(workshop, repository);
  const finished = join(workshop, 'finished');
  await mkdir(finished);
  const chroot = 'chroot "$1"';
  const hooks = [
    `mkdir -p "$1/${REPOSITORY}" && cp ${repository}/* "$1/${REPOSITORY}"`,
    `echo "deb [trusted=yes] file:/${REPOSITORY} ./" >"$1/etc/apt/sources.list.d/node.list"`,
    `${chroot} apt-get update`,
    `${chroot} apt-get install --yes --download-only --no-install-recommends nodejs dmsetup`,
    `${chroot} useradd --create-home --shell /bin/bash ${USER}`,
  ];
  const words = ['--variant=minbase', `--include=${INCLUDED}`, '--skip=cleanup/apt', '--quiet'];
  const patience = '--aptopt=Acquire::Retries "3"';
  await execa(
    'mmdebstrap',
    [
      ...words,
      patience,
      ...hooks.map((hook) => `--customize-hook=${hook}`),
      'bookworm',
      join(finished, 'root.tar'),
      MIRROR,
    ],
    { env: plainEnvironment(workshop), extendEnv: false },
  );
  return finished;
}

/** Debian's bookworm has an older Node. So this machine's becomes a package, as NodeSource has them: with npm. */
async function nodePackage(workshop: string, repository: string): Promise<void> {
  const tree = join(workshop, 'nodejs');
  const [bin, modules] = [join(tree, 'usr/bin'), join(tree, 'usr/lib/node_modules')];
  await mkdir(bin, { recursive: true });
  await mkdir(modules, { recursive: true });
  cpSync(process.execPath, join(bin, 'node'), { dereference: true });
  const npm = dirname(
    dirname(realpathSync(printed(['sh', '-c', 'command -v npm'], { env: { PATH: path() } }).trim())),
  );
  cpSync(npm, join(modules, 'npm'), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(bin, 'npm'));
  await mkdir(join(tree, 'DEBIAN'));
  const control = [
    ...['Package: nodejs', `Version: ${process.version.slice(1)}-1`, `Architecture: ${await architecture()}`],
    ...['Maintainer: nobody <nobody@example.org>', 'Depends: libc6, libgcc-s1, libstdc++6', 'Provides: npm'],
    'Description: this machine’s Node',
  ].map((line) => `${line}\n`);
  await writeFile(join(tree, 'DEBIAN/control'), control.join(''));
  const archive = join(repository, 'nodejs.deb');
  await execa('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, archive]);
  await rm(tree, { recursive: true });
  const digest = createHash('sha256').update(readFileSync(archive)).digest('hex');
  const index = [
    `Filename: ./${basename(archive)}\n`,
    `Size: ${String(statSync(archive).size)}\n`,
    `SHA256: ${digest}\n`,
  ];
  await writeFile(join(repository, 'Packages.part'), [...control, ...index].join(''));
  await rename(join(repository, 'Packages.part'), join(repository, 'Packages'));
}

function path(): string {
  return process.env['PATH'] ?? '';
}

async function architecture(): Promise<string> {
  const { stdout } = await execa('dpkg', ['--print-architecture']);
  return stdout.trim();
}
