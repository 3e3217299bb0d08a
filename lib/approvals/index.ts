// Promotion requests and approvals: public face of the domain.
export { approvalsGiven, decidePromotion, markStale, requestPromotion, withdrawPromotion, words } from './commands.ts';
export { satisfied } from './domain.ts';
export { dryRunPolicy } from './dry-run.ts';
export { handleExceptionsChanged, handlePolicyActivated } from './handlers.ts';
export { getPromotion, listPromotions } from './queries.ts';
export * from './schema.ts';
export { examine } from './snapshot.ts';
export { latestPromotion, movePromotion, usablePromotions, type PromotionRow } from './store.ts';
