// Exceptions from one rule for one model version: time-limited, given by two people.
import { sql } from 'drizzle-orm';
import { index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, primaryId } from './columns.ts';
import { person, team } from './identity.ts';
import { environment } from './environments.ts';
import { modelVersion } from './registry.ts';

export const policyException = pgTable('policy_exception', {
  id: primaryId(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  modelVersionId: uuid('model_version_id').notNull().references(() => modelVersion.id),
  environment: text('environment').notNull().references(() => environment.name),
  ruleId: text('rule_id').notNull(),
  reason: text('reason').notNull(),
  expiresAt: instant('expires_at').notNull(),
  state: text('state', { enum: ['proposed', 'active', 'rejected', 'revoked'] }).notNull().default('proposed'),
  proposedBy: uuid('proposed_by').notNull().references(() => person.id),
  proposedAt: instant('proposed_at').notNull().default(sql`now()`),
  confirmedBy: uuid('confirmed_by').references(() => person.id),
  confirmedAt: instant('confirmed_at'),
  /** Who rejected or revoked it. */
  endedBy: uuid('ended_by').references(() => person.id),
  endedAt: instant('ended_at'),
}, (table) => [
  uniqueIndex('policy_exception_one_proposed').on(table.modelVersionId, table.environment, table.ruleId).where(sql`${table.state} = 'proposed'`),
  index('policy_exception_subject').on(table.modelVersionId, table.environment),
  index('policy_exception_proposed').on(table.proposedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
]);
