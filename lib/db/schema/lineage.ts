// Tables of assets, their versions (a version is its digest) and the immutable edges between runs and versions.
import { sql } from 'drizzle-orm';
import { bigint, check, index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, primaryId } from './columns.ts';
import { team } from './identity.ts';
import { job } from './runs.ts';

export const assetKinds = ['dataset', 'features', 'model', 'evaluation', 'report', 'code', 'configuration', 'image', 'deployment'] as const;

export const asset = pgTable('asset', {
  id: primaryId(),
  namespace: text('namespace').notNull(),
  name: text('name').notNull(),
  kind: text('kind', { enum: assetKinds }).notNull(),
  /** The team that first reported the name. */
  teamId: uuid('team_id').notNull().references(() => team.id),
  createdAt: instant('created_at').notNull().default(sql`now()`),
}, (table) => [uniqueIndex('asset_name').on(table.namespace, table.name), index('asset_kind').on(table.kind, table.name), 
  // The names of one team by how they begin: a reader of few teams never reads past a crowd of others' names.
  index('asset_team_name').on(table.teamId, sql`left(lower(${table.name}), 100) text_pattern_ops`, table.id), index('asset_by_name').on(table.name, table.id)]);

export const assetVersion = pgTable('asset_version', {
  id: primaryId(),
  /** `sha256:…`; the same bytes are the same version wherever they come from. Null where only a label, or nothing, was given. */
  digest: text('digest'),
  /** Set only where there is no digest: the version then exists under one asset alone. */
  assetId: uuid('asset_id').references(() => asset.id),
  /** The explicit version facet; null with a null digest is 'some version', nothing more is known. */
  label: text('label'),
  sizeBytes: bigint('size_bytes', { mode: 'number' }),
  state: text('state', { enum: ['usable', 'quarantined'] }).notNull().default('usable'),
  createdAt: instant('created_at').notNull().default(sql`now()`),
}, (table) => [
  uniqueIndex('asset_version_digest').on(table.digest).where(sql`${table.digest} is not null`),
  uniqueIndex('asset_version_label').on(table.assetId, sql`coalesce(${table.label}, '')`).where(sql`${table.digest} is null`),
  index('asset_version_without_digest').on(table.id).where(sql`${table.digest} is null`),
  /** Known by a label alone: whether there are any, and which. */
  index('asset_version_labelled').on(table.id).where(sql`${table.digest} is null and ${table.label} <> ''`),
  check('asset_version_identity', sql`(${table.digest} is null) <> (${table.assetId} is null)`),
]);

/** Under which name, and with which label, a version was seen. One label with two digests is a contradiction. */
export const assetSighting = pgTable('asset_sighting', {
  assetId: uuid('asset_id').notNull().references(() => asset.id),
  assetVersionId: uuid('asset_version_id').notNull().references(() => assetVersion.id),
  label: text('label').notNull().default(''),
  firstSeenAt: instant('first_seen_at').notNull(),
  firstRunId: uuid('first_run_id'),
}, (table) => [
  primaryKey({ columns: [table.assetId, table.assetVersionId, table.label] }),
  index('asset_sighting_version').on(table.assetVersionId),
  index('asset_sighting_label').on(table.assetId, table.label),
  /** Under which labels a version was seen, for those that were seen under one. */
  index('asset_sighting_labelled').on(table.assetVersionId, table.assetId, table.label).where(sql`${table.label} <> ''`),
  index('asset_sighting_seen').on(table.assetId, table.firstSeenAt, table.assetVersionId),
]);

/** An edge: this run consumed or produced this version, under this name, or was made of it (`material`: code, image, configuration). Never changed, never removed. */
export const runAsset = pgTable('run_asset', {
  id: primaryId(),
  runId: uuid('run_id').notNull(),
  assetVersionId: uuid('asset_version_id').notNull().references(() => assetVersion.id),
  assetId: uuid('asset_id').notNull().references(() => asset.id),
  direction: text('direction', { enum: ['input', 'output', 'material'] }).notNull(),
  teamId: uuid('team_id').notNull(),
  firstReceivedAt: instant('first_received_at').notNull().default(sql`now()`),
}, (table) => [
  uniqueIndex('run_asset_edge').on(table.runId, table.direction, table.assetVersionId, table.assetId),
  index('run_asset_version').on(table.assetVersionId, table.direction, table.runId),
  /** What a reader of some teams may see beside a version, without a look at what other teams did with it. */
  index('run_asset_version_team').on(table.assetVersionId, table.direction, table.teamId, table.runId),
  index('run_asset_asset').on(table.assetId, table.teamId),
]);

export const contradiction = pgTable('contradiction', {
  id: primaryId(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  kind: text('kind', { enum: ['label_changed_digest', 'attested_digest_differs', 'registry_differs'] }).notNull(),
  assetId: uuid('asset_id').references(() => asset.id),
  label: text('label'),
  firstVersionId: uuid('first_version_id').references(() => assetVersion.id),
  secondVersionId: uuid('second_version_id').references(() => assetVersion.id),
  runId: uuid('run_id'),
  at: instant('at').notNull().default(sql`now()`),
}, (table) => [uniqueIndex('contradiction_once').on(table.kind, table.assetId, table.label, table.firstVersionId, table.secondVersionId), index('contradiction_versions').on(table.secondVersionId), index('contradiction_first').on(table.firstVersionId), index('contradiction_asset').on(table.assetId)]);

/** What the team of a name says it is called elsewhere. A row with an empty namespace and name ends everything claimed until its time. */
export const assetSymlink = pgTable('asset_symlink', {
  assetId: uuid('asset_id').notNull().references(() => asset.id),
  namespace: text('namespace').notNull(),
  name: text('name').notNull(),
  /** As the event says: `TABLE`, `LOCATION`. */
  type: text('type').notNull(),
  /** Of the newest event that said so. */
  eventTime: instant('event_time').notNull(),
}, (table) => [primaryKey({ columns: [table.assetId, table.namespace, table.name] }), index('asset_symlink_name').on(table.namespace, table.name)]);

/** What a job declares to read and write without having run: never an edge of a run. */
export const jobAsset = pgTable('job_asset', {
  jobId: uuid('job_id').notNull().references(() => job.id),
  direction: text('direction', { enum: ['input', 'output'] }).notNull(),
  assetId: uuid('asset_id').notNull().references(() => asset.id),
  /** Of the newest event that declared it. */
  eventTime: instant('event_time').notNull(),
}, (table) => [primaryKey({ columns: [table.jobId, table.direction, table.assetId] }), index('job_asset_asset').on(table.assetId)]);
