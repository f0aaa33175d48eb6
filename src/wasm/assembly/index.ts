/** The entry of the module: every kernel that scripts may call. */
export * from './scan';
export * from './lines';
