// The SQL of the blast radius: the walk, in batches into scratch tables, and what is told of everything that it reached.
import { sql, type SQL } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';
import { visibleToSql } from '#lib/db/conditions.ts';
import { someLabels } from '#lib/db/labels.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import { edgesBeyond, exactEdge } from '#lib/lineage/index.ts';
import type { ImpactDirection, ImpactItem, ImpactView, LabelCounts } from './schema.ts';

const iso = (value: unknown): string => new Date(value as string).toISOString();

/** How long the walk goes on before it tells how far it is. */
const stretchMilliseconds = 400;
/** One batch may take this much longer than it was given before it is ended and undone. */
const patienceMilliseconds = 2_000;

/**
 * A radius of up to so many nodes is walked by one recursive statement, whose steps cost less than those of the walk in batches. Upstream lie long chains of
 * few nodes a step, downstream crowds, which the walk in batches reads faster; for one that is larger, the statement was for nothing.
 */
const smallRadius = (direction: ImpactDirection, milliseconds: number): number => (direction === 'upstream' && milliseconds > 10_000 ? 100_000 : 20_000);

/** Reaches everything along recorded edges by one statement where that is not more than `most`; else reaches nothing and answers null. `labels`: something is known by a label alone, so this may not be all. */
async function walkSmall(tx: ReadTx, versionId: string, beyond: ReturnType<typeof edgesBeyond>, most: number): Promise<{ readonly reached: number | null; readonly labels: boolean }> {
  const planner = (on: 'on' | 'off') => tx.execute(sql`select set_config('enable_hashjoin', ${on}, true), set_config('enable_mergejoin', ${on}, true), set_config('enable_seqscan', ${on}, true), set_config('jit', 'off', true)`);
  await planner('off');
  const { rows } = await tx.execute<{ reached: number | null; labels: boolean }>(sql`
    with recursive reached (is_run, id, asset_id) as (
      select false, ${versionId}::uuid, null::uuid
      union
      select n.is_run, n.id, n.asset_id from reached f cross join lateral (
        select true, e.run_id, null::uuid from run_asset e where not f.is_run and e.asset_version_id = f.id and e.direction = any(${sql.param(beyond.version)}::text[]) and ${exactEdge(sql`e`)}
        union all
        select false, e.asset_version_id, e.asset_id from run_asset e where f.is_run and e.run_id = f.id and e.direction = any(${sql.param(beyond.run)}::text[]) and ${exactEdge(sql`e`)}
        union all
        select false, same.id, same.asset_id from asset_version labelled cross join lateral same_asset_versions(labelled.id) same where not f.is_run and labelled.id = f.id and labelled.digest is null
      ) as n (is_run, id, asset_id)
    ), taken as materialized (select * from reached limit ${most + 1}), fits as materialized (select count(*) <= ${most} as yes from taken),
    versions as (insert into reached_version (id, asset_id) select id, asset_id from taken where not is_run and (select yes from fits) on conflict do nothing returning id),
    runs as (insert into reached_run (id) select id from taken where is_run and (select yes from fits) on conflict do nothing returning id)
    select case when (select yes from fits) then (select count(*) from versions) + (select count(*) from runs) - 1 end::int as reached, ${sql.raw(someLabels)} as labels`);
  await planner('on');
  return rows[0] ?? { reached: null, labels: true };
}

export type Walked = { readonly complete: boolean; readonly reached: number };

/**
 * Reaches everything downstream or upstream of a version, over all teams, into the transaction's scratch tables: first along recorded edges, then through labels.
 * Memory here is constant; in PostgreSQL it is the tables' own. `told` hears now and then how many nodes were reached.
 * @param until when to give up, in the milliseconds of `performance.now()`: then `complete` is false, and what was reached stays.
 */
export async function walk(tx: ReadTx, versionId: string, direction: ImpactDirection, until: number, told: (reached: number) => void): Promise<Walked> {
  const beyond = edgesBeyond(direction);
  // Of each kind the number up to which edges were walked, and then labels; those of the start are looked at in any case.
  let done = { versions: '0', runs: '0', labelled: '-1', readers: '0', how: 0 };
  let reached = 0;
  const given = until - performance.now();
  const small = given > patienceMilliseconds ? await walkSmall(tx, versionId, beyond, smallRadius(direction, given)) : { reached: null, labels: true };
  if (small.reached === null) await tx.execute(sql`insert into reached_version (id) values (${versionId}::uuid)`);
  else {
    ({ reached } = small);
    if (!small.labels) return { complete: true, reached };
    done = { ...done, versions: everything, runs: everything };
  }
  for (;;) {
    const left = Math.floor(until - performance.now());
    if (left <= 0) return { complete: false, reached };
    const row = await inTime(tx, left + patienceMilliseconds, sql`select versions_done as versions, runs_done as runs, labels_version as labelled, labels_run as readers, how, complete, reached
      from pg_temp.walk_further(${sql.param(beyond.version)}::text[], ${sql.param(beyond.run)}::text[], ${done.versions}::bigint, ${done.runs}::bigint, ${done.labelled}::bigint, ${done.readers}::bigint, ${done.how}::int, ${reached}::bigint, ${Math.min(left, stretchMilliseconds)}::int)`);
    if (row === null) return { complete: false, reached };
    reached = Number(row.reached);
    done = row;
    if (row.complete) return { complete: true, reached };
    told(reached);
  }
}

/** More than any number of a node. */
const everything = '9000000000000000000';

type Stretch = { versions: string; runs: string; labelled: string; readers: string; how: number; complete: boolean; reached: string };

/** Executes within so many milliseconds; null where that was not enough, and then the statement has done nothing. */
async function inTime(tx: ReadTx, milliseconds: number, statement: SQL): Promise<Stretch | null> {
  await tx.execute(sql`savepoint stretch`);
  await tx.execute(sql`select set_config('statement_timeout', ${String(milliseconds)}, true)`);
  try {
    const { rows } = await tx.execute<Stretch>(statement);
    await tx.execute(sql`release savepoint stretch`);
    return rows[0] ?? null;
  } catch (error) {
    if (!cancelled(error)) throw error;
    await tx.execute(sql`rollback to savepoint stretch`);
    return null;
  }
}

function cancelled(error: unknown): boolean {
  return error instanceof Error && (('code' in error && error.code === '57014') || cancelled(error.cause));
}

/** For what is asked of the reached nodes: the planner is told how many there are, and the time is set. */
export async function prepareAnswers(tx: ReadTx, milliseconds: number): Promise<void> {
  await tx.execute(sql`select set_config('statement_timeout', ${String(milliseconds)}, true)`);
  await tx.execute(sql`analyze reached_version, reached_run`);
}

/** May the reader see this reached version: by a run of the reader's teams that used it, or by the owner of a name. */
const seen = (teams: TeamFilter, version: SQL) =>
  teams === 'all' ? sql`true` : sql`(exists (select 1 from run_asset ve where ve.asset_version_id = ${version} and ${visibleToSql(teams, sql`ve.team_id`)})
    or exists (select 1 from asset_sighting vs join asset va on va.id = vs.asset_id where vs.asset_version_id = ${version} and ${visibleToSql(teams, sql`va.team_id`)}))`;

/** May the reader see this reached run. */
const seenRun = (teams: TeamFilter, run: SQL) => (teams === 'all' ? sql`true` : sql`exists (select 1 from run vr where vr.id = ${run} and ${visibleToSql(teams, sql`vr.team_id`)})`);

const others = (start: string) => sql`v.id <> ${start}::uuid`;
/** The registered versions among what was reached: downstream the version itself too, since what harms it harms what it is registered as. */
const modelVersions = (start: string, direction: ImpactDirection) => sql`reached_version v join model_version mv on mv.asset_version_id = v.id and ${direction === 'downstream' ? sql`true` : others(start)}`;
/** Where data came in: a version that no run produced. */
const unproduced = sql`not exists (select 1 from run_asset pe where pe.asset_version_id = v.id and pe.direction = 'output')`;
const withoutInputs = sql`not exists (select 1 from run_asset ie where ie.run_id = r.id and ie.direction = 'input')`;

type Grouped = { what: string; name: string | null; visible: string; hidden: string };

/** The ways in which something was reached, by the number that the walk notes. */
const wayOf = (how: SQL) => sql`(array['edges', 'label', 'ambiguous_label'])[${how} + 1]`;

/** What only labels led to, of each kind. Asked only where a label led anywhere. */
async function countByLabel(tx: ReadTx, teams: TeamFilter, start: string, direction: ImpactDirection): Promise<ImpactView['counts']['byLabel']> {
  const any = await tx.execute<{ yes: boolean }>(sql`select exists (select 1 from reached_version where how > 0) as yes`);
  if (any.rows[0]?.yes !== true) return [];
  const models = modelVersions(start, direction);
  const { rows } = await tx.execute<{ what: keyof Omit<LabelCounts, 'reachedBy'>; how: number; count: string }>(sql`
    select 'runs' as what, r.how, count(*) from reached_run r where r.how > 0 and ${seenRun(teams, sql`r.id`)} group by r.how
    union all select 'versions', v.how, count(*) from reached_version v where v.how > 0 and ${others(start)} and ${seen(teams, sql`v.id`)} group by v.how
    union all select 'modelVersions', v.how, count(*) from ${models} where v.how > 0 and ${visibleToSql(teams, sql`mv.team_id`)} group by v.how
    union all select 'deployments', v.how, count(*) from ${models} join deployment d on d.model_version_id = mv.id where v.how > 0 and d.ended_at is null and ${visibleToSql(teams, sql`d.team_id`)} group by v.how
    union all select 'openPromotions', v.how, count(*) from ${models} join promotion p on p.model_version_id = mv.id where v.how > 0 and p.state = 'open' and ${visibleToSql(teams, sql`p.team_id`)} group by v.how`);
  const count = (what: string, how: number) => Number(rows.find((row) => row.what === what && row.how === how)?.count ?? 0);
  return ([1, 2] as const).filter((how) => rows.some((row) => row.how === how)).map((how) => ({ reachedBy: how === 1 ? 'label' : 'ambiguous_label', runs: count('runs', how), versions: count('versions', how), modelVersions: count('modelVersions', how), deployments: count('deployments', how), openPromotions: count('openPromotions', how) }));
}

/** Everything counted, in one statement. */
export async function countReached(tx: ReadTx, teams: TeamFilter, start: string, direction: ImpactDirection): Promise<ImpactView['counts']> {
  const ingestion = direction === 'upstream';
  const models = modelVersions(start, direction);
  const split = (visible: SQL) => sql`count(*) filter (where ${visible}) as visible, count(*) filter (where not (${visible})) as hidden`;
  const { rows } = await tx.execute<Grouped>(sql`
    select 'runs' as what, null as name, ${split(seenRun(teams, sql`r.id`))} from reached_run r
    union all
    select 'versions', a.kind, sum(visible)::bigint, sum(hidden)::bigint from (select v.asset_id, ${split(seen(teams, sql`v.id`))} from reached_version v where ${others(start)} group by v.asset_id) as g left join asset a on a.id = g.asset_id group by a.kind
    union all
    select 'models', null, ${split(visibleToSql(teams, sql`mv.team_id`))} from ${models}
    union all
    select case when d.ended_at is null then 'deployments' else 'ended' end, d.environment, ${split(visibleToSql(teams, sql`d.team_id`))} from ${models} join deployment d on d.model_version_id = mv.id group by 1, 2
    union all
    select 'promotions', p.environment, ${split(visibleToSql(teams, sql`p.team_id`))} from ${models} join promotion p on p.model_version_id = mv.id where p.state = 'open' group by 2
    ${ingestion ? sql`
    union all
    select 'ingestionVersions', null, ${split(seen(teams, sql`v.id`))} from reached_version v where ${unproduced}
    union all
    select 'ingestionRuns', null, ${split(seenRun(teams, sql`r.id`))} from reached_run r where ${withoutInputs}` : sql``}`);
  const of = (what: string) => rows.filter((row) => row.what === what);
  const total = (what: string) => of(what).reduce((sum, row) => sum + Number(row.visible), 0);
  const order = (await tx.execute<{ name: string }>(sql`select name from environment order by position, name`)).rows.map(({ name }) => name);
  const strictness = ({ environment }: { readonly environment: string }) => order.indexOf(environment);
  const byEnvironment = (what: string) => of(what).flatMap(({ name, visible }) => (name !== null && Number(visible) > 0 ? [{ environment: name, count: Number(visible) }] : [])).sort((a, b) => strictness(b) - strictness(a));
  return {
    runs: total('runs'), versions: total('versions'),
    versionsByKind: of('versions').flatMap(({ name, visible }) => (Number(visible) > 0 ? [{ kind: name ?? 'dataset', count: Number(visible) }] : [])).sort((a, b) => b.count - a.count || a.kind.localeCompare(b.kind)),
    modelVersions: total('models'), deployments: byEnvironment('deployments'), endedDeployments: total('ended'), openPromotions: byEnvironment('promotions'),
    ingestionVersions: total('ingestionVersions'), ingestionRuns: total('ingestionRuns'),
    // Where data came in is among the runs and versions already.
    restricted: rows.filter((row) => !row.what.startsWith('ingestion')).reduce((sum, row) => sum + Number(row.hidden), 0),
    byLabel: await countByLabel(tx, teams, start, direction),
  };
}

/** The first of each list: what runs in production first, the newest first. */
export async function listReached(tx: ReadTx, teams: TeamFilter, start: string, direction: ImpactDirection, most: number): Promise<Pick<ImpactView, 'modelVersions' | 'deployments' | 'openPromotions' | 'ingestion'>> {
  type ModelRow = Omit<ImpactView['modelVersions'][number], 'publishedAt' | 'environments'> & { published_at: string; environments: ImpactView['modelVersions'][number]['environments'] | null };
  const models = modelVersions(start, direction);
  const versions = await tx.execute<ModelRow>(sql`
    select mv.id, m.name as model, mv.version, mv.digest, t.name as team, mv.published_at, e.environments, ${wayOf(sql`v.how`)} as "reachedBy"
    from ${models} join model m on m.id = mv.model_id join team t on t.id = mv.team_id
    left join lateral (select json_agg(distinct d.environment) as environments from deployment d where d.model_version_id = mv.id and d.ended_at is null and ${visibleToSql(teams, sql`d.team_id`)}) e on true
    where ${visibleToSql(teams, sql`mv.team_id`)} order by e.environments is null, mv.published_at desc, mv.id limit ${most}`);
  const deployments = await tx.execute<Omit<ImpactView['deployments'][number], 'deployedAt'> & { deployed_at: string }>(sql`
    select d.id, m.name as model, mv.version, d.digest, d.environment, d.endpoint, t.name as team, d.deployed_at, ${wayOf(sql`v.how`)} as "reachedBy"
    from ${models} join deployment d on d.model_version_id = mv.id join model m on m.id = mv.model_id join team t on t.id = d.team_id
    where d.ended_at is null and ${visibleToSql(teams, sql`d.team_id`)} order by (select -e.position from environment e where e.name = d.environment), d.environment, d.deployed_at desc, d.id limit ${most}`);
  const promotions = await tx.execute<Omit<ImpactView['openPromotions'][number], 'requestedAt'> & { requested_at: string }>(sql`
    select p.id, m.name as model, mv.version, p.artifact_digest as digest, p.environment, t.name as team, p.requested_at, ${wayOf(sql`v.how`)} as "reachedBy"
    from ${models} join promotion p on p.model_version_id = mv.id join model m on m.id = mv.model_id join team t on t.id = p.team_id
    where p.state = 'open' and ${visibleToSql(teams, sql`p.team_id`)} order by (select -e.position from environment e where e.name = p.environment), p.requested_at desc, p.id limit ${most}`);
  const ingestion = direction === 'downstream' ? [] : await ingestionOf(tx, teams, most);
  return {
    modelVersions: versions.rows.map(({ published_at, environments, ...row }) => ({ ...row, publishedAt: iso(published_at), environments: environments ?? [] })),
    deployments: deployments.rows.map(({ deployed_at, ...row }) => ({ ...row, deployedAt: iso(deployed_at) })),
    openPromotions: promotions.rows.map(({ requested_at, ...row }) => ({ ...row, requestedAt: iso(requested_at) })),
    ingestion,
  };
}

/** A name of a version that the reader may see. */
const nameOf = (teams: TeamFilter, version: SQL) => sql`lateral (
  select a.name, a.kind, t.name as team, s.first_seen_at from asset_sighting s join asset a on a.id = s.asset_id join team t on t.id = a.team_id
  where s.asset_version_id = ${version} and (${visibleToSql(teams, sql`a.team_id`)} or exists (select 1 from run_asset ne where ne.asset_version_id = ${version} and ne.asset_id = a.id and ${visibleToSql(teams, sql`ne.team_id`)}))
  order by s.first_seen_at, a.name limit 1)`;

async function ingestionOf(tx: ReadTx, teams: TeamFilter, most: number): Promise<ImpactView['ingestion']> {
  const { rows } = await tx.execute<Omit<ImpactView['ingestion'][number], 'at'> & { at: string | null }>(sql`
    (select 'version' as type, v.id, coalesce(n.name, 'unnamed') as name, coalesce(n.kind, 'dataset') as kind, av.digest, n.first_seen_at as at, ${wayOf(sql`v.how`)} as "reachedBy"
       from (select v.id, v.n, v.how from reached_version v where ${unproduced} and ${seen(teams, sql`v.id`)} order by v.n limit ${most}) v join asset_version av on av.id = v.id left join ${nameOf(teams, sql`v.id`)} n on true)
    union all
    (select 'run', r.id, coalesce(j.stage, j.name), 'run', null, ru.started_at, ${wayOf(sql`r.how`)}
       from (select r.id, r.n, r.how from reached_run r where ${withoutInputs} and ${seenRun(teams, sql`r.id`)} order by r.n limit ${most}) r join run ru on ru.id = r.id join job j on j.id = ru.job_id)
    order by 6 desc nulls last, 2 limit ${most}`);
  return rows.map((row) => ({ ...row, at: row.at === null ? null : iso(row.at) }));
}

/** Everything reached that the reader may see, in the order in which it was reached, in pieces read from cursors: any number of rows in constant memory. */
export async function* itemsReached(tx: ReadTx, teams: TeamFilter, start: string, direction: ImpactDirection): AsyncGenerator<readonly ImpactItem[]> {
  const models = modelVersions(start, direction);
  const selections = [
    sql`select 'model_version' as type, mv.id, 'model' as kind, m.name || ' ' || mv.version as name, mv.digest, t.name as team, '' as environment, '' as state, mv.published_at as at, ${wayOf(sql`v.how`)} as "reachedBy"
      from ${models} join model m on m.id = mv.model_id join team t on t.id = mv.team_id where ${visibleToSql(teams, sql`mv.team_id`)} order by v.n, mv.id`,
    sql`select 'deployment' as type, d.id, 'deployment' as kind, d.endpoint as name, d.digest, t.name as team, d.environment, case when d.ended_at is null then 'running' else 'ended' end as state, d.deployed_at as at, ${wayOf(sql`v.how`)} as "reachedBy"
      from ${models} join deployment d on d.model_version_id = mv.id join team t on t.id = d.team_id where ${visibleToSql(teams, sql`d.team_id`)} order by v.n, d.id`,
    sql`select 'promotion' as type, p.id, 'promotion' as kind, m.name || ' ' || mv.version as name, p.artifact_digest as digest, t.name as team, p.environment, p.state, p.requested_at as at, ${wayOf(sql`v.how`)} as "reachedBy"
      from ${models} join promotion p on p.model_version_id = mv.id join model m on m.id = mv.model_id join team t on t.id = p.team_id where p.state = 'open' and ${visibleToSql(teams, sql`p.team_id`)} order by v.n, p.id`,
    sql`select 'version' as type, v.id, coalesce(n.kind, 'dataset') as kind, coalesce(n.name, 'unnamed') as name, av.digest, coalesce(n.team, '') as team, '' as environment, av.state, coalesce(n.first_seen_at, av.created_at) as at, ${wayOf(sql`v.how`)} as "reachedBy"
      from reached_version v join asset_version av on av.id = v.id left join ${nameOf(teams, sql`v.id`)} n on true where ${others(start)} and ${seen(teams, sql`v.id`)} order by v.n`,
    sql`select 'run' as type, r.id, 'run' as kind, j.name, null as digest, t.name as team, '' as environment, ru.state, ru.started_at as at, ${wayOf(sql`r.how`)} as "reachedBy"
      from reached_run r join run ru on ru.id = r.id join job j on j.id = ru.job_id join team t on t.id = ru.team_id where ${seenRun(teams, sql`r.id`)} order by r.n`,
  ];
  await tx.execute(sql`select set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('enable_sort', 'off', true), set_config('cursor_tuple_fraction', '0.01', true)`);
  for (const selection of selections) {
    await tx.execute(sql`declare reached no scroll cursor for ${selection}`);
    for (;;) {
      const { rows } = await tx.execute<ImpactItem>(sql`fetch 2000 from reached`);
      if (rows.length > 0) yield rows.map((row) => ({ ...row, at: iso(row.at) }));
      if (rows.length < 2_000) break;
    }
    await tx.execute(sql`close reached`);
  }
}
