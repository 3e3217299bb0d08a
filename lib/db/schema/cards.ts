// Names that point at a model version, and the documents about versions: model cards and datasheets.
import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, primaryId } from './columns.ts';
import { person, team } from './identity.ts';
import { asset, assetVersion } from './lineage.ts';
import { model, modelVersion } from './registry.ts';

/** Where an alias of a model points now. It grants nothing. */
export const modelAlias = pgTable('model_alias', {
  id: primaryId(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  modelId: uuid('model_id').notNull().references(() => model.id),
  name: text('name').notNull(),
  /** Null: it was taken away. */
  modelVersionId: uuid('model_version_id').references(() => modelVersion.id),
  movedBy: uuid('moved_by').notNull().references(() => person.id),
  movedAt: instant('moved_at').notNull().default(sql`now()`),
  reason: text('reason').notNull(),
}, (table) => [uniqueIndex('model_alias_name').on(table.modelId, table.name), index('model_alias_version').on(table.modelVersionId)]);

/** Every move of an alias; written by a trigger alone. */
export const modelAliasMove = pgTable('model_alias_move', {
  id: primaryId().default(sql`gen_random_uuid()`),
  aliasId: uuid('alias_id').notNull().references(() => modelAlias.id),
  fromVersionId: uuid('from_version_id').references(() => modelVersion.id),
  toVersionId: uuid('to_version_id').references(() => modelVersion.id),
  movedBy: uuid('moved_by').notNull().references(() => person.id),
  at: instant('at').notNull(),
  reason: text('reason').notNull(),
}, (table) => [index('model_alias_move_alias').on(table.aliasId, table.at.desc().nullsFirst(), table.id.desc().nullsFirst())]);

export const cardKinds = ['model_card', 'datasheet'] as const;

/** One version of a document about a model version, a dataset version, or a dataset by its name. Never changed. */
export const cardVersion = pgTable('card_version', {
  id: primaryId(),
  kind: text('kind', { enum: cardKinds }).notNull(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  modelVersionId: uuid('model_version_id').references(() => modelVersion.id),
  assetId: uuid('asset_id').references(() => asset.id),
  assetVersionId: uuid('asset_version_id').references(() => assetVersion.id),
  /** 1, 2, 3 … for each subject and team. */
  number: integer('number').notNull(),
  /** Digest of `content`. */
  digest: text('digest').notNull(),
  /** Canonical JSON of the document. */
  content: text('content').notNull(),
  source: text('source', { enum: ['editor', 'hugging-face', 'cyclonedx'] }).notNull(),
  authorKind: text('author_kind', { enum: ['person', 'service'] }).notNull(),
  authorId: uuid('author_id').notNull(),
  note: text('note').notNull(),
  at: instant('at').notNull().default(sql`now()`),
}, (table) => [
  uniqueIndex('card_version_of_model').on(table.modelVersionId, table.number).where(sql`${table.kind} = 'model_card'`),
  uniqueIndex('card_version_of_data').on(table.teamId, sql`coalesce(${table.assetVersionId}, ${table.assetId})`, table.number).where(sql`${table.kind} = 'datasheet'`),
  index('card_version_asset').on(table.assetId, table.teamId),
  index('card_version_asset_version').on(table.assetVersionId, table.teamId),
  check('card_version_subject', sql`case ${table.kind} when 'model_card' then ${table.modelVersionId} is not null and ${table.assetId} is null and ${table.assetVersionId} is null else ${table.modelVersionId} is null and (${table.assetId} is null) <> (${table.assetVersionId} is null) end`),
]);
