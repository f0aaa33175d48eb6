export { type CrashFinding, type Exploration, explore, type ExploreOptions } from './explore.js';
export { type Run, run, type Scenario } from './run.js';
export type { WorkloadStep } from './workload.js';
