// Requests for promotion, the frozen evidence they are decided on, and the approvals.
import { sql } from 'drizzle-orm';
import { check, index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, primaryId } from './columns.ts';
import { person, serviceAccount, team } from './identity.ts';
import { environment } from './environments.ts';
import { policyVersion } from './policy.ts';
import { modelVersion } from './registry.ts';

/** What a request is decided on: immutable, known by the digest of its canonical JSON. */
export const evidenceSnapshot = pgTable('evidence_snapshot', {
  id: primaryId(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  digest: text('digest').notNull(),
  /** The canonical JSON itself: the input document of the policy. */
  content: text('content').notNull(),
  frozenAt: instant('frozen_at').notNull().default(sql`now()`),
}, (table) => [index('evidence_snapshot_digest').on(table.digest)]);

export const promotionStates = ['open', 'approved', 'rejected', 'withdrawn', 'stale', 'deployed'] as const;

export const promotion = pgTable('promotion', {
  id: primaryId(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  modelVersionId: uuid('model_version_id').notNull().references(() => modelVersion.id),
  environment: text('environment').notNull().references(() => environment.name),
  artifactDigest: text('artifact_digest').notNull(),
  snapshotId: uuid('snapshot_id').notNull().references(() => evidenceSnapshot.id),
  snapshotDigest: text('snapshot_digest').notNull(),
  policyVersionId: uuid('policy_version_id').notNull().references(() => policyVersion.id),
  policyDigest: text('policy_digest').notNull(),
  /** Each rule's verdict on the snapshot, as it was when the request was made. */
  results: jsonb('results').$type<unknown[]>().notNull(),
  verdict: text('verdict', { enum: ['passed', 'blocked'] }).notNull(),
  state: text('state', { enum: promotionStates }).notNull().default('open'),
  staleReason: text('stale_reason'),
  requestedBy: uuid('requested_by').notNull().references(() => person.id),
  reason: text('reason').notNull(),
  requestedAt: instant('requested_at').notNull().default(sql`now()`),
  decidedAt: instant('decided_at'),
  expiresAt: instant('expires_at').notNull(),
}, (table) => [
  uniqueIndex('promotion_one_open').on(table.modelVersionId, table.environment).where(sql`${table.state} = 'open'`),
  index('promotion_requested').on(table.requestedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
  index('promotion_state').on(table.state, table.requestedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
  index('promotion_artifact').on(table.artifactDigest, table.environment),
]);

export const approval = pgTable('approval', {
  id: primaryId(),
  promotionId: uuid('promotion_id').notNull().references(() => promotion.id),
  personId: uuid('person_id').notNull().references(() => person.id),
  /** The role by which the person decided. */
  role: text('role', { enum: ['reviewer', 'security'] }).notNull(),
  verdict: text('verdict', { enum: ['approve', 'reject'] }).notNull(),
  comment: text('comment').notNull(),
  /** Who delegated the role, where it is not the person's own. */
  onBehalfOf: uuid('on_behalf_of').references(() => person.id),
  artifactDigest: text('artifact_digest').notNull(),
  snapshotDigest: text('snapshot_digest').notNull(),
  policyDigest: text('policy_digest').notNull(),
  at: instant('at').notNull().default(sql`now()`),
}, (table) => [uniqueIndex('approval_once').on(table.promotionId, table.personId), index('approval_person').on(table.personId, table.at.desc().nullsFirst())]);

export const conflictRules = ['trained', 'training_data', 'labels', 'features', 'upstream_model', 'pipeline_definition', 'published', 'lineage_cut_off'] as const;
export const conflictWays = ['direct', 'service_account', 'team', 'lineage'] as const;

/** Who had a hand in what a request is about, frozen by a trigger when it is made: the application can only read it. */
export const promotionConflict = pgTable('promotion_conflict', {
  id: primaryId(),
  promotionId: uuid('promotion_id').notNull().references(() => promotion.id),
  /** Null: everybody, since the lineage could not be walked to its end. */
  personId: uuid('person_id').references(() => person.id),
  rule: text('rule', { enum: conflictRules }).notNull(),
  via: text('via', { enum: conflictWays }).notNull(),
  accountId: uuid('account_id').references(() => serviceAccount.id),
  teamId: uuid('team_id').references(() => team.id),
  runId: uuid('run_id'),
  subject: text('subject').notNull(),
  at: instant('at').notNull(),
}, (table) => [index('promotion_conflict_promotion').on(table.promotionId, table.personId)]);

export const approvalRevocation = pgTable('approval_revocation', {
  id: primaryId(),
  approvalId: uuid('approval_id').notNull().unique().references(() => approval.id),
  promotionId: uuid('promotion_id').notNull().references(() => promotion.id),
  personId: uuid('person_id').notNull().references(() => person.id),
  reason: text('reason').notNull(),
  at: instant('at').notNull().default(sql`now()`),
}, (table) => [index('approval_revocation_promotion').on(table.promotionId)]);

export const promotionComment = pgTable('promotion_comment', {
  id: primaryId(),
  promotionId: uuid('promotion_id').notNull().references(() => promotion.id),
  personId: uuid('person_id').notNull().references(() => person.id),
  text: text('text').notNull(),
  at: instant('at').notNull().default(sql`now()`),
}, (table) => [index('promotion_comment_promotion').on(table.promotionId, table.at, table.id)]);

/** An approver's role, lent during absence. */
export const delegation = pgTable('delegation', {
  id: primaryId(),
  delegatorId: uuid('delegator_id').notNull().references(() => person.id),
  delegateId: uuid('delegate_id').notNull().references(() => person.id),
  role: text('role', { enum: ['reviewer', 'security'] }).notNull(),
  /** Null: wherever the delegator holds the role. */
  teamId: uuid('team_id').references(() => team.id),
  reason: text('reason').notNull(),
  createdAt: instant('created_at').notNull().default(sql`now()`),
  startsAt: instant('starts_at').notNull(),
  endsAt: instant('ends_at').notNull(),
  revokedAt: instant('revoked_at'),
}, (table) => [
  index('delegation_delegate').on(table.delegateId, table.endsAt),
  index('delegation_delegator').on(table.delegatorId, table.endsAt),
  check('delegation_to_another', sql`${table.delegatorId} <> ${table.delegateId}`),
  check('delegation_is_limited', sql`${table.endsAt} > ${table.startsAt} and ${table.endsAt} <= ${table.startsAt} + interval '31 days'`),
]);

/** A promotion let through without the approvals its policy asks for. Valid for a short time; reviewed afterwards. */
export const emergency = pgTable('emergency', {
  id: primaryId(),
  promotionId: uuid('promotion_id').notNull().unique().references(() => promotion.id),
  teamId: uuid('team_id').notNull().references(() => team.id),
  declaredBy: uuid('declared_by').notNull().references(() => person.id),
  reason: text('reason').notNull(),
  artifactDigest: text('artifact_digest').notNull(),
  snapshotDigest: text('snapshot_digest').notNull(),
  policyDigest: text('policy_digest').notNull(),
  declaredAt: instant('declared_at').notNull().default(sql`now()`),
  expiresAt: instant('expires_at').notNull(),
  reviewDueAt: instant('review_due_at').notNull(),
  reviewedBy: uuid('reviewed_by').references(() => person.id),
  reviewedAt: instant('reviewed_at'),
  reviewVerdict: text('review_verdict', { enum: ['justified', 'not_justified'] }),
  reviewComment: text('review_comment'),
}, (table) => [
  index('emergency_unreviewed').on(table.reviewDueAt).where(sql`${table.reviewedAt} is null`),
  index('emergency_team').on(table.teamId, table.declaredAt.desc().nullsFirst()),
  check('emergency_reviewed_by_another', sql`${table.reviewedBy} is null or ${table.reviewedBy} <> ${table.declaredBy}`),
  check('emergency_review_is_whole', sql`(${table.reviewedBy} is null) = (${table.reviewedAt} is null) and (${table.reviewedBy} is null) = (${table.reviewVerdict} is null)`),
]);

export const statementKinds = ['approval', 'verification_summary', 'emergency'] as const;

/** What the portal signed about a decision: the exact envelope that people download. */
export const promotionStatement = pgTable('promotion_statement', {
  id: primaryId(),
  promotionId: uuid('promotion_id').notNull().references(() => promotion.id),
  approvalId: uuid('approval_id').unique().references(() => approval.id),
  kind: text('kind', { enum: statementKinds }).notNull(),
  envelope: text('envelope').notNull(),
  keyId: text('key_id').notNull(),
  at: instant('at').notNull().default(sql`now()`),
}, (table) => [index('promotion_statement_promotion').on(table.promotionId, table.at, table.id)]);
