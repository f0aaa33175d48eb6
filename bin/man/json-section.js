/** The JSON section of a verb's page: which documents it prints, and where their schemas are. */
import { sentences } from './roff.js';

/** @typedef {import('../../src/documents/printed.js').PrintedDocument} PrintedDocument */

/**
 * @param {readonly PrintedDocument[]} documents
 * @returns {string[]}
 */
export function jsonSection(documents) {
  const [only, ...more] = documents;
  return [
    '.SH JSON',
    ...(only !== undefined && more.length === 0 ? one(only) : several(documents)),
    ...sentences(
      'The JSON Schema NAME is `/usr/share/wcache/schemas/NAME.json` where the package of Debian is installed; in the npm package it is `dist/schemas/NAME.json`, imported as `wcache/schemas/NAME.json`.',
      new Set(['NAME']),
    ),
    ...sentences('Later versions may add fields, and rename none.'),
  ];
}

/** @param {PrintedDocument} document */
function one({ schema, lines }) {
  const what = lines === true ? 'documents, one on each line' : 'one document';
  return sentences(
    `With --json it prints ${what}, of the schema \`${schema}\`; where it fails, one of the schema \`error\`.`,
  );
}

/** @param {readonly PrintedDocument[]} documents */
function several(documents) {
  return [
    ...sentences('With --json it prints one document, of the schema'),
    ...documents.flatMap(({ schema, flag, lines }) => [
      '.TP',
      `.B ${schema}`,
      ...sentences(
        `${flag === undefined ? 'where none of the flags below is given' : `with --${flag}`}${lines === true ? ', one on each line' : ''},`,
      ),
    ]),
    '.TP',
    '.B error',
    'where it fails.',
    '.PP',
  ];
}
