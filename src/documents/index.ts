export * from './check.js';
export * from './error.js';
export * from './format.js';
export * from './help.js';
export * from './inspect.js';
export * from './json.js';
export * from './schemas.js';
export * from './size.js';
