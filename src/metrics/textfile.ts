import {
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { NotPossibleHereError, OperationError, UsageError, type WcacheError } from '../errors.js';

const MODE = 0o644;
const ABANDONED_AFTER_MS = 10 * 60_000;

/**
 * Looks at where metrics are to be written, before any work is done for them.
 *
 * @throws {@link UsageError} `bad-output` for what is there and no regular file: it would be replaced by one.
 */
export function requireOutput(path: string): void {
  if (path === '' || path === '-' || path.endsWith('/')) {
    throw badOutput(path, 'it does not name a file');
  }
  const found = kindOf(path);
  if (found !== null) throw badOutput(path, `it is ${found}`);
}

/**
 * Writes a file for node_exporter's textfile collector, which reads all whose names end in `.prom`, whenever it likes: it
 * finds the old content or the new, also after a crash. Who may write in the folder (which need not be root alone) cannot
 * make this write elsewhere.
 *
 * @throws as {@link requireOutput}; {@link NotPossibleHereError} `no-permission`; {@link OperationError} `output-failed`.
 */
export function writeTextfile(path: string, content: string): void {
  requireOutput(path);
  const folder = dirname(path);
  const temporary = join(folder, `${leading(path)}${crypto.randomUUID()}.tmp`);
  try {
    removeAbandoned(path);
    // Fails where there is anything of that name, and follows no link.
    const file = openSync(temporary, 'wx', MODE);
    try {
      fill(file, content);
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    syncFolder(folder);
  } catch (error) {
    throw outputError(path, error);
  }
}

function fill(file: number, content: string): void {
  try {
    writeFileSync(file, content);
    fchmodSync(file, MODE);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** How the names of temporary files for a path begin. */
function leading(path: string): string {
  return `.${basename(path)}.wcache-`;
}

/** Removes what was left by a wcache that was killed while it wrote. */
function removeAbandoned(path: string): void {
  const folder = dirname(path);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(leading(path)) || !name.endsWith('.tmp')) continue;
    const abandoned = join(folder, name);
    const found = lstatSync(abandoned, { throwIfNoEntry: false });
    if (found?.isFile() === true && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS) {
      rmSync(abandoned, { force: true });
    }
  }
}

/** What is there, if that is something else than a regular file or nothing. */
function kindOf(path: string): string | null {
  let found;
  try {
    found = lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw outputError(path, error);
  }
  if (found === undefined || found.isFile()) return null;
  if (found.isSymbolicLink()) return 'a symbolic link, and the file that it leads to would stay as it is';
  if (found.isDirectory()) return 'a directory';
  if (found.isFIFO()) return 'a FIFO';
  if (found.isSocket()) return 'a socket';
  return 'a device';
}

function badOutput(path: string, why: string): UsageError {
  return new UsageError(`${JSON.stringify(path)} is not where metrics can be written: ${why}.`, {
    code: 'bad-output',
    hint: 'Give the path of a file, such as /var/lib/prometheus/node-exporter/wcache.prom. Without --output they are printed.',
  });
}

function outputError(path: string, cause: unknown): WcacheError {
  if (!(cause instanceof Error) || !('code' in cause)) throw cause;
  // `ENOSPC: no space left on device, write`
  const message = `${path} could not be written: ${cause.message.replace(/^\w+: |, \w+(?: '.*)?$/gs, '')}.`;
  if (['EACCES', 'EPERM', 'EROFS'].includes(String(cause.code))) {
    return new NotPossibleHereError(message, {
      code: 'no-permission',
      hint: 'Who runs wcache must be allowed to make files in its folder.',
      cause,
    });
  }
  return new OperationError(message, {
    code: 'output-failed',
    hint: 'A file that was there before is there as it was.',
    cause,
  });
}
