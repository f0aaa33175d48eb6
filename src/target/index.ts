export * from './behaviour.js';
export { type Choose, plainly } from './choose.js';
export { atOnce, type Pace } from './copy.js';
export { EndlessWait, KernelBug, TargetIoError, TargetRefusal, type TargetErrno } from './errors.js';
export {
  ReferenceTarget,
  type ReferenceTargetOptions,
  type RequestFlags,
  type TargetDevices,
} from './reference-target.js';
export type { TracedRequest, TraceDevice, TraceEvent, TraceSink } from './trace.js';
