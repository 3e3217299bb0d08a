// SQL of deployments and of recorded answers.
import { and, desc, eq, getTableColumns, inArray, isNull, sql } from 'drizzle-orm';
import { prepared, type ReadTx, type WriteTx } from '#lib/db/client.ts';
import { keyset, visibleTo, visibleToSql } from '#lib/db/conditions.ts';
import { deployDecision, deployDecisionRepeat, deployment } from '#lib/db/schema/deployments.ts';
import { serviceAccount, team } from '#lib/db/schema/identity.ts';
import { assetVersion } from '#lib/db/schema/lineage.ts';
import { model, modelVersion } from '#lib/db/schema/registry.ts';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { Environment } from '#lib/policy/schema.ts';

export type DeploymentRow = typeof deployment.$inferSelect;
const first = <Row>(rows: readonly Row[]): Row | null => rows[0] ?? null;

/** What runs on an endpoint is replaced by one deployment after the other. */
export const lockEndpoint = (tx: WriteTx, environment: Environment, endpoint: string) => tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`endpoint ${environment} ${endpoint}`}, 4704))`);

export const runningOn = async (tx: ReadTx, environment: Environment, endpoint: string): Promise<DeploymentRow | null> =>
  first(await tx.select().from(deployment).where(and(eq(deployment.environment, environment), eq(deployment.endpoint, endpoint), isNull(deployment.endedAt))).for('update'));

/** Keeps an artifact's state as it is until the transaction ends, so that a quarantine comes before or after, never between. */
export async function lockArtifact(tx: WriteTx, digest: string): Promise<'usable' | 'quarantined' | null> {
  const [row] = await tx.select({ state: assetVersion.state }).from(assetVersion).where(eq(assetVersion.digest, digest)).for('share');
  return row?.state ?? null;
}

export const endDeployment = (tx: WriteTx, id: string, at: string) => tx.update(deployment).set({ endedAt: at }).where(eq(deployment.id, id));
export const insertDeployment = (tx: WriteTx, row: typeof deployment.$inferInsert) => tx.insert(deployment).values(row);
export const insertDecision = (tx: WriteTx, row: typeof deployDecision.$inferInsert) => tx.insert(deployDecision).values(row);

export const insertRepeats = (tx: WriteTx, rows: readonly (typeof deployDecisionRepeat.$inferInsert)[]) => tx.insert(deployDecisionRepeat).values([...rows]);

/** The team whose deployment runs on an endpoint; null: none does. */
export const teamAt = async (tx: ReadTx, environment: Environment, endpoint: string): Promise<string | null> =>
  first(await tx.select({ teamId: deployment.teamId }).from(deployment).where(and(eq(deployment.environment, environment), eq(deployment.endpoint, endpoint), isNull(deployment.endedAt))))?.teamId ?? null;

export type DeployingAccount = { readonly id: string; readonly name: string; readonly role: string; readonly teamId: string; readonly active: boolean; readonly responsiblePersonId: string };

/** A service account by id or name, of a team that the asker may see. */
export async function deployingAccount(tx: ReadTx, identity: string, teams: TeamFilter): Promise<DeployingAccount | null> {
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(identity);
  const row = first(await tx.select().from(serviceAccount).where(and(isId ? eq(serviceAccount.id, identity) : eq(serviceAccount.name, identity), visibleTo(teams, serviceAccount.teamId))).limit(1));
  return row ? { id: row.id, name: row.name, role: row.role, teamId: row.teamId, active: row.state === 'active', responsiblePersonId: row.responsiblePersonId } : null;
}

/** Whether a model version with this digest is registered that the asker may see. */
export async function isRegistered(tx: ReadTx, digest: string, teams: TeamFilter): Promise<boolean> {
  const rows = await prepared<{ team_id: string }>(tx, 'deployments_teams_of_digest', 'select distinct team_id from model_version where digest = $1', [digest]);
  return rows.some(({ team_id }) => teams === 'all' || teams.includes(team_id));
}

const lookedAtText = `
  select array(select distinct digest from asset_version where id = any($1::uuid[]) and digest is not null) as digests,
         exists (select 1 from asset_version where id = any($1::uuid[]) and digest is null) as unnamed,
         array(select distinct e.run_id from asset_version v join evidence_subject s on s.digest = v.digest join evidence e on e.id = s.evidence_id where v.id = any($1::uuid[]) and e.run_id is not null) as "runIds",
         array(select distinct s.asset_id || ' ' || s.label from asset_sighting s where s.asset_version_id = any($1::uuid[]) and s.label <> ''
               union select n.same_id || ' ' || s.label from (select asset_id, label from asset_sighting where asset_version_id = any($1::uuid[]) and label <> '' and exists (select 1 from asset_symlink) offset 0) s cross join lateral asset_names(array[s.asset_id]) n) as labels`;

export type LookedAt = { readonly digests: string[]; readonly unnamed: boolean; readonly runIds: string[]; /** Each as `<asset id> <label>`, under all names. */ readonly labels: string[] };

/** Digests of these versions, whether one has none, the runs that evidence about them names, and the labels under which they were seen: whatever is seen under one later may be the same. */
export async function lookedAt(tx: ReadTx, versionIds: readonly string[]): Promise<LookedAt> {
  const [row] = await prepared<LookedAt>(tx, 'deployments_looked_at', lookedAtText, [[...versionIds]]);
  return row ?? { digests: [], unnamed: false, runIds: [], labels: [] };
}

const momentsText = `
  select min(moment) as moment from (
    select expires_at as moment from promotion where id = any($1::uuid[])
    union all select expires_at from emergency where promotion_id = any($1::uuid[])
    union all select expires_at from policy_exception where model_version_id = any($2::uuid[]) and state = 'active'
  ) as m where moment > now()`;

/**
 * The next moment at which an answer could change although nothing is written: the end of a promotion, an emergency or an exception.
 * (Whether a key was valid goes by when its evidence was received, so its end changes nothing that was received before.) A source of
 * facts that begin or end by themselves, say a window for changes, adds its moments here; what is forgotten counts after the answer's greatest age.
 */
export async function nextMoment(tx: ReadTx, promotionIds: readonly string[], modelVersionIds: readonly string[]): Promise<number | null> {
  const [row] = await prepared<{ moment: Date | null }>(tx, 'deployments_next_moment', momentsText, [[...promotionIds], [...modelVersionIds]]);
  return row?.moment ? new Date(row.moment).getTime() : null;
}

const columns = {
  id: deployment.id,
  teamId: deployment.teamId,
  teamName: team.name,
  modelName: model.name,
  version: modelVersion.version,
  modelVersionId: deployment.modelVersionId,
  digest: deployment.digest,
  environment: deployment.environment,
  endpoint: deployment.endpoint,
  promotionId: deployment.promotionId,
  deployedBy: deployment.deployedBy,
  deployerName: serviceAccount.name,
  deployedAt: deployment.deployedAt,
  endedAt: deployment.endedAt,
  servingSince: deployment.servingSince,
  quarantined: sql<boolean>`${assetVersion.state} = 'quarantined'`,
};

const base = (tx: ReadTx) =>
  tx
    .select(columns)
    .from(deployment)
    .innerJoin(modelVersion, eq(modelVersion.id, deployment.modelVersionId))
    .innerJoin(model, eq(model.id, modelVersion.modelId))
    .innerJoin(team, eq(team.id, deployment.teamId))
    .innerJoin(serviceAccount, eq(serviceAccount.id, deployment.deployedBy))
    .innerJoin(assetVersion, eq(assetVersion.id, modelVersion.assetVersionId));

export type ListedDeployment = Awaited<ReturnType<typeof base>>[number];

export type DeploymentFilters = {
  readonly environments?: readonly Environment[] | undefined;
  readonly model?: string | undefined;
  readonly text?: string | undefined;
  readonly current?: boolean | undefined;
  /** What ran at this moment. */
  readonly at?: string | undefined;
  /** What ran at any time of this day in UTC, YYYY-MM-DD. */
  readonly day?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

const escaped = (text: string) => text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);

export function deploymentPage(tx: ReadTx, teams: TeamFilter, filters: DeploymentFilters, request: PageRequest): Promise<ListedDeployment[]> {
  const page = keyset(deployment.deployedAt, deployment.id, request.sort.startsWith('-'), request);
  const { environments, model: name, text, current, at, day, from, to } = filters;
  return base(tx)
    .where(
      and(
        visibleTo(teams, deployment.teamId),
        environments?.length ? inArray(deployment.environment, [...environments]) : undefined,
        name === undefined ? undefined : eq(model.name, name),
        text ? sql`(${model.name} ilike ${`%${escaped(text)}%`} or ${deployment.endpoint} ilike ${`%${escaped(text)}%`} or ${deployment.digest} like ${`${escaped(text.startsWith('sha256:') ? text : `sha256:${text}`)}%`})` : undefined,
        current === true ? isNull(deployment.endedAt) : undefined,
        at === undefined ? undefined : sql`${deployment.deployedAt} <= ${at}::timestamptz and (${deployment.endedAt} is null or ${deployment.endedAt} > ${at}::timestamptz)`,
        day === undefined ? undefined : sql`${deployment.deployedAt} < (${day}::date + 1)::timestamp at time zone 'UTC' and (${deployment.endedAt} is null or ${deployment.endedAt} >= ${day}::date::timestamp at time zone 'UTC')`,
        from === undefined ? undefined : sql`${deployment.deployedAt} >= ${from}::timestamptz`,
        to === undefined ? undefined : sql`${deployment.deployedAt} < ${to}::timestamptz`,
        page.where,
      ),
    )
    .orderBy(page.orderBy)
    .limit(request.limit + 1);
}

/** Everything that runs now, by environment; bounded, since endpoints are few. */
export const currentDeployments = (tx: ReadTx, teams: TeamFilter): Promise<ListedDeployment[]> => base(tx).where(and(visibleTo(teams, deployment.teamId), isNull(deployment.endedAt))).orderBy(desc(deployment.deployedAt), desc(deployment.id)).limit(500);

export type DecisionFilters = { readonly environments?: readonly string[] | undefined; readonly allowed?: boolean | undefined; readonly digest?: string | undefined };

/** Recorded answers about digests that the reader may know, and the reader's own. */
export function decisionPage(tx: ReadTx, teams: TeamFilter, actorId: string | null, filters: DecisionFilters, request: PageRequest) {
  const page = keyset(deployDecision.at, deployDecision.id, request.sort.startsWith('-'), request);
  const visible = teams === 'all' ? undefined : sql`(${deployDecision.actorId} = ${actorId}::uuid or exists (select 1 from model_version v where v.digest = ${deployDecision.digest} and ${visibleToSql(teams, sql`v.team_id`)}))`;
  return tx
    .select({ ...getTableColumns(deployDecision), repeated: sql<number>`(select coalesce(sum(r.count), 0)::int from deploy_decision_repeat r where r.decision_id = deploy_decision.id and not r.other_digests)`, lastGivenAt: sql<string | null>`(select max(r.last_at) from deploy_decision_repeat r where r.decision_id = deploy_decision.id and not r.other_digests)` })
    .from(deployDecision)
    .where(
      and(
        visible,
        filters.environments?.length ? inArray(deployDecision.environment, [...filters.environments]) : undefined,
        filters.allowed === undefined ? undefined : eq(deployDecision.allowed, filters.allowed),
        filters.digest === undefined ? undefined : eq(deployDecision.digest, filters.digest),
        page.where,
      ),
    )
    .orderBy(page.orderBy)
    .limit(request.limit + 1);
}

/** Names of registered versions by digest, where the reader may see them. */
export async function namesOfDigests(tx: ReadTx, teams: TeamFilter, digests: readonly string[]): Promise<ReadonlyMap<string, { name: string; version: number }>> {
  if (digests.length === 0) return new Map();
  const rows = await tx
    .select({ digest: modelVersion.digest, name: model.name, version: modelVersion.version })
    .from(modelVersion)
    .innerJoin(model, eq(model.id, modelVersion.modelId))
    .where(and(inArray(modelVersion.digest, [...digests]), visibleTo(teams, modelVersion.teamId)))
    .orderBy(desc(modelVersion.publishedAt));
  return new Map(rows.map(({ digest, name, version }) => [digest, { name, version }]));
}
