// Tables of evidence (the exact bytes received), its verifications, and the keys that are trusted.
import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant, primaryId } from './columns.ts';
import { person, serviceAccount, team } from './identity.ts';

export const trustKey = pgTable('trust_key', {
  id: primaryId(),
  name: text('name').notNull(),
  /** The team whose evidence it may sign. */
  teamId: uuid('team_id').notNull().references(() => team.id),
  /** Hex SHA-256 of the SubjectPublicKeyInfo. */
  keyId: text('key_id').notNull(),
  publicKeyPem: text('public_key_pem').notNull(),
  algorithm: text('algorithm', { enum: ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'ed25519', 'rsa', 'rsa-pss', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] }).notNull(),
  /** SLSA builder ids that this key may speak for: (signer, builder.id) pairs. */
  builderIds: jsonb('builder_ids').$type<string[]>().notNull(),
  state: text('state', { enum: ['proposed', 'active', 'revoked', 'rejected'] }).notNull(),
  validFrom: instant('valid_from'),
  validUntil: instant('valid_until'),
  proposedBy: uuid('proposed_by').notNull().references(() => person.id),
  proposedAt: instant('proposed_at').notNull().default(sql`now()`),
  confirmedBy: uuid('confirmed_by').references(() => person.id),
  confirmedAt: instant('confirmed_at'),
  revokedAt: instant('revoked_at'),
  revocationReason: text('revocation_reason'),
}, (table) => [uniqueIndex('trust_key_once').on(table.teamId, table.keyId).where(sql`${table.state} in ('proposed', 'active')`), index('trust_key_id').on(table.keyId)]);

/** A version of a trust policy: who may sign for a team, or for some of its pipelines and predicate types. Its content never changes. */
export const trustPolicy = pgTable('trust_policy', {
  id: primaryId(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  name: text('name').notNull(),
  /** Digest of pipeline and predicate types: policies with the same are versions of one. */
  scopeKey: text('scope_key').notNull(),
  version: integer('version').notNull(),
  /** `TrustPolicyContent` of lib/evidence/trust-policy-schema.ts. */
  content: jsonb('content').$type<unknown>().notNull(),
  digest: text('digest').notNull(),
  state: text('state', { enum: ['proposed', 'active', 'superseded', 'revoked', 'rejected'] }).notNull(),
  proposedBy: uuid('proposed_by').notNull().references(() => person.id),
  proposedAt: instant('proposed_at').notNull().default(sql`now()`),
  proposalReason: text('proposal_reason').notNull(),
  confirmedBy: uuid('confirmed_by').references(() => person.id),
  confirmedAt: instant('confirmed_at'),
  /** Who revoked or rejected it. */
  endedBy: uuid('ended_by').references(() => person.id),
  endedAt: instant('ended_at'),
  endReason: text('end_reason'),
  /** When the next version took its place. A revoked version decides, and lets nothing pass, until then. */
  supersededAt: instant('superseded_at'),
}, (table) => [
  uniqueIndex('trust_policy_in_force').on(table.teamId, table.scopeKey).where(sql`${table.state} in ('active', 'revoked') and ${table.supersededAt} is null`),
  uniqueIndex('trust_policy_one_proposed').on(table.teamId, table.scopeKey).where(sql`${table.state} = 'proposed'`),
  uniqueIndex('trust_policy_version_once').on(table.teamId, table.scopeKey, table.version),
  index('trust_policy_proposed').on(table.proposedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
]);

/** A signer that a team no longer trusts, under whatever policy. */
export const trustRevocation = pgTable('trust_revocation', {
  id: primaryId(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  kind: text('kind', { enum: ['key', 'certificate', 'identity'] }).notNull(),
  /** Hex SHA-256: of the key (SubjectPublicKeyInfo), of the certificate in DER; of an identity, issuer and subject in JSON. */
  signerId: text('signer_id').notNull(),
  /** What people call it: the subject and its issuer, say. */
  name: text('name').notNull(),
  /** Evidence received from this moment on does not count; null: nothing that it ever signed counts. */
  since: instant('since'),
  reason: text('reason').notNull(),
  revokedBy: uuid('revoked_by').notNull().references(() => person.id),
  revokedAt: instant('revoked_at').notNull().default(sql`now()`),
}, (table) => [index('trust_revocation_team').on(table.teamId), index('trust_revocation_at').on(table.revokedAt.desc().nullsFirst(), table.id.desc().nullsFirst())]);

/** Verifying a team's evidence again after a change of its trust, and how far it has come. */
export const trustSweep = pgTable('trust_sweep', {
  id: primaryId(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  /** What changed: a key, a policy, a revocation; by id. */
  cause: text('cause', { enum: ['trust_key', 'trust_policy', 'trust_revocation'] }).notNull(),
  causeId: uuid('cause_id').notNull(),
  state: text('state', { enum: ['running', 'done'] }).notNull(),
  /** Pieces of evidence that there were at the change. What comes later is verified with the new trust when it comes. */
  total: integer('total').notNull(),
  /** The last of them, by id. */
  lastEvidenceId: uuid('last_evidence_id').notNull(),
  done: integer('done').notNull().default(0),
  verifiedAgain: integer('verified_again').notNull().default(0),
  nowPassed: integer('now_passed').notNull().default(0),
  nowFailed: integer('now_failed').notNull().default(0),
  /** The piece up to which it has come, by id. */
  reached: uuid('reached'),
  startedAt: instant('started_at').notNull().default(sql`clock_timestamp()`),
  touchedAt: instant('touched_at').notNull().default(sql`clock_timestamp()`),
  finishedAt: instant('finished_at'),
}, (table) => [
  index('trust_sweep_running').on(table.touchedAt).where(sql`${table.state} = 'running'`),
  index('trust_sweep_started').on(table.startedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
]);

export const evidence = pgTable('evidence', {
  id: primaryId(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  digest: text('digest').notNull(),
  bytes: bytea('bytes').notNull(),
  mediaType: text('media_type').notNull(),
  sizeBytes: integer('size_bytes').notNull(),
  receivedAt: instant('received_at').notNull().default(sql`now()`),
  receivedFrom: uuid('received_from').notNull().references(() => serviceAccount.id),
  /** As the payload calls itself; null where it could not be read. */
  predicateType: text('predicate_type'),
  /** The run that a provenance or evaluation statement names. */
  runId: uuid('run_id'),
}, (table) => [
  uniqueIndex('evidence_digest').on(table.teamId, table.digest),
  index('evidence_by_digest').on(table.digest),
  index('evidence_received').on(table.receivedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
  index('evidence_team_received').on(table.teamId, table.receivedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
  index('evidence_predicate_received').on(sql`left(${table.predicateType}, 300)`, table.receivedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
  index('evidence_run').on(table.runId),
]);

export const evidenceSubject = pgTable('evidence_subject', {
  evidenceId: uuid('evidence_id').notNull().references(() => evidence.id),
  digest: text('digest').notNull(),
  name: text('name').notNull().default(''),
}, (table) => [primaryKey({ columns: [table.evidenceId, table.digest, table.name] }), index('evidence_subject_digest').on(table.digest)]);

export type StoredCheck = { name: string; verdict: 'passed' | 'failed' | 'not_evaluated'; expected: string; actual: string };

export const verification = pgTable('verification', {
  id: primaryId(),
  evidenceId: uuid('evidence_id').notNull().references(() => evidence.id),
  at: instant('at').notNull().default(sql`clock_timestamp()`),
  verdict: text('verdict', { enum: ['passed', 'failed'] }).notNull(),
  /** Digest of the trust that the result was reached with. */
  trustDigest: text('trust_digest').notNull(),
  checks: jsonb('checks').$type<StoredCheck[]>().notNull(),
  /** The version of the trust policy that decided; null where the team's keys did, or nothing could. */
  trustPolicyId: uuid('trust_policy_id').references(() => trustPolicy.id),
  /** Which policy decides depends on the pipeline of a run that nobody had reported yet. */
  awaitsRun: boolean('awaits_run').notNull().default(false),
}, (table) => [
  index('verification_awaits_run').on(table.at).where(sql`${table.awaitsRun}`),
  index('verification_evidence').on(table.evidenceId, table.at.desc().nullsFirst(), table.id.desc().nullsFirst()),
  index('verification_failed').on(table.evidenceId).where(sql`${table.verdict} = 'failed'`),
]);

/** What a service account says about the environment of a run: pod and network policies, without secrets. Never changed, never removed. */
export const runEnvironment = pgTable('run_environment', {
  id: primaryId(),
  runId: uuid('run_id').notNull(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  /** Digest of the canonical JSON of `document`: the same report again is the same row. */
  digest: text('digest').notNull(),
  document: jsonb('document').$type<Record<string, unknown>>().notNull(),
  receivedAt: instant('received_at').notNull().default(sql`now()`),
  receivedFrom: uuid('received_from').notNull().references(() => serviceAccount.id),
}, (table) => [uniqueIndex('run_environment_once').on(table.runId, table.digest)]);

/** How far the comparison of evidence with the audit log has come: one row. */
export const recordSweep = pgTable('record_sweep', {
  id: integer('id').primaryKey().default(1),
  /** The last audit event that was looked at. */
  auditNumber: bigint('audit_number', { mode: 'number' }).notNull().default(0),
  at: instant('at').notNull().default(sql`now()`),
}, (table) => [check('record_sweep_is_one', sql`${table.id} = 1`)]);
