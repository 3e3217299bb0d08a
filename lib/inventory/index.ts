// The data inventory: public face of the domain.
export { approveSource, changeSource, proposeSource, withdrawSource } from './commands.ts';
export { getSource, listDataAccess, listSourceOwners, listSources, listValidations } from './queries.ts';
export { submitValidation } from './validate.ts';
export { handleRunsReported, handleSourceChanged, noticeExpiries } from './handlers.ts';
export { dataSourcesOf, inventoryUpstream, type InventoryFacts } from './upstream.ts';
export { anySource } from './store/reads.ts';
export * from './schema.ts';
