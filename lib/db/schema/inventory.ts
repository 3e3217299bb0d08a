// Tables of the data inventory: sources with what was approved about them, who read them, and validation results of versions.
import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant, primaryId } from './columns.ts';
import { person, serviceAccount, team } from './identity.ts';
import { asset, assetVersion } from './lineage.ts';

export const classifications = ['public', 'internal', 'confidential', 'restricted'] as const;
export const dataUses = ['exploration', 'training', 'evaluation', 'testing', 'inference', 'analytics'] as const;
export const sourceStates = ['proposed', 'approved', 'withdrawn'] as const;

/** A dataset name that belongs to a source: one name, or all that begin so. */
export type StoredName = { namespace: string; name: string; prefix: boolean };
/** A job whose completed runs may bring the source's data in. */
export type StoredJob = { namespace: string; name: string };

export const dataSource = pgTable('data_source', {
  id: primaryId(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  name: text('name').notNull(),
  description: text('description').notNull(),
  /** The person who answers for it; null: the team as a whole. */
  ownerPersonId: uuid('owner_person_id').references(() => person.id),
  licence: text('licence'),
  retentionDays: integer('retention_days'),
  classification: text('classification', { enum: classifications }).notNull(),
  uses: jsonb('uses').$type<(typeof dataUses)[number][]>().notNull(),
  names: jsonb('names').$type<StoredName[]>().notNull(),
  ingestion: jsonb('ingestion').$type<StoredJob[]>().notNull(),
  state: text('state', { enum: sourceStates }).notNull(),
  /** Counts every change and decision, so that what was judged under one is told from what was judged under another. */
  changes: integer('changes').notNull().default(1),
  /** Digest of what an approval holds for: classification, uses, names and ingestion jobs. */
  contentDigest: text('content_digest').notNull(),
  proposedBy: uuid('proposed_by').notNull().references(() => person.id),
  proposedAt: instant('proposed_at').notNull().default(sql`now()`),
  approvedBy: uuid('approved_by').references(() => person.id),
  approvedAt: instant('approved_at'),
  expiresAt: instant('expires_at'),
  withdrawnBy: uuid('withdrawn_by').references(() => person.id),
  withdrawnAt: instant('withdrawn_at'),
  withdrawnReason: text('withdrawn_reason'),
  /** The end of an approval that has been acted on. */
  expiryNoticedFor: instant('expiry_noticed_for'),
  createdAt: instant('created_at').notNull().default(sql`now()`),
}, (table) => [
  uniqueIndex('data_source_name').on(table.teamId, sql`lower(${table.name})`),
  index('data_source_by_name').on(sql`lower(${table.name})`, table.id),
  index('data_source_expiry').on(sql`coalesce(${table.expiresAt}, '9999-12-31 00:00:00+00'::timestamptz)`, table.id),
]);

/** Every version of what an approval holds for, with who wrote it. Never changed. */
export const dataSourceRevision = pgTable('data_source_revision', {
  id: primaryId(),
  sourceId: uuid('source_id').notNull().references(() => dataSource.id),
  contentDigest: text('content_digest').notNull(),
  content: jsonb('content').$type<Record<string, unknown>>().notNull(),
  authorId: uuid('author_id').notNull().references(() => person.id),
  at: instant('at').notNull().default(sql`now()`),
}, (table) => [index('data_source_revision_source').on(table.sourceId, table.at)]);

/** Approvals and withdrawals. Never changed. */
export const dataSourceDecision = pgTable('data_source_decision', {
  id: primaryId(),
  sourceId: uuid('source_id').notNull().references(() => dataSource.id),
  verdict: text('verdict', { enum: ['approved', 'rejected', 'withdrawn'] }).notNull(),
  contentDigest: text('content_digest').notNull(),
  personId: uuid('person_id').notNull().references(() => person.id),
  reason: text('reason').notNull(),
  expiresAt: instant('expires_at'),
  at: instant('at').notNull().default(sql`now()`),
}, (table) => [index('data_source_decision_source').on(table.sourceId, table.at)]);

/** That a run read a version of a source, by which identity. What events say, kept with the classification of that time. */
export const dataAccess = pgTable('data_access', {
  id: primaryId(),
  sourceId: uuid('source_id').notNull().references(() => dataSource.id),
  /** The team of the source, and that of the run. */
  sourceTeamId: uuid('source_team_id').notNull().references(() => team.id),
  teamId: uuid('team_id').notNull().references(() => team.id),
  runId: uuid('run_id').notNull(),
  assetVersionId: uuid('asset_version_id').notNull().references(() => assetVersion.id),
  /** The name by which the version belongs to the source. */
  assetId: uuid('asset_id').notNull().references(() => asset.id),
  serviceAccountId: uuid('service_account_id').notNull().references(() => serviceAccount.id),
  responsiblePersonId: uuid('responsible_person_id').notNull().references(() => person.id),
  /** As the run says; nobody proves it. */
  triggeredBy: text('triggered_by'),
  userName: text('user_name'),
  use: text('use', { enum: dataUses }),
  classification: text('classification', { enum: classifications }).notNull(),
  /** The run is of a job that may bring the source's data in. */
  ingestion: boolean('ingestion').notNull(),
  at: instant('at').notNull(),
  recordedAt: instant('recorded_at').notNull().default(sql`now()`),
}, (table) => [
  uniqueIndex('data_access_once').on(table.sourceId, table.runId, table.assetVersionId),
  index('data_access_source').on(table.sourceId, table.at.desc().nullsFirst(), table.id.desc().nullsFirst()),
  index('data_access_account').on(table.serviceAccountId, table.at.desc().nullsFirst(), table.id.desc().nullsFirst()),
  index('data_access_person').on(table.responsiblePersonId, table.at.desc().nullsFirst(), table.id.desc().nullsFirst()),
  index('data_access_at').on(table.at.desc().nullsFirst(), table.id.desc().nullsFirst()),
  index('data_access_version').on(table.assetVersionId),
  index('data_access_run').on(table.runId),
  index('data_access_reader').on(table.sourceId, table.teamId, table.use, table.at.desc().nullsFirst()),
]);

export type StoredExpectation = { expectation: string; column: string | null; passed: boolean; severity: string | null; observed: string | null; unexpectedPercent: number | null; exception: string | null };

/** A validation result about a version, as somebody sent it: exactly the bytes, and what was read from them. */
export const dataValidation = pgTable('data_validation', {
  id: primaryId(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  assetVersionId: uuid('asset_version_id').notNull().references(() => assetVersion.id),
  format: text('format', { enum: ['great_expectations_0', 'great_expectations_1'] }).notNull(),
  digest: text('digest').notNull(),
  bytes: bytea('bytes').notNull(),
  suite: text('suite'),
  toolVersion: text('tool_version'),
  success: boolean('success').notNull(),
  evaluated: integer('evaluated').notNull(),
  failed: integer('failed').notNull(),
  expectations: jsonb('expectations').$type<StoredExpectation[]>().notNull(),
  /** As the document says. */
  validatedAt: instant('validated_at'),
  receivedAt: instant('received_at').notNull().default(sql`now()`),
  serviceAccountId: uuid('service_account_id').references(() => serviceAccount.id),
  personId: uuid('person_id').references(() => person.id),
}, (table) => [uniqueIndex('data_validation_once').on(table.teamId, table.assetVersionId, table.digest), index('data_validation_version').on(table.assetVersionId, table.receivedAt.desc().nullsFirst(), table.id.desc().nullsFirst())]);
