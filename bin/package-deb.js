/**
 * Debian's package: `npm run package:deb` makes wcache_VERSION_all.deb in the project's root, from a build. It needs
 * dpkg-deb, and neither root nor debhelper. The same sources give the same bytes, whenever and by whomever it is made.
 *
 * DEBFULLNAME and DEBEMAIL, as Debian's own tools have them, name who maintains it.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debianChangelog, releases } from './debian/changelog.js';
import { controlFile, maintainer } from './debian/control.js';
import { copyrightFile } from './debian/copyright.js';
import { contents } from './debian/contents.js';
import { Tree } from './debian/tree.js';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** @returns {Promise<string>} the path of the package */
export async function packageForDebian() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const all = releases(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'));
  const [newest] = all;
  if (newest === undefined || newest.version !== version) {
    throw new Error(`CHANGELOG.md does not begin with a dated "## ${version} (YYYY-MM-DD)".`);
  }
  const owner = maintainer(process.env);
  const workshop = mkdtempSync(join(tmpdir(), 'wcache-deb-'));
  try {
    const tree = new Tree(join(workshop, 'wcache'));
    await contents(root, tree, {
      changelog: debianChangelog(all, owner),
      copyright: copyrightFile(readFileSync(join(root, 'dist/third-party.json'), 'utf8'), newest.date, owner),
    });
    const { installedKiB, md5sums } = tree;
    writeControl(tree, { control: controlFile({ version, owner, installedKiB }), md5sums });
    tree.settle(newest.date);
    return pack(tree, join(root, `wcache_${version}_all.deb`), newest.date);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/**
 * @param {Tree} tree
 * @param {Readonly<Record<string, string>>} files by name
 */
function writeControl(tree, files) {
  const folder = join(tree.root, 'DEBIAN');
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  for (const name of ['postinst', 'prerm', 'postrm']) {
    writeFileSync(join(folder, name), readFileSync(join(root, 'bin/debian', name)), { mode: 0o755 });
  }
}

/**
 * @param {Tree} tree
 * @param {string} path
 * @param {Date} date
 */
function pack(tree, path, date) {
  // More threads would cut what is compressed into other pieces on another machine.
  const words = ['--root-owner-group', '--threads-max=1', '-Zxz', '--build', tree.root, path];
  const { status, stderr, error } = spawnSync('dpkg-deb', words, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', SOURCE_DATE_EPOCH: String(date.getTime() / 1000) },
  });
  if (status !== 0) throw new Error(`dpkg-deb made no package: ${error?.message ?? stderr}`);
  return path;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await packageForDebian());
}
