import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documentSchemas, publishedSchema, type DocumentName } from '../../src/documents/index.js';
import { projectDirectory } from '../lab/project.js';
import { compareFields, fieldLines } from './fields.js';

const FILE = 'test/schemas/fields.txt';
const path = join(projectDirectory, FILE);
const published = (Object.keys(documentSchemas) as DocumentName[]).flatMap((name) =>
  fieldLines(name, publishedSchema(name)),
);

/** Takes new fields into the list. One that is gone stays there, and is a matter of hands. */
function accept(): void {
  const { gone } = compareFields(readLines(), published);
  writeFileSync(path, [...published, ...gone].map((line) => `${line}\n`).join(''));
}

function readLines(): string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}

describe('fields', () => {
  it('are added, and never renamed, taken away or given another type', () => {
    if (process.env['ACCEPT_FIELDS'] === '1') accept();
    const { gone, added } = compareFields(readLines(), published);
    expect(
      gone,
      `Programs read these, as they are in ${FILE}: a field stays, under its name and with its type (design.md §3)`,
    ).toEqual([]);
    expect(
      added,
      `These are new. Where they are meant: ACCEPT_FIELDS=1 npx vitest run --project unit test/schemas/fields.test.ts`,
    ).toEqual([]);
  });

  it('are seen where one is renamed, becomes optional or another type, and where a value is taken away', () => {
    const shape = (properties: Record<string, object>, required: string[]): string[] =>
      fieldLines('size', { type: 'object', properties, required });
    const before = shape({ a: { type: 'string', enum: ['x', 'y'] }, b: { type: 'integer' } }, ['a', 'b']);
    const differences = (after: readonly string[]) => compareFields(before, after);
    const a = { type: 'string', enum: ['x', 'y'] };
    expect(differences(shape({ a, b: { type: 'integer' }, c: { type: 'null' } }, ['a', 'b', 'c']))).toEqual({
      gone: [],
      added: ['size.c: null'],
    });
    expect(differences(shape({ a, c: { type: 'integer' } }, ['a', 'c'])).gone).toEqual(['size.b: integer']);
    expect(differences(shape({ a, b: { type: 'integer' } }, ['a'])).gone).toEqual(['size.b: integer']);
    expect(differences(shape({ a, b: { type: ['integer', 'null'] } }, ['a', 'b'])).gone).toEqual([
      'size.b: integer',
    ]);
    expect(differences(shape({ a: { ...a, enum: ['x'] }, b: { type: 'integer' } }, ['a', 'b'])).gone).toEqual(
      ['size.a = "y"'],
    );
  });
});
