// SQL of promotion requests, their snapshots and approvals.
import { and, asc, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { keyset, visibleTo, visibleToSql } from '#lib/db/conditions.ts';
import { approval, approvalRevocation, delegation, emergency, evidenceSnapshot, promotion, promotionComment, promotionStatement } from '#lib/db/schema/approvals.ts';
import { deployment } from '#lib/db/schema/deployments.ts';
import { person, roleGrant, team } from '#lib/db/schema/identity.ts';
import { policyVersion } from '#lib/db/schema/policy.ts';
import { model, modelVersion } from '#lib/db/schema/registry.ts';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { ApproverRole, Environment } from '#lib/policy/schema.ts';
import type { PromotionState } from './schema.ts';
import type { Conflict } from './separation.ts';

export type PromotionRow = typeof promotion.$inferSelect;
export type ApprovalRow = typeof approval.$inferSelect & { readonly revoked: boolean };

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

const withRevocation = (row: { approval: typeof approval.$inferSelect; revokedAt: string | null }): ApprovalRow => ({ ...row.approval, revoked: row.revokedAt !== null });

export const approvalsOf = async (tx: ReadTx, promotionId: string): Promise<ApprovalRow[]> =>
  (await tx.select({ approval, revokedAt: approvalRevocation.at }).from(approval).leftJoin(approvalRevocation, eq(approvalRevocation.approvalId, approval.id)).where(eq(approval.promotionId, promotionId)).orderBy(asc(approval.at), asc(approval.id))).map(withRevocation);

/** Who had a hand in what the request is about: as frozen with it, and as known now. */
export async function conflictsAbout(tx: ReadTx, promotionId: string, modelVersionId: string): Promise<Conflict[]> {
  const { rows } = await tx.execute<Omit<Conflict, 'at'> & { at: unknown }>(sql`
    select c.person_id as "personId", c.rule, c.via, s.name as account, t.name as team, c.run_id as "runId", c.subject, c.at
    from (select distinct on (person_id, rule, via, account_id, team_id) * from (
            select person_id, rule, via, account_id, team_id, run_id, subject, at from promotion_conflict where promotion_id = ${promotionId}::uuid
            union all select person_id, rule, via, account_id, team_id, run_id, subject, at from model_version_conflicts(${modelVersionId}::uuid)) f
          order by person_id, rule, via, account_id, team_id, at) c
    left join service_account s on s.id = c.account_id left join team t on t.id = c.team_id order by c.at, c.rule`);
  return rows.map((row) => ({ ...row, at: new Date(row.at as string).toISOString() }));
}

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

/**
 * Open, not expired, on a team for which the reader decides, by a role of their own or one that was lent to them; not their
 * own request, not decided by them yet, and nothing they had a hand in when it was made.
 */
const needs = (decides: TeamFilter, personId: string | null) =>
  personId === null
    ? sql<boolean>`false`
    : sql<boolean>`(${promotion.state} = 'open' and ${promotion.expiresAt} > now() and ${promotion.requestedBy} <> ${personId}::uuid
        and (${visibleToSql(decides, sql`${promotion.teamId}`)} or exists (
          select 1 from delegation d join role_grant g on g.person_id = d.delegator_id and g.role = d.role and g.revoked_at is null and (g.team_id is null or g.team_id = ${promotion.teamId})
          where d.delegate_id = ${personId}::uuid and d.revoked_at is null and d.starts_at <= now() and d.ends_at > now() and (d.team_id is null or d.team_id = ${promotion.teamId})))
        and not exists (select 1 from approval a where a.promotion_id = ${promotion.id} and (a.person_id = ${personId}::uuid or a.on_behalf_of = ${personId}::uuid))
        and not exists (select 1 from promotion_conflict c where c.promotion_id = ${promotion.id} and c.person_id = ${personId}::uuid))`;

export type Viewer = { readonly decides: TeamFilter; readonly personId: string | null };

const listed = (tx: ReadTx, { decides, personId }: Viewer) =>
  tx
    .select({ promotion, modelName: model.name, version: modelVersion.version, teamName: team.name, requesterName: person.displayName, policyContent: policyVersion.content, inEmergency: sql<boolean>`exists (select 1 from emergency e where e.promotion_id = ${promotion.id})`, needsMe: needs(decides, personId) })
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
    : tx.select({ approval, personName: person.displayName, revokedAt: approvalRevocation.at, revocationReason: approvalRevocation.reason }).from(approval).innerJoin(person, eq(person.id, approval.personId)).leftJoin(approvalRevocation, eq(approvalRevocation.approvalId, approval.id)).where(inArray(approval.promotionId, [...promotionIds])).orderBy(asc(approval.at), asc(approval.id));

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

export const insertRevocation = (tx: WriteTx, row: typeof approvalRevocation.$inferInsert) => tx.insert(approvalRevocation).values(row);
export const revocationIdsOf = async (tx: ReadTx, promotionId: string) => (await tx.select({ id: approvalRevocation.id }).from(approvalRevocation).where(eq(approvalRevocation.promotionId, promotionId)).limit(100)).map(({ id }) => id);
export const insertComment = (tx: WriteTx, row: typeof promotionComment.$inferInsert) => tx.insert(promotionComment).values(row);
/** The newest comments, at most 200, oldest first. */
export const commentsOf = async (tx: ReadTx, promotionId: string) =>
  (await tx.select({ comment: promotionComment, personName: person.displayName }).from(promotionComment).innerJoin(person, eq(person.id, promotionComment.personId)).where(eq(promotionComment.promotionId, promotionId)).orderBy(desc(promotionComment.at), desc(promotionComment.id)).limit(200)).reverse();

export const insertStatement = (tx: WriteTx, row: typeof promotionStatement.$inferInsert) => tx.insert(promotionStatement).values(row);
export const statementsOf = (tx: ReadTx, promotionId: string) => tx.select().from(promotionStatement).where(eq(promotionStatement.promotionId, promotionId)).orderBy(asc(promotionStatement.at), asc(promotionStatement.id));
export const statementById = async (tx: ReadTx, teams: TeamFilter, promotionId: string, id: string) =>
  first(await tx.select({ statement: promotionStatement }).from(promotionStatement).innerJoin(promotion, eq(promotion.id, promotionStatement.promotionId)).where(and(eq(promotionStatement.id, id), eq(promotion.id, promotionId), visibleTo(teams, promotion.teamId))))?.statement ?? null;

/** Whether a person holds a role themselves: for the team, or anywhere where `teamId` is null. */
export const holdsRole = async (tx: ReadTx, personId: string, role: ApproverRole, teamId: string | null): Promise<boolean> =>
  (await tx.select({ id: roleGrant.id }).from(roleGrant).where(and(eq(roleGrant.personId, personId), eq(roleGrant.role, role), isNull(roleGrant.revokedAt), teamId === null ? undefined : sql`(${roleGrant.teamId} is null or ${roleGrant.teamId} = ${teamId}::uuid)`)).limit(1)).length > 0;

/** Whether a person holds a role for the whole organisation; it is not taken away before this transaction ends. */
export const holdsRoleEverywhere = async (tx: ReadTx, personId: string, role: ApproverRole): Promise<boolean> =>
  (await tx.select({ id: roleGrant.id }).from(roleGrant).where(and(eq(roleGrant.personId, personId), eq(roleGrant.role, role), isNull(roleGrant.revokedAt), isNull(roleGrant.teamId))).limit(1).for('share')).length > 0;

export const insertDelegation = (tx: WriteTx, row: typeof delegation.$inferInsert) => tx.insert(delegation).values(row);
export const delegationForUpdate = async (tx: ReadTx, id: string) => first(await tx.select().from(delegation).where(eq(delegation.id, id)).for('update'));
export const endDelegation = (tx: WriteTx, id: string) => tx.update(delegation).set({ revokedAt: sql`now()` }).where(and(eq(delegation.id, id), isNull(delegation.revokedAt)));
export async function delegationsOf(tx: ReadTx, personId: string) {
  const rows = await tx.select({ delegation, teamName: team.name }).from(delegation).leftJoin(team, eq(team.id, delegation.teamId)).where(sql`(${delegation.delegatorId} = ${personId}::uuid or ${delegation.delegateId} = ${personId}::uuid)`).orderBy(desc(delegation.createdAt), desc(delegation.id)).limit(100);
  const ids = [...new Set(rows.flatMap(({ delegation: row }) => [row.delegatorId, row.delegateId]))];
  const names = ids.length === 0 ? new Map<string, string>() : new Map((await tx.select({ id: person.id, name: person.displayName }).from(person).where(inArray(person.id, ids))).map(({ id, name }) => [id, name]));
  return rows.map(({ delegation: row, teamName }) => ({ delegation: row, teamName, delegatorName: names.get(row.delegatorId) ?? '', delegateName: names.get(row.delegateId) ?? '' }));
}

export type LentRoles = { readonly personId: string; readonly name: string; readonly roles: readonly ApproverRole[] };

/** Roles lent to a person for a team now, by those who hold them now. With `lock` neither role nor loan ends before this transaction does. */
export async function lentRoles(tx: ReadTx, delegateId: string, teamId: string, lock: boolean): Promise<LentRoles[]> {
  const lending = tx
    .select({ personId: delegation.delegatorId, name: person.displayName, role: delegation.role })
    .from(delegation)
    .innerJoin(person, and(eq(person.id, delegation.delegatorId), eq(person.state, 'active')))
    .innerJoin(roleGrant, and(eq(roleGrant.personId, delegation.delegatorId), eq(roleGrant.role, delegation.role), isNull(roleGrant.revokedAt), sql`(${roleGrant.teamId} is null or ${roleGrant.teamId} = ${teamId}::uuid)`))
    .where(and(eq(delegation.delegateId, delegateId), isNull(delegation.revokedAt), sql`${delegation.startsAt} <= now() and ${delegation.endsAt} > now()`, sql`(${delegation.teamId} is null or ${delegation.teamId} = ${teamId}::uuid)`))
    .orderBy(asc(delegation.createdAt), asc(delegation.id));
  const rows = lock ? await lending.for('share') : await lending;
  return [...Map.groupBy(rows, ({ personId }) => personId).entries()].map(([personId, lent]) => ({ personId, name: lent[0]?.name ?? '', roles: [...new Set(lent.map(({ role }) => role))].sort() }));
}

export type EmergencyRow = typeof emergency.$inferSelect;
export const insertEmergency = (tx: WriteTx, row: typeof emergency.$inferInsert) => tx.insert(emergency).values(row);
export const emergencyOf = async (tx: ReadTx, promotionId: string): Promise<EmergencyRow | null> => first(await tx.select().from(emergency).where(eq(emergency.promotionId, promotionId)));
export const emergencyForUpdate = async (tx: ReadTx, id: string) => first(await tx.select({ emergency, promotion }).from(emergency).innerJoin(promotion, eq(promotion.id, emergency.promotionId)).where(eq(emergency.id, id)).for('update'));
export const reviewEmergency = (tx: WriteTx, id: string, change: { reviewedBy: string; reviewedAt: string; reviewVerdict: 'justified' | 'not_justified'; reviewComment: string }) => tx.update(emergency).set(change).where(eq(emergency.id, id));

/** Emergencies that are not reviewed yet, the earliest deadline first; at most 100. */
export const emergenciesToReview = (tx: ReadTx, teams: TeamFilter, modelName: string | null) =>
  tx
    .select({ emergency, promotion, modelName: model.name, version: modelVersion.version, teamName: team.name, declaredByName: person.displayName })
    .from(emergency)
    .innerJoin(promotion, eq(promotion.id, emergency.promotionId))
    .innerJoin(modelVersion, eq(modelVersion.id, promotion.modelVersionId))
    .innerJoin(model, eq(model.id, modelVersion.modelId))
    .innerJoin(team, eq(team.id, promotion.teamId))
    .innerJoin(person, eq(person.id, emergency.declaredBy))
    .where(and(isNull(emergency.reviewedAt), visibleTo(teams, emergency.teamId), modelName === null ? undefined : eq(model.name, modelName)))
    .orderBy(asc(emergency.reviewDueAt), asc(emergency.id))
    .limit(100);

/** Open and approved requests of a model version for an environment; locked, oldest first. */
export const livingOf = (tx: WriteTx, modelVersionId: string, environment: Environment, limit: number): Promise<PromotionRow[]> =>
  tx
    .select()
    .from(promotion)
    .where(and(eq(promotion.modelVersionId, modelVersionId), eq(promotion.environment, environment), inArray(promotion.state, ['open', 'approved'])))
    .orderBy(asc(promotion.id))
    .limit(limit)
    .for('update');

/** Open and approved requests into an environment after one of them, by id; locked. */
export const livingInto = (tx: WriteTx, environment: Environment, after: string | null, limit: number): Promise<PromotionRow[]> =>
  tx
    .select()
    .from(promotion)
    .where(and(eq(promotion.environment, environment), inArray(promotion.state, ['open', 'approved']), after === null ? undefined : sql`${promotion.id} > ${after}::uuid`))
    .orderBy(promotion.id)
    .limit(limit)
    .for('update');

/** The open or approved request that comes next in order of id. */
export const nextLiving = async (tx: WriteTx, after: string | null): Promise<PromotionRow | null> =>
  (await tx.select().from(promotion).where(and(inArray(promotion.state, ['open', 'approved']), after === null ? undefined : sql`${promotion.id} > ${after}::uuid`)).orderBy(asc(promotion.id)).limit(1).for('update'))[0] ?? null;

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
