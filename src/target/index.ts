export * from './behaviour.js';
export { type Choose, plainly } from './choose.js';
export { atOnce, type Pace } from './copy.js';
export { EndlessWait, KernelBug, TargetIoError, TargetRefusal, type TargetErrno } from './errors.js';
export { type CrashFinding, type Exploration, explore, type ExploreOptions } from './explorer/index.js';
export type { Scenario, WorkloadStep } from './explorer/index.js';
export {
  checkRules,
  type Rule,
  RuleChecker,
  type RuleReport,
  RULES,
  type RuleSubject,
} from './rules/index.js';
export {
  type LoggedRange,
  parseWriteLog,
  traceOfWriteLog,
  type WriteLogEntry,
  WriteLogFlag,
} from './write-log.js';
export {
  ReferenceTarget,
  type ReferenceTargetOptions,
  type RequestFlags,
  type TargetDevices,
} from './reference-target.js';
export type { TracedRequest, TraceDevice, TraceEvent, TraceSink } from './trace.js';
