import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { exists, kept } from '../lab/kept.js';
import { once } from './once.js';
import { packages, plainEnvironment } from './packages.js';

export interface Installed {
  /** The empty folder into which npm installed, as with `npm install --global`. */
  readonly prefix: string;
  /** The program in it. */
  readonly program: string;
}

/**
 * wcache as npm installs it, from the tarball of a clean copy of the tree; made once in a test run, and gone after it.
 * Everybody may run it, and the lab's guests see it at the same path. It is shared: change nothing in it.
 */
export function installedFromNpm(): Promise<Installed> {
  return once('npm', (folder) => installInto(join(folder, 'prefix')));
}

/** The same into a prefix of one's own. Reaches for no network: what the registry has to give was fetched before. */
export async function installInto(prefix: string): Promise<Installed> {
  const { npm } = await packages();
  await mkdir(prefix, { recursive: true, mode: 0o755 });
  await npmInstall(npm, prefix, [`--cache=${await registryCache()}`, '--offline']);
  return { prefix, program: join(prefix, 'bin', 'wcache') };
}

/** npm's cache with all that an installation of the tarball asks the registry for. */
export async function registryCache(): Promise<string> {
  const { npm, tree } = await packages();
  const { dependencies } = JSON.parse(readFileSync(join(tree, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const name = createHash('sha256').update(JSON.stringify(dependencies)).digest('hex').slice(0, 16);
  return kept(
    `npm-cache-${name}`,
    async (directory) => ((await exists(join(directory, 'complete'))) ? directory : undefined),
    async (workshop) => {
      const cache = join(workshop, 'cache');
      await npmInstall(npm, join(workshop, 'prefix'), [`--cache=${cache}`]);
      await writeFile(join(cache, 'complete'), '');
      return cache;
    },
  );
}

async function npmInstall(tarball: string, prefix: string, options: readonly string[]): Promise<void> {
  const home = join(prefix, '..', 'home');
  await mkdir(home, { recursive: true });
  const words = ['install', '--global', `--prefix=${prefix}`, '--no-audit', '--no-fund', ...options, tarball];
  await execa('sh', ['-c', 'umask 022; exec "$@"', 'sh', 'npm', ...words], {
    cwd: home,
    env: plainEnvironment(home),
    extendEnv: false,
  });
}
