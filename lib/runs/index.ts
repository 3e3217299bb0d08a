// Runs of pipelines: the public face.
export * from './queries.ts';
export * from './schema.ts';
export { comparedSections, type ComparedSection, type Comparison } from './compare.ts';
export { environmentOf, executionOf, packagesOf, parametersOf, sourceOf } from './domain.ts';
export { edgesOfRun, exactness, facetsOfRun, lessExactThanAnother, reportersOf, runById, runsByIds, stagesOf } from './store.ts';
export { prepareEventPartitions, removeOldEventBytes, reportOldEventBytes, type OldEvents } from './retention.ts';
