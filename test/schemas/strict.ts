import { partsOf, type Schema } from './published.js';

/**
 * The schema, forbidding every field that it does not name. What is published allows fields that it does not know, as
 * later versions may add some; what this version prints must all be documented.
 */
export function strict(schema: Schema): Schema {
  const copy = structuredClone(schema);
  for (const { schema: part } of partsOf(copy)) {
    if (part['properties'] !== undefined) Object.assign(part, { additionalProperties: false });
  }
  return copy;
}
