// Models and their versions: public face of the domain.
export { aliasMove, aliasView, listAliases, listAliasMoves, resolveAlias, setModelAlias, type AliasMove, type AliasView } from './aliases.ts';
export { publishModelVersion } from './commands.ts';
export { compareFacts } from './compare.ts';
export { atDeployment, type AssuranceFacts } from './assurance.ts';
export { policyInputOf, trainingInputs, type Incumbent } from './domain.ts';
export type { VersionFacts } from './facts.ts';
export { gatherFacts, type Looked } from './gather.ts';
export { getVersionMetadata, versionMetadata, type VersionMetadataView } from './metadata-queries.ts';
export { compareModelVersions, getModel, getModelVersion, listModels, listModelVersions, thresholdsOf } from './queries.ts';
export * from './schema.ts';
export { accountsById } from './store/lineage.ts';
export { incumbentOf, versionById, versionsWithDigest, type FullVersionRow } from './store/models.ts';
