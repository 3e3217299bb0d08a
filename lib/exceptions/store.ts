// SQL of exceptions.
import { and, asc, eq, inArray, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { keyset, visibleTo } from '#lib/db/conditions.ts';
import { policyException } from '#lib/db/schema/exceptions.ts';
import { person, team } from '#lib/db/schema/identity.ts';
import { model, modelVersion } from '#lib/db/schema/registry.ts';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { Environment, PolicyInput } from '#lib/policy/index.ts';
import type { ExceptionState } from './schema.ts';

export type ExceptionRow = typeof policyException.$inferSelect;

const first = <Row>(rows: readonly Row[]): Row | null => rows[0] ?? null;

/** Exceptions of one rule for one subject are proposed and confirmed one after the other. */
export const lockSubject = (tx: ReadTx, modelVersionId: string, environment: Environment) => tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`exception ${modelVersionId} ${environment}`}, 4704))`);

export const exceptionForUpdate = async (tx: ReadTx, id: string): Promise<ExceptionRow | null> => first(await tx.select().from(policyException).where(eq(policyException.id, id)).for('update'));

export const insertException = (tx: WriteTx, row: typeof policyException.$inferInsert) => tx.insert(policyException).values(row);

export const moveException = (tx: WriteTx, id: string, change: Partial<Pick<ExceptionRow, 'state' | 'confirmedBy' | 'confirmedAt' | 'endedBy' | 'endedAt'>>) => tx.update(policyException).set(change).where(eq(policyException.id, id));

const inForce = sql`${policyException.state} = 'active' and ${policyException.expiresAt} > now()`;

/** Proposed or in force for a rule of this subject. */
export const livingException = async (tx: ReadTx, modelVersionId: string, environment: Environment, ruleId: string): Promise<ExceptionRow | null> =>
  first(
    await tx
      .select()
      .from(policyException)
      .where(and(eq(policyException.modelVersionId, modelVersionId), eq(policyException.environment, environment), eq(policyException.ruleId, ruleId), sql`(${policyException.state} = 'proposed' or (${inForce}))`))
      .limit(1),
  );

/** Exceptions in force now by the database's clock, in the form and order of the policy's input. With `lock` none is revoked before the transaction ends. */
export async function exceptionsInForce(tx: ReadTx, modelVersionId: string, environment: Environment, lock: boolean): Promise<PolicyInput['exceptions']> {
  const query = tx
    .select()
    .from(policyException)
    .where(and(eq(policyException.modelVersionId, modelVersionId), eq(policyException.environment, environment), inForce))
    .orderBy(asc(policyException.ruleId), asc(policyException.id));
  const rows = lock ? await query.for('share') : await query;
  return rows.flatMap(({ id, ruleId, expiresAt, reason, proposedBy, confirmedBy }) => (confirmedBy === null ? [] : [{ id, ruleId, expiresAt, reason, proposedBy, confirmedBy }]));
}

const proposer = alias(person, 'proposer');
const confirmer = alias(person, 'confirmer');
const ender = alias(person, 'ender');

const listed = (tx: ReadTx) =>
  tx
    .select({ exception: policyException, modelName: model.name, version: modelVersion.version, teamName: team.name, proposerName: proposer.displayName, confirmerName: confirmer.displayName, enderName: ender.displayName })
    .from(policyException)
    .innerJoin(modelVersion, eq(modelVersion.id, policyException.modelVersionId))
    .innerJoin(model, eq(model.id, modelVersion.modelId))
    .innerJoin(team, eq(team.id, policyException.teamId))
    .innerJoin(proposer, eq(proposer.id, policyException.proposedBy))
    .leftJoin(confirmer, eq(confirmer.id, policyException.confirmedBy))
    .leftJoin(ender, eq(ender.id, policyException.endedBy));

export type ListedException = Awaited<ReturnType<typeof listed>>[number];

const stateIs: Record<ExceptionState, SQL> = {
  proposed: sql`${policyException.state} = 'proposed'`,
  active: inForce,
  expired: sql`${policyException.state} = 'active' and ${policyException.expiresAt} <= now()`,
  rejected: sql`${policyException.state} = 'rejected'`,
  revoked: sql`${policyException.state} = 'revoked'`,
};

export type ExceptionFilters = { readonly states?: readonly ExceptionState[] | undefined; readonly environments?: readonly Environment[] | undefined; readonly modelVersionId?: string | undefined; readonly ruleId?: string | undefined };

export function exceptionRows(tx: ReadTx, teams: TeamFilter, filters: ExceptionFilters, request: PageRequest): Promise<ListedException[]> {
  const page = keyset(policyException.proposedAt, policyException.id, request.sort.startsWith('-'), request);
  return listed(tx)
    .where(
      and(
        visibleTo(teams, policyException.teamId),
        filters.states?.length ? sql`(${sql.join(filters.states.map((state) => sql`(${stateIs[state]})`), sql` or `)})` : undefined,
        filters.environments?.length ? inArray(policyException.environment, [...filters.environments]) : undefined,
        filters.modelVersionId === undefined ? undefined : eq(policyException.modelVersionId, filters.modelVersionId),
        filters.ruleId === undefined ? undefined : eq(policyException.ruleId, filters.ruleId),
        page.where,
      ),
    )
    .orderBy(page.orderBy)
    .limit(request.limit + 1);
}

export const listedByIds = (tx: ReadTx, ids: readonly string[]): Promise<ListedException[]> => (ids.length === 0 ? Promise.resolve([]) : listed(tx).where(inArray(policyException.id, [...ids])));
