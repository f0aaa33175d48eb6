import './production.js';

export { showScreen } from './show.js';
export type * from './types.js';
