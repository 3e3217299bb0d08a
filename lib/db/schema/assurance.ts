// Incidents, what is known about endpoints, change windows, and compiled bundles of policies: sources of the gates.
import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant, primaryId } from './columns.ts';
import { person, serviceAccount, team } from './identity.ts';
import { assetVersion } from './lineage.ts';
import { model } from './registry.ts';

export const incident = pgTable('incident', {
  id: primaryId(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  title: text('title').notNull(),
  severity: text('severity', { enum: ['critical', 'high', 'medium', 'low'] }).notNull(),
  reason: text('reason').notNull(),
  state: text('state', { enum: ['open', 'closed'] }).notNull().default('open'),
  openedBy: uuid('opened_by').notNull().references(() => person.id),
  openedAt: instant('opened_at').notNull().default(sql`now()`),
  closedBy: uuid('closed_by').references(() => person.id),
  closedAt: instant('closed_at'),
  closeReason: text('close_reason'),
}, (table) => [
  index('incident_opened').on(table.openedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
  index('incident_open').on(table.id).where(sql`${table.state} = 'open'`),
]);

/** What an incident is about: one version by its bytes, or a model with all its versions. Never changed, never removed. */
export const incidentSubject = pgTable('incident_subject', {
  id: primaryId(),
  incidentId: uuid('incident_id').notNull().references(() => incident.id),
  assetVersionId: uuid('asset_version_id').references(() => assetVersion.id),
  modelId: uuid('model_id').references(() => model.id),
}, (table) => [
  uniqueIndex('incident_subject_once').on(table.incidentId, sql`coalesce(${table.assetVersionId}, ${table.modelId})`),
  index('incident_subject_version').on(table.assetVersionId),
  index('incident_subject_model').on(table.modelId),
  check('incident_subject_one', sql`(${table.assetVersionId} is null) <> (${table.modelId} is null)`),
]);

export const incidentNote = pgTable('incident_note', {
  id: primaryId(),
  incidentId: uuid('incident_id').notNull().references(() => incident.id),
  text: text('text').notNull(),
  writtenBy: uuid('written_by').notNull().references(() => person.id),
  writtenAt: instant('written_at').notNull().default(sql`now()`),
}, (table) => [index('incident_note_of').on(table.incidentId, table.writtenAt, table.id)]);

/** What a deployer's account says about an endpoint. The newest counts; every one is kept. */
export const endpointReport = pgTable('endpoint_report', {
  id: primaryId(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  environment: text('environment').notNull(),
  endpoint: text('endpoint').notNull(),
  /** The model that it is meant for, where nothing runs there yet. */
  modelId: uuid('model_id').references(() => model.id),
  isPublic: boolean('is_public').notNull(),
  /** The firewall rule in front of it, by its name or identifier; null: none. */
  wafRule: text('waf_rule'),
  reportedBy: uuid('reported_by').notNull().references(() => serviceAccount.id),
  reportedAt: instant('reported_at').notNull().default(sql`now()`),
}, (table) => [
  index('endpoint_report_newest').on(table.teamId, table.environment, table.endpoint, table.reportedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
  index('endpoint_report_reported').on(table.reportedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
]);

/** When an environment may be changed: one active calendar for each, agreed by two people. */
export const changeWindow = pgTable('change_window', {
  id: primaryId(),
  environment: text('environment').notNull(),
  /** Digest of the canonical JSON of `content`. */
  digest: text('digest').notNull(),
  content: jsonb('content').$type<Record<string, unknown>>().notNull(),
  state: text('state', { enum: ['proposed', 'active', 'retired', 'rejected'] }).notNull().default('proposed'),
  proposedBy: uuid('proposed_by').notNull().references(() => person.id),
  proposedAt: instant('proposed_at').notNull().default(sql`now()`),
  confirmedBy: uuid('confirmed_by').references(() => person.id),
  confirmedAt: instant('confirmed_at'),
  retiredAt: instant('retired_at'),
}, (table) => [
  uniqueIndex('change_window_active').on(table.environment).where(sql`${table.state} = 'active'`),
  uniqueIndex('change_window_proposed').on(table.environment).where(sql`${table.state} = 'proposed'`),
  index('change_window_newest').on(table.environment, table.proposedAt.desc().nullsFirst()),
]);

/** A compiled bundle of Open Policy Agent, by the digest of its bytes; policies name it by that digest. */
export const policyBundle = pgTable('policy_bundle', {
  id: primaryId(),
  digest: text('digest').notNull(),
  bytes: bytea('bytes').notNull(),
  sizeBytes: integer('size_bytes').notNull(),
  entrypoints: jsonb('entrypoints').$type<string[]>().notNull(),
  uploadedBy: uuid('uploaded_by').notNull().references(() => person.id),
  uploadedAt: instant('uploaded_at').notNull().default(sql`now()`),
}, (table) => [uniqueIndex('policy_bundle_digest').on(table.digest)]);
