/**
 * Loads the scripts of the bundle with the code that V8 made of them before: compiling is most of what a start costs, and
 * Node 20 keeps nothing by itself. Plain JavaScript, as it runs before there is anything else.
 *
 * Such code is what runs, often as root. So it is used only from a file that nobody else can have written, and for the very
 * source and Node that it was made of and by. Without it everything works as well, and takes longer.
 */
'use strict';
const fs = require('node:fs');
const { join } = require('node:path');
const vm = require('node:vm');
const { crc32 } = require('node:zlib');

/**
 * @typedef {object} Prepared
 * @property {vm.Script} script
 * @property {string} id what the source is known by: V8 itself compares no more than its length
 * @property {readonly string[] | null} uses those whose code was kept; null where none was
 * @property {{ exports: any } | null} module once it has run
 */

class Scripts {
  /** @type {Map<string, Prepared>} */
  #prepared = new Map();
  #folder;
  #codeFolder;
  #owners;

  /**
   * @param {string} folder where the scripts are
   * @param {string} [codeFolder] where the code is kept: beside them, unless a distribution has another place for it
   */
  constructor(folder, codeFolder = folder) {
    this.#folder = folder;
    this.#codeFolder = codeFolder;
    this.#owners = ownersToTrust(folder, codeFolder);
  }

  /**
   * What a script exports, such as `wcache.cjs`. It runs when it is asked for first.
   *
   * @param {string} name
   */
  load(name) {
    const prepared = this.prepare(name);
    if (prepared.module !== null) return prepared.module.exports;
    const module = (prepared.module = { exports: {} });
    /** @param {string} wanted */
    const requireHere = (wanted) => (wanted.startsWith('./') ? this.load(wanted.slice(2)) : require(wanted));
    prepared.script.runInThisContext()(
      module.exports,
      Object.assign(requireHere, require),
      module,
      join(this.#folder, name),
      this.#folder,
    );
    return module.exports;
  }

  /**
   * Makes a script ready to run. Code is taken only under the V8 flags that it was made under.
   *
   * @param {string} name
   * @returns {Prepared}
   */
  prepare(name) {
    const known = this.#prepared.get(name);
    if (known !== undefined) return known;
    const filename = join(this.#folder, name);
    const source = fs.readFileSync(filename, 'latin1');
    const id = source.slice(3, source.indexOf('\n'));
    const kept = this.#read(name, id);
    const script = new vm.Script(source, {
      filename,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(kept === null ? {} : { cachedData: kept.code }),
    });
    const prepared = { script, id, uses: kept?.uses ?? null, module: null };
    this.#prepared.set(name, prepared);
    return prepared;
  }

  /**
   * To be called where V8 has the flags that it has in every start. Keeps the code of all that has run here, where what is kept does not have it already. Fails in silence: it is for the
   * next start, and this one has done its work.
   *
   * @param {string} use what it ran for: other uses need other functions
   */
  keep(use) {
    try {
      for (const [name, { script, id, uses, module }] of this.#prepared) {
        const known = script.cachedDataRejected === true ? [] : (uses ?? []);
        if (module !== null && !known.includes(use)) {
          this.#write(name, id, [...known, use], script.createCachedData());
        }
      }
    } catch {
      // The next start makes it anew.
    }
  }

  /**
   * Whether code may be kept here: by who owns the folder, so that nobody finds files of root's in his own folder, and where
   * it can be written to, so that not every start makes code that cannot be kept.
   */
  get mayKeep() {
    if (this.#owners[0] !== process.geteuid?.()) return false;
    try {
      fs.accessSync(this.#codeFolder, fs.constants.W_OK);
      return true;
    } catch {
      return false;
    }
  }

  /** @param {string} name @param {string} id */
  #read(name, id) {
    if (this.#owners.length === 0) return null;
    try {
      const bytes = readTrusted(this.#fileOf(name), this.#owners);
      const end = bytes?.indexOf('\n') ?? -1;
      if (bytes === null || end === -1) return null;
      const head = JSON.parse(bytes.toString('latin1', 0, end));
      const code = bytes.subarray(end + 1);
      if (head.id !== id || head.node !== node || head.crc !== crc32(code)) return null;
      return { /** @type {string[]} */ uses: head.uses, code };
    } catch {
      return null;
    }
  }

  /** @param {string} name @param {string} id @param {string[]} uses @param {Buffer} code */
  #write(name, id, uses, code) {
    const file = this.#fileOf(name);
    const unfinished = `${file}.${process.pid}`;
    try {
      const head = `${JSON.stringify({ id, node, crc: crc32(code), uses })}\n`;
      fs.writeFileSync(unfinished, Buffer.concat([Buffer.from(head), code]), {
        flag: 'wx',
        flush: true,
      });
      // Whatever the umask: others could not read it, nor replace it.
      fs.chmodSync(unfinished, 0o644);
      fs.renameSync(unfinished, file);
    } catch {
      fs.rmSync(unfinished, { force: true });
    }
  }

  /** @param {string} name */
  #fileOf(name) {
    return join(this.#codeFolder, `${name}.${process.version}.code`);
  }
}

const node = `${process.version} ${process.arch}`;

/**
 * Who may have written what is run: root, whoever runs it, and whoever owns the folder, which could change the scripts
 * themselves. Nobody, where others could as well, and where there is no such folder: what is kept may be thrown away.
 *
 * @param {string} folder
 * @param {string} codeFolder
 */
function ownersToTrust(folder, codeFolder) {
  const stat = fs.statSync(codeFolder, { throwIfNoEntry: false });
  if (stat === undefined || othersMayWrite(stat.mode)) return [];
  if (codeFolder !== folder && stat.uid !== fs.statSync(folder).uid) return [];
  return [stat.uid, 0, process.geteuid?.()];
}

/** @param {number} mode */
function othersMayWrite(mode) {
  return (mode & 0o022) !== 0;
}

/** @param {string} file @param {(number | undefined)[]} owners */
function readTrusted(file, owners) {
  const descriptor = fs.openSync(
    file,
    fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK,
  );
  try {
    const stat = fs.fstatSync(descriptor);
    const isTrusted = stat.isFile() && owners.includes(stat.uid) && !othersMayWrite(stat.mode);
    return isTrusted ? fs.readFileSync(descriptor) : null;
  } finally {
    fs.closeSync(descriptor);
  }
}

module.exports = { Scripts };
