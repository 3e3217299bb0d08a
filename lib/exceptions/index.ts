// Exceptions from rules: public face of the domain.
export { confirmException, endException, proposeException } from './commands.ts';
export { exceptionsById, listExceptions } from './queries.ts';
export * from './schema.ts';
export { exceptionsInForce } from './store.ts';
