import type { DeviceMapper } from '../../dm/index.js';
import type { RemovalOptions } from './context.js';
import type { PreparedRemoval } from './prepare.js';
import { runSteps } from './run.js';
import type { RemovalResult } from './types.js';

export type { RemovalOptions } from './context.js';
export { type RemovalEnvironment, thisMachine } from './environment.js';
export {
  isUnderWay,
  type Journal,
  readJournal,
  readJournals,
  REMOVALS_FOLDER,
  removalFiles,
} from './journal.js';
export {
  judgeRemoval,
  type KnownRemoval,
  knownRemovals,
  REMOVAL_FINDING_CODES,
  removalsOf,
} from './judge-removals.js';
export { type PreparedRemoval, type PrepareOptions, prepareRemoval } from './prepare.js';
export * from './types.js';
export { undoRemoval } from './undo.js';

/**
 * Removes a cache, from the first look to the certificate (design.md §4). The mapping keeps its name all the time, and what is
 * above it its I/O, but for the moment between suspend and resume.
 *
 * @throws what {@link runSteps} throws: on every failure the writecache runs on, or what does is said.
 */
export function runRemoval(
  _dm: DeviceMapper,
  { context, steps }: PreparedRemoval,
  options: RemovalOptions = {},
): Promise<RemovalResult> {
  context.options = options;
  return runSteps(context, steps);
}
