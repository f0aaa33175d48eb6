// Plain JavaScript without npm dependencies, as set-up may need it before there are any.
import { join } from 'node:path';
import { exists, kept, unpackPackage } from './kept.js';
import { aptGet } from './packages.js';

const PACKAGE = 'thin-provisioning-tools';

/** What the cache directory's content looks like; another number makes it be made anew. */
const LAYOUT = 1;

/**
 * Fetches cache_check and cache_restore, of the sister target dm-cache, out of Debian's package, which is not installed: it
 * would change the initramfs. What is in the cache already is taken as it is. Several processes may do this at once.
 *
 * @returns {Promise<string>} the folder of the programs
 */
export function thinProvisioningTools() {
  return kept(`${PACKAGE}-v${String(LAYOUT)}`, describe, make);
}

/** @param {string} directory */
async function describe(directory) {
  const programs = join(directory, 'usr', 'sbin');
  return (await exists(join(programs, 'cache_check'))) ? programs : undefined;
}

/** @param {string} workshop */
async function make(workshop) {
  return unpackPackage(PACKAGE, workshop).catch(async (error) => {
    // A fresh machine may not have apt's lists yet.
    if (process.getuid?.() !== 0) throw unreachable(error);
    return aptGet(['update', '-q'])
      .then(() => unpackPackage(PACKAGE, workshop))
      .catch((again) => {
        throw unreachable(again);
      });
  });
}

/** @param {unknown} cause */
function unreachable(cause) {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`Debian's package ${PACKAGE} cannot be fetched: ${reason}`, { cause });
}
