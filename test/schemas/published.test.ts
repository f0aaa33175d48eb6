import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  documentSchemas,
  printedDocuments,
  publishedSchema,
  titleOf,
  type DocumentName,
} from '../../src/documents/index.js';
import { partsOf, readSchema, schemaFile, type Part } from './published.js';

const names = Object.keys(documentSchemas) as DocumentName[];

/** What is described by what it stands in: the types of something that may be null. */
function isVariant({ path }: Part, paths: readonly string[]): boolean {
  return paths.filter((each) => each === path).length > 1;
}

describe('the published schemas', () => {
  it('are of all documents, and of nothing else', () => {
    expect(readdirSync(dirname(schemaFile('inspect'))).sort()).toEqual(
      names.map((name) => `${name}.json`).sort(),
    );
    const printed = Object.values(printedDocuments).flatMap((documents) =>
      documents.map(({ schema }) => schema),
    );
    expect([...new Set([...printed, 'error'])].sort()).toEqual([...names].sort());
  });

  describe.each(names)('%s', (name) => {
    const schema = publishedSchema(name);
    const parts = [...partsOf(schema)];

    it('is what the build wrote, with a name of its own, a title and a description', () => {
      expect(readSchema(name)).toEqual(schema);
      expect(schema).toMatchObject({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        $id: `urn:wcache:schema:${name}:1`,
        title: titleOf(name),
      });
      expect(schema['title']).toMatch(/wcache [^]*--json/);
      expect(schema['description']).toMatch(/^[A-Z][^]*\.$/);
    });

    it('describes every field in a sentence', () => {
      const fields = parts.filter(({ required }) => required !== null);
      const without = fields.filter(({ schema: { description } }) => typeof description !== 'string');
      expect(without.map(({ path }) => path)).toEqual([]);
      for (const { path, schema: field } of fields) {
        expect(field['description'], path).toMatch(/^\S[^]*[.\d]$/);
        expect(field['description'], path).not.toMatch(/undefined| {2}|\n/);
      }
    });

    it('tells the unit of every number that has one', () => {
      const units: readonly (readonly [RegExp, RegExp])[] = [
        [/(^|[._])sectors?$|^start$/, /512 bytes/],
        [/_ms$/, /millisecond/],
        [/(^|\.)block_size$/, /bytes/i],
      ];
      const paths = parts.map(({ path }) => path);
      for (const part of parts) {
        const { path, schema: field, required } = part;
        if (required === null || isVariant(part, paths)) continue;
        for (const [ending, unit] of units) {
          if (
            ending.test(path) &&
            !/(string|boolean)$/.test(String(field['type'])) &&
            field['type'] !== 'object'
          ) {
            expect(field['description'], path).toMatch(unit);
          }
        }
      }
    });

    it('forbids no field that it does not know, and has no bounds but those that are meant', () => {
      for (const { path, schema: part } of parts) {
        expect(part['additionalProperties'], path).not.toBe(false);
        expect(part['unevaluatedProperties'], path).toBeUndefined();
        for (const bound of ['minimum', 'maximum']) {
          expect(Math.abs(Number(part[bound] ?? 0)), path).toBeLessThan(Number.MAX_SAFE_INTEGER);
        }
      }
    });
  });
});
