import { z } from 'zod';
import { jsonInteger } from './json.js';
import { printedDocuments } from './printed.js';
import { documentSchemas } from './schemas.js';

export type DocumentName = keyof typeof documentSchemas;

/** A JSON Schema, or a part of one. */
type Json = Record<string, unknown>;

/** Rises when a document loses a field or gives it another name or type, which is not meant to happen (design.md §3). */
const MAJOR = 1;

const COMMENT =
  'Later versions may add fields, and values where values are listed. No field changes its name or type.';

/** `urn:wcache:schema:inspect:1`: a name and no address, so that nobody asks a network for it. */
export function schemaId(name: DocumentName): string {
  return `urn:wcache:schema:${name}:${String(MAJOR)}`;
}

/**
 * The JSON Schema (draft 2020-12) of a document, as it is published in `schemas/NAME.json`. Fields may be added to a
 * document, so it forbids no others.
 */
export function publishedSchema(name: DocumentName): Json {
  const { $schema, description, ...rest } = toJsonSchema(documentSchemas[name]);
  return { $schema, $id: schemaId(name), title: titleOf(name), description, $comment: COMMENT, ...rest };
}

/** The JSON Schema of a zod schema, without what only zod has: bigints, and the bounds of a double. */
export function toJsonSchema(schema: z.ZodType): Json {
  const made = z.toJSONSchema(schema, {
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // A described copy of the schema has the definition of the first.
      if (zodSchema._zod.def === jsonInteger._zod.def) asInteger(jsonSchema);
    },
  });
  return tidy(made);
}

function asInteger(json: Json): void {
  delete json['anyOf'];
  Object.assign(json, { type: 'integer', minimum: 0 });
}

/** A schema and all that is in it: what it says in words comes first, and nothing is forbidden that may come later. */
function tidy(given: Json): Json {
  const { description, ...json } = orNull(given);
  const rest = Object.entries(json).filter(([key, value]) => !isBoundOfDoubles(key, value));
  const tidied = rest
    .filter(([key, value]) => key !== 'additionalProperties' || value !== false)
    .map(([key, value]) => [key, key === 'properties' ? ofFields(value as Json) : tidyValue(value)]);
  return { ...(description !== undefined && { description }), ...Object.fromEntries(tidied) } as Json;
}

function ofFields(properties: Json): Json {
  return Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, tidy(field as Json)]));
}

function tidyValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidyValue);
  return typeof value === 'object' && value !== null ? tidy(value as Json) : value;
}

function isBoundOfDoubles(key: string, value: unknown): boolean {
  return (
    (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) ||
    (key === 'minimum' && value === Number.MIN_SAFE_INTEGER)
  );
}

/** A plain type or null is one of two types, which is easier to read than `anyOf` them. */
function orNull(json: Json): Json {
  const { anyOf, ...around } = json;
  const [some, none, ...more] = (anyOf ?? []) as Json[];
  if (some === undefined || none?.['type'] !== 'null' || more.length > 0) return json;
  const { type, enum: values } = some;
  if (typeof type !== 'string' || type === 'object' || type === 'array' || 'const' in some) return json;
  const orItIsNull = values === undefined ? {} : { enum: [...(values as unknown[]), null] };
  return { ...some, ...around, type: [type, 'null'], ...orItIsNull };
}

/** What prints it: `wcache inspect --entries --json`. */
export function titleOf(name: DocumentName): string {
  if (name === 'error') return 'A failure of any wcache command with --json';
  const commands = Object.entries(printedDocuments).flatMap(([id, documents]) =>
    documents
      .filter(({ schema }) => schema === name)
      .map(({ flag, lines }) => {
        const words = [
          'wcache',
          id.replaceAll(':', ' '),
          ...(flag === undefined ? [] : [`--${flag}`]),
          '--json',
        ];
        return `${lines === true ? 'A line of ' : ''}${words.join(' ')}`;
      }),
  );
  return commands.join(', ');
}
