// The SQL of pipelines: the list of them, and the latest runs of one, never more than a window of each job.
import { sql } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';
import { keyset, visibleToSql } from '#lib/db/conditions.ts';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { RunState } from '../schema.ts';
import { iso, likeText, uuids } from '../store.ts';

const pipelineName = sql`coalesce(j.pipeline, j.name)`;

/** Names may be long, so their beginning sorts them and a hash tells them apart. */
const sortName = sql`left(coalesce(j.pipeline, j.name), 100)`;
const pipelineId = sql`md5(coalesce(j.pipeline, j.name) || j.team_id::text)::uuid`;

export type PipelineRow = { readonly id: string; readonly sortName: string; readonly name: string; readonly teamId: string; readonly teamName: string; readonly jobs: number };

/** Pipelines of teams by name, read along an index over the names of jobs, which are few beside runs. `id` is a hash of name and team. */
export async function pipelinePage(tx: ReadTx, teams: TeamFilter, filters: { readonly text?: string | undefined; readonly teamIds?: readonly string[] | undefined }, sort: 'name' | '-name', request: PageRequest): Promise<PipelineRow[]> {
  const typed: PageRequest = request.cursor !== null && typeof request.cursor.value !== 'string' ? { ...request, cursor: null } : request;
  const { where, orderBy } = keyset(sortName, pipelineId, sort === '-name', typed);
  const outer = keyset(sql`p.sort_name`, sql`p.id`, sort === '-name', typed).orderBy;
  const { rows } = await tx.execute<{ id: string; sort_name: string; name: string; team_id: string; team_name: string; jobs: number }>(sql`
    with page as (
      select ${sortName} as sort_name, ${pipelineId} as id, min(${pipelineName}) as name, (array_agg(j.team_id))[1] as team_id, count(*)::int as jobs from job j
      where ${where} and ${visibleToSql(teams, sql`j.team_id`)}${filters.text ? sql` and ${pipelineName} ilike ${likeText(filters.text)}` : sql``}${filters.teamIds?.length ? sql` and j.team_id = any(${uuids(filters.teamIds)})` : sql``}
      group by ${sortName}, ${pipelineId} order by ${orderBy} limit ${request.limit + 1})
    select p.*, t.name as team_name from page p join team t on t.id = p.team_id order by ${outer}`);
  return rows.map((row) => ({ id: row.id, sortName: row.sort_name, name: row.name, teamId: row.team_id, teamName: row.team_name, jobs: row.jobs }));
}

export type PipelineJob = { readonly id: string; readonly namespace: string; readonly name: string; readonly stage: string | null; readonly teamId: string; readonly teamName: string; readonly pipeline: string };

/** The jobs of pipelines: at most `most`, the oldest first. */
export async function jobsOfPipelines(tx: ReadTx, teams: TeamFilter, names: readonly string[], teamId: string | undefined, most: number): Promise<PipelineJob[]> {
  if (names.length === 0) return [];
  const { rows } = await tx.execute<{ id: string; namespace: string; name: string; stage: string | null; team_id: string; team_name: string; pipeline: string }>(sql`
    select j.id, j.namespace, j.name, j.stage, j.team_id, t.name as team_name, ${pipelineName} as pipeline from job j join team t on t.id = j.team_id
    where ${pipelineName} = any(${sql.param([...names])}::text[]) and ${visibleToSql(teams, sql`j.team_id`)}${teamId === undefined ? sql`` : sql` and j.team_id = ${teamId}::uuid`} order by j.created_at, j.id limit ${most}`);
  return rows.map((row) => ({ id: row.id, namespace: row.namespace, name: row.name, stage: row.stage, teamId: row.team_id, teamName: row.team_name, pipeline: row.pipeline }));
}

export type WindowRun = { readonly id: string; readonly jobId: string; readonly parentRunId: string | null; readonly state: RunState; readonly startedAt: string; readonly endedAt: string | null; readonly durationMilliseconds: number | null; readonly responsible: string };

/** The latest runs of each of these jobs, newest first. */
export async function latestRunsOfJobs(tx: ReadTx, teams: TeamFilter, jobIds: readonly string[], each: number): Promise<WindowRun[]> {
  if (jobIds.length === 0) return [];
  const { rows } = await tx.execute<{ id: string; job_id: string; parent_run_id: string | null; state: RunState; started_at: string; ended_at: string | null; duration: number | null; responsible: string }>(sql`
    select r.id, r.job_id, r.parent_run_id, r.state, r.started_at, r.ended_at, r.duration_milliseconds as duration, p.display_name as responsible
    from unnest(${uuids(jobIds)}) as j (id) cross join lateral (select * from run where job_id = j.id and ${visibleToSql(teams, sql`run.team_id`)} order by started_at desc, id desc limit ${each}) r
    join service_account a on a.id = r.reported_by join person p on p.id = a.responsible_person_id
    order by r.started_at desc, r.id desc`);
  return rows.map((row) => ({ id: row.id, jobId: row.job_id, parentRunId: row.parent_run_id, state: row.state, startedAt: iso(row.started_at), endedAt: row.ended_at === null ? null : iso(row.ended_at), durationMilliseconds: row.duration, responsible: row.responsible }));
}

export type CodeFacts = { readonly git: unknown; readonly location: unknown; readonly code: { name: string; kind: string; versionId: string; digest: string }[] };

/** What each of these runs tells of its code: the git part of one facet, the standard source location, and inputs of the kinds code and configuration. */
export async function codeOfRuns(tx: ReadTx, runIds: readonly string[]): Promise<ReadonlyMap<string, CodeFacts>> {
  if (runIds.length === 0) return new Map();
  const { rows } = await tx.execute<{ id: string; git: unknown; location: unknown; code: CodeFacts['code'] | null }>(sql`
    select r.id, g.git, s.location, c.code from unnest(${uuids(runIds)}) as r (id)
    left join lateral (select f.body -> 'git' as git from facet f where f.subject_kind = 'run' and f.subject_id = r.id and f.name = 'gatehouse_execution') g on true
    left join lateral (select f.body as location from facet f where f.subject_kind = 'run_job' and f.subject_id = r.id and f.name = 'sourceCodeLocation') s on true
    left join lateral (
      select json_agg(json_build_object('name', a.name, 'kind', a.kind, 'versionId', v.id, 'digest', v.digest) order by a.name, v.digest) as code
      from (select * from run_asset e where e.run_id = r.id and e.direction = 'input' limit 1000) e join asset a on a.id = e.asset_id join asset_version v on v.id = e.asset_version_id
      where a.kind in ('code', 'configuration') and v.digest is not null) c on true`);
  return new Map(rows.map((row) => [row.id, { git: row.git, location: row.location, code: row.code ?? [] }]));
}
