/** The entry of the module: every kernel that scripts may call. */
export { setBounds, setBudget, setPart, setPlaces, setQuestion } from './state';
export * from './classify';
export * from './marks';
export * from './copies';
export * from './lines';
