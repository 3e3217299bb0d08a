// Promotion requests and approvals: public face of the domain.
export { commentPromotion, revokeApproval } from './after.ts';
export { decideOnBehalf, decidePromotion, emergencyFor, markStale, mayBeDeployed, requestPromotion, withdrawPromotion, words } from './commands.ts';
export { delegateRole, endDelegation, listDelegations } from './delegations.ts';
export { declareEmergency, handleReviewDue, listEmergencies, reviewEmergency } from './emergencies.ts';
export { dryRunPolicy } from './dry-run.ts';
export { handleEnvironmentChanged, handleExceptionsChanged, handleIncidentsChanged, handlePolicyActivated } from './handlers.ts';
export { getPromotion, getSigningKey, getStatement, listPromotions } from './queries.ts';
export * from './schema.ts';
export { conflictsOfPerson, examine, frozenInput } from './snapshot.ts';
export { latestPromotion, movePromotion, usablePromotions, type PromotionRow } from './store.ts';
