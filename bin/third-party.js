/**
 * Whose code is in the bundle, and under which licences: what their authors ask to be told wherever it goes.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} ThirdParty
 * @property {string} name of the npm package
 * @property {string} version
 * @property {string} license as its package.json calls it, such as `MIT`
 * @property {string} author as its package.json names one, else empty
 * @property {string} text its licence, and its notice if it has one, word for word
 */

/**
 * The packages of which something is in the scripts that esbuild wrote, by name and version.
 *
 * @param {string} root the folder of package.json
 * @param {readonly import('esbuild').Metafile[]} metafiles what esbuild told of each script
 * @returns {ThirdParty[]}
 */
export function thirdParties(root, metafiles) {
  const folders = new Set(
    metafiles
      .flatMap(({ outputs }) => Object.values(outputs))
      .flatMap(({ inputs }) => Object.entries(inputs))
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([file]) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0])
      .filter((folder) => folder !== undefined),
  );
  const packages = [...folders].map((folder) => describe(root, join(root, folder)));
  const known = new Map(packages.map((each) => [`${each.name} ${each.version}`, each]));
  return [...known.keys()].sort().map((key) => /** @type {ThirdParty} */ (known.get(key)));
}

/**
 * All of them in one file for people; those of the same words are together.
 *
 * @param {readonly ThirdParty[]} packages
 */
export function licencesFile(packages) {
  /** @type {Map<string, ThirdParty[]>} */
  const byText = new Map();
  for (const each of packages) byText.set(each.text, [...(byText.get(each.text) ?? []), each]);
  const rule = '-'.repeat(80);
  const parts = [...byText].map(([text, group]) => {
    const names = group.map(({ name, version, license }) => `${name} ${version} (${license})`);
    return `${rule}\n${names.join('\n')}\n\n${text}\n`;
  });
  return `The scripts in this folder hold code of these packages, under these licences. All else is wcache's own.\n\n${parts.join('\n')}`;
}

/**
 * @param {string} root
 * @param {string} folder of an installed package
 * @returns {ThirdParty}
 */
function describe(root, folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file))
    .sort()
    .map((file) => join(folder, file));
  // A package that forgot it; its sources name the licence and the owner.
  const ours = join(root, 'bin/licences', `${name.replaceAll('/', '__')}.txt`);
  if (texts.length === 0 && existsSync(ours)) texts.push(ours);
  if (texts.length === 0) {
    throw new Error(`${name} has no licence text: put one into bin/licences, or leave it out of the bundle.`);
  }
  const text = texts.map(readText).join('\n\n');
  return { name, version, license, author: author?.name ?? author ?? '', text };
}

/** @param {string} file */
function readText(file) {
  return readFileSync(file, 'utf8')
    .replaceAll('\r\n', '\n')
    .replace(/[ \t]+$/gm, '')
    .trim();
}
