// Plain JavaScript without npm dependencies, as set-up may need it before there are any.
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, kept, unpackPackage } from './kept.js';
import { aptGet } from './packages.js';

const PACKAGE = 'prometheus';

/** What the cache directory's content looks like; another number makes it be made anew. */
const LAYOUT = 1;

/**
 * Fetches Prometheus' own judge of metrics and rules out of Debian's package, which is not installed: that would start a
 * server. What is in the cache already is taken as it is. Several processes may do this at once.
 *
 * @returns {Promise<string>} the program's path
 */
export function promtool() {
  return kept(`promtool-v${String(LAYOUT)}`, describe, make);
}

/** @param {string} directory */
async function describe(directory) {
  const program = join(directory, 'promtool');
  return (await exists(program)) ? program : undefined;
}

/** @param {string} workshop */
async function make(workshop) {
  const unpacked = await unpackPackage(PACKAGE, workshop).catch(async (error) => {
    // A fresh machine may not have apt's lists yet.
    if (process.getuid?.() !== 0) throw unreachable(error);
    return aptGet(['update', '-q'])
      .then(() => unpackPackage(PACKAGE, workshop))
      .catch((again) => {
        throw unreachable(again);
      });
  });
  const finished = join(workshop, 'promtool');
  await mkdir(finished);
  await rename(join(unpacked, 'usr', 'bin', 'promtool'), join(finished, 'promtool'));
  return finished;
}

/** @param {unknown} cause */
function unreachable(cause) {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`promtool is not here, and Debian's package ${PACKAGE} cannot be fetched: ${reason}`, {
    cause,
  });
}
