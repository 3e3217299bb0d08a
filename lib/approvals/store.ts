// SQL of promotion requests, their snapshots and approvals.
import { and, asc, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { keyset, visibleTo, visibleToSql } from '#lib/db/conditions.ts';
import { approval, evidenceSnapshot, promotion } from '#lib/db/schema/approvals.ts';
import { deployment } from '#lib/db/schema/deployments.ts';
import { person, roleGrant, team } from '#lib/db/schema/identity.ts';
import { policyVersion } from '#lib/db/schema/policy.ts';
import { model, modelVersion } from '#lib/db/schema/registry.ts';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { ApproverRole, Environment } from '#lib/policy/schema.ts';
import type { PromotionState } from './schema.ts';

export type PromotionRow = typeof promotion.$inferSelect;
export type ApprovalRow = typeof approval.$inferSelect;

const first = <Row>(rows: readonly Row[]): Row | null => rows[0] ?? null;

/** Requests for one version and environment are made one after the other. */
export const lockRequest = (tx: WriteTx, modelVersionId: string, environment: Environment) => tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`promotion ${modelVersionId} ${environment}`}, 4703))`);

export const promotionForUpdate = async (tx: ReadTx, id: string): Promise<PromotionRow | null> => first(await tx.select().from(promotion).where(eq(promotion.id, id)).for('update'));

export const openPromotionForUpdate = async (tx: ReadTx, modelVersionId: string, environment: Environment): Promise<PromotionRow | null> =>
  first(await tx.select().from(promotion).where(and(eq(promotion.modelVersionId, modelVersionId), eq(promotion.environment, environment), eq(promotion.state, 'open'))).for('update'));

export const insertSnapshot = (tx: WriteTx, row: typeof evidenceSnapshot.$inferInsert) => tx.insert(evidenceSnapshot).values(row);
export const insertPromotion = (tx: WriteTx, row: typeof promotion.$inferInsert) => tx.insert(promotion).values(row);
export const insertApproval = (tx: WriteTx, row: typeof approval.$inferInsert) => tx.insert(approval).values(row);

export const movePromotion = (tx: WriteTx, id: string, change: { state: PromotionState; staleReason?: string; decidedAt?: string }) => tx.update(promotion).set(change).where(eq(promotion.id, id));

export const snapshotContent = async (tx: ReadTx, id: string): Promise<string | null> => first(await tx.select({ content: evidenceSnapshot.content }).from(evidenceSnapshot).where(eq(evidenceSnapshot.id, id)))?.content ?? null;

export const approvalsOf = (tx: ReadTx, promotionId: string): Promise<ApprovalRow[]> => tx.select().from(approval).where(eq(approval.promotionId, promotionId)).orderBy(asc(approval.at), asc(approval.id));

/** Roles by which a person may decide for a team now. The grants cannot be revoked before this transaction ends when `lock` is set. */
export async function decidingRoles(tx: ReadTx, personId: string, teamId: string, lock: boolean): Promise<ApproverRole[]> {
  const query = tx
    .select({ role: roleGrant.role })
    .from(roleGrant)
    .where(and(eq(roleGrant.personId, personId), isNull(roleGrant.revokedAt), inArray(roleGrant.role, ['reviewer', 'security']), sql`(${roleGrant.teamId} is null or ${roleGrant.teamId} = ${teamId}::uuid)`));
  const rows = lock ? await query.for('share') : await query;
  return [...new Set(rows.flatMap(({ role }) => (role === 'reviewer' || role === 'security' ? [role] : [])))].sort();
}

/** Promotions of exactly this artifact into an environment that could let it run: newest first, locked. */
export const usablePromotions = (tx: ReadTx, digest: string, environment: Environment, teams: TeamFilter, lock: boolean): Promise<PromotionRow[]> => {
  const query = tx
    .select()
    .from(promotion)
    .where(and(eq(promotion.artifactDigest, digest), eq(promotion.environment, environment), inArray(promotion.state, ['approved', 'deployed']), visibleTo(teams, promotion.teamId)))
    .orderBy(desc(promotion.requestedAt), desc(promotion.id))
    .limit(20);
  return lock ? query.for('update') : query;
};

/** The newest request of exactly this artifact into an environment, whatever its state. */
export const latestPromotion = async (tx: ReadTx, digest: string, environment: Environment, teams: TeamFilter): Promise<PromotionRow | null> =>
  first(await tx.select().from(promotion).where(and(eq(promotion.artifactDigest, digest), eq(promotion.environment, environment), visibleTo(teams, promotion.teamId))).orderBy(desc(promotion.requestedAt), desc(promotion.id)).limit(1));

export type PromotionFilters = {
  readonly states?: readonly PromotionState[] | undefined;
  readonly environments?: readonly Environment[] | undefined;
  readonly teamIds?: readonly string[] | undefined;
  readonly verdicts?: readonly ('passed' | 'blocked')[] | undefined;
  readonly modelVersionId?: string | undefined;
  readonly text?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

const escaped = (text: string) => text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);

/** Open, not expired, on a team for which the reader decides, not their own request, and not decided by them yet. */
const needs = (decides: TeamFilter, personId: string | null) =>
  personId === null
    ? sql<boolean>`false`
    : sql<boolean>`(${promotion.state} = 'open' and ${promotion.expiresAt} > now() and ${visibleToSql(decides, sql`${promotion.teamId}`)} and ${promotion.requestedBy} <> ${personId}::uuid
        and not exists (select 1 from approval a where a.promotion_id = ${promotion.id} and a.person_id = ${personId}::uuid))`;

export type Viewer = { readonly decides: TeamFilter; readonly personId: string | null };

const listed = (tx: ReadTx, { decides, personId }: Viewer) =>
  tx
    .select({ promotion, modelName: model.name, version: modelVersion.version, teamName: team.name, requesterName: person.displayName, policyContent: policyVersion.content, needsMe: needs(decides, personId) })
    .from(promotion)
    .innerJoin(modelVersion, eq(modelVersion.id, promotion.modelVersionId))
    .innerJoin(model, eq(model.id, modelVersion.modelId))
    .innerJoin(team, eq(team.id, promotion.teamId))
    .innerJoin(person, eq(person.id, promotion.requestedBy))
    .innerJoin(policyVersion, eq(policyVersion.id, promotion.policyVersionId));

export type ListedPromotion = Awaited<ReturnType<typeof listed>>[number];

export function promotionPage(tx: ReadTx, teams: TeamFilter, viewer: Viewer, filters: PromotionFilters & { needsMe: boolean }, request: PageRequest): Promise<ListedPromotion[]> {
  const page = keyset(promotion.requestedAt, promotion.id, request.sort.startsWith('-'), request);
  return listed(tx, viewer)
    .where(
      and(
        visibleTo(teams, promotion.teamId),
        filters.states?.length ? inArray(promotion.state, [...filters.states]) : undefined,
        filters.environments?.length ? inArray(promotion.environment, [...filters.environments]) : undefined,
        filters.teamIds?.length ? inArray(promotion.teamId, [...filters.teamIds]) : undefined,
        filters.verdicts?.length ? inArray(promotion.verdict, [...filters.verdicts]) : undefined,
        filters.modelVersionId === undefined ? undefined : eq(promotion.modelVersionId, filters.modelVersionId),
        filters.text ? sql`${model.name} ilike ${`%${escaped(filters.text)}%`}` : undefined,
        filters.from === undefined ? undefined : sql`${promotion.requestedAt} >= ${filters.from}::timestamptz`,
        filters.to === undefined ? undefined : sql`${promotion.requestedAt} < ${filters.to}::timestamptz`,
        filters.needsMe ? needs(viewer.decides, viewer.personId) : undefined,
        page.where,
      ),
    )
    .orderBy(page.orderBy)
    .limit(request.limit + 1);
}

export const listedPromotion = async (tx: ReadTx, teams: TeamFilter, viewer: Viewer, id: string): Promise<ListedPromotion | null> => first(await listed(tx, viewer).where(and(eq(promotion.id, id), visibleTo(teams, promotion.teamId))));

export const approvalsWithNames = (tx: ReadTx, promotionIds: readonly string[]) =>
  promotionIds.length === 0
    ? Promise.resolve([])
    : tx.select({ approval, personName: person.displayName }).from(approval).innerJoin(person, eq(person.id, approval.personId)).where(inArray(approval.promotionId, [...promotionIds])).orderBy(asc(approval.at), asc(approval.id));

export const deploymentsUnder = (tx: ReadTx, promotionId: string) =>
  tx.select({ id: deployment.id, endpoint: deployment.endpoint, deployedAt: deployment.deployedAt, endedAt: deployment.endedAt }).from(deployment).where(eq(deployment.promotionId, promotionId)).orderBy(desc(deployment.deployedAt), desc(deployment.id)).limit(50);

/** Open and approved requests of an environment that another policy was applied to than the one that decides about them now (the narrowest, by `findDecidingPolicy`); locked, oldest first. */
export const livingUnderOtherPolicy = (tx: WriteTx, environment: Environment, limit: number): Promise<PromotionRow[]> =>
  tx
    .select()
    .from(promotion)
    .where(
      and(
        eq(promotion.environment, environment),
        inArray(promotion.state, ['open', 'approved']),
        sql`${promotion.policyDigest} <> (
          select v.digest from policy_version v join model_version mv on mv.id = ${promotion.modelVersionId}
           where v.environment = ${promotion.environment} and v.state = 'active' and (v.team_id is null or (v.team_id = mv.team_id and (v.model_id is null or v.model_id = mv.model_id)))
           order by v.model_id is null, v.team_id is null limit 1)`,
      ),
    )
    .orderBy(asc(promotion.id))
    .limit(limit)
    .for('update');

/** Open and approved requests of a model version for an environment; locked, oldest first. */
export const livingOf = (tx: WriteTx, modelVersionId: string, environment: Environment, limit: number): Promise<PromotionRow[]> =>
  tx
    .select()
    .from(promotion)
    .where(and(eq(promotion.modelVersionId, modelVersionId), eq(promotion.environment, environment), inArray(promotion.state, ['open', 'approved'])))
    .orderBy(asc(promotion.id))
    .limit(limit)
    .for('update');

/** The newest requests of an environment with their frozen documents, a part at a time. */
export const recentSnapshots = (tx: ReadTx, teams: TeamFilter, environment: Environment, limit: number, offset: number) =>
  tx
    .select({ promotion, content: evidenceSnapshot.content, modelName: model.name, version: modelVersion.version, teamName: team.name })
    .from(promotion)
    .innerJoin(evidenceSnapshot, eq(evidenceSnapshot.id, promotion.snapshotId))
    .innerJoin(modelVersion, eq(modelVersion.id, promotion.modelVersionId))
    .innerJoin(model, eq(model.id, modelVersion.modelId))
    .innerJoin(team, eq(team.id, promotion.teamId))
    .where(and(eq(promotion.environment, environment), visibleTo(teams, promotion.teamId)))
    .orderBy(desc(promotion.requestedAt), desc(promotion.id))
    .limit(limit)
    .offset(offset);
