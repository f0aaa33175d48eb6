/** The library: `import { inspect, openDevice } from 'wcache'`. Everything here is part of the public interface. */
export * from './format/index.js';
export * from './device/index.js';
export { withDevice } from './device/with-device.js';
export * from './scan/index.js';
export * from './target/index.js';
export type { TableOptions, WritecacheStatus, WritecacheTable } from './table/index.js';
export * from './documents/index.js';
export * from './errors.js';
export { planFormat, planZero, runFormat, type FormatPlan } from './procedure/format-device.js';
export { prepareFormat, type FormatRequest } from './procedure/format-preflight.js';
export { parseSector, parseSectorRange, parseSize } from './units.js';
