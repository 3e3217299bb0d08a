// Policies: rules as data, one active version for each environment, known by digest.
import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, primaryId } from './columns.ts';
import { environment } from './environments.ts';
import { person, team } from './identity.ts';
import { model } from './registry.ts';

export const policyVersion = pgTable('policy_version', {
  id: primaryId(),
  environment: text('environment').notNull().references(() => environment.name),
  /** Where it holds: both null, for the organisation; a team; or one model, with its team. The narrowest one decides alone. */
  teamId: uuid('team_id').references(() => team.id),
  modelId: uuid('model_id').references(() => model.id),
  /** Digest of the canonical JSON of `content`. */
  digest: text('digest').notNull(),
  content: jsonb('content').$type<Record<string, unknown>>().notNull(),
  state: text('state', { enum: ['proposed', 'active', 'retired', 'rejected'] }).notNull(),
  /** Null for the set that the product ships. */
  proposedBy: uuid('proposed_by').references(() => person.id),
  proposedAt: instant('proposed_at').notNull().default(sql`now()`),
  confirmedBy: uuid('confirmed_by').references(() => person.id),
  confirmedAt: instant('confirmed_at'),
  retiredAt: instant('retired_at'),
}, (table) => [uniqueIndex('policy_version_active').on(table.environment, sql`coalesce(${table.modelId}, ${table.teamId}, '00000000-0000-0000-0000-000000000000'::uuid)`).where(sql`${table.state} = 'active'`), index('policy_version_environment').on(table.environment, table.proposedAt.desc().nullsFirst())]);
