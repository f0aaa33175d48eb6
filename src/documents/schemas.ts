import { checkDocumentSchema } from './check.js';
import { errorDocumentSchema } from './error.js';
import { formatDocumentSchema } from './format.js';
import { helpDocumentSchema } from './help.js';
import {
  entriesDocumentSchema,
  inspectDocumentSchema,
  mapDocumentSchema,
  sectorDocumentSchema,
} from './inspect.js';
import { sizeDocumentSchema } from './size.js';

/** Every document that `--json` prints, under the name that its JSON Schema is published by. */
export const documentSchemas = {
  check: checkDocumentSchema,
  entries: entriesDocumentSchema,
  error: errorDocumentSchema,
  format: formatDocumentSchema,
  help: helpDocumentSchema,
  inspect: inspectDocumentSchema,
  map: mapDocumentSchema,
  sector: sectorDocumentSchema,
  size: sizeDocumentSchema,
};
