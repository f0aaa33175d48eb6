/**
 * The manual pages: man/NAME.SECTION from man/source/NAME.SECTION, oclif's manifest and what dist/ knows. A test
 * compares them with what is in man/.
 *
 *     node bin/man.js                                     writes them all (npm run man builds before that)
 *     node bin/man.js --stdout man/source/wcache-check.8  prints one
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFacts } from './man/facts.js';
import { makePage } from './man/page.js';
import { SourceError } from './man/source.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'man/source');

/** The names of all pages, like `wcache-check.8`. */
export function pageNames() {
  return readdirSync(sources)
    .filter((name) => /\.\d$/.test(name))
    .sort();
}

/**
 * A function that makes a page, given its name, from its source. It throws SourceError. wcache must have been built.
 *
 * @returns {Promise<(name: string) => string>}
 */
export async function pageMaker() {
  const facts = await readFacts(root);
  return (name) => makePage(name, readFileSync(join(sources, name), 'utf8'), facts);
}

/** Writes what can be made, and tells of every source that has a fault. */
async function writeAll() {
  const make = await pageMaker();
  for (const name of pageNames()) {
    reporting(() => {
      writeFileSync(join(root, 'man', name), make(name));
    });
  }
}

/** @param {string} path */
async function print(path) {
  const facts = await readFacts(root);
  reporting(() => process.stdout.write(makePage(basename(path), readFileSync(path, 'utf8'), facts)));
}

/** @param {() => unknown} work */
function reporting(work) {
  try {
    work();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [option, path] = process.argv.slice(2);
  if (option === undefined) {
    await writeAll();
  } else if (option === '--stdout' && path !== undefined) {
    await print(path);
  } else {
    console.error('bin/man.js takes nothing, or --stdout and a source.');
    process.exitCode = 2;
  }
}
