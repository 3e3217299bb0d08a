// SQL of environments and their changes.
import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { visibleToSql } from '#lib/db/conditions.ts';
import { environment, environmentChange } from '#lib/db/schema/environments.ts';
import { person } from '#lib/db/schema/identity.ts';
import { policyVersion } from '#lib/db/schema/policy.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';

export type EnvironmentRow = typeof environment.$inferSelect;
export type EnvironmentChangeRow = typeof environmentChange.$inferSelect;

export const findEnvironment = async (tx: ReadTx, name: string): Promise<EnvironmentRow | null> => (await tx.select().from(environment).where(eq(environment.name, name)))[0] ?? null;

/** Those of `names` that there are. */
export const knownEnvironmentNames = async (tx: ReadTx, names: readonly string[]): Promise<string[]> => (await tx.select({ name: environment.name }).from(environment).where(inArray(environment.name, [...names]))).map(({ name }) => name);

/** The strictest last. There is a handful, so the list is bounded, not paged. */
export const environmentRows = (tx: ReadTx): Promise<EnvironmentRow[]> => tx.select().from(environment).orderBy(asc(environment.position), asc(environment.name)).limit(200);

export async function environmentsWithUse(tx: ReadTx, teams: TeamFilter) {
  return tx
    .select({
      row: environment,
      hasPolicy: sql<boolean>`exists (select 1 from policy_version p where p.environment = ${environment.name} and p.state = 'active' and p.team_id is null)`,
      running: sql<number>`(select count(*)::int from deployment d where d.environment = ${environment.name} and d.ended_at is null and ${visibleToSql(teams, sql`d.team_id`)})`,
    })
    .from(environment)
    .orderBy(asc(environment.position), asc(environment.name))
    .limit(200);
}

/** Whether anything runs there, whoever may see it. */
export const runsSomething = async (tx: ReadTx, name: string): Promise<boolean> => (await tx.execute(sql`select 1 from deployment where environment = ${name} and ended_at is null limit 1`)).rows.length > 0;
export const isAlias = async (tx: ReadTx, name: string): Promise<boolean> => (await tx.execute(sql`select 1 from model_alias where name = ${name} limit 1`)).rows.length > 0;

export const insertEnvironmentChange = (tx: WriteTx, row: typeof environmentChange.$inferInsert) => tx.insert(environmentChange).values(row);
export const decideEnvironmentChange = (tx: WriteTx, id: string, change: { state: 'confirmed' | 'rejected'; decidedBy: string; decidedAt: string }) => tx.update(environmentChange).set(change).where(eq(environmentChange.id, id));

export async function environmentChangeById(tx: ReadTx, id: string, lock: boolean): Promise<EnvironmentChangeRow | null> {
  const query = tx.select().from(environmentChange).where(eq(environmentChange.id, id));
  return (lock ? await query.for('update') : await query)[0] ?? null;
}

export const proposedEnvironmentChange = async (tx: ReadTx, name: string): Promise<EnvironmentChangeRow | null> => (await tx.select().from(environmentChange).where(and(eq(environmentChange.environment, name), eq(environmentChange.state, 'proposed'))))[0] ?? null;

const proposer = alias(person, 'proposer');
const decider = alias(person, 'decider');

/** The newest changes; those that wait first. */
export const environmentChangeRows = (tx: ReadTx) =>
  tx
    .select({ change: environmentChange, proposer: { id: proposer.id, name: proposer.displayName }, decider: { id: decider.id, name: decider.displayName } })
    .from(environmentChange)
    .innerJoin(proposer, eq(proposer.id, environmentChange.proposedBy))
    .leftJoin(decider, eq(decider.id, environmentChange.decidedBy))
    .orderBy(sql`${environmentChange.state} <> 'proposed'`, desc(environmentChange.proposedAt), desc(environmentChange.id))
    .limit(100);

/** Content of every active policy of an environment, with whether it is the organisation's. */
export const activePolicyContents = (tx: ReadTx, name: string) => tx.select({ id: policyVersion.id, teamId: policyVersion.teamId, content: policyVersion.content }).from(policyVersion).where(and(eq(policyVersion.environment, name), eq(policyVersion.state, 'active'))).limit(10_000);
