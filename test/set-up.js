/**
 * What both commands of the README need before anything else: npm's packages, and Debian's where this is root.
 * Plain JavaScript on Node's own modules, as it runs before there are any others.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDebianPackages } from './lab/packages.js';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * For every process that is started from here: a set NODE_EXTRA_CA_CERTS costs each Node 20 80 ms, and only npm needs it. The
 * tests that install with npm find it under another name.
 */
export const environment = { ...process.env };
if (process.env['NODE_EXTRA_CA_CERTS'] !== undefined) {
  environment['WCACHE_TEST_CA_CERTS'] = process.env['NODE_EXTRA_CA_CERTS'];
}
delete environment['NODE_EXTRA_CA_CERTS'];

export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Node 20.19 or newer is needed, and this is ${process.version}.`);
    process.exit(1);
  }
}

/**
 * Installs npm's packages where package-lock.json changed since the last time, and Debian's.
 *
 * @returns {Promise<string[]>} Debian packages that are still missing
 */
export async function setUp() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.wcache-lock');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
    console.error('# npm packages');
    const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (npm.status !== 0) {
      console.error('npm ci failed: see above.');
      process.exit(1);
    }
    writeFileSync(stamp, lock);
  }
  console.error('# Debian packages');
  return installDebianPackages();
}
