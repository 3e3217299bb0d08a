// Evidence and the keys it is trusted by: the public face.
export { submitEvidence } from './submit.ts';
export * from './trust-commands.ts';
export * from './queries.ts';
export * from './schema.ts';
export * from './statements.ts';
export { handleSweepDue } from './handlers.ts';
export { trustKeyById } from './store/trust.ts';
export type { SignatureOutcome } from './signatures.ts';
export type { Predicate, Subject } from './decode.ts';
export { encodeEnvelope, IN_TOTO_PAYLOAD_TYPE, pae } from './format/dsse.ts';
export { keyId as keyIdOf } from './format/key-id.ts';
export { EVALUATION_TYPE, PROVENANCE_TYPE, STAGE_BUILD_TYPE, STATEMENT_TYPE, TEST_RESULT_TYPE, stageParameters } from './format/statement.ts';
export type { EvaluationPredicate, ProvenancePredicate, StageParameters, Statement, TestResultPredicate } from './format/statement.ts';
export { pinnedDigest, podChecks, type PodCheck } from './environment/pod.ts';
