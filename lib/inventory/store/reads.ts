// SQL of what runs read: which versions belong to which source, who read them, and how they came in. Set-based throughout.
import { sql } from 'drizzle-orm';
import { prepared, type ReadTx, type WriteTx } from '#lib/db/client.ts';
import { uuidList as uuids } from '#lib/db/conditions.ts';
import type { Classification, DataUse } from '../schema.ts';

const isData = sql`in ('dataset', 'features')`;

/** Judging is done by one at a time: two that look at different moments could leave what neither saw. */
export const lockJudging = (tx: ReadTx) => tx.execute(sql`select pg_advisory_xact_lock(4707)`);

/** Whether anybody keeps an inventory: asked with every report, so that others pay nothing for it. */
export async function anySource(tx: ReadTx): Promise<boolean> {
  const [row] = await prepared<{ any: boolean }>(tx, 'inventory_any_source', 'select exists (select 1 from data_source) as any', []);
  return row?.any ?? false;
}

export type Pair = { readonly teamId: string; readonly versionId: string };

/** Runs that read what these runs produced, and these runs themselves; at most `most`. */
export async function concernedRuns(tx: ReadTx, runIds: readonly string[], most: number): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    select id from (select unnest(${uuids(runIds)}) as id
      union select c.run_id from run_asset o join asset a on a.id = o.asset_id and a.kind ${isData} join run_asset c on c.asset_version_id = o.asset_version_id and c.direction = 'input' where o.run_id = any(${uuids(runIds)}) and o.direction = 'output') r
    limit ${most}`);
  return rows.map(({ id }) => id);
}

export type ReadRow = { runId: string; teamId: string; versionId: string; jobNamespace: string; jobName: string; stage: string | null; producesModel: boolean; ingestionJob: boolean };

/**
 * What these runs read of data, each version once for a run. `ingestionJob`: the run's job may bring data of some source
 * of its team in, so that what it reads is outside of the inventory.
 */
export async function readsOf(tx: ReadTx, runIds: readonly string[], most: number): Promise<ReadRow[]> {
  if (runIds.length === 0) return [];
  const { rows } = await tx.execute<ReadRow>(sql`
    with read as materialized (
      select distinct e.run_id, e.team_id, e.asset_version_id from run_asset e join asset a on a.id = e.asset_id and a.kind ${isData}
      where e.run_id = any(${uuids(runIds)}) and e.direction = 'input' order by 1, 3 limit ${most}
    ), whose as materialized (
      select r.id, r.team_id, j.namespace, j.name, j.stage,
        exists (select 1 from run_asset o join asset a on a.id = o.asset_id and a.kind = 'model' where o.run_id = r.id and o.direction = 'output') as produces_model,
        exists (select 1 from data_source s cross join lateral jsonb_array_elements(s.ingestion) n where s.team_id = j.team_id and n ->> 'namespace' = j.namespace and n ->> 'name' = j.name) as ingestion_job
      from run r join job j on j.id = r.job_id where r.id in (select run_id from read)
    )
    select read.run_id as "runId", whose.team_id as "teamId", read.asset_version_id as "versionId", whose.namespace as "jobNamespace", whose.name as "jobName", whose.stage, whose.produces_model as "producesModel", whose.ingestion_job as "ingestionJob"
    from read join whose on whose.id = read.run_id`);
  return rows;
}

export type Belonging = { teamId: string; versionId: string; sourceId: string; assetId: string };

/**
 * The sources that versions belong to as a team sees them: by the names under which runs of the team read them, and by
 * those under which any run produced them. How another team calls what it reads does not count.
 */
export async function belongings(tx: ReadTx, pairs: readonly Pair[]): Promise<Belonging[]> {
  if (pairs.length === 0) return [];
  const { rows } = await tx.execute<Belonging>(sql`
    with pair as materialized (select distinct t as team_id, v as version_id from unnest(${uuids(pairs.map(({ teamId }) => teamId))}, ${uuids(pairs.map(({ versionId }) => versionId))}) as p (t, v)),
    named as materialized (
      select p.team_id, p.version_id, s.asset_id from pair p join asset_sighting s on s.asset_version_id = p.version_id
      where exists (select 1 from run_asset e where e.asset_version_id = p.version_id and e.asset_id = s.asset_id and e.direction = 'output')
         or exists (select 1 from run_asset e where e.asset_version_id = p.version_id and e.asset_id = s.asset_id and e.direction = 'input' and e.team_id = p.team_id)
      group by 1, 2, 3
    ), owner as materialized (select * from data_source_of((select coalesce(array_agg(distinct asset_id), '{}') from named)))
    select distinct on (n.team_id, n.version_id, o.source_id) n.team_id as "teamId", n.version_id as "versionId", o.source_id as "sourceId", n.asset_id as "assetId"
    from named n join owner o on o.asset_id = n.asset_id order by n.team_id, n.version_id, o.source_id, n.asset_id`);
  return rows;
}

/** Keeps that runs read versions of sources; what later events of a run say more is added. */
export async function keepReads(tx: WriteTx, rows: readonly { runId: string; versionId: string; sourceId: string; assetId: string; use: DataUse | null; ingestion: boolean }[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(sql`
    insert into data_access (id, source_id, source_team_id, team_id, run_id, asset_version_id, asset_id, service_account_id, responsible_person_id, triggered_by, user_name, use, classification, ingestion, at)
    select gen_random_uuid(), s.id, s.team_id, r.team_id, r.id, k.version_id, k.asset_id, r.reported_by,
      coalesce((select p.person_id from service_account_responsibility p where p.service_account_id = r.reported_by and p.since <= r.first_received_at and (p.until is null or p.until > r.first_received_at) order by p.since desc limit 1), c.responsible_person_id),
      left(f.triggered_by, 300), left(f.user_name, 300), k.use, s.classification, k.ingestion, r.started_at
    from json_to_recordset(${JSON.stringify(rows.map(({ runId, versionId, sourceId, assetId, use, ingestion }) => ({ run_id: runId, version_id: versionId, source_id: sourceId, asset_id: assetId, use, ingestion })))}::json) as k (run_id uuid, version_id uuid, source_id uuid, asset_id uuid, use text, ingestion boolean)
    join run r on r.id = k.run_id join service_account c on c.id = r.reported_by join data_source s on s.id = k.source_id
    left join lateral (
      select max(case when name = 'gatehouse_execution' then body ->> 'triggeredBy' end) as triggered_by,
        max(case name when 'user' then coalesce(body ->> 'name', body ->> 'user', body ->> 'userName') when 'environment-properties' then body -> 'environment-properties' ->> 'user' end) as user_name
      from facet where subject_kind = 'run' and subject_id = r.id and name in ('gatehouse_execution', 'user', 'environment-properties')
    ) f on true
    order by s.id, r.id, k.version_id
    on conflict (source_id, run_id, asset_version_id) do update set
      triggered_by = coalesce(excluded.triggered_by, data_access.triggered_by), user_name = coalesce(excluded.user_name, data_access.user_name), use = excluded.use, ingestion = excluded.ingestion, at = excluded.at
    where (data_access.triggered_by, data_access.user_name, data_access.use, data_access.ingestion, data_access.at) is distinct from (coalesce(excluded.triggered_by, data_access.triggered_by), coalesce(excluded.user_name, data_access.user_name), excluded.use, excluded.ingestion, excluded.at)`);
}

/** A source's latest read by a team for each use, by runs that do not bring it in, of names that belong to it now. */
export type Reader = { use: DataUse | null; runId: string; versionId: string; at: string; job: string; pipeline: string | null };
export async function readersOf(tx: ReadTx, sourceId: string, teamId: string): Promise<Reader[]> {
  const { rows } = await tx.execute<Omit<Reader, 'at'> & { at: unknown }>(sql`
    with name as materialized (select distinct asset_id from data_access where source_id = ${sourceId}),
    gone as materialized (select coalesce(array_agg(asset_id), '{}') as ids from (select asset_id from name except select o.asset_id from data_source_of((select coalesce(array_agg(asset_id), '{}') from name)) o where o.source_id = ${sourceId}) g)
    select d.use, d.run_id as "runId", d.asset_version_id as "versionId", d.at, j.namespace || '/' || j.name as job, j.pipeline
    from (values ('exploration'), ('training'), ('evaluation'), ('testing'), ('inference'), ('analytics'), (null)) as u (use)
    cross join lateral (select * from data_access a where a.source_id = ${sourceId} and a.team_id = ${teamId} and a.use is not distinct from u.use and not a.ingestion and a.asset_id <> all(coalesce((select ids from gone), '{}')::uuid[]) order by a.at desc, a.run_id desc, a.asset_version_id limit 1) d
    join run r on r.id = d.run_id join job j on j.id = r.job_id`);
  return rows.map((row) => ({ ...row, at: new Date(row.at as string).toISOString() }));
}

export type ArrivalRow = { teamId: string; versionId: string; digest: string | null; name: string | null; derived: boolean; keepsInventory: boolean; readByOthers: boolean; runId: string | null; job: string | null; pipeline: string | null };

/**
 * How versions came in, for judging what a team read. `readByOthers`: a run of the team that is no ingestion job read it;
 * the latest of those runs stands for them.
 */
export async function arrivals(tx: ReadTx, pairs: readonly Pair[]): Promise<ArrivalRow[]> {
  if (pairs.length === 0) return [];
  const { rows } = await tx.execute<ArrivalRow>(sql`
    with pair as materialized (select distinct t as team_id, v as version_id from unnest(${uuids(pairs.map(({ teamId }) => teamId))}, ${uuids(pairs.map(({ versionId }) => versionId))}) as p (t, v)),
    team as materialized (select t.team_id, exists (select 1 from data_source s where s.team_id = t.team_id and s.state <> 'withdrawn') as keeps from (select distinct team_id from pair) t),
    producer as materialized (select distinct o.asset_version_id as version_id, o.run_id from run_asset o where o.asset_version_id in (select version_id from pair) and o.direction = 'output'),
    -- Two different inputs are enough to know that one of them is not the version itself.
    input_of as materialized (
      select p.run_id, i.version_id from (select distinct run_id from producer) p
      cross join lateral (select distinct x.asset_version_id as version_id from run_asset x join asset a on a.id = x.asset_id and a.kind ${isData} where x.run_id = p.run_id and x.direction = 'input' limit 2) i
    ),
    made as materialized (select distinct p.version_id from producer p join input_of i on i.run_id = p.run_id and i.version_id <> p.version_id)
    select p.team_id as "teamId", p.version_id as "versionId", v.digest, team.keeps as "keepsInventory",
      (select a.name from asset_sighting s join asset a on a.id = s.asset_id and a.team_id = p.team_id where s.asset_version_id = v.id order by s.first_seen_at, a.name limit 1) as name,
      made.version_id is not null as derived,
      l.run_id is not null as "readByOthers", l.run_id as "runId", l.job, l.pipeline
    from pair p join asset_version v on v.id = p.version_id join team on team.team_id = p.team_id left join made on made.version_id = p.version_id
    left join lateral (
      select r.id as run_id, j.namespace || '/' || j.name as job, j.pipeline
      from run_asset e join asset a on a.id = e.asset_id and a.kind ${isData} join run r on r.id = e.run_id join job j on j.id = r.job_id
      where e.asset_version_id = v.id and e.direction = 'input' and e.team_id = p.team_id
        and not exists (select 1 from data_source s cross join lateral jsonb_array_elements(s.ingestion) n where s.team_id = j.team_id and n ->> 'namespace' = j.namespace and n ->> 'name' = j.name)
      order by r.started_at desc, r.id desc limit 1
    ) l on true`);
  return rows;
}

/** Which of these versions a completed run of an ingestion job of the source produced, as `version source`. */
export async function ingestedAs(tx: ReadTx, pairs: readonly { readonly versionId: string; readonly sourceId: string }[]): Promise<ReadonlySet<string>> {
  if (pairs.length === 0) return new Set();
  const { rows } = await tx.execute<{ versionId: string; sourceId: string }>(sql`
    with pair as materialized (select distinct v as version_id, s as source_id from unnest(${uuids(pairs.map(({ versionId }) => versionId))}, ${uuids(pairs.map(({ sourceId }) => sourceId))}) as p (v, s)),
    job_of as materialized (select s.id as source_id, j.id as job_id from data_source s cross join lateral jsonb_array_elements(s.ingestion) n join job j on j.team_id = s.team_id and j.namespace = n ->> 'namespace' and j.name = n ->> 'name' where s.id in (select source_id from pair))
    select p.version_id as "versionId", p.source_id as "sourceId" from pair p
    where exists (select 1 from run_asset o join run r on r.id = o.run_id and r.state = 'complete' join job_of b on b.job_id = r.job_id and b.source_id = p.source_id where o.asset_version_id = p.version_id and o.direction = 'output')`);
  return new Set(rows.map(({ versionId, sourceId }) => `${versionId} ${sourceId}`));
}

export type JudgedSource = { id: string; teamId: string; name: string; classification: Classification; uses: DataUse[]; stored: 'proposed' | 'approved' | 'withdrawn'; expired: boolean; expiresAt: string | null; changes: number };

/** Sources as they are judged now, by the database's clock. */
export async function judgedSources(tx: ReadTx, ids: readonly string[]): Promise<JudgedSource[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.execute<Omit<JudgedSource, 'expiresAt'> & { expiresAt: unknown }>(sql`
    select id, team_id as "teamId", name, classification, uses, state as stored, state = 'approved' and coalesce(expires_at, now()) <= now() as expired, expires_at as "expiresAt", changes from data_source where id = any(${uuids(ids)})`);
  return rows.map((row) => ({ ...row, expiresAt: row.expiresAt === null ? null : new Date(row.expiresAt as string).toISOString() }));
}

/** Counts changes of a team's sources: rises with every change of any. */
export async function changesOfTeam(tx: ReadTx, teamIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const { rows } = await tx.execute<{ teamId: string; changes: number }>(sql`select team_id as "teamId", sum(changes)::int as changes from data_source where team_id = any(${uuids(teamIds)}) group by team_id`);
  return new Map(rows.map(({ teamId, changes }) => [teamId, changes]));
}

/** Pipelines of teams that made a version which runs in production now, as `team pipeline`. */
export async function inProduction(tx: ReadTx, teamIds: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await tx.execute<{ teamId: string; pipeline: string }>(sql`
    select distinct j.team_id as "teamId", coalesce(j.pipeline, j.name) as pipeline
    from deployment d join model_version m on m.id = d.model_version_id join run_asset o on o.asset_version_id = m.asset_version_id and o.direction = 'output' join run r on r.id = o.run_id join job j on j.id = r.job_id
    where d.environment = 'production' and d.ended_at is null and d.team_id = any(${uuids(teamIds)}) and j.team_id = any(${uuids(teamIds)})`);
  return new Set(rows.map(({ teamId, pipeline }) => `${teamId} ${pipeline}`));
}

/** Runs that read a version of the source, by a name that belongs to it now, and are not recorded; at most `most`. */
export async function unrecordedRuns(tx: ReadTx, sourceId: string, most: number): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    with candidate as materialized (
      select a.id from data_source s cross join lateral jsonb_array_elements(s.names) n join asset a on a.team_id = s.team_id and a.kind ${isData} and a.namespace = n ->> 'namespace' and case when (n ->> 'prefix')::boolean then starts_with(a.name, n ->> 'name') else a.name = n ->> 'name' end
      where s.id = ${sourceId} group by a.id limit 20000
    ), name as materialized (select o.asset_id from data_source_of((select coalesce(array_agg(id), '{}') from candidate)) o where o.source_id = ${sourceId}),
    read as (
      select e.run_id, e.asset_version_id from name n join run_asset e on e.asset_id = n.asset_id and e.direction = 'input'
      union
      select c.run_id, c.asset_version_id from name n join run_asset o on o.asset_id = n.asset_id and o.direction = 'output' join run_asset c on c.asset_version_id = o.asset_version_id and c.direction = 'input'
    )
    select distinct run_id as id from (select run_id, asset_version_id from read except select run_id, asset_version_id from data_access where source_id = ${sourceId}) missing limit ${most}`);
  return rows.map(({ id }) => id);
}

/** Which recorded reads are by ingestion jobs follows the source as it is now. */
export const refreshIngestion = (tx: WriteTx, sourceId: string) => tx.execute(sql`
  update data_access d set ingestion = x.ingestion
  from (select d.id, exists (select 1 from data_source s cross join lateral jsonb_array_elements(s.ingestion) n where s.team_id = j.team_id and n ->> 'namespace' = j.namespace and n ->> 'name' = j.name) as ingestion
        from data_access d join run r on r.id = d.run_id join job j on j.id = r.job_id where d.source_team_id = (select team_id from data_source where id = ${sourceId})) x
  where d.id = x.id and d.ingestion is distinct from x.ingestion`);

export async function readingTeams(tx: ReadTx, sourceId: string): Promise<string[]> {
  const { rows } = await tx.execute<{ teamId: string }>(sql`select distinct team_id as "teamId" from data_access where source_id = ${sourceId} order by 1`);
  return rows.map(({ teamId }) => teamId);
}

/** What teams read of a source, in order, after a pair. */
export async function pairsOfSource(tx: ReadTx, sourceId: string, after: Pair | null, most: number): Promise<Pair[]> {
  const { rows } = await tx.execute<{ teamId: string; versionId: string }>(sql`
    select distinct team_id as "teamId", asset_version_id as "versionId" from data_access
    where source_id = ${sourceId} and ${after === null ? sql`true` : sql`(team_id, asset_version_id) > (${after.teamId}::uuid, ${after.versionId}::uuid)`} order by 1, 2 limit ${most}`);
  return rows;
}

/** Open findings about how versions came in, in order, after one. */
export async function openArrivalFindings(tx: ReadTx, after: string | null, most: number): Promise<(Pair & { findingId: string })[]> {
  const { rows } = await tx.execute<Pair & { findingId: string }>(sql`
    select f.id as "findingId", f.team_id as "teamId", f.asset_version_id as "versionId" from finding f
    where f.source = 'inventory' and f.rule = 'no_approved_ingestion' and f.state in ('open', 'acknowledged') and f.asset_version_id is not null and ${after === null ? sql`true` : sql`f.id > ${after}::uuid`}
    order by f.id limit ${most}`);
  return rows;
}

/** The newest versions under the names of a team’s data: what is judged when the team begins to keep an inventory. */
export async function recentOfTeam(tx: ReadTx, teamId: string, mostNames: number, mostVersions: number): Promise<Pair[]> {
  const { rows } = await tx.execute<Pair>(sql`
    select ${teamId}::uuid as "teamId", s.asset_version_id as "versionId" from (select id from asset where team_id = ${teamId} and kind ${isData} order by id desc limit ${mostNames}) a
    cross join lateral (select asset_version_id from asset_sighting s where s.asset_id = a.id order by s.first_seen_at desc, s.asset_version_id desc limit ${mostVersions}) s
    group by 2`);
  return rows;
}

export type UpstreamSource = { versionId: string; sourceId: string; ingested: boolean };

/**
 * The sources of versions upstream of a model, by the names under which runs upstream read them and under which any run
 * produced them. One statement for each question, whatever their number.
 */
export async function sourcesUpstream(tx: ReadTx, runIds: readonly string[], versionIds: readonly string[]): Promise<UpstreamSource[]> {
  if (versionIds.length === 0) return [];
  const { rows } = await tx.execute<{ versionId: string; sourceId: string }>(sql`
    with named as materialized (
      select e.asset_version_id as version_id, e.asset_id from run_asset e where e.run_id = any(${uuids(runIds)}) and e.direction = 'input' and e.asset_version_id = any(${uuids(versionIds)})
      union select e.asset_version_id, e.asset_id from run_asset e where e.asset_version_id = any(${uuids(versionIds)}) and e.direction = 'output'
    ), owner as materialized (select * from data_source_of((select coalesce(array_agg(distinct asset_id), '{}') from named)))
    select distinct n.version_id as "versionId", o.source_id as "sourceId" from named n join owner o on o.asset_id = n.asset_id`);
  const ingested = await ingestedAs(tx, rows);
  return rows.map((row) => ({ ...row, ingested: ingested.has(`${row.versionId} ${row.sourceId}`) }));
}

export async function keepsInventory(tx: ReadTx, teamId: string): Promise<boolean> {
  const { rows } = await tx.execute<{ keeps: boolean }>(sql`select exists (select 1 from data_source where team_id = ${teamId} and state <> 'withdrawn') as keeps`);
  return rows[0]?.keeps ?? false;
}
