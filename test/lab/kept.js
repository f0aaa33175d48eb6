// Plain JavaScript without npm dependencies, as set-up may need it before there are any.
import { access, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { aptGet } from './packages.js';

const run = promisify(execFile);

const WORKSHOP = 'making-';
const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

/**
 * The directory in which what was unpacked from packages stays from one test run to the next.
 *
 * @returns {string}
 */
export function cacheDirectory() {
  const own = process.env['WCACHE_LAB_CACHE'];
  if (own !== undefined && own !== '') return own;
  const caches = process.env['XDG_CACHE_HOME'];
  return join(caches !== undefined && caches !== '' ? caches : join(homedir(), '.cache'), 'wcache-lab');
}

/**
 * Something that is made once and kept in the cache directory; remove it there to have it made anew. Several processes
 * may do this at once.
 *
 * @template T
 * @param {string} name of its directory in the cache directory
 * @param {(directory: string) => Promise<T | undefined>} describe what is there, if it is whole
 * @param {(workshop: string) => Promise<string>} make makes it in a directory of its own, and returns which part is kept
 * @returns {Promise<T>}
 */
export async function kept(name, describe, make) {
  const home = cacheDirectory();
  const directory = join(home, name);
  const cached = await describe(directory);
  if (cached !== undefined) return cached;

  await mkdir(home, { recursive: true });
  await removeAbandoned(home);
  const workshop = await mkdtemp(join(home, WORKSHOP));
  try {
    // Who comes second finds the other's result and keeps that.
    await rename(await make(workshop), directory).catch(async (error) => {
      if ((await describe(directory)) === undefined) throw error;
    });
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
  const made = await describe(directory);
  if (made === undefined) throw new Error(`${directory} could not be made`);
  return made;
}

/**
 * Fetches a Debian package and unpacks it without installing it.
 *
 * @param {string} packageName
 * @param {string} workshop
 * @returns {Promise<string>} where it is unpacked
 */
export async function unpackPackage(packageName, workshop) {
  await aptGet(['-q', '-o', 'APT::Sandbox::User=root', 'download', packageName], workshop);
  const archive = (await readdir(workshop)).find((name) => name.endsWith('.deb'));
  if (archive === undefined) throw new Error(`apt-get downloaded no archive of ${packageName}`);
  const unpacked = join(workshop, 'unpacked');
  await run('dpkg', ['-x', join(workshop, archive), unpacked]);
  return unpacked;
}

/** @param {string} path */
export async function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Removes what a process left behind that was killed while it made something ready.
 *
 * @param {string} home
 */
async function removeAbandoned(home) {
  for (const name of await readdir(home)) {
    if (!name.startsWith(WORKSHOP)) continue;
    const path = join(home, name);
    const changed = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - changed > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
}
