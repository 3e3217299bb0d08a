// Environments that models run in, and the changes of them that two people make.
import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, primaryId } from './columns.ts';
import { person } from './identity.ts';

/** What an environment behaves like: everything recorded and nothing refused; said and not refused; the strict boundary. */
export const environmentTiers = ['sandbox', 'staging', 'production'] as const;

/** Written by a trigger alone, when a change of it is confirmed. */
export const environment = pgTable('environment', {
  name: text('name').primaryKey(),
  tier: text('tier', { enum: environmentTiers }).notNull(),
  position: integer('position').notNull(),
  description: text('description').notNull(),
  requiredMetadata: jsonb('required_metadata').$type<string[]>().notNull(),
  /** The three that the product ships: they are never archived and keep their tier. */
  shipped: boolean('shipped').notNull().default(false),
  archivedAt: instant('archived_at'),
  createdAt: instant('created_at').notNull().default(sql`now()`),
});

/** What an environment would be: tier, position, description, requiredMetadata, archived. */
export type EnvironmentSettings = { tier: (typeof environmentTiers)[number]; position: number; description: string; requiredMetadata: string[]; archived: boolean };

export const environmentChange = pgTable('environment_change', {
  id: primaryId(),
  environment: text('environment').notNull(),
  /** What it was when the change was proposed; null: a new one. */
  before: jsonb('before').$type<EnvironmentSettings>(),
  after: jsonb('after').$type<EnvironmentSettings>().notNull(),
  state: text('state', { enum: ['proposed', 'confirmed', 'rejected'] }).notNull().default('proposed'),
  reason: text('reason').notNull(),
  proposedBy: uuid('proposed_by').notNull().references(() => person.id),
  proposedAt: instant('proposed_at').notNull().default(sql`now()`),
  decidedBy: uuid('decided_by').references(() => person.id),
  decidedAt: instant('decided_at'),
}, (table) => [
  uniqueIndex('environment_change_one_proposed').on(table.environment).where(sql`${table.state} = 'proposed'`),
  index('environment_change_proposed').on(table.proposedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
]);
