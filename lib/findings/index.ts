// Findings: the public face.
export * from './commands.ts';
export * from './queries.ts';
export * from './schema.ts';
export { fingerprintOf, raiseFinding, settleFinding, type NewFinding, type Raised } from './raise.ts';
export { handleContradiction, handleEvidenceVerified, handleRunFailed, handleTrustChanged, handleVersionPublished } from './handlers.ts';
export { handleRecordDoubted, sweepRecords } from './records.ts';
export { openAmong } from './store.ts';
export { referenceOf, type Reference } from './references.ts';
export { rankOf, verbsFor } from './domain.ts';
