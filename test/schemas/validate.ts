import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { DocumentName } from '../../src/documents/index.js';
import { readSchema } from './published.js';
import { strict } from './strict.js';

const ajv = new Ajv2020({
  allErrors: true,
  // An unknown keyword, or one that has no effect, is a fault of the schema.
  strict: true,
  allowUnionTypes: true,
  formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ },
});
const validators = new Map<DocumentName, ValidateFunction>();

/** Checks a document with the published schema, by a validator that is not zod. Throws where it does not fit. */
export function validate(name: DocumentName, document: unknown): void {
  let validator = validators.get(name);
  if (validator === undefined) {
    validator = ajv.compile(strict(readSchema(name)));
    validators.set(name, validator);
  }
  if (validator(document)) return;
  const faults = (validator.errors ?? []).map(
    ({ instancePath, message = '', params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`,
  );
  throw new Error(`This is no document as schemas/${name}.json has it:\n${faults.join('\n')}`);
}
