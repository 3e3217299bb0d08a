// Models and their versions. A version is bound to one artifact digest for ever.
import { sql } from 'drizzle-orm';
import { index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, primaryId } from './columns.ts';
import { serviceAccount, team } from './identity.ts';
import { assetVersion } from './lineage.ts';

export const model = pgTable('model', {
  id: primaryId(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  name: text('name').notNull(),
  description: text('description'),
  createdAt: instant('created_at').notNull().default(sql`now()`),
}, (table) => [uniqueIndex('model_name').on(table.name)]);

export const modelVersion = pgTable('model_version', {
  id: primaryId(),
  modelId: uuid('model_id').notNull().references(() => model.id),
  teamId: uuid('team_id').notNull().references(() => team.id),
  version: integer('version').notNull(),
  assetVersionId: uuid('asset_version_id').notNull().references(() => assetVersion.id),
  digest: text('digest').notNull(),
  description: text('description'),
  /** The run that published it, as the publisher claims. */
  runId: uuid('run_id'),
  publishedBy: uuid('published_by').notNull().references(() => serviceAccount.id),
  publishedAt: instant('published_at').notNull().default(sql`now()`),
}, (table) => [
  uniqueIndex('model_version_number').on(table.modelId, table.version),
  uniqueIndex('model_version_digest').on(table.modelId, table.digest),
  index('model_version_artifact').on(table.digest),
  index('model_version_asset_version').on(table.assetVersionId),
  index('model_version_published').on(table.publishedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
]);
