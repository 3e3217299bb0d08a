// Model cards and datasheets: public face of the domain.
export { writeDatasheet, writeModelCard, writeVersionDatasheet } from './commands.ts';
export { modelCard, type ModelCard } from './cyclonedx.ts';
export { toHuggingFace } from './front-matter.ts';
export { knownAbout, type CardsKnown } from './known.ts';
export { exportDatasheet, exportModelCard, getDatasheet, getModelCard, getVersionDatasheet, listDatasheets, listModelCards, listVersionDatasheets, previewCard } from './queries.ts';
export * from './schema.ts';
