export * from './entry.js';
export * from './geometry.js';
export * from './limits.js';
export * from './superblock.js';
export * from './verdict.js';
