// Reports from pipelines: the public face.
export * from './commands.ts';
export { fillMaterials, materialsProgress, type MaterialsProgress } from './backfill.ts';
