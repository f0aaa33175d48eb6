import { changeDocumentSchema } from './change.js';
import { checkDocumentSchema } from './check.js';
import { completionDocumentSchema } from './completion.js';
import { createDocumentSchema } from './create.js';
import { doctorDocumentSchema } from './doctor.js';
import { errorDocumentSchema } from './error.js';
import { formatDocumentSchema } from './format.js';
import { helpDocumentSchema } from './help.js';
import {
  entriesDocumentSchema,
  inspectDocumentSchema,
  mapDocumentSchema,
  sectorDocumentSchema,
} from './inspect.js';
import { listDocumentSchema } from './list.js';
import { metricsDocumentSchema } from './metrics.js';
import { removeDocumentSchema, removeEventDocumentSchema, removeUndoDocumentSchema } from './remove.js';
import { simulateDocumentSchema } from './simulate.js';
import { sizeDocumentSchema } from './size.js';
import { statusDocumentSchema } from './status.js';
import { recoverDocumentSchema, setDocumentSchema } from './swap.js';
import { tableDocumentSchema } from './table.js';
import { evidenceDocumentSchema, verifyDocumentSchema } from './verify.js';
import { watchDocumentSchema } from './watch.js';

/** Every document that `--json` prints, under the name that its JSON Schema is published by. */
export const documentSchemas = {
  change: changeDocumentSchema,
  check: checkDocumentSchema,
  completion: completionDocumentSchema,
  create: createDocumentSchema,
  doctor: doctorDocumentSchema,
  entries: entriesDocumentSchema,
  error: errorDocumentSchema,
  evidence: evidenceDocumentSchema,
  format: formatDocumentSchema,
  help: helpDocumentSchema,
  inspect: inspectDocumentSchema,
  list: listDocumentSchema,
  map: mapDocumentSchema,
  metrics: metricsDocumentSchema,
  recover: recoverDocumentSchema,
  remove: removeDocumentSchema,
  removeEvent: removeEventDocumentSchema,
  removeUndo: removeUndoDocumentSchema,
  sector: sectorDocumentSchema,
  set: setDocumentSchema,
  simulate: simulateDocumentSchema,
  size: sizeDocumentSchema,
  status: statusDocumentSchema,
  table: tableDocumentSchema,
  verify: verifyDocumentSchema,
  watch: watchDocumentSchema,
};
