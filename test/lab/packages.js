// Plain JavaScript without npm dependencies: it has to run before there are any.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

const INSTALL_LIMIT_MS = 15 * 60_000;

/**
 * The Debian packages of which the lab is made, and what each is for. Debian's own kernels are not among
 * them: see debian-kernel.js.
 */
export const debianPackages = Object.freeze({
  'user-mode-linux': 'the everyday kernel, which runs as an ordinary process',
  'qemu-system-x86': 'the machine for pmem mode and for other kernels',
  'busybox-static': 'the first program of a QEMU guest',
  kmod: 'loads modules in the guests, and orders them for the initramfs',
  'xz-utils': 'unpacks kernels and modules',
  zstd: 'unpacks kernels',
  dmsetup: 'speaks to the device-mapper',
  lvm2: "makes and takes apart LVM's own writecaches",
  mount: 'mounts file systems in the guests',
  'util-linux': 'blockdev, blkdiscard and others in the guests; setsid on the host',
  e2fsprogs: 'ext4 on a cached device',
  xfsprogs: 'xfs on a cached device',
  'groff-base': 'renders the manual pages',
  'man-db': 'finds and renders them as their readers do',
  mandoc: 'has an eye on how they are written',
  'bash-completion': 'completes words in bash',
  zsh: 'a shell that words are completed in',
  fish: 'another one',
  lintian: "judges Debian's package of wcache",
  systemd: 'judges the units that come with wcache',
  mmdebstrap: 'makes the fresh Debian in which wcache is installed as by a new user',
  jq: 'reads JSON, as users do',
  tmux: 'the terminal in which the screen is looked at',
  gcc: 'compiles what the bench holds wcache against',
  'libc6-dev': 'the same',
});

/**
 * Names those of the lab's Debian packages that are not installed.
 *
 * @returns {Promise<string[]>}
 */
export async function missingDebianPackages() {
  const names = Object.keys(debianPackages);
  const query = ['-W', '-f', '${db:Status-Status} ${Package}\\n', ...names];
  // dpkg-query fails when it does not know one of the names, and tells about the others all the same.
  const { stdout } = await run('dpkg-query', query).catch(
    (/** @type {{ stdout?: string }} */ error) => error,
  );
  const lines = new Set((stdout ?? '').split('\n'));
  return names.filter((name) => !lines.has(`installed ${name}`));
}

/**
 * Installs what is missing, as far as that can be done: by root, on a Debian that reaches its mirror. Where
 * it fails, apt-get's reason goes to standard error.
 *
 * @returns {Promise<string[]>} the packages that are missing afterwards
 */
export async function installDebianPackages() {
  const missing = await missingDebianPackages();
  if (missing.length === 0 || process.getuid?.() !== 0) return missing;
  try {
    await aptGet(['update', '-q']);
    await aptGet(['install', '-y', '-q', '--no-install-recommends', ...missing]);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  return missingDebianPackages();
}

/**
 * Runs apt-get, quietly; an error carries what it said.
 *
 * @param {string[]} words
 * @param {string} [directory] working directory
 */
export async function aptGet(words, directory) {
  try {
    await run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...words], {
      cwd: directory,
      timeout: INSTALL_LIMIT_MS,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch (error) {
    const { stderr, message } = /** @type {{ stderr?: string, message: string }} */ (error);
    const said = stderr?.trim() || message;
    throw new Error(`apt-get ${words[0]} failed: ${said}`, { cause: error });
  }
}
