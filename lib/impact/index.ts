// The blast radius: the public face.
export * from './queries.ts';
export * from './schema.ts';
