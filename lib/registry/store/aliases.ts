// SQL of aliases: where each points, and every move of one.
import { and, asc, eq, isNotNull, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { keyset, visibleTo } from '#lib/db/conditions.ts';
import { modelAlias, modelAliasMove } from '#lib/db/schema/cards.ts';
import { person } from '#lib/db/schema/identity.ts';
import { model, modelVersion } from '#lib/db/schema/registry.ts';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';

export type AliasRow = typeof modelAlias.$inferSelect;

/** Moves of one alias happen one after the other. */
export const lockAlias = (tx: ReadTx, modelId: string, name: string) => tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`alias ${modelId} ${name}`}, 4712))`);
export const aliasByName = async (tx: ReadTx, modelId: string, name: string): Promise<AliasRow | null> => (await tx.select().from(modelAlias).where(and(eq(modelAlias.modelId, modelId), eq(modelAlias.name, name))))[0] ?? null;
export const insertAlias = (tx: WriteTx, row: typeof modelAlias.$inferInsert) => tx.insert(modelAlias).values(row);
export const moveAlias = (tx: WriteTx, id: string, change: Pick<AliasRow, 'modelVersionId' | 'movedBy' | 'movedAt' | 'reason'>) => tx.update(modelAlias).set(change).where(eq(modelAlias.id, id));

const columns = { name: modelAlias.name, modelVersionId: modelVersion.id, version: modelVersion.version, digest: modelVersion.digest, movedBy: { id: person.id, name: person.displayName }, movedAt: modelAlias.movedAt, reason: modelAlias.reason };
const pointing = (tx: ReadTx) => tx.select(columns).from(modelAlias).innerJoin(modelVersion, eq(modelVersion.id, modelAlias.modelVersionId)).innerJoin(model, eq(model.id, modelAlias.modelId)).innerJoin(person, eq(person.id, modelAlias.movedBy));

/** Aliases of a model that point somewhere, by name; a model has few, so the list is bounded. */
export const aliasesOf = (tx: ReadTx, teams: TeamFilter, modelName: string) => pointing(tx).where(and(eq(model.name, modelName), visibleTo(teams, modelAlias.teamId), isNotNull(modelAlias.modelVersionId))).orderBy(asc(modelAlias.name)).limit(200);
export const resolvedAlias = async (tx: ReadTx, teams: TeamFilter, modelName: string, name: string) => (await pointing(tx).where(and(eq(model.name, modelName), eq(modelAlias.name, name), visibleTo(teams, modelAlias.teamId))))[0] ?? null;
export const aliasCount = async (tx: ReadTx, modelId: string): Promise<number> => Number((await tx.execute<{ count: string }>(sql`select count(*) as count from model_alias where model_id = ${modelId}::uuid`)).rows[0]?.count ?? 0);

const from = alias(modelVersion, 'from_version');
const to = alias(modelVersion, 'to_version');

export function aliasMoves(tx: ReadTx, teams: TeamFilter, modelName: string, name: string | undefined, request: PageRequest) {
  const page = keyset(modelAliasMove.at, modelAliasMove.id, request.sort.startsWith('-'), request);
  return tx
    .select({ id: modelAliasMove.id, alias: modelAlias.name, from: from.version, to: to.version, movedBy: { id: person.id, name: person.displayName }, at: modelAliasMove.at, reason: modelAliasMove.reason })
    .from(modelAliasMove)
    .innerJoin(modelAlias, eq(modelAlias.id, modelAliasMove.aliasId))
    .innerJoin(model, eq(model.id, modelAlias.modelId))
    .innerJoin(person, eq(person.id, modelAliasMove.movedBy))
    .leftJoin(from, eq(from.id, modelAliasMove.fromVersionId))
    .leftJoin(to, eq(to.id, modelAliasMove.toVersionId))
    .where(and(eq(model.name, modelName), visibleTo(teams, modelAlias.teamId), name === undefined ? undefined : eq(modelAlias.name, name), page.where))
    .orderBy(page.orderBy)
    .limit(request.limit + 1);
}

