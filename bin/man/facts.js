/** What the pages tell about wcache, read from the built package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { verbsOf } from './verb.js';

/**
 * @typedef {object} Facts
 * @property {string} version wcache's
 * @property {string} date of the newest release, like 2026-11-23
 * @property {ReadonlyMap<string, import('./verb.js').Verb>} verbs by oclif's id
 * @property {Readonly<Record<string, readonly import('../../src/documents/printed.js').PrintedDocument[]>>} printedDocuments
 * @property {import('../../src/table/hazards.js').hazardsOf} hazardsOf
 * @property {import('../../src/table/target-version.js').parseTargetVersion} parseTargetVersion
 * @property {Readonly<Record<string, { type: string, help: string, labels: readonly string[] }>>} metrics
 * @property {(path: string) => string} readFile a file of the package
 */

/**
 * Reads them. The package must have been built.
 *
 * @param {string} root the folder of package.json
 * @returns {Promise<Facts>}
 */
export async function readFacts(root) {
  /** @param {string} path */
  const readFile = (path) => readFileSync(join(root, path), 'utf8');
  /** @param {string} path */
  const built = (path) => import(pathToFileURL(join(root, 'dist/src', path)).href);
  const { printedDocuments } = await built('documents/printed.js');
  const { hazardsOf } = await built('table/hazards.js');
  const { METRICS } = await built('metrics/catalog.js');
  const { parseTargetVersion } = await built('table/target-version.js');
  return {
    version: JSON.parse(readFile('package.json')).version,
    date: newestDate(readFile('CHANGELOG.md')),
    verbs: verbsOf(JSON.parse(readFile('oclif.manifest.json'))),
    printedDocuments,
    hazardsOf,
    parseTargetVersion,
    metrics: METRICS,
    readFile,
  };
}

/**
 * The date of the newest release in the changelog.
 *
 * @param {string} changelog
 */
export function newestDate(changelog) {
  const [, date] = /^## \S+ \((\d{4}-\d{2}-\d{2})\)$/m.exec(changelog) ?? [];
  if (date === undefined) throw new Error('CHANGELOG.md has no release with a date');
  return date;
}
