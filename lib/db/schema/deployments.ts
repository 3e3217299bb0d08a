// Deployments, and every answer given to 'may this digest run here?'.
import { sql } from 'drizzle-orm';
import { bigint, boolean, index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { promotion } from './approvals.ts';
import { instant, primaryId } from './columns.ts';
import { serviceAccount, team } from './identity.ts';
import { environment } from './environments.ts';
import { modelVersion } from './registry.ts';

export const deployment = pgTable('deployment', {
  id: primaryId(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  modelVersionId: uuid('model_version_id').notNull().references(() => modelVersion.id),
  digest: text('digest').notNull(),
  environment: text('environment').notNull().references(() => environment.name),
  endpoint: text('endpoint').notNull(),
  promotionId: uuid('promotion_id').references(() => promotion.id),
  deployedBy: uuid('deployed_by').notNull().references(() => serviceAccount.id),
  deployedAt: instant('deployed_at').notNull().default(sql`now()`),
  /** When the next deployment on the endpoint took over. */
  endedAt: instant('ended_at'),
  /** The deployer's claim of when traffic began. For charts alone, never for a decision. */
  servingSince: instant('serving_since'),
}, (table) => [
  uniqueIndex('deployment_current').on(table.environment, table.endpoint).where(sql`${table.endedAt} is null`),
  index('deployment_deployed').on(table.deployedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
  index('deployment_model_version').on(table.modelVersionId),
  index('deployment_digest').on(table.digest),
]);

export const deployDecision = pgTable('deploy_decision', {
  id: primaryId(),
  at: instant('at').notNull().default(sql`now()`),
  actorKind: text('actor_kind').notNull(),
  actorId: uuid('actor_id'),
  digest: text('digest').notNull(),
  environment: text('environment').notNull(),
  allowed: boolean('allowed').notNull(),
  reasons: jsonb('reasons').$type<{ code: string; message: string }[]>().notNull(),
  promotionId: uuid('promotion_id'),
  requestId: text('request_id').notNull(),
  number: bigint('number', { mode: 'number' }).generatedAlwaysAsIdentity().notNull(),
}, (table) => [index('deploy_decision_at').on(table.at.desc().nullsFirst(), table.id.desc().nullsFirst()), index('deploy_decision_digest').on(table.digest, table.at.desc().nullsFirst())]);
