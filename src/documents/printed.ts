import type { documentSchemas } from './schemas.js';

/** One kind of document that a verb prints with `--json`. */
export interface PrintedDocument {
  /** Under which name its JSON Schema is published: `schemas/NAME.json` in the package. */
  readonly schema: keyof typeof documentSchemas;
  /** Given with which flag; without one it is what the verb prints where no other one applies. */
  readonly flag?: string;
  /** One on each line, and many of them. */
  readonly lines?: true;
}

const CHANGE: readonly PrintedDocument[] = [{ schema: 'change' }];

/** What each verb (by oclif's id) prints with `--json` where it does not fail; a failure is an `error` document. */
export const printedDocuments: Readonly<Record<string, readonly PrintedDocument[]>> = {
  check: [{ schema: 'check' }],
  clean: CHANGE,
  completion: [{ schema: 'completion' }],
  create: [{ schema: 'create' }],
  doctor: [{ schema: 'doctor' }],
  flush: CHANGE,
  format: [{ schema: 'format' }],
  help: [{ schema: 'help' }],
  inspect: [
    { schema: 'inspect' },
    { schema: 'entries', flag: 'entries' },
    { schema: 'sector', flag: 'at' },
    { schema: 'map', flag: 'map' },
  ],
  list: [{ schema: 'list' }],
  message: CHANGE,
  metrics: [{ schema: 'metrics' }],
  recover: [{ schema: 'recover' }],
  remove: [
    { schema: 'remove' },
    { schema: 'removeEvent', flag: 'events', lines: true },
    { schema: 'removeUndo', flag: 'undo' },
  ],
  resume: CHANGE,
  set: [{ schema: 'set' }],
  simulate: [{ schema: 'simulate' }],
  size: [{ schema: 'size' }],
  'stats:reset': CHANGE,
  status: [{ schema: 'status' }, { schema: 'watch', flag: 'watch', lines: true }],
  suspend: CHANGE,
  table: [{ schema: 'table' }],
  verify: [{ schema: 'verify' }, { schema: 'evidence', flag: 'save' }],
};
