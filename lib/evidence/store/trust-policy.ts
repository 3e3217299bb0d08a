// The SQL of trust policies, revoked signers, and sweeps.
import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { keyset, visibleTo } from '#lib/db/conditions.ts';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { trustPolicy, trustRevocation, trustSweep } from '#lib/db/schema/evidence.ts';
import { person, team } from '#lib/db/schema/identity.ts';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { Revocation, StoredPolicy } from '../trust-policy.ts';

export type TrustPolicyRow = typeof trustPolicy.$inferSelect;
export type TrustRevocationRow = typeof trustRevocation.$inferSelect;
export type TrustSweepRow = typeof trustSweep.$inferSelect;

const first = <Row>(rows: Row[]): Row | null => rows[0] ?? null;
const inForce = and(inArray(trustPolicy.state, ['active', 'revoked']), isNull(trustPolicy.supersededAt));

/** The versions that decide for a team: active, or revoked and not replaced. */
export async function policiesInForce(tx: ReadTx, teamId: string): Promise<StoredPolicy[]> {
  const rows = await tx.select().from(trustPolicy).where(and(eq(trustPolicy.teamId, teamId), inForce)).orderBy(asc(trustPolicy.id));
  return rows.map(({ id, name, version, digest, content, state, endedAt, endReason }) => ({ id, name, version, digest, content, state: state === 'active' ? 'active' : 'revoked', endedAt, endReason }));
}

export async function revocationsOf(tx: ReadTx, teamId: string): Promise<Revocation[]> {
  const rows = await tx.select().from(trustRevocation).where(eq(trustRevocation.teamId, teamId)).orderBy(asc(trustRevocation.id));
  return rows.map(({ kind, signerId, since, reason, revokedAt }) => ({ kind, signerId, since, reason, revokedAt }));
}

export const insertPolicy = (tx: WriteTx, row: typeof trustPolicy.$inferInsert) => tx.insert(trustPolicy).values(row);
export const policyById = async (tx: ReadTx, id: string): Promise<TrustPolicyRow | null> => first(await tx.select().from(trustPolicy).where(eq(trustPolicy.id, id)));
export const policyForUpdate = async (tx: ReadTx, id: string): Promise<TrustPolicyRow | null> => first(await tx.select().from(trustPolicy).where(eq(trustPolicy.id, id)).for('update'));
export const versionsOf = (tx: ReadTx, teamId: string, scopeKey: string): Promise<TrustPolicyRow[]> =>
  tx.select().from(trustPolicy).where(and(eq(trustPolicy.teamId, teamId), eq(trustPolicy.scopeKey, scopeKey))).orderBy(asc(trustPolicy.version));
export const inForceOf = (tx: ReadTx, teamId: string): Promise<TrustPolicyRow[]> => tx.select().from(trustPolicy).where(and(eq(trustPolicy.teamId, teamId), inForce)).orderBy(asc(trustPolicy.id));

export const activatePolicy = (tx: WriteTx, id: string, personId: string) => tx.update(trustPolicy).set({ state: 'active', confirmedBy: personId, confirmedAt: sql`now()` }).where(eq(trustPolicy.id, id));
export const supersedePolicy = (tx: WriteTx, row: Pick<TrustPolicyRow, 'id' | 'state'>) => tx.update(trustPolicy).set({ state: row.state === 'active' ? 'superseded' : row.state, supersededAt: sql`now()` }).where(eq(trustPolicy.id, row.id));
export const endPolicy = (tx: WriteTx, id: string, state: 'revoked' | 'rejected', personId: string, reason: string) =>
  tx.update(trustPolicy).set({ state, endedBy: personId, endedAt: sql`now()`, endReason: reason }).where(eq(trustPolicy.id, id));

export const insertRevocation = (tx: WriteTx, row: typeof trustRevocation.$inferInsert) => tx.insert(trustRevocation).values(row);
export const revocationById = async (tx: ReadTx, id: string): Promise<TrustRevocationRow | null> => first(await tx.select().from(trustRevocation).where(eq(trustRevocation.id, id)));

const proposer = alias(person, 'proposer');
const confirmer = alias(person, 'confirmer');
const ender = alias(person, 'ender');

export type ListedPolicy = TrustPolicyRow & { teamName: string; proposerName: string; confirmerName: string | null; enderName: string | null };

const listedPolicies = (tx: ReadTx) => tx.select({ policy: trustPolicy, teamName: team.name, proposerName: proposer.displayName, confirmerName: confirmer.displayName, enderName: ender.displayName })
  .from(trustPolicy)
  .innerJoin(team, eq(team.id, trustPolicy.teamId))
  .innerJoin(proposer, eq(proposer.id, trustPolicy.proposedBy))
  .leftJoin(confirmer, eq(confirmer.id, trustPolicy.confirmedBy))
  .leftJoin(ender, eq(ender.id, trustPolicy.endedBy))
  .$dynamic();

export async function policyPage(tx: ReadTx, teams: TeamFilter, filters: { state?: readonly TrustPolicyRow['state'][] | undefined; teamId?: string | undefined }, request: PageRequest): Promise<ListedPolicy[]> {
  const page = keyset(trustPolicy.proposedAt, trustPolicy.id, true, request);
  const rows = await listedPolicies(tx).where(and(
    visibleTo(teams, trustPolicy.teamId),
    filters.state === undefined || filters.state.length === 0 ? undefined : inArray(trustPolicy.state, [...filters.state]),
    filters.teamId === undefined ? undefined : eq(trustPolicy.teamId, filters.teamId),
    page.where,
  )).orderBy(page.orderBy).limit(request.limit + 1);
  return rows.map(({ policy, ...names }) => ({ ...policy, ...names }));
}

export async function visiblePolicy(tx: ReadTx, teams: TeamFilter, id: string): Promise<ListedPolicy | null> {
  const rows = await listedPolicies(tx).where(and(visibleTo(teams, trustPolicy.teamId), eq(trustPolicy.id, id)));
  return first(rows.map(({ policy, ...names }) => ({ ...policy, ...names })));
}

export type ListedRevocation = TrustRevocationRow & { teamName: string; revokerName: string };

export async function revocationPage(tx: ReadTx, teams: TeamFilter, filters: { teamId?: string | undefined }, request: PageRequest): Promise<ListedRevocation[]> {
  const page = keyset(trustRevocation.revokedAt, trustRevocation.id, true, request);
  const rows = await tx.select({ revocation: trustRevocation, teamName: team.name, revokerName: person.displayName }).from(trustRevocation)
    .innerJoin(team, eq(team.id, trustRevocation.teamId)).innerJoin(person, eq(person.id, trustRevocation.revokedBy))
    .where(and(visibleTo(teams, trustRevocation.teamId), filters.teamId === undefined ? undefined : eq(trustRevocation.teamId, filters.teamId), page.where))
    .orderBy(page.orderBy).limit(request.limit + 1);
  return rows.map(({ revocation, ...names }) => ({ ...revocation, ...names }));
}

// --- sweeps --------------------------------------------------------------------------------------------------------------

export const insertSweep = (tx: WriteTx, row: typeof trustSweep.$inferInsert) => tx.insert(trustSweep).values(row);
/** Takes hold of a sweep: two workers on the same one take turns. */
export const sweepForUpdate = async (tx: ReadTx, id: string): Promise<TrustSweepRow | null> => first(await tx.select().from(trustSweep).where(eq(trustSweep.id, id)).for('update'));

export type SweepStep = { readonly looked: number; readonly reached: string | null; readonly verifiedAgain: number; readonly nowPassed: number; readonly nowFailed: number; readonly done: boolean };

export const advanceSweep = (tx: WriteTx, id: string, { looked, reached, verifiedAgain, nowPassed, nowFailed, done }: SweepStep) =>
  tx.update(trustSweep).set({
    done: sql`${trustSweep.done} + ${looked}`, verifiedAgain: sql`${trustSweep.verifiedAgain} + ${verifiedAgain}`, nowPassed: sql`${trustSweep.nowPassed} + ${nowPassed}`, nowFailed: sql`${trustSweep.nowFailed} + ${nowFailed}`,
    touchedAt: sql`clock_timestamp()`, ...(reached === null ? {} : { reached }), ...(done ? { state: 'done' as const, finishedAt: sql`clock_timestamp()` } : {}),
  }).where(eq(trustSweep.id, id));

/** Sweeps that began and that nobody has been at for some time: their worker was stopped. */
export const forsakenSweeps = async (tx: ReadTx, seconds: number): Promise<string[]> =>
  (await tx.select({ id: trustSweep.id }).from(trustSweep).where(and(eq(trustSweep.state, 'running'), sql`${trustSweep.touchedAt} < clock_timestamp() - make_interval(secs => ${seconds})`)).orderBy(asc(trustSweep.startedAt)).limit(20)).map(({ id }) => id);

export type ListedSweep = TrustSweepRow & { teamName: string };

export async function sweepPage(tx: ReadTx, teams: TeamFilter, filters: { teamId?: string | undefined; state?: readonly TrustSweepRow['state'][] | undefined }, request: PageRequest): Promise<ListedSweep[]> {
  const page = keyset(trustSweep.startedAt, trustSweep.id, true, request);
  const rows = await tx.select({ sweep: trustSweep, teamName: team.name }).from(trustSweep).innerJoin(team, eq(team.id, trustSweep.teamId))
    .where(and(visibleTo(teams, trustSweep.teamId), filters.teamId === undefined ? undefined : eq(trustSweep.teamId, filters.teamId), filters.state === undefined || filters.state.length === 0 ? undefined : inArray(trustSweep.state, [...filters.state]), page.where))
    .orderBy(page.orderBy).limit(request.limit + 1);
  return rows.map(({ sweep, teamName }) => ({ ...sweep, teamName }));
}
