// SQL of policies.
import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { writeTransaction, type ReadTx, type WriteTx } from '#lib/db/client.ts';
import { visibleTo } from '#lib/db/conditions.ts';
import { policyBundle } from '#lib/db/schema/assurance.ts';
import { person, team } from '#lib/db/schema/identity.ts';
import { policyVersion } from '#lib/db/schema/policy.ts';
import { model } from '#lib/db/schema/registry.ts';
import type { AuditEntry } from '#lib/kernel/audit-event.ts';
import { writeAuditEvents } from '#lib/kernel/audit-event.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { Environment, EnvironmentTier } from './schema.ts';
import { organisationWide, type PolicyScope, type PolicySubject } from './scope.ts';

export type PolicyRow = typeof policyVersion.$inferSelect;

/** Changes of one environment's policy happen one after the other. */
export const lockEnvironment = async (tx: ReadTx, environment: Environment): Promise<void> => {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('gatehouse.policy'), hashtext(${environment}))`);
};

export async function findPolicy(tx: ReadTx, id: string, lock: boolean): Promise<PolicyRow | null> {
  const query = tx.select().from(policyVersion).where(eq(policyVersion.id, id));
  const [row] = lock ? await query.for('update') : await query;
  return row ?? null;
}

const inScope = ({ teamId, modelId }: PolicyScope) => and(teamId === null ? isNull(policyVersion.teamId) : eq(policyVersion.teamId, teamId), modelId === null ? isNull(policyVersion.modelId) : eq(policyVersion.modelId, modelId));

/** The active version of exactly this scope. */
export async function findActivePolicy(tx: ReadTx, environment: Environment, scope: PolicyScope, lock: 'update' | null): Promise<PolicyRow | null> {
  const query = tx.select().from(policyVersion).where(and(eq(policyVersion.environment, environment), eq(policyVersion.state, 'active'), inScope(scope)));
  const [row] = lock ? await query.for(lock) : await query;
  return row ?? null;
}

/** The active version that decides about a subject: the narrowest, with the tier of its environment (null: archived). With `lock` it stays so until this transaction ends. */
export async function findDecidingPolicy(tx: ReadTx, environment: Environment, subject: PolicySubject | null, lock: boolean): Promise<{ policy: PolicyRow; tier: EnvironmentTier | null } | null> {
  // Shared: many decide at once, while nobody makes a policy active.
  if (lock) await tx.execute(sql`select pg_advisory_xact_lock_shared(hashtext('gatehouse.policy'), hashtext(${environment}))`);
  const query = tx
    .select({ policy: policyVersion, tier: sql<EnvironmentTier | null>`(select e.tier from environment e where e.name = ${policyVersion.environment} and e.archived_at is null)` })
    .from(policyVersion)
    .where(
      and(
        eq(policyVersion.environment, environment),
        eq(policyVersion.state, 'active'),
        subject === null
          ? inScope(organisationWide)
          : sql`(${policyVersion.teamId} is null or (${policyVersion.teamId} = ${subject.teamId}::uuid and (${policyVersion.modelId} is null or ${policyVersion.modelId} = ${subject.modelId}::uuid)))`,
      ),
    )
    .orderBy(sql`${policyVersion.modelId} is null, ${policyVersion.teamId} is null`)
    .limit(1);
  const [row] = lock ? await query.for('share') : await query;
  return row ?? null;
}

export const modelOf = async (tx: ReadTx, id: string): Promise<{ id: string; teamId: string } | null> => (await tx.select({ id: model.id, teamId: model.teamId }).from(model).where(eq(model.id, id)))[0] ?? null;

export async function findPolicyByDigest(tx: ReadTx, environment: Environment, scope: PolicyScope, digest: string): Promise<PolicyRow | null> {
  const [row] = await tx.select().from(policyVersion).where(and(eq(policyVersion.environment, environment), inScope(scope), eq(policyVersion.digest, digest))).orderBy(desc(policyVersion.proposedAt)).limit(1);
  return row ?? null;
}

export async function insertPolicy(tx: WriteTx, row: typeof policyVersion.$inferInsert): Promise<void> {
  await tx.insert(policyVersion).values(row);
}

export async function updatePolicy(tx: WriteTx, id: string, change: Partial<Pick<PolicyRow, 'state' | 'confirmedBy' | 'confirmedAt' | 'retiredAt'>>): Promise<void> {
  await tx.update(policyVersion).set(change).where(eq(policyVersion.id, id));
}

const proposer = alias(person, 'proposer');
const confirmer = alias(person, 'confirmer');

const withPeople = (tx: ReadTx) =>
  tx
    .select({ policy: policyVersion, teamName: team.name, modelName: model.name, proposer: { id: proposer.id, name: proposer.displayName }, confirmer: { id: confirmer.id, name: confirmer.displayName } })
    .from(policyVersion)
    .leftJoin(team, eq(team.id, policyVersion.teamId))
    .leftJoin(model, eq(model.id, policyVersion.modelId))
    .leftJoin(proposer, eq(proposer.id, policyVersion.proposedBy))
    .leftJoin(confirmer, eq(confirmer.id, policyVersion.confirmedBy));

/** Policies of the organisation are everybody's to read; those of a team or its models, its own. */
const seenBy = (teams: TeamFilter) => sql`(${policyVersion.teamId} is null or ${visibleTo(teams, policyVersion.teamId)})`;

/** Newest first; an environment has a handful over its life, so the list is bounded, not paged. */
export const listPolicyRows = (tx: ReadTx, teams: TeamFilter, environment: Environment | undefined) =>
  withPeople(tx).where(and(environment ? eq(policyVersion.environment, environment) : sql`true`, seenBy(teams))).orderBy(desc(policyVersion.proposedAt), desc(policyVersion.id)).limit(200);

export const policyWithPeople = async (tx: ReadTx, teams: TeamFilter, id: string) => (await withPeople(tx).where(and(eq(policyVersion.id, id), seenBy(teams))))[0] ?? null;

/** Runs set-up work as the system itself, in one transaction with its audit events; no events, no change. */
export const asSystem = (action: string, work: (tx: WriteTx) => Promise<AuditEntry[]>): Promise<number> => {
  const requestId = newId();
  return writeTransaction({ actorKind: 'system', actorId: null, requestId }, async (tx, now) => {
    const entries = await work(tx);
    if (entries.length > 0) await writeAuditEvents(tx, { actor: { kind: 'system', id: null, name: action }, requestId, channel: 'setup' }, now, action, 'done', entries);
    return { commit: entries.length > 0, value: entries.length };
  });
};

export const bundleBytes = async (tx: ReadTx, digest: string): Promise<Buffer | null> => (await tx.select({ bytes: policyBundle.bytes }).from(policyBundle).where(eq(policyBundle.digest, digest)))[0]?.bytes ?? null;

export const bundleByDigest = async (tx: ReadTx, digest: string) =>
  (await tx.select({ id: policyBundle.id, digest: policyBundle.digest, sizeBytes: policyBundle.sizeBytes, entrypoints: policyBundle.entrypoints, uploadedAt: policyBundle.uploadedAt, uploaderId: person.id, uploaderName: person.displayName }).from(policyBundle).innerJoin(person, eq(person.id, policyBundle.uploadedBy)).where(eq(policyBundle.digest, digest)))[0] ?? null;

/** Adds a bundle; false where these bytes are known already. */
export const insertBundle = async (tx: WriteTx, row: typeof policyBundle.$inferInsert): Promise<boolean> => (await tx.insert(policyBundle).values(row).onConflictDoNothing({ target: policyBundle.digest }).returning({ id: policyBundle.id })).length > 0;
