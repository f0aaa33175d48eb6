import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DocumentName } from '../../src/documents/index.js';
import { projectDirectory } from '../lab/project.js';

/** A JSON Schema, or a part of one. */
export type Schema = Readonly<Record<string, unknown>>;

/** The file of a document's schema, as it is in the package. */
export function schemaFile(name: DocumentName): string {
  return join(projectDirectory, `dist/schemas/${name}.json`);
}

/** What is published of a document: the file that the build made. */
export function readSchema(name: DocumentName): Schema {
  return JSON.parse(readFileSync(schemaFile(name), 'utf8')) as Schema;
}

/** A schema inside another one, under the words that lead to it. */
export interface Part {
  /** `blocks.lost` for a field, `[]` for each item, `{}` for each value; `event=drain` names one of several shapes. */
  readonly path: string;
  readonly schema: Schema;
  /** Of a field: whether it is always there. Null for what is no field. */
  readonly required: boolean | null;
}

/** All schemas in a schema: itself, its fields, its items, its shapes, and theirs. */
export function* partsOf(schema: Schema, path = '', required: boolean | null = null): Generator<Part> {
  yield { path, schema, required };
  const { properties = {}, items, additionalProperties: values } = schema;
  const always = (schema['required'] ?? []) as readonly string[];
  for (const [name, field] of Object.entries(properties as Record<string, Schema>)) {
    yield* partsOf(field, path === '' ? name : `${path}.${name}`, always.includes(name));
  }
  if (isSchema(items)) yield* partsOf(items, `${path}[]`);
  if (isSchema(values)) yield* partsOf(values, `${path}{}`);
  for (const shape of shapesOf(schema)) yield* partsOf(shape, path + nameOfShape(shape));
}

/** What it may be, where that is one of several. */
export function shapesOf({ anyOf, oneOf }: Schema): readonly Schema[] {
  return (anyOf ?? oneOf ?? []) as readonly Schema[];
}

/** `(event=drain)` where one field's constant tells the shape from the others. */
function nameOfShape({ properties = {} }: Schema): string {
  const fields = Object.entries(properties as Record<string, Schema>);
  const [name, field] = fields.find(([, each]) => typeof each['const'] === 'string') ?? [];
  return name === undefined ? '' : `(${name}=${String(field?.['const'])})`;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
