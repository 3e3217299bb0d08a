// Models and their versions: public face of the domain.
export { publishModelVersion } from './commands.ts';
export { compareFacts } from './compare.ts';
export { policyInputOf, trainingInputs, type Incumbent } from './domain.ts';
export type { VersionFacts } from './facts.ts';
export { gatherFacts, type Looked } from './gather.ts';
export { compareModelVersions, getModel, getModelVersion, listModels, listModelVersions, thresholdsOf } from './queries.ts';
export * from './schema.ts';
export { accountsById } from './store/lineage.ts';
export { incumbentOf, versionById, versionsWithDigest, type FullVersionRow } from './store/models.ts';
