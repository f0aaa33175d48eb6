import type { DocumentName } from '../../src/documents/index.js';

/**
 * Where a real document of each kind comes from: `here` in test/schemas/real-documents.test.ts, which needs no more than
 * files, or `kernel` in test/kernel/json.test.ts. A document that is new has to be put into one of them.
 */
export const MAKERS: Readonly<Record<DocumentName, 'here' | 'kernel'>> = {
  change: 'kernel',
  check: 'here',
  completion: 'here',
  create: 'kernel',
  doctor: 'here',
  entries: 'here',
  error: 'here',
  evidence: 'here',
  format: 'here',
  help: 'here',
  inspect: 'here',
  list: 'kernel',
  map: 'here',
  metrics: 'kernel',
  recover: 'kernel',
  remove: 'kernel',
  removeEvent: 'kernel',
  removeUndo: 'kernel',
  sector: 'here',
  set: 'kernel',
  simulate: 'here',
  size: 'here',
  status: 'kernel',
  table: 'here',
  verify: 'here',
  watch: 'kernel',
};

/** The documents that are made there. */
export function madeIn(place: 'here' | 'kernel'): DocumentName[] {
  return (Object.keys(MAKERS) as DocumentName[]).filter((name) => MAKERS[name] === place);
}
