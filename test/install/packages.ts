import { createHash } from 'node:crypto';
import { cpSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { projectDirectory } from '../lab/project.js';
import { cacheDirectory, exists, kept } from '../lab/kept.js';
import { once } from './once.js';

/** What the packages are made of, and by. */
const SOURCES = [
  ...['bin', 'commands', 'man', 'src', '.npmrc', 'CHANGELOG.md', 'LICENSE', 'README.md'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'],
];
/** What a clean copy of the tree does not have. */
const MADE =
  /^(?:node_modules|dist|dist\.new|coverage|\.git|oclif\.manifest\.json|.*\.(?:tgz|deb|tsbuildinfo))$/;
const KEPT = 'packages-';
const FORGOTTEN_AFTER_MS = 24 * 3600 * 1000;
/** How npm and apt reach what they fetch. */
const NETWORK = /^(?:https?_proxy|no_proxy|npm_config_registry|NODE_EXTRA_CA_CERTS)$/i;

export interface Packages {
  /** The tarball of `npm pack`. */
  readonly npm: string;
  /** Debian's package. */
  readonly debian: string;
  /** The clean copy of the tree, built, that they were made in; with the compiler and all else that a build needs. */
  readonly tree: string;
}

/** Both packages of the tree as it is now, made in a clean copy of it. Kept until something in it changes. */
export function packages(): Promise<Packages> {
  return once('packages', async () => {
    const name = `${KEPT}${digestOfSources()}`;
    await forgetOthers(name);
    const made = await kept(name, describe, make);
    const now = new Date();
    await utimes(join(cacheDirectory(), name), now, now);
    return made;
  });
}

async function describe(directory: string): Promise<Packages | undefined> {
  if (!(await exists(join(directory, 'tree', 'package.json')))) return undefined;
  const names = await readdir(directory);
  const [npm, debian] = ['.tgz', '.deb'].map((end) => names.find((name) => name.endsWith(end)));
  if (npm === undefined || debian === undefined) return undefined;
  return { npm: join(directory, npm), debian: join(directory, debian), tree: join(directory, 'tree') };
}

async function make(workshop: string): Promise<string> {
  const finished = join(workshop, 'finished');
  const tree = join(finished, 'tree');
  await mkdir(finished);
  cpSync(projectDirectory, tree, {
    recursive: true,
    filter: (path) => !MADE.test(path.slice(projectDirectory.length + 1)),
  });
  await borrowModules(tree);
  const options = { cwd: tree, env: plainEnvironment(workshop), extendEnv: false };
  await execa('npm', ['pack', '--pack-destination', finished], options);
  const { stdout } = await execa(process.execPath, ['bin/package-deb.js'], options);
  await rename(stdout.trim(), join(finished, 'wcache.deb'));
  await rm(join(tree, 'node_modules'), { recursive: true });
  return finished;
}

/** The packages that a build needs: links to the same files where that can be done, which takes no time. */
async function borrowModules(tree: string): Promise<void> {
  const words = [join(projectDirectory, 'node_modules'), tree];
  const linked = await execa('cp', ['-al', ...words], { reject: false });
  if (linked.failed) await execa('cp', ['-a', ...words]);
}

/** Nothing of the developer's own, but for how the network is reached. */
export function plainEnvironment(home: string): Record<string, string> {
  const network = Object.entries(process.env).flatMap(([name, value]) =>
    NETWORK.test(name) && value !== undefined ? [[name, value] as const] : [],
  );
  // `npm test` keeps it from all but npm (test/set-up.js).
  const certificates = process.env['WCACHE_TEST_CA_CERTS'];
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    LC_ALL: 'C.UTF-8',
    npm_config_update_notifier: 'false',
    ...(certificates === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificates }),
    ...Object.fromEntries(network),
  };
}

function digestOfSources(): string {
  const hash = createHash('sha256').update(process.version);
  for (const source of SOURCES) {
    const top = join(projectDirectory, source);
    const inside = lstatSync(top).isDirectory()
      ? readdirSync(top, { recursive: true, encoding: 'utf8' })
      : [''];
    for (const path of inside.sort().map((each) => join(top, each))) {
      if (lstatSync(path).isFile()) hash.update(`\n${path}\n`).update(readFileSync(path));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Those of trees that there were before; others that run now may be of another checkout. */
async function forgetOthers(name: string): Promise<void> {
  const home = cacheDirectory();
  const names = await readdir(home).catch(() => []);
  for (const other of names.filter((each) => each.startsWith(KEPT) && each !== name)) {
    const age = Date.now() - (await stat(join(home, other))).mtimeMs;
    if (age > FORGOTTEN_AFTER_MS) await rm(join(home, other), { recursive: true, force: true });
  }
}
