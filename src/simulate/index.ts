export { BLKPARSE_ACTIONS, type BlkparseAction } from './blkparse.js';
export { candidatesOf, type Candidate, type CandidateQuestion } from './candidates.js';
export type { LevelPoint } from './level-history.js';
export { openWorkload, type Workload, type WorkloadFacts, type WorkloadOptions } from './open-workload.js';
export type { OriginSpeed } from './origin-pace.js';
export { parseRate, type Rate } from './rate.js';
export { WORKLOAD_FORMATS, type WorkloadFormat } from './request.js';
export { simulate, type SimulateOptions, type Simulation } from './simulate.js';
export type { RunResult, RunStop, Stalls } from './simulated-cache.js';
