// Runs of pipelines: the public face.
export * from './queries.ts';
export * from './schema.ts';
export * from './pipelines.ts';
export * from './relatives.ts';
export { newestAttempt, type Attempt } from './reproduced.ts';
export { comparedSections, type ComparedField, type ComparedSection } from './compare.ts';
export type { Reproduction, ReproductionVerdict } from './verdict.ts';
export type { DefinitionView } from './definitions.ts';
export { environmentOf, executionOf, packagesOf, parametersOf, sourceOf } from './domain.ts';
export { edgesOfRun, exactness, facetsOfRun, lessExactThanAnother, mayBeNamed, reportersOf, runById, runsByIds, stagesOf } from './store.ts';
export { prepareEventPartitions, removeOldEventBytes, reportOldEventBytes, type OldEvents } from './retention.ts';
