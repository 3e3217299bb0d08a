// The SQL of reported environments of runs.
import { and, asc, eq, sql } from 'drizzle-orm';
import { visibleTo } from '#lib/db/conditions.ts';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { evidence, runEnvironment, verification } from '#lib/db/schema/evidence.ts';
import { serviceAccount } from '#lib/db/schema/identity.ts';
import { asset, runAsset } from '#lib/db/schema/lineage.ts';
import { facet, run } from '#lib/db/schema/runs.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';

const first = <Row>(rows: Row[]): Row | null => rows[0] ?? null;

export const runOf = async (tx: ReadTx, teams: TeamFilter, id: string): Promise<{ id: string; teamId: string } | null> =>
  first(await tx.select({ id: run.id, teamId: run.teamId }).from(run).where(and(eq(run.id, id), visibleTo(teams, run.teamId))));

export type ReportedEnvironment = { id: string; document: Record<string, unknown>; receivedAt: string; receivedFromName: string };

/** Reports about a run, earliest first. */
export const reportsOf = (tx: ReadTx, runId: string, most: number): Promise<ReportedEnvironment[]> =>
  tx.select({ id: runEnvironment.id, document: runEnvironment.document, receivedAt: runEnvironment.receivedAt, receivedFromName: serviceAccount.name })
    .from(runEnvironment).innerJoin(serviceAccount, eq(serviceAccount.id, runEnvironment.receivedFrom))
    .where(eq(runEnvironment.runId, runId)).orderBy(asc(runEnvironment.receivedAt), asc(runEnvironment.id)).limit(most);

/** Adds a report; null where the run has the same one already. */
export const insertReport = async (tx: WriteTx, row: typeof runEnvironment.$inferInsert): Promise<{ id: string } | null> =>
  first(await tx.insert(runEnvironment).values(row).onConflictDoNothing({ target: [runEnvironment.runId, runEnvironment.digest] }).returning({ id: runEnvironment.id }));

export const knownReport = async (tx: ReadTx, runId: string, digest: string): Promise<{ id: string } | null> =>
  first(await tx.select({ id: runEnvironment.id }).from(runEnvironment).where(and(eq(runEnvironment.runId, runId), eq(runEnvironment.digest, digest))));

/** Evidence of a run's own team that names it, of these types; newest first. */
export async function naming(tx: ReadTx, teamId: string, runId: string, predicateTypes: readonly string[], most: number): Promise<string[]> {
  const rows = await tx.select({ id: evidence.id }).from(evidence)
    .where(and(eq(evidence.teamId, teamId), eq(evidence.runId, runId), sql`${evidence.predicateType} = any(${sql.param([...predicateTypes])}::text[])`))
    .orderBy(sql`${evidence.receivedAt} desc, ${evidence.id} desc`).limit(most);
  return rows.map(({ id }) => id);
}

/** Which of these ever passed a verification. */
export async function everPassed(tx: ReadTx, evidenceIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (evidenceIds.length === 0) return new Set();
  const rows = await tx.selectDistinct({ id: verification.evidenceId }).from(verification).where(and(sql`${verification.evidenceId} = any(${sql.param([...evidenceIds])}::uuid[])`, eq(verification.verdict, 'passed')));
  return new Set(rows.map(({ id }) => id));
}

/** How a run describes its own execution. */
export const executionFacet = async (tx: ReadTx, runId: string): Promise<Record<string, unknown> | null> =>
  first(await tx.select({ body: facet.body }).from(facet).where(and(eq(facet.subjectKind, 'run'), eq(facet.subjectId, runId), eq(facet.name, 'gatehouse_execution'))))?.body ?? null;

/** What a run says of its own log, execution and outputs. */
export async function runReport(tx: ReadTx, runId: string): Promise<{ state: string; log: unknown; execution: unknown; outputs: string[] }> {
  const state = first(await tx.select({ state: run.state }).from(run).where(eq(run.id, runId)))?.state ?? 'unknown';
  const facets = await tx.select({ name: facet.name, body: facet.body }).from(facet).where(and(eq(facet.subjectKind, 'run'), eq(facet.subjectId, runId), sql`${facet.name} in ('gatehouse_execution', 'gatehouse_log')`));
  const outputs = await tx.selectDistinct({ name: asset.name }).from(runAsset).innerJoin(asset, eq(asset.id, runAsset.assetId)).where(and(eq(runAsset.runId, runId), eq(runAsset.direction, 'output'))).limit(500);
  const body = (name: string): unknown => facets.find((one) => one.name === name)?.body ?? null;
  return { state, log: body('gatehouse_log'), execution: body('gatehouse_execution'), outputs: outputs.map(({ name }) => name) };
}
