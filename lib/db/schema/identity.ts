// Tables of people, teams, roles, sessions and service accounts.
import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, primaryId } from './columns.ts';

export const team = pgTable('team', {
  id: primaryId(),
  slug: text('slug').notNull().unique(),
  name: text('name').notNull(),
  createdAt: instant('created_at').notNull().default(sql`now()`),
});

export const person = pgTable('person', {
  id: primaryId(),
  email: text('email').notNull().unique(),
  displayName: text('display_name').notNull(),
  /** scrypt hash in PHC string format; null for people who sign in elsewhere. */
  passwordHash: text('password_hash'),
  oidcSubject: text('oidc_subject').unique(),
  state: text('state', { enum: ['active', 'disabled'] }).notNull().default('active'),
  createdAt: instant('created_at').notNull().default(sql`now()`),
}, (table) => [check('person_email_lower', sql`${table.email} = lower(${table.email})`)]);

export const roleGrant = pgTable('role_grant', {
  id: primaryId(),
  personId: uuid('person_id').notNull().references(() => person.id),
  role: text('role', { enum: ['engineer', 'reviewer', 'security', 'auditor', 'admin'] }).notNull(),
  teamId: uuid('team_id').references(() => team.id),
  grantedBy: uuid('granted_by').references(() => person.id),
  grantedAt: instant('granted_at').notNull().default(sql`now()`),
  revokedAt: instant('revoked_at'),
}, (table) => [
  uniqueIndex('role_grant_active').on(table.personId, table.role, sql`coalesce(${table.teamId}, '00000000-0000-0000-0000-000000000000'::uuid)`).where(sql`${table.revokedAt} is null`),
  check('role_grant_not_to_oneself', sql`${table.grantedBy} is null or ${table.grantedBy} <> ${table.personId}`),
]);

export const session = pgTable('session', {
  id: primaryId(),
  personId: uuid('person_id').notNull().references(() => person.id),
  createdAt: instant('created_at').notNull().default(sql`now()`),
  authenticatedAt: instant('authenticated_at').notNull().default(sql`now()`),
  expiresAt: instant('expires_at').notNull(),
  revokedAt: instant('revoked_at'),
  method: text('method', { enum: ['password', 'oidc'] }).notNull(),
  userAgent: text('user_agent'),
  address: text('address'),
}, (table) => [index('session_person').on(table.personId, table.createdAt)]);

export const signInAttempt = pgTable('sign_in_attempt', {
  id: primaryId(),
  at: instant('at').notNull().default(sql`now()`),
  /** SHA-256 of the normalised mail address: attempts are counted, addresses that nobody owns are not collected. */
  accountKey: text('account_key').notNull(),
  address: text('address').notNull(),
  succeeded: boolean('succeeded').notNull(),
}, (table) => [index('sign_in_attempt_account').on(table.accountKey, table.at), index('sign_in_attempt_address').on(table.address, table.at)]);

export const serviceAccount = pgTable('service_account', {
  id: primaryId(),
  name: text('name').notNull().unique(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  role: text('role', { enum: ['pipeline', 'deployer'] }).notNull(),
  responsiblePersonId: uuid('responsible_person_id').notNull().references(() => person.id),
  state: text('state', { enum: ['active', 'disabled'] }).notNull().default('active'),
  createdAt: instant('created_at').notNull().default(sql`now()`),
});

/** Who answered for a service account, and when: kept by a trigger, so that a hand-over does not make the past somebody else's. */
export const serviceAccountResponsibility = pgTable('service_account_responsibility', {
  id: primaryId(),
  serviceAccountId: uuid('service_account_id').notNull().references(() => serviceAccount.id),
  personId: uuid('person_id').notNull().references(() => person.id),
  since: instant('since').notNull(),
  /** Null while the person answers for it. */
  until: instant('until'),
}, (table) => [index('service_account_responsibility_account').on(table.serviceAccountId, table.since), index('service_account_responsibility_person').on(table.personId)]);

export const serviceToken = pgTable('service_token', {
  id: primaryId(),
  serviceAccountId: uuid('service_account_id').notNull().references(() => serviceAccount.id),
  /** SHA-256 of the token: 256 random bits need no slow hash. */
  tokenHash: text('token_hash').notNull().unique(),
  /** The first characters, by which people recognise it. */
  prefix: text('prefix').notNull(),
  createdBy: uuid('created_by').references(() => person.id),
  createdAt: instant('created_at').notNull().default(sql`now()`),
  expiresAt: instant('expires_at').notNull(),
  revokedAt: instant('revoked_at'),
  lastUsedAt: instant('last_used_at'),
  useCount: integer('use_count').notNull().default(0),
}, (table) => [index('service_token_account').on(table.serviceAccountId)]);
