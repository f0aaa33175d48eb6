// Plain JavaScript without npm dependencies, so that a machine can be made ready before there are any.
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exists, kept, unpackPackage } from './kept.js';
import { aptGet } from './packages.js';

const run = promisify(execFile);

const LARGE_OUTPUT = 512 * 1024 * 1024;

/**
 * The module directories a guest may need. The rest, most of it drivers for hardware, would only take room.
 */
const KEPT_MODULES = [
  'arch',
  'block',
  'crypto',
  'fs',
  'lib',
  'mm',
  'net/9p',
  ...['acpi', 'block', 'char', 'dax', 'md', 'nvdimm', 'virtio'].map((name) => `drivers/${name}`),
];

/** What the cache directory's content looks like; another number makes it be made anew. */
const LAYOUT = 1;

/**
 * @typedef {object} DebianKernel
 * @property {string} release the kernel's release, as `uname -r` has it
 * @property {string} image uncompressed kernel, which starts sooner under emulation than a compressed one
 * @property {string} modules directory with one subdirectory per release, like /lib/modules
 * @property {string} directory where all of it is; files made from it may be added
 */

/**
 * Fetches the newest Debian kernel of a series such as "6.12" and unpacks it, without installing the package:
 * that would want a boot loader. What is in the cache already is taken as it is; remove the directory to get
 * a newer one. Several processes may do this at once.
 *
 * @param {string} series
 * @returns {Promise<DebianKernel>}
 */
export function debianKernel(series) {
  return kept(`debian-${series}-v${LAYOUT}`, describe, async (workshop) =>
    make(await newestPackage(series), workshop),
  );
}

/**
 * @param {string} directory
 * @returns {Promise<DebianKernel | undefined>}
 */
async function describe(directory) {
  try {
    const release = (await readFile(join(directory, 'release'), 'utf8')).trim();
    return { release, image: join(directory, 'vmlinux'), modules: join(directory, 'modules'), directory };
  } catch {
    return undefined;
  }
}

/**
 * @param {string} series
 * @returns {Promise<string>}
 */
async function newestPackage(series) {
  const find = async () => {
    const { stdout } = await run('apt-cache', ['search', '--names-only', `^linux-image-${series}\\.`]);
    const names = stdout.split('\n').map((line) => line.split(' ')[0] ?? '');
    // The plain flavour: no cloud or realtime kernel, no debugging symbols.
    const plain = new RegExp(
      `^linux-image-${series.replaceAll('.', '\\.')}\\.[\\d.]+([-+][^-]+)?-amd64(-unsigned)?$`,
    );
    /** @param {string} name */
    const version = (name) => name.replace(/-unsigned$/, '');
    // Of a signed and an unsigned package of one version, the shorter name is the signed one's, and goes
    // last.
    const older = names
      .filter((name) => plain.test(name))
      .sort((a, b) => version(a).localeCompare(version(b), 'en', { numeric: true }) || b.length - a.length);
    return older.at(-1);
  };
  const found = await find();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0) await aptGet(['update', '-q']);
  const foundLater = await find();
  if (foundLater === undefined)
    throw new Error(`apt knows no Debian kernel of the series ${series} (linux-image-${series}.*-amd64)`);
  return foundLater;
}

/**
 * @param {string} packageName
 * @param {string} workshop
 * @returns {Promise<string>}
 */
async function make(packageName, workshop) {
  const unpacked = await unpackPackage(packageName, workshop);

  const allModules = (await exists(join(unpacked, 'lib', 'modules')))
    ? join(unpacked, 'lib', 'modules')
    : join(unpacked, 'usr', 'lib', 'modules');
  const [release] = await readdir(allModules);
  if (release === undefined) throw new Error(`${packageName} has no modules`);

  const kernel = join(workshop, 'kernel');
  const modules = join(kernel, 'modules');
  await keepModules(join(allModules, release), join(modules, release));
  await indexModules(modules, release);
  const boot = join(unpacked, 'boot');
  await writeFile(
    join(kernel, 'vmlinux'),
    await uncompressedKernel(join(boot, `vmlinuz-${release}`), workshop),
  );
  // Last, because it marks the directory as complete.
  await writeFile(join(kernel, 'release'), `${release}\n`);
  return kernel;
}

/**
 * @param {string} from
 * @param {string} to
 */
async function keepModules(from, to) {
  for (const name of KEPT_MODULES) {
    if (!(await exists(join(from, 'kernel', name)))) continue;
    await mkdir(join(to, 'kernel', name, '..'), { recursive: true });
    await rename(join(from, 'kernel', name), join(to, 'kernel', name));
  }
  for (const name of ['modules.order', 'modules.builtin', 'modules.builtin.modinfo'])
    await rename(join(from, name), join(to, name));
  // Unpacked once here, rather than by the emulated processor each time one is loaded.
  const files = await readdir(to, { recursive: true });
  const packed = files.filter((name) => name.endsWith('.ko.xz')).map((name) => join(to, name));
  if (packed.length > 0) await run('xz', ['-d', '-T0', ...packed]);
}

/**
 * depmod and modprobe look for lib/modules below a base directory.
 *
 * @param {string} modules
 * @param {string} release
 */
async function indexModules(modules, release) {
  const base = join(modules, '..', 'base');
  await mkdir(join(base, 'lib'), { recursive: true });
  await rename(modules, join(base, 'lib', 'modules'));
  await run('depmod', ['-b', base, release]);
  await rename(join(base, 'lib', 'modules'), modules);
  await rm(base, { recursive: true });
}

/**
 * Takes the ELF file out of a bzImage. The boot protocol (Documentation/arch/x86/boot.rst) tells where the
 * compressed payload is.
 *
 * @param {string} path
 * @param {string} workshop
 * @returns {Promise<Buffer>}
 */
async function uncompressedKernel(path, workshop) {
  const image = await readFile(path);
  const setupSectors = image.readUInt8(0x1f1) || 4;
  const start = (setupSectors + 1) * 512 + image.readUInt32LE(0x248);
  // The last four bytes are the uncompressed size, not part of the stream.
  const payload = image.subarray(start, start + image.readUInt32LE(0x24c) - 4);
  const packed = join(workshop, 'payload');
  await writeFile(packed, payload);
  const program = payload.readUInt32BE(0) === 0x28b52ffd ? 'zstd' : 'xz';
  const words = program === 'zstd' ? ['-dcq', packed] : ['-dc', '--single-stream', '--format=xz', packed];
  const { stdout } = await run(program, words, { encoding: 'buffer', maxBuffer: LARGE_OUTPUT });
  if (stdout.toString('latin1', 1, 4) !== 'ELF')
    throw new Error(`${path} does not hold a kernel that can be unpacked`);
  return stdout;
}
