export * from './history.js';
export * from './pulse.js';
export * from './types.js';
export * from './until.js';
export * from './watcher.js';
