// People, teams, roles, sessions and service accounts: the public face.
export * from './commands.ts';
export * from './queries.ts';
export * from './schema.ts';
export { authenticate, actorOfCookie, nobody, sessionCookie } from './authenticate.ts';
export { makeTokenMemory, type TokenMemory } from './token-memory.ts';
export { createFirstAdmin } from './setup.ts';
export { namesOfPeople, namesOfServiceAccounts, personByEmail, personById, activeGrantsOf, teamById, teamBySlug } from './store.ts';
