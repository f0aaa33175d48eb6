import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The files of a package as they will be installed, in a folder. Paths are relative to it, without a slash in front. */
export class Tree {
  /** @param {string} root a folder that is not there yet */
  constructor(root) {
    this.root = root;
    mkdirSync(root, { recursive: true });
  }

  /**
   * @param {string} path
   * @param {string | Buffer} content
   * @param {number} [mode]
   */
  file(path, content, mode = 0o644) {
    this.folder(dirname(path));
    writeFileSync(join(this.root, path), content, { flag: 'wx' });
    chmodSync(join(this.root, path), mode);
  }

  /**
   * As `gzip -9n` does it: no name, no time.
   *
   * @param {string} path without .gz
   * @param {string | Buffer} content
   */
  compressed(path, content) {
    this.file(`${path}.gz`, gzipSync(content, { level: 9 }));
  }

  /** @param {string} path @param {string} target */
  link(path, target) {
    this.folder(dirname(path));
    symlinkSync(target, join(this.root, path));
  }

  /** @param {string} path */
  folder(path) {
    mkdirSync(join(this.root, path), { recursive: true });
  }

  /** As Debian's policy counts it: each file in whole KiB, and one for whatever else there is. */
  get installedKiB() {
    return this.#all()
      .map((path) => lstatSync(join(this.root, path)))
      .reduce((sum, stat) => sum + (stat.isFile() ? Math.ceil(stat.size / 1024) : 1), 0);
  }

  /** The file of that name in a package. */
  get md5sums() {
    return this.#all()
      .filter((path) => lstatSync(join(this.root, path)).isFile())
      .map((path) => `${md5(join(this.root, path))}  ${path}\n`)
      .join('');
  }

  /**
   * Makes times and folders' modes those that they always have, whatever the umask was.
   *
   * @param {Date} date
   */
  settle(date) {
    for (const path of [...this.#all().reverse(), '.']) {
      const absolute = join(this.root, path);
      const stat = lstatSync(absolute);
      if (stat.isDirectory()) chmodSync(absolute, 0o755);
      else if (stat.isFile()) chmodSync(absolute, (stat.mode & 0o100) === 0 ? 0o644 : 0o755);
      lutimesSync(absolute, date, date);
    }
  }

  /** Everything below, without looking behind links. */
  #all(folder = '') {
    /** @type {string[]} */
    const paths = [];
    for (const entry of readdirSync(join(this.root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      paths.push(path, ...(entry.isDirectory() ? this.#all(path) : []));
    }
    return paths.sort();
  }
}

/** @param {string} file */
function md5(file) {
  return createHash('md5').update(readFileSync(file)).digest('hex');
}
