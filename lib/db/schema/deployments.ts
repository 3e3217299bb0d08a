// Deployments, and every answer given to 'may this digest run here?'.
import { sql } from 'drizzle-orm';
import { bigint, boolean, customType, index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
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
  /** Where it would be deployed, if the question says so. */
  endpoint: text('endpoint'),
  /** The service account that would deploy, if the question names one. */
  identity: text('identity'),
  number: bigint('number', { mode: 'number' }).generatedAlwaysAsIdentity().notNull(),
}, (table) => [index('deploy_decision_at').on(table.at.desc().nullsFirst(), table.id.desc().nullsFirst()), index('deploy_decision_digest').on(table.digest, table.at.desc().nullsFirst())]);

/** How often an answer was given again, unchanged, to the same asker: one row for each interval in which it was. */
export const deployDecisionRepeat = pgTable('deploy_decision_repeat', {
  id: primaryId(),
  /** The answer, recorded whole when it was first given. */
  decisionId: uuid('decision_id').notNull().references(() => deployDecision.id),
  count: bigint('count', { mode: 'number' }).notNull(),
  firstAt: instant('first_at').notNull(),
  lastAt: instant('last_at').notNull(),
  /** Of the last one. */
  requestId: text('request_id').notNull(),
  /** Not repeats of that very question: other digests that nobody registered, beyond those that are recorded one by one. */
  otherDigests: boolean('other_digests').notNull().default(false),
}, (table) => [index('deploy_decision_repeat_decision').on(table.decisionId, table.lastAt.desc().nullsFirst())]);

const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/** What changed of what answers rest on, by transaction: written by triggers (`watch_changes`), read by `lib/db/changes.ts`, forgotten after minutes. */
export const watchedChange = pgTable('watched_change', {
  xid: xid8('xid').notNull(),
  /** Null: anything may have changed. */
  keys: uuid('keys').array(),
}, (table) => [index('watched_change_xid').on(table.xid)]);

/** What was over before which transaction, and since when: what may be forgotten. One row. */
export const watchedChangeHorizon = pgTable('watched_change_horizon', {
  at: instant('at').notNull(),
  xid: xid8('xid').notNull(),
});
