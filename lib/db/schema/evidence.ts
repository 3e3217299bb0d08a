// Tables of evidence (the exact bytes received), its verifications, and the keys that are trusted.
import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
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
}, (table) => [
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
