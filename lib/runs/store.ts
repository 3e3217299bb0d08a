// The SQL of runs: lists, one run with its stages, its edges, its facets and its events.
import { sql, type SQL } from 'drizzle-orm';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { keyset, visibleToSql } from '#lib/db/conditions.ts';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import { firstByDuration } from './store/by-week.ts';
import type { RunEdge, RunSort, RunState, RunView } from './schema.ts';

export const iso = (value: unknown): string => new Date(value as string).toISOString();
const isoOrNull = (value: unknown): string | null => (value === null ? null : iso(value));
export const uuids = (ids: readonly string[]) => sql`${sql.param([...ids])}::uuid[]`;
export const texts = (values: readonly string[]) => sql`${sql.param([...values])}::text[]`;
export const likeText = (value: string) => `%${value.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;

type RunRow = {
  id: string; state: RunState; reported: boolean; pipeline: string; stage: string | null; namespace: string; name: string; team_id: string; team_name: string; parent_run_id: string | null;
  started_at: string; ended_at: string | null; duration: number | null; stages: RunView['stages']; failure: string | null;
  reported_by: string; account: string; responsible: string; first_received_at: string; last_received_at: string;
};

const columns = sql`
  r.id, r.state, r.state_rank >= 0 as reported, coalesce(j.pipeline, j.name) as pipeline, j.stage, j.namespace, j.name, r.team_id, t.name as team_name, r.parent_run_id,
  r.started_at, r.ended_at, r.duration_milliseconds as duration, s.counts as stages, r.first_received_at, r.last_received_at, r.reported_by, a.name as account, p.display_name as responsible,
  case when r.state <> 'failed' then null else left(coalesce(f.message, failed.message), 300) end as failure`;

/** More stages of one run than this are not counted. */
export const countedStages = 1_000;

/** Everything a run's line shows; only for the rows of one page. Stages of teams that the reader may not see do not count. */
const joins = (teams: TeamFilter) => sql`
  join job j on j.id = r.job_id join team t on t.id = r.team_id join service_account a on a.id = r.reported_by join person p on p.id = a.responsible_person_id
  left join lateral (
    select case when count(*) > 0 then json_build_object('total', least(count(*), ${countedStages}), 'more', count(*) > ${countedStages}, 'running', count(*) filter (where c.state = 'running'), 'complete', count(*) filter (where c.state = 'complete'),
      'failed', count(*) filter (where c.state = 'failed'), 'aborted', count(*) filter (where c.state = 'aborted'), 'unknown', count(*) filter (where c.state = 'unknown')) end as counts
    from (select c.state from run c where c.parent_run_id = r.id and ${visibleToSql(teams, sql`c.team_id`)} order by c.started_at, c.id limit ${countedStages + 1}) c
  ) s on true
  left join lateral (select body ->> 'message' as message from facet where subject_kind = 'run' and subject_id = r.id and name = 'errorMessage') f on true
  left join lateral (
    select coalesce(cj.stage, cj.name) || coalesce(': ' || (select body ->> 'message' from facet where subject_kind = 'run' and subject_id = c.id and name = 'errorMessage'), ' failed') as message
    from (select c.id, c.job_id, c.state, c.started_at from run c where r.state = 'failed' and c.parent_run_id = r.id and ${visibleToSql(teams, sql`c.team_id`)} order by c.started_at, c.id limit ${countedStages}) c
    join job cj on cj.id = c.job_id where c.state = 'failed' order by c.started_at limit 1
  ) failed on true`;

function viewOf(row: RunRow): RunView {
  return {
    id: row.id, state: row.state, reported: row.reported, pipeline: row.pipeline, stage: row.stage, job: { namespace: row.namespace, name: row.name }, team: { id: row.team_id, name: row.team_name }, parentRunId: row.parent_run_id,
    startedAt: iso(row.started_at), endedAt: isoOrNull(row.ended_at), durationMilliseconds: row.duration, stages: row.stages, failure: row.failure,
    reportedBy: { id: row.reported_by, name: row.account, responsibleName: row.responsible },
  };
}

export type RunFilters = {
  readonly states?: readonly RunState[] | undefined;
  readonly pipelines?: readonly string[] | undefined;
  readonly stages?: readonly string[] | undefined;
  readonly teamIds?: readonly string[] | undefined;
  readonly text?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly level?: 'executions' | 'stages' | undefined;
};

/** More jobs than this are left to the database to look up while it reads runs. */
const mostJobsAhead = 5_000;

type Jobs = { readonly ids: readonly string[] } | { readonly condition: SQL } | null;

/**
 * Jobs are few beside runs, so names are looked up there first and runs are found by their job: with the jobs themselves before it, the planner
 * knows from its statistics whether to read runs in order or by job. Null: no filter by job; a condition: more jobs than can be named.
 */
async function jobsOf(tx: ReadTx, filters: RunFilters, teams: TeamFilter): Promise<Jobs> {
  const parts: SQL[] = [];
  if (filters.pipelines?.length) parts.push(sql`coalesce(j.pipeline, j.name) = any(${texts(filters.pipelines)})`);
  if (filters.stages?.length) parts.push(sql`j.stage = any(${texts(filters.stages)})`);
  if (filters.text !== undefined) parts.push(sql`(j.name ilike ${likeText(filters.text)} or j.pipeline ilike ${likeText(filters.text)})`);
  if (parts.length === 0) return null;
  const matching = sql`select j.id from job j where ${visibleToSql(teams, sql`j.team_id`)} and ${sql.join(parts, sql` and `)}`;
  const { rows } = await tx.execute<{ id: string }>(sql`${matching} limit ${mostJobsAhead + 1}`);
  return rows.length > mostJobsAhead ? { condition: sql`r.job_id = any(array(${matching}))` } : { ids: rows.map((row) => row.id) };
}

/**
 * A facet of which each value has its own index in the list's order: the first of each are merged, instead of reading in order until enough fit.
 * Reading in order is fast only while the newest runs are like the others: after a week without a failure, every list of failures would pass over that week.
 */
type Merged = { readonly by: 'state' | 'job' | 'team'; readonly values: SQL; readonly column: SQL };

/** With more jobs or teams than this, reading in order finds them sooner. */
const mostMerged = 500;
/** The same of teams whose weeks are told apart, of which there are some hundred each. */
const mostTeamsByWeek = 10;

type Conditions = { /** On `r`, all that `merged` does not say. */ readonly all: SQL[]; readonly merged: Merged | null; /** The teams that were asked for or may be seen; none: all. */ readonly teamIds: readonly string[] };

async function conditions(tx: ReadTx, filters: RunFilters, teams: TeamFilter, mostTeams: number): Promise<Conditions> {
  const jobs = await jobsOf(tx, filters, teams);
  const prefix = filters.text !== undefined && /^[0-9a-f-]{4,36}$/i.test(filters.text) ? filters.text.toLowerCase() : null;
  const states = [...new Set(filters.states)];
  const shownTeams = filters.teamIds?.length ? [...new Set(filters.teamIds)] : teams === 'all' ? [] : teams;
  const ids = jobs !== null && 'ids' in jobs && prefix === null ? jobs.ids : null;
  const by = states.length > 0 ? 'state' : ids !== null && ids.length <= mostMerged ? 'job' : jobs === null && shownTeams.length > 0 && shownTeams.length <= mostTeams ? 'team' : null;
  const job = jobs === null ? null : 'ids' in jobs ? sql`r.job_id = any(${uuids(jobs.ids)})` : jobs.condition;
  return {
    teamIds: shownTeams,
    merged: by === 'job' ? { by, values: uuids(ids ?? []), column: sql`r.job_id` } : by === 'state' ? { by, values: texts(states), column: sql`r.state` } : by === 'team' ? { by, values: uuids(shownTeams), column: sql`r.team_id` } : null,
    all: [
      visibleToSql(teams, sql`r.team_id`),
      ...(filters.teamIds?.length && by !== 'team' ? [sql`r.team_id = any(${uuids(filters.teamIds)})`] : []),
      ...(filters.from ? [sql`r.started_at >= ${filters.from}::timestamptz`] : []),
      ...(filters.to ? [sql`r.started_at < ${filters.to}::timestamptz`] : []),
      ...(filters.level === undefined ? [] : filters.level === 'executions' ? [sql`r.parent_run_id is null`] : [sql`r.parent_run_id is not null`]),
      ...(job === null || by === 'job' ? [] : prefix === null ? [job] : [sql`(${job} or ${idRange(prefix)})`]),
    ],
  };
}

/** Ids that begin with a prefix, as a range, so that the primary key serves it. */
function idRange(prefix: string): SQL {
  const digits = prefix.replaceAll('-', '');
  const uuid = (filler: string) => digits.slice(0, 32).padEnd(32, filler).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return sql`r.id between ${uuid('0')}::uuid and ${uuid('f')}::uuid`;
}

/** One page of runs, read in the direction of the request, with one row more where there are more. */
export async function runPage(tx: ReadTx, teams: TeamFilter, filters: RunFilters, sort: RunSort, request: PageRequest): Promise<RunView[]> {
  const byDuration = sort.endsWith('duration');
  const { cursor } = request;
  // A cursor comes from outside: a value that is none of this sort begins at the beginning.
  const valid = cursor !== null && (byDuration ? typeof cursor.value === 'number' : typeof cursor.value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(cursor.value) && Date.parse(cursor.value) >= 0);
  const typed: PageRequest = valid ? request : { ...request, cursor: null };
  const column = byDuration ? sql`r.duration_milliseconds` : sql`r.started_at`;
  const { where, orderBy } = keyset(column, sql`r.id`, sort.startsWith('-'), typed);
  const { all, merged, teamIds } = await conditions(tx, filters, teams, byDuration ? mostTeamsByWeek : mostMerged);
  const most = request.limit + 1;
  const orderByPlace = keyset(sql`r.place`, sql`r.id`, sort.startsWith('-'), typed).orderBy;
  // Only what the order needs is read of the rows that are passed over, so that an index alone can tell.
  const first = (more: readonly SQL[]) => sql`select r.id, ${column} as place from run r where ${sql.join([...all, where, ...(byDuration ? [sql`r.duration_milliseconds is not null`] : []), ...more], sql` and `)} order by ${orderBy} limit ${most}`;
  const weekly = byDuration && (merged === null ? filters.level !== undefined || filters.from !== undefined || filters.to !== undefined : merged.by === 'team');
  const page = weekly
    ? firstByDuration({ conditions: [...all, where], level: filters.level, from: filters.from, to: filters.to, teamIds: merged === null ? null : teamIds, orderBy, orderByPlace, most })
    : merged === null ? first([]) : sql`
    select r.id, r.place from unnest(${merged.values}) as v (value) cross join lateral (${first([sql`${merged.column} = v.value`])}) as r order by ${orderByPlace} limit ${most}`;
  const { rows } = await tx.execute<RunRow>(sql`
    with page as materialized (${page})
    select ${columns} from page join run r on r.id = page.id ${joins(teams)} order by ${orderBy}`);
  return rows.map(viewOf);
}

export async function runsByIds(tx: ReadTx, teams: TeamFilter, ids: readonly string[]): Promise<RunView[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.execute<RunRow>(sql`select ${columns} from run r ${joins(teams)} where r.id = any(${uuids(ids)}) and ${visibleToSql(teams, sql`r.team_id`)} order by r.started_at desc, r.id desc`);
  return rows.map(viewOf);
}

export type RunRecord = { readonly view: RunView; readonly firstReceivedAt: string; readonly lastReceivedAt: string };

/** A run by its id; null where it is not there or not for these teams to see. */
export async function runById(tx: ReadTx, teams: TeamFilter, id: string): Promise<RunRecord | null> {
  const { rows } = await tx.execute<RunRow>(sql`select ${columns} from run r ${joins(teams)} where r.id = ${id}::uuid and ${visibleToSql(teams, sql`r.team_id`)}`);
  const [row] = rows;
  return row ? { view: viewOf(row), firstReceivedAt: iso(row.first_received_at), lastReceivedAt: iso(row.last_received_at) } : null;
}

/** The stages of a run in the order in which they began. */
export async function stagesOf(tx: ReadTx, teams: TeamFilter, id: string, limit: number): Promise<RunView[]> {
  const { rows } = await tx.execute<RunRow>(sql`
    with page as (select r.* from run r where r.parent_run_id = ${id}::uuid and ${visibleToSql(teams, sql`r.team_id`)} order by r.started_at, r.id limit ${limit})
    select ${columns} from page r ${joins(teams)} order by r.started_at, r.id`);
  return rows.map(viewOf);
}

export type Facets = Record<string, Record<string, unknown>>;

/** The facets of a run, and those of its job as this run reported them. A facet that was deleted is not there. */
export async function facetsOfRun(tx: ReadTx, id: string): Promise<{ run: Facets; job: Facets }> {
  const { rows } = await tx.execute<{ subject_kind: 'run' | 'run_job'; name: string; body: Record<string, unknown> }>(sql`
    select subject_kind, name, body from facet where subject_kind in ('run', 'run_job') and subject_id = ${id}::uuid and (body -> '_deleted') is distinct from 'true'::jsonb order by name`);
  const of = (kind: string): Facets => Object.fromEntries(rows.filter((row) => row.subject_kind === kind).map((row) => [row.name, row.body]));
  return { run: of('run'), job: of('run_job') };
}

export type DeclaredRow = { direction: 'input' | 'output'; assetId: string; namespace: string; name: string; at: string };

/** What job events say of a run's job: what it reads and writes, and its facets. */
export async function declaredOfRun(tx: ReadTx, id: string): Promise<{ declared: DeclaredRow[]; facets: Facets }> {
  const { rows } = await tx.execute<Omit<DeclaredRow, 'at'> & { event_time: string }>(sql`
    select d.direction, a.id as "assetId", a.namespace, a.name, d.event_time from run r join job_asset d on d.job_id = r.job_id join asset a on a.id = d.asset_id where r.id = ${id}::uuid order by d.direction, a.namespace, a.name limit 500`);
  const said = await tx.execute<{ name: string; body: Record<string, unknown> }>(sql`
    select f.name, f.body from run r join facet f on f.subject_kind = 'job' and f.subject_id = r.job_id where r.id = ${id}::uuid and (f.body -> '_deleted') is distinct from 'true'::jsonb order by f.name`);
  return { declared: rows.map(({ event_time, ...row }) => ({ ...row, at: iso(event_time) })), facets: Object.fromEntries(said.rows.map((row) => [row.name, row.body])) };
}

/** The named facets of several runs, by run; less than `facetsOfRun`, for what looks at many runs and few facets. */
export async function facetsOfRuns(tx: ReadTx, ids: readonly string[], names: readonly string[]): Promise<ReadonlyMap<string, { run: Facets; job: Facets }>> {
  const { rows } = await tx.execute<{ subject_kind: 'run' | 'run_job'; id: string; name: string; body: Record<string, unknown> }>(sql`
    select subject_kind, subject_id as id, name, body from facet where subject_kind in ('run', 'run_job') and subject_id = any(${uuids(ids)}) and name = any(${texts(names)}) and (body -> '_deleted') is distinct from 'true'::jsonb`);
  const of = (id: string, kind: string): Facets => Object.fromEntries(rows.filter((row) => row.id === id && row.subject_kind === kind).map((row) => [row.name, row.body]));
  return new Map(ids.map((id) => [id, { run: of(id, 'run'), job: of(id, 'run_job') }]));
}

/** How exactly a version is known: by digest, by label, or not at all. */
export const exactness = (version: SQL) => sql`(case when ${version}.digest is not null then 2 when ${version}.label is not null then 1 else 0 end)`;

/**
 * Whether a version may be the one that a label under an asset names: it has that label there, or none, or nothing but a name was given.
 * What was seen under other labels alone is another version, and says nothing of this one.
 */
export const mayBeNamed = (label: SQL, asset: SQL, version: SQL) => sql`(${label} is null
  or exists (select 1 from asset_sighting ls where ls.asset_id = ${asset} and ls.asset_version_id = ${version} and ls.label = ${label})
  or not exists (select 1 from asset_sighting ls where ls.asset_id = ${asset} and ls.asset_version_id = ${version} and ls.label <> ''))`;

/**
 * True for an edge that says less than another one of the same run about the same version of an asset in the same direction. Nothing says more than a digest.
 * The run's other edges are fetched by run and direction alone (`offset 0` keeps the rest out): with the asset as a third condition PostgreSQL 18 expects
 * to skip through every version in the index, and reads all edges of that asset instead.
 */
export const lessExactThanAnother = (edge: SQL, version: SQL) => sql`(${version}.digest is null and exists (
  select 1 from (select x.asset_id, x.asset_version_id from run_asset x where x.run_id = ${edge}.run_id and x.direction = ${edge}.direction offset 0) as o
  cross join lateral (select y.digest, y.label from asset_version y where y.id = o.asset_version_id offset 0) as ov
  where o.asset_id = ${edge}.asset_id and o.asset_version_id <> ${edge}.asset_version_id
    and ${exactness(sql`ov`)} > ${exactness(version)} and ${mayBeNamed(sql`${version}.label`, sql`o.asset_id`, sql`o.asset_version_id`)}))`;

type EdgeRow = { direction: RunEdge['direction']; asset_id: string; version_id: string; namespace: string; name: string; kind: string; digest: string | null; label: string | null; size_bytes: string | null; quarantined: boolean; contradicted: boolean; facets: Record<string, unknown> | null };

/** What a run consumed and produced. The caller has checked that the run may be seen. */
export async function edgesOfRun(tx: ReadTx, id: string): Promise<RunEdge[]> {
  const { rows } = await tx.execute<EdgeRow>(sql`
    select e.direction, e.asset_id, v.id as version_id, a.namespace, a.name, a.kind, v.digest, coalesce(v.label, said.label) as label, v.size_bytes, v.state = 'quarantined' as quarantined, f.facets,
      exists (select 1 from contradiction c where c.kind = 'label_changed_digest' and c.asset_id = e.asset_id and (c.first_version_id = v.id or c.second_version_id = v.id)) as contradicted
    from run_asset e cross join lateral (select * from asset_version where id = e.asset_version_id offset 0) as v cross join lateral (select * from asset where id = e.asset_id offset 0) as a
    left join lateral (select json_object_agg(name, body) as facets from facet where subject_kind = 'run_asset' and subject_id = e.id and (body -> '_deleted') is distinct from 'true'::jsonb) f on true
    left join lateral (select s.label from asset_sighting s where s.asset_id = e.asset_id and s.asset_version_id = v.id and s.label <> '' order by (s.first_run_id = e.run_id) desc nulls last, s.first_seen_at limit 1) said on true
    where e.run_id = ${id}::uuid and not ${lessExactThanAnother(sql`e`, sql`v`)}
    order by e.direction, a.name, v.digest, v.id limit 2000`);
  return rows.map((row) => ({
    direction: row.direction, assetId: row.asset_id, versionId: row.version_id, namespace: row.namespace, name: row.name, kind: row.kind, digest: row.digest, label: row.label,
    sizeBytes: row.size_bytes === null ? null : Number(row.size_bytes), quarantined: row.quarantined, contradicted: row.contradicted, facets: row.facets ?? {},
  }));
}

export type EventRow = { digest: string; type: string; time: string; receivedAt: string; sizeBytes: number; redacted: boolean | null; removedAt: string | null; reportedBy: string };

/** Bytes are hashed to see whether secrets were removed from them; an event larger than this is not, since a page shows a hundred. */
const mostBytesToHash = 262_144;

/** The latest events of a run, and how many there are (counted up to 10,000). */
export async function eventsOfRun(tx: ReadTx, { id, firstReceivedAt, lastReceivedAt }: { readonly id: string; readonly firstReceivedAt: string; readonly lastReceivedAt: string }, limit: number): Promise<{ events: EventRow[]; count: number }> {
  // Tells the partitions in which they are. Reports that overtake each other in transactions differ by seconds; a day is ample.
  const received = sql`e.received_at between ${firstReceivedAt}::timestamptz - interval '1 day' and ${lastReceivedAt}::timestamptz + interval '1 day'`;
  const { rows } = await tx.execute<{ digest: string; event_type: string; event_time: string; received_at: string; size: number; redacted: boolean | null; removed_at: string | null; account: string }>(sql`
    select e.digest, e.event_type, e.event_time, e.received_at, octet_length(e.bytes) as size,
      case when e.bytes_removed_at is not null then false when octet_length(e.bytes) <= ${mostBytesToHash} then e.digest <> 'sha256:' || encode(sha256(e.bytes), 'hex') end as redacted, e.bytes_removed_at as removed_at, a.name as account
    from run_event e join service_account a on a.id = e.reported_by where e.run_id = ${id}::uuid and ${received} order by e.event_time desc, e.digest limit ${limit}`);
  const counted = await tx.execute<{ n: number }>(sql`select count(*)::int as n from (select 1 from run_event e where e.run_id = ${id}::uuid and ${received} limit 10000) as e`);
  return {
    events: rows.map((row) => ({ digest: row.digest, type: row.event_type, time: iso(row.event_time), receivedAt: iso(row.received_at), sizeBytes: row.size, redacted: row.redacted, removedAt: isoOrNull(row.removed_at), reportedBy: row.account })),
    count: counted.rows[0]?.n ?? 0,
  };
}

/** The stored bytes of one event of a run. */
export async function eventBytes(tx: ReadTx, runId: string, digest: string): Promise<Buffer | null> {
  const { rows } = await tx.execute<{ bytes: Buffer }>(sql`select bytes from run_event where run_id = ${runId}::uuid and digest = ${digest} and bytes_removed_at is null limit 1`);
  return rows[0]?.bytes ?? null;
}

/** The pipelines and stages there are, for filters; at most 200 of each. */
export async function pipelineNames(tx: ReadTx, teams: TeamFilter): Promise<{ pipelines: string[]; stages: string[] }> {
  const { rows } = await tx.execute<{ kind: string; name: string }>(sql`
    (select distinct 'pipeline' as kind, coalesce(j.pipeline, j.name) as name from job j where ${visibleToSql(teams, sql`j.team_id`)} order by 2 limit 200)
    union all (select distinct 'stage', j.stage from job j where j.stage is not null and ${visibleToSql(teams, sql`j.team_id`)} order by 2 limit 200)`);
  const of = (kind: string) => rows.filter((row) => row.kind === kind).map((row) => row.name);
  return { pipelines: of('pipeline'), stages: of('stage') };
}

export type ReporterRow = { readonly accountId: string; readonly name: string; readonly responsiblePersonId: string };

/** The service accounts that reported these runs, each event counted, with the people who answer for them. */
export async function reportersOf(tx: ReadTx, runIds: readonly string[]): Promise<ReporterRow[]> {
  if (runIds.length === 0) return [];
  const { rows } = await tx.execute<ReporterRow>(sql`
    select distinct a.id as "accountId", a.name, a.responsible_person_id as "responsiblePersonId" from run_event e join service_account a on a.id = e.reported_by where e.run_id = any(${uuids(runIds)})`);
  return rows;
}

/** Makes what is missing of this month's partition of events and those of the next months. */
export async function makePartitionsAhead(tx: WriteTx, months: number): Promise<string[]> {
  const { rows } = await tx.execute<{ made: string }>(sql`select made from make_event_partitions_ahead(${months}) as made`);
  return rows.map((row) => row.made);
}

/** `removedBytes`: what the removed events held. `keptEvents`: old, and a registered model or evidence has to do with them. */
export type OldEvents = { readonly oldEvents: number; readonly keptEvents: number; readonly removedEvents: number; readonly removedBytes: number };

type OldRow = { old_events: string; kept_events: string; removed_events: string; removed_bytes: string };
const oldEventsOf = (rows: readonly OldRow[]): OldEvents => ({ oldEvents: Number(rows[0]?.old_events), keptEvents: Number(rows[0]?.kept_events), removedEvents: Number(rows[0]?.removed_events), removedBytes: Number(rows[0]?.removed_bytes) });

/** At ten million runs this takes minutes. */
const patiently = sql`select set_config('statement_timeout', '3600000', true)`;

/** Counts the events received before a moment, and those whose bytes the policy would remove. */
export async function countOldEvents(tx: ReadTx, before: string): Promise<OldEvents> {
  await tx.execute(patiently);
  const { rows } = await tx.execute<OldRow>(sql`select * from old_event_bytes(${before}::timestamptz)`);
  return oldEventsOf(rows);
}

/** Empties the bytes of the events received before a moment that may go: the database itself decides which. One process at a time. */
export async function removeEventBytes(tx: WriteTx, before: string): Promise<OldEvents> {
  await tx.execute(patiently);
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('remove_event_bytes', 0))`);
  const { rows } = await tx.execute<OldRow>(sql`select * from remove_event_bytes(${before}::timestamptz)`);
  return oldEventsOf(rows);
}
