// SQL of models, their versions, and what became of them.
import { and, asc, desc, eq, inArray, isNull, sql, type SQL } from 'drizzle-orm';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { keyset, visibleTo } from '#lib/db/conditions.ts';
import { approval, approvalRevocation, promotion } from '#lib/db/schema/approvals.ts';
import { deployment } from '#lib/db/schema/deployments.ts';
import { person, serviceAccount, team } from '#lib/db/schema/identity.ts';
import { assetVersion } from '#lib/db/schema/lineage.ts';
import { model, modelVersion } from '#lib/db/schema/registry.ts';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { Environment } from '#lib/policy/schema.ts';

const first = <Row>(rows: readonly Row[]): Row | null => rows[0] ?? null;
export type ModelRow = typeof model.$inferSelect;
export type ModelVersionRow = typeof modelVersion.$inferSelect;

export const modelByName = async (tx: ReadTx, name: string): Promise<ModelRow | null> => first(await tx.select().from(model).where(eq(model.name, name)));

/** Adds the model unless the name is taken, and locks whichever row has it: versions are numbered one after the other. */
export async function claimModel(tx: WriteTx, row: typeof model.$inferInsert): Promise<{ model: ModelRow; created: boolean }> {
  const inserted = await tx.insert(model).values(row).onConflictDoNothing({ target: model.name }).returning({ id: model.id });
  const [locked] = await tx.select().from(model).where(eq(model.name, row.name)).for('update');
  if (!locked) throw new Error('a model that was just inserted or found cannot be read');
  return { model: locked, created: inserted.length > 0 };
}

export const versionByDigest = async (tx: ReadTx, modelId: string, digest: string): Promise<ModelVersionRow | null> =>
  first(await tx.select().from(modelVersion).where(and(eq(modelVersion.modelId, modelId), eq(modelVersion.digest, digest))));

export async function nextNumber(tx: ReadTx, modelId: string): Promise<number> {
  const [row] = await tx.select({ version: modelVersion.version }).from(modelVersion).where(eq(modelVersion.modelId, modelId)).orderBy(desc(modelVersion.version)).limit(1);
  return (row?.version ?? 0) + 1;
}

export const insertVersion = (tx: WriteTx, row: typeof modelVersion.$inferInsert) => tx.insert(modelVersion).values(row);

const versionColumns = {
  id: modelVersion.id,
  modelId: modelVersion.modelId,
  modelName: model.name,
  teamId: modelVersion.teamId,
  teamName: team.name,
  number: modelVersion.version,
  digest: modelVersion.digest,
  assetVersionId: modelVersion.assetVersionId,
  artifactDigest: assetVersion.digest,
  quarantined: sql<boolean>`${assetVersion.state} = 'quarantined'`,
  description: modelVersion.description,
  runId: modelVersion.runId,
  publishedAt: modelVersion.publishedAt,
  publishedBy: modelVersion.publishedBy,
  publisherName: serviceAccount.name,
};

const versionQuery = (tx: ReadTx) =>
  tx
    .select(versionColumns)
    .from(modelVersion)
    .innerJoin(model, eq(model.id, modelVersion.modelId))
    .innerJoin(team, eq(team.id, modelVersion.teamId))
    .innerJoin(assetVersion, eq(assetVersion.id, modelVersion.assetVersionId))
    .innerJoin(serviceAccount, eq(serviceAccount.id, modelVersion.publishedBy));

export type FullVersionRow = Awaited<ReturnType<typeof versionQuery>>[number];

export const versionById = async (tx: ReadTx, id: string): Promise<FullVersionRow | null> => first(await versionQuery(tx).where(eq(modelVersion.id, id)));

export const visibleVersion = async (tx: ReadTx, teams: TeamFilter, name: string, number: number): Promise<FullVersionRow | null> =>
  first(await versionQuery(tx).where(and(eq(model.name, name), eq(modelVersion.version, number), visibleTo(teams, modelVersion.teamId))));

/** Registered versions with this artifact, whatever the model. */
export const versionsWithDigest = (tx: ReadTx, digest: string): Promise<FullVersionRow[]> => versionQuery(tx).where(eq(modelVersion.digest, digest)).orderBy(asc(modelVersion.publishedAt), asc(modelVersion.id)).limit(20);

export function versionPage(tx: ReadTx, modelId: string, request: PageRequest): Promise<FullVersionRow[]> {
  const page = keyset(modelVersion.version, modelVersion.id, request.sort.startsWith('-'), request);
  return versionQuery(tx).where(and(eq(modelVersion.modelId, modelId), page.where)).orderBy(page.orderBy).limit(request.limit + 1);
}

export type ModelFilters = { readonly search?: string | undefined; readonly teamIds?: readonly string[] | undefined; readonly runsIn?: readonly Environment[] | undefined; readonly name?: string | undefined };

const escaped = (text: string) => text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);

function matching(filters: ModelFilters): (SQL | undefined)[] {
  const { search, teamIds, runsIn, name } = filters;
  return [
    name === undefined ? undefined : eq(model.name, name),
    teamIds?.length ? inArray(model.teamId, [...teamIds]) : undefined,
    !search ? undefined : sql`(${model.name} ilike ${`%${escaped(search)}%`} or exists (select 1 from model_version v where v.model_id = ${model.id} and v.digest like ${`${escaped(search.startsWith('sha256:') ? search : `sha256:${search}`)}%`}))`,
    runsIn?.length ? sql`exists (select 1 from deployment d join model_version v on v.id = d.model_version_id where v.model_id = ${model.id} and d.environment = any(${sql.param([...runsIn])}::text[]) and d.ended_at is null)` : undefined,
  ];
}

const latest = sql`lateral (select id, version, digest, published_at from model_version where model_id = ${model.id} order by version desc limit 1) as latest`;
const iso = (value: unknown): string => new Date(value as string).toISOString();

/** Models in order of name or of creation (ids are ordered by time). */
export async function modelPage(tx: ReadTx, teams: TeamFilter, filters: ModelFilters, request: PageRequest) {
  const page = keyset(request.sort.endsWith('name') ? model.name : model.id, model.id, request.sort.startsWith('-'), request);
  const rows = await tx
    .select({ id: model.id, name: model.name, teamId: model.teamId, teamName: team.name, description: model.description, createdAt: model.createdAt, latestId: sql<string | null>`latest.id`, latestVersion: sql<number | null>`latest.version`, latestDigest: sql<string | null>`latest.digest`, latestPublishedAt: sql<unknown>`latest.published_at` })
    .from(model)
    .innerJoin(team, eq(team.id, model.teamId))
    .leftJoin(latest, sql`true`)
    .where(and(visibleTo(teams, model.teamId), ...matching(filters), page.where))
    .orderBy(page.orderBy)
    .limit(request.limit + 1);
  return rows.map(({ latestId, latestVersion, latestDigest, latestPublishedAt, ...row }) => ({
    ...row,
    latest: latestId === null || latestVersion === null || latestDigest === null ? null : { id: latestId, version: latestVersion, digest: latestDigest, publishedAt: iso(latestPublishedAt) },
  }));
}

/** What of these models runs now. */
export const runningOf = (tx: ReadTx, modelIds: readonly string[]) =>
  modelIds.length === 0
    ? Promise.resolve([])
    : tx
        .select({ modelId: modelVersion.modelId, deploymentId: deployment.id, environment: deployment.environment, endpoint: deployment.endpoint, version: modelVersion.version, modelVersionId: modelVersion.id, digest: deployment.digest, deployedAt: deployment.deployedAt })
        .from(deployment)
        .innerJoin(modelVersion, eq(modelVersion.id, deployment.modelVersionId))
        .where(and(inArray(modelVersion.modelId, [...modelIds]), isNull(deployment.endedAt)))
        .orderBy(desc(deployment.deployedAt), desc(deployment.id));

/** Open requests of these models, newest first. */
export const openRequestsOf = (tx: ReadTx, modelIds: readonly string[]) =>
  modelIds.length === 0
    ? Promise.resolve([])
    : tx
        .select({ modelId: modelVersion.modelId, id: promotion.id, environment: promotion.environment, version: modelVersion.version, requestedAt: promotion.requestedAt })
        .from(promotion)
        .innerJoin(modelVersion, eq(modelVersion.id, promotion.modelVersionId))
        .where(and(inArray(modelVersion.modelId, [...modelIds]), eq(promotion.state, 'open')))
        .orderBy(desc(promotion.requestedAt), desc(promotion.id));

/** The newest request of each version. */
export const latestPromotionsOf = (tx: ReadTx, versionIds: readonly string[]) =>
  versionIds.length === 0
    ? Promise.resolve([])
    : tx
        .selectDistinctOn([promotion.modelVersionId], { modelVersionId: promotion.modelVersionId, id: promotion.id, environment: promotion.environment, state: promotion.state })
        .from(promotion)
        .where(inArray(promotion.modelVersionId, [...versionIds]))
        .orderBy(promotion.modelVersionId, desc(promotion.requestedAt), desc(promotion.id));

export const promotionsOfVersion = (tx: ReadTx, versionId: string) =>
  tx
    .select({ id: promotion.id, environment: promotion.environment, state: promotion.state, verdict: promotion.verdict, requestedAt: promotion.requestedAt, requestedBy: person.displayName, decidedAt: promotion.decidedAt, staleReason: promotion.staleReason })
    .from(promotion)
    .innerJoin(person, eq(person.id, promotion.requestedBy))
    .where(eq(promotion.modelVersionId, versionId))
    .orderBy(desc(promotion.requestedAt), desc(promotion.id))
    .limit(100);

export const approvalsOf = (tx: ReadTx, promotionIds: readonly string[]) =>
  promotionIds.length === 0
    ? Promise.resolve([])
    : tx
        .select({ promotionId: approval.promotionId, person: person.displayName, role: approval.role, verdict: approval.verdict, comment: approval.comment, at: approval.at })
        .from(approval)
        .innerJoin(person, eq(person.id, approval.personId))
        .leftJoin(approvalRevocation, eq(approvalRevocation.approvalId, approval.id))
        .where(and(inArray(approval.promotionId, [...promotionIds]), isNull(approvalRevocation.id)))
        .orderBy(approval.at, approval.id);

export const deploymentsOfVersion = (tx: ReadTx, versionId: string) =>
  tx
    .select({ id: deployment.id, environment: deployment.environment, endpoint: deployment.endpoint, digest: deployment.digest, deployedAt: deployment.deployedAt, endedAt: deployment.endedAt, deployedBy: serviceAccount.name, promotionId: deployment.promotionId })
    .from(deployment)
    .innerJoin(serviceAccount, eq(serviceAccount.id, deployment.deployedBy))
    .where(eq(deployment.modelVersionId, versionId))
    .orderBy(desc(deployment.deployedAt), desc(deployment.id))
    .limit(100);

export async function versionCounts(tx: ReadTx, modelIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (modelIds.length === 0) return new Map();
  const rows = await tx.select({ modelId: modelVersion.modelId, count: sql<number>`max(${modelVersion.version})::int` }).from(modelVersion).where(inArray(modelVersion.modelId, [...modelIds])).groupBy(modelVersion.modelId);
  return new Map(rows.map(({ modelId, count }) => [modelId, count]));
}

/** The version of a model that runs in an environment now: of several endpoints, the one deployed last. */
export async function incumbentOf(tx: ReadTx, modelId: string, environment: Environment): Promise<{ version: number; versionId: string; digest: string } | null> {
  const [row] = await tx
    .select({ version: modelVersion.version, versionId: modelVersion.id, digest: deployment.digest })
    .from(deployment)
    .innerJoin(modelVersion, eq(modelVersion.id, deployment.modelVersionId))
    .where(and(eq(modelVersion.modelId, modelId), eq(deployment.environment, environment), isNull(deployment.endedAt)))
    .orderBy(desc(deployment.deployedAt), desc(deployment.id))
    .limit(1);
  return row ?? null;
}
