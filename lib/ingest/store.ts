// The SQL of ingestion: any number of events in a fixed, small number of statements. Rows are touched in the order of their keys,
// and tables always in the same order, so that reports that meet wait for each other and do not deadlock.
import pg from 'pg';
import { jsonbArray } from '#lib/db/binary.ts';
import { prepared, type WriteTx } from '#lib/db/client.ts';
import { newId } from '#lib/kernel/ids.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';
import type { RunState } from '#lib/runs/schema.ts';
import { endedAt, kindOrder, stateOrder } from './domain.ts';
import { nameKey, type FacetSubject, type Gathered, type GatheredJob } from './gather.ts';
import { claimNames, contradictAcrossNames, declare } from './store/names.ts';

export type Reporter = { readonly teamId: string; readonly accountId: string };

/** Another transaction won a race for a row; the kernel tries the command again, and then sees that row. */
function tryAgain(): Error {
  return Object.assign(new pg.DatabaseError('another report of the same thing came first', 0, 'error'), { code: '40001' });
}

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ');

// --- Names and versions: what is known, and what is new --------------------------------------------------------------

type KnownRun = { readonly id: string; readonly teamId: string; readonly rank: number; readonly state: RunState };
type KnownJob = { readonly id: string; readonly pipeline: string | null; readonly stage: string | null };
type KnownAsset = { readonly id: string; readonly teamId: string; readonly kind: string };
type KnownVersion = { readonly id: string; readonly sizeBytes: number | null };

type Known = {
  readonly runs: ReadonlyMap<string, KnownRun>;
  readonly events: ReadonlySet<string>;
  readonly jobs: ReadonlyMap<string, KnownJob>;
  readonly assets: ReadonlyMap<string, KnownAsset>;
  readonly versions: ReadonlyMap<string, KnownVersion>;
};

// Each look-up is a nested loop over an index, whatever the planner thinks of the tables' sizes. Where a run belongs to
// another team, nothing is added. A name that another transaction adds in this moment is missing from the answer.
const nameText = `
  with runs as materialized (
    select id, team_id, state_rank, state from run where id = any($2::uuid[])
  ), allowed as materialized (
    select not exists (select 1 from runs where team_id <> $1 and state_rank >= 0 and id = any($3::uuid[])) as yes
  ), j as materialized (
    select * from json_to_recordset($5::json) as r (n int, id uuid, namespace text, name text, pipeline text, stage text)
  ), job_found as materialized (
    select j.n, f.id, f.pipeline, f.stage from j cross join lateral (select id, pipeline, stage from job where team_id = $1 and namespace = j.namespace and name = j.name limit 1) as f
  ), job_added as (
    insert into job (id, team_id, namespace, name, pipeline, stage)
    select j.id, $1, j.namespace, j.name, j.pipeline, j.stage from j left join job_found as f on f.n = j.n where f.n is null and (select yes from allowed)
    order by j.namespace collate "C", j.name collate "C"
    on conflict do nothing returning id
  ), a as materialized (
    select * from json_to_recordset($6::json) as r (n int, id uuid, namespace text, name text, kind text)
  ), asset_found as materialized (
    select a.n, f.id, f.team_id, f.kind from a cross join lateral (select id, team_id, kind from asset where namespace = a.namespace and name = a.name limit 1) as f
  ), asset_added as (
    insert into asset (id, team_id, namespace, name, kind)
    select a.id, $1, a.namespace, a.name, a.kind from a left join asset_found as f on f.n = a.n where f.n is null and (select yes from allowed)
    order by a.namespace collate "C", a.name collate "C"
    on conflict do nothing returning id
  ), assets as (
    select n, id, team_id, kind from asset_found union all select a.n, a.id, $1, a.kind from a join asset_added as added on added.id = a.id
  ), v as materialized (
    select r.*, assets.id as asset_id from json_to_recordset($7::json) as r (n int, id uuid, digest text, asset int, label text, size_bytes bigint) left join assets on assets.n = r.asset
  ), version_found as materialized (
    select v.n, f.id, f.size_bytes from v cross join lateral (select id, size_bytes from asset_version where digest = v.digest limit 1) as f where v.digest is not null
    union all
    select v.n, f.id, f.size_bytes from v cross join lateral (select id, size_bytes from asset_version where asset_id = v.asset_id and digest is null and coalesce(label, '') = coalesce(v.label, '') limit 1) as f where v.digest is null
  ), version_added as (
    insert into asset_version (id, digest, asset_id, label, size_bytes)
    select v.id, v.digest, case when v.digest is null then v.asset_id end, v.label, v.size_bytes from v left join version_found as f on f.n = v.n
    where f.n is null and (v.digest is not null or v.asset_id is not null) and (select yes from allowed)
    order by v.digest collate "C", v.asset_id, v.label collate "C"
    on conflict do nothing returning id
  )
  select
    (select json_agg(json_build_array(id, team_id, state_rank, state)) from runs) as runs,
    (select json_agg(k.digest) from unnest($4::text[]) as k (digest) cross join lateral (select 1 from event_key where team_id = $1 and digest = decode(right(k.digest, 64), 'hex') limit 1) as e) as events,
    (select json_agg(json_build_array(n, id, pipeline, stage)) from (select n, id, pipeline, stage from job_found union all select j.n, j.id, j.pipeline, j.stage from j join job_added as added on added.id = j.id) as all_jobs) as jobs,
    (select json_agg(json_build_array(n, id, team_id, kind)) from assets) as assets,
    (select json_agg(json_build_array(n, id, size_bytes)) from (select n, id, size_bytes from version_found union all select v.n, v.id, v.size_bytes from v join version_added as added on added.id = v.id) as all_versions) as versions`;

type NameRow = {
  runs: [string, string, number, RunState][] | null;
  events: string[] | null;
  jobs: [number, string, string | null, string | null][] | null;
  assets: [number, string, string, string][] | null;
  versions: [number, string, number | null][] | null;
};

/** Looks up runs, jobs, assets and versions, and adds the jobs, assets and versions that are not there. */
async function name(tx: WriteTx, reporter: Reporter, gathered: Gathered): Promise<Known> {
  const jobs = [...gathered.jobs.values()];
  const assets = [...gathered.assets.values()];
  const versions = [...gathered.versions.values()];
  const assetNumbers = new Map(assets.map((asset, n) => [asset.key, n]));
  const runIds = [...gathered.runs.keys()];
  const [row] = await prepared<NameRow>(tx, 'ingest_name', nameText, [
    reporter.teamId, [...runIds, ...gathered.parents.keys()], runIds, gathered.events.map((event) => event.digest),
    JSON.stringify(jobs.map((job, n) => ({ n, id: newId(), namespace: job.namespace, name: job.name, ...job.placement }))),
    JSON.stringify(assets.map((asset, n) => ({ n, id: newId(), namespace: asset.namespace, name: asset.name, kind: asset.kind ?? 'dataset' }))),
    JSON.stringify(versions.map(({ digest, assetKey, label, sizeBytes }, n) => ({ n, id: newId(), digest, asset: digest === null ? assetNumbers.get(assetKey) : null, label, size_bytes: sizeBytes }))),
  ]);
  const keyed = <Value>(list: readonly { readonly key: string }[], rows: readonly (readonly [number, Value])[]): Map<string, Value> =>
    new Map(rows.flatMap(([n, value]) => {
      const key = list[n]?.key;
      return key === undefined ? [] : [[key, value]];
    }));
  return {
    runs: new Map(row?.runs?.map(([id, teamId, rank, state]) => [id, { id, teamId, rank, state }])),
    events: new Set(row?.events),
    jobs: keyed(jobs, (row?.jobs ?? []).map(([n, id, pipeline, stage]) => [n, { id, pipeline, stage }])),
    assets: keyed(assets, (row?.assets ?? []).map(([n, id, teamId, kind]) => [n, { id, teamId, kind }])),
    versions: keyed(versions, (row?.versions ?? []).map(([n, id, sizeBytes]) => [n, { id, sizeBytes }])),
  };
}

const complete = (gathered: Gathered, known: Known) => known.jobs.size === gathered.jobs.size && known.assets.size === gathered.assets.size && known.versions.size === gathered.versions.size;

const betterPlacementText = `
  update job set pipeline = r.pipeline, stage = r.stage
  from json_to_recordset($1::json) as r (id uuid, pipeline text, stage text)
  where job.id = r.id and
    (case when job.stage is not null then 2 when job.pipeline is distinct from job.name then 1 else 0 end, job.pipeline collate "C", coalesce(job.stage, '') collate "C") <
    (case when r.stage is not null then 2 when r.pipeline is distinct from job.name then 1 else 0 end, r.pipeline collate "C", coalesce(r.stage, '') collate "C")`;

const strongerKindText = `
  update asset set kind = r.kind from json_to_recordset($1::json) as r (id uuid, kind text)
  where asset.id = r.id and array_position(array[${quoted(kindOrder)}], asset.kind) < array_position(array[${quoted(kindOrder)}], r.kind)`;

const knownSizeText = `
  update asset_version set size_bytes = r.size_bytes from json_to_recordset($1::json) as r (id uuid, size_bytes bigint)
  where asset_version.id = r.id and coalesce(asset_version.size_bytes > r.size_bytes, true)`;

/** Corrects what is known of names and versions where this report knows more; seldom anything. */
async function correct(tx: WriteTx, reporter: Reporter, gathered: Gathered, known: Known): Promise<void> {
  const differs = (job: GatheredJob, stored: KnownJob) => stored.pipeline !== job.placement.pipeline || stored.stage !== job.placement.stage;
  const placements = [...gathered.jobs.values()].flatMap((job) => {
    const stored = known.jobs.get(job.key);
    return stored && differs(job, stored) ? [{ id: stored.id, ...job.placement }] : [];
  });
  if (placements.length > 0) await prepared(tx, 'ingest_better_placement', betterPlacementText, [JSON.stringify(placements.sort((a, b) => (a.id < b.id ? -1 : 1)))]);
  const kinds = [...gathered.assets.values()].flatMap((asset) => {
    const stored = known.assets.get(asset.key);
    // A name belongs to the team that first reported it; others cannot say what it is.
    return stored && asset.kind !== null && stored.kind !== asset.kind && stored.teamId === reporter.teamId ? [{ id: stored.id, kind: asset.kind }] : [];
  });
  if (kinds.length > 0) await prepared(tx, 'ingest_stronger_kind', strongerKindText, [JSON.stringify(kinds)]);
  const sizes = [...gathered.versions.values()].flatMap((version) => {
    const stored = known.versions.get(version.key);
    return stored && version.sizeBytes !== null && (stored.sizeBytes === null || stored.sizeBytes > version.sizeBytes) ? [{ id: stored.id, size_bytes: version.sizeBytes }] : [];
  });
  if (sizes.length > 0) await prepared(tx, 'ingest_known_size', knownSizeText, [JSON.stringify(sizes)]);
}

// --- Runs ------------------------------------------------------------------------------------------------------------

/** A run that only its stages name: its row says what they say, and gives way to its own first event. */
const onlyNamed = -1;

const strongerState = `(excluded.state_rank, excluded.state_event_time, array_position(array[${quoted(stateOrder)}], excluded.state)) > (run.state_rank, run.state_event_time, array_position(array[${quoted(stateOrder)}], run.state))`;
const betterStart = `run.state_rank < 0 or (not excluded.start_reported, excluded.started_at) < (not run.start_reported, run.started_at)`;

// `domain.ts` says the same of two events in memory. Rows of runs that are only named are locked here, and never overwrite.
const upsertRunsText = `
  insert into run (id, team_id, job_id, parent_run_id, state, state_rank, state_event_time, started_at, start_reported, ended_at, reported_by)
  select id, $1, job_id, parent_run_id, state, state_rank, state_event_time, started_at, start_reported, ended_at, $2
  from json_to_recordset($3::json) as r (id uuid, job_id uuid, parent_run_id uuid, state text, state_rank int, state_event_time timestamptz, started_at timestamptz, start_reported boolean, ended_at timestamptz)
  order by id
  on conflict (id) do update set
    team_id = case when run.state_rank < 0 then excluded.team_id else run.team_id end,
    reported_by = case when run.state_rank < 0 then excluded.reported_by else run.reported_by end,
    job_id = case when run.state_rank < 0 then excluded.job_id else run.job_id end,
    parent_run_id = coalesce(run.parent_run_id, excluded.parent_run_id),
    state = case when ${strongerState} then excluded.state else run.state end,
    state_rank = case when ${strongerState} then excluded.state_rank else run.state_rank end,
    state_event_time = case when ${strongerState} then excluded.state_event_time else run.state_event_time end,
    ended_at = case when ${strongerState} then excluded.ended_at else run.ended_at end,
    started_at = case when ${betterStart} then excluded.started_at else run.started_at end,
    start_reported = case when ${betterStart} then excluded.start_reported else run.start_reported end,
    last_received_at = now()
  where excluded.state_rank >= 0 and (run.team_id = excluded.team_id or run.state_rank < 0)
  returning id, job_id, parent_run_id, state, state_rank, xmax = 0 as added`;

type UpsertedRun = { id: string; job_id: string; parent_run_id: string | null; state: RunState; state_rank: number; added: boolean };

async function upsertRuns(tx: WriteTx, reporter: Reporter, gathered: Gathered, known: Known): Promise<ReadonlyMap<string, UpsertedRun>> {
  const jobId = (key: string) => known.jobs.get(key)?.id;
  const own = [...gathered.runs.values()].map((run) => ({
    id: run.id, job_id: jobId(run.job.value), parent_run_id: run.parent?.value ?? null,
    state: run.facts.state, state_rank: run.facts.rank, state_event_time: run.facts.stateTime, started_at: run.facts.startedAt, start_reported: run.facts.startReported, ended_at: endedAt(run.facts),
  }));
  const named = unreportedParents(gathered, known).map((parent) => ({
    id: parent.id, job_id: jobId(parent.job), parent_run_id: null, state: 'unknown', state_rank: onlyNamed, state_event_time: parent.time, started_at: parent.time, start_reported: false, ended_at: null,
  }));
  if (own.length + named.length === 0) return new Map();
  const rows = await prepared<UpsertedRun>(tx, 'ingest_upsert_runs', upsertRunsText, [reporter.teamId, reporter.accountId, JSON.stringify([...own, ...named])]);
  const stored = new Map(rows.map((row) => [row.id, row]));
  if (own.some((run) => !stored.has(run.id))) throw tryAgain();
  return stored;
}

const unreportedParents = (gathered: Gathered, known: Known) => [...gathered.parents.values()].filter((parent) => !gathered.runs.has(parent.id) && (known.runs.get(parent.id)?.rank ?? onlyNamed) === onlyNamed);

const lockNamedText = `select id from run where id = any($1::uuid[]) and state_rank < 0 order by id for update`;

/** The parents that never reported themselves, locked. Most are since the upsert; an event may leave out the parent that an earlier one named. */
async function lockNamedParents(tx: WriteTx, gathered: Gathered, known: Known, stored: ReadonlyMap<string, UpsertedRun>): Promise<string[]> {
  const locked = unreportedParents(gathered, known).map((parent) => parent.id);
  const others = [...new Set([...stored.values()].flatMap((run) => (run.parent_run_id !== null && !gathered.parents.has(run.parent_run_id) ? [run.parent_run_id] : [])))];
  if (others.length === 0) return locked;
  const rows = await prepared<{ id: string }>(tx, 'ingest_lock_named', lockNamedText, [others]);
  return [...locked, ...rows.map((row) => row.id)];
}

const jobOfFirstEventText = `
  update run set job_id = first.job_id
  from (select distinct on (run_id) run_id, job_id from run_event where run_id = any($1::uuid[]) and kind = 'run' order by run_id, event_time, digest collate "C") as first
  where run.id = first.run_id and run.job_id <> first.job_id`;

const parentOfLatestEventText = `
  update run set parent_run_id = latest.parent
  from (select distinct on (subject_id) subject_id, (body -> 'run' ->> 'runId')::uuid as parent
        from facet where subject_kind = 'run' and subject_id = any($1::uuid[]) and name in ('parent', 'parentRun') and (body -> 'run' ->> 'runId')::uuid <> subject_id
        order by subject_id, event_time desc, event_digest collate "C" desc, name) as latest
  where run.id = latest.subject_id and run.parent_run_id is distinct from latest.parent`;

/** Decides what two events of one run say differently: its job and its parent. Seldom anything. */
async function settleDifferences(tx: WriteTx, gathered: Gathered, known: Known, stored: ReadonlyMap<string, UpsertedRun>): Promise<void> {
  const jobs = [...gathered.runs.values()].filter((run) => [...run.jobs].some((job) => known.jobs.get(job)?.id !== stored.get(run.id)?.job_id)).map((run) => run.id);
  if (jobs.length > 0) await prepared(tx, 'ingest_job_of_first_event', jobOfFirstEventText, [jobs.sort()]);
  const parents = [...gathered.runs.values()].filter((run) => [...run.parents].some((parent) => parent !== stored.get(run.id)?.parent_run_id)).map((run) => run.id);
  if (parents.length > 0) await prepared(tx, 'ingest_parent_of_latest_event', parentOfLatestEventText, [parents.sort()]);
}

// --- Events, edges, facets -------------------------------------------------------------------------------------------

// What stands beside a run that this transaction added cannot be there yet (whoever reports the same run waits for its row), so it is
// inserted without asking; asking takes longer than inserting. The last part: a run that never reported itself is as its stages say.
// Its row and theirs were locked before.
const writeText = `
  with event as materialized (
    select r.*, decode(right(digest, 64), 'hex') as key from json_to_recordset($4::json) as r (id uuid, kind text, run_id uuid, job_id uuid, event_type text, event_time timestamptz, digest text, start int, length int)
  ), new_keys as (
    insert into event_key (digest, team_id) select key, $1 from event order by key on conflict do nothing returning digest
  ), events as (
    insert into run_event (id, team_id, kind, run_id, job_id, event_type, event_time, digest, bytes, reported_by)
    select id, $1, kind, run_id, job_id, event_type, event_time, event.digest, substring($3::bytea from start for length), $2 from event join new_keys on new_keys.digest = event.key
  ), edge as (
    select * from json_to_recordset($5::json) as r (id uuid, n int, run_id uuid, fresh boolean, direction text, asset_id uuid, asset_version_id uuid, received timestamptz)
  ), new_edges as (
    insert into run_asset (id, run_id, asset_version_id, asset_id, direction, team_id, first_received_at)
    select id, run_id, asset_version_id, asset_id, direction, $1, coalesce(received, now()) from edge where not fresh order by run_id, direction, asset_version_id, asset_id
    on conflict (run_id, direction, asset_version_id, asset_id) do nothing
  ), fresh_edges as (
    insert into run_asset (id, run_id, asset_version_id, asset_id, direction, team_id, first_received_at)
    select id, run_id, asset_version_id, asset_id, direction, $1, coalesce(received, now()) from edge where fresh order by run_id, direction, asset_version_id, asset_id
  ), sightings as (
    insert into asset_sighting (asset_id, asset_version_id, label, first_seen_at, first_run_id)
    select asset_id, asset_version_id, label, coalesce(received, now()), run_id from json_to_recordset($6::json) as r (asset_id uuid, asset_version_id uuid, label text, run_id uuid, received timestamptz)
    order by asset_id, asset_version_id, label collate "C"
    on conflict do nothing returning asset_id, asset_version_id, label, first_run_id
  ), facet_said as materialized (
    select * from rows from (json_to_recordset($7::json) as (kind text, subject_id uuid, edge int, fresh boolean, name text, event_time timestamptz, event_digest text), unnest($9::jsonb[])) as f (kind, subject_id, edge, fresh, name, event_time, event_digest, body)
  ), facets as (
    insert into facet (subject_kind, subject_id, name, body, event_time, event_digest)
    select f.kind, coalesce(f.subject_id, known.id, edge.id), f.name, f.body, f.event_time, f.event_digest
    from facet_said f left join edge on edge.n = f.edge
    left join lateral (
      select id from run_asset as a where a.run_id = edge.run_id and a.direction = edge.direction and a.asset_version_id = edge.asset_version_id and a.asset_id = edge.asset_id limit 1
    ) as known on true
    where not f.fresh order by 1, 2, 3
    on conflict (subject_kind, subject_id, name) do update set body = excluded.body, event_time = excluded.event_time, event_digest = excluded.event_digest
    where (facet.event_time, facet.event_digest collate "C") < (excluded.event_time, excluded.event_digest collate "C")
  ), fresh_facets as (
    insert into facet (subject_kind, subject_id, name, body, event_time, event_digest)
    select kind, subject_id, name, body, event_time, event_digest from facet_said where fresh order by 1, 2, 3
  ), named_runs as (
    update run as p set state = c.state, started_at = c.started_at, ended_at = c.ended_at, last_received_at = now()
    from (
      select parent_run_id, team_id, min(started_at) as started_at,
        case when bool_or(state in ('running', 'unknown')) then null else max(ended_at) end as ended_at,
        case when bool_or(state = 'failed') then 'failed' when bool_or(state = 'aborted') then 'aborted' when bool_or(state = 'running') then 'running' when bool_or(state = 'unknown') then 'unknown' else 'complete' end as state
      from run where parent_run_id = any($8::uuid[]) group by parent_run_id, team_id
    ) as c
    where p.id = c.parent_run_id and p.team_id = c.team_id and p.state_rank < 0 and (p.state, p.started_at, p.ended_at) is distinct from (c.state, c.started_at, c.ended_at)
  )
  select asset_id, label, json_agg(json_build_array(asset_version_id, first_run_id)) as versions from sightings where label <> '' group by asset_id, label`;

type NewLabel = { asset_id: string; label: string; versions: [string, string | null][] };

async function write(tx: WriteTx, reporter: Reporter, gathered: Gathered, known: Known, runs: ReadonlyMap<string, UpsertedRun>, parents: readonly string[]): Promise<NewLabel[]> {
  const assetId = (key: string) => known.assets.get(key)?.id;
  const versionId = (key: string) => known.versions.get(key)?.id;
  const fresh = (runId: string): boolean => !known.runs.has(runId) && runs.get(runId)?.added === true;
  let start = 1;
  const events = gathered.events.map(({ kind, run, job, type, time, digest, bytes }) => {
    const row = { id: newId(), kind, run_id: run?.id ?? null, job_id: job ? (known.jobs.get(nameKey(job))?.id ?? null) : null, event_type: type, event_time: time, digest, start, length: bytes.length };
    start += bytes.length;
    return row;
  });
  const edges = [...gathered.edges.values()].map((edge, n) => ({ id: newId(), n, run_id: edge.runId, fresh: fresh(edge.runId), direction: edge.direction, asset_id: assetId(edge.assetKey), asset_version_id: versionId(edge.versionKey), received: edge.receivedAt }));
  const edgeOf = new Map([...gathered.edges.keys()].map((key, n) => [key, edges[n]]));
  const sightings = [...gathered.sightings.values()].map((sighting) => ({ asset_id: assetId(sighting.assetKey), asset_version_id: versionId(sighting.versionKey), label: sighting.label, run_id: sighting.runId, received: sighting.receivedAt }));
  const subject = (of: FacetSubject): { subject_id: string | null; edge: number | null; fresh: boolean } | null => {
    switch (of.kind) {
      case 'run':
      case 'run_job':
        return { subject_id: of.runId, edge: null, fresh: fresh(of.runId) };
      case 'job':
        return { subject_id: known.jobs.get(of.jobKey)?.id ?? null, edge: null, fresh: false };
      case 'asset': {
        const asset = known.assets.get(of.assetKey);
        // A name belongs to the team that first reported it; what others say of it stays in their events.
        return asset?.teamId === reporter.teamId ? { subject_id: asset.id, edge: null, fresh: false } : null;
      }
      case 'run_asset': {
        const edge = edgeOf.get(of.edgeKey);
        return edge === undefined ? null : { subject_id: edge.fresh ? edge.id : null, edge: edge.n, fresh: edge.fresh };
      }
    }
  };
  const facets = [...gathered.facets.values()].flatMap((facet) => {
    const where = subject(facet.subject);
    return where ? [{ row: { kind: facet.subject.kind, ...where, name: facet.name, event_time: facet.said.time, event_digest: facet.said.digest }, body: facet.said.value }] : [];
  });
  return prepared<NewLabel>(tx, 'ingest_write', writeText, [
    reporter.teamId, reporter.accountId, Buffer.concat(gathered.events.map((event) => event.bytes)),
    JSON.stringify(events), JSON.stringify(edges), JSON.stringify(sightings), JSON.stringify(facets.map(({ row }) => row)),
    parents, jsonbArray(facets.map(({ body }) => body)),
  ]);
}

// --- Contradictions --------------------------------------------------------------------------------------------------

// Labels are added side by side; who claims that two names are one waits for them, and they for it (`store/names.ts`).
const lockLabelsText = `select pg_advisory_xact_lock_shared(4703), pg_advisory_xact_lock(hashtextextended(k.label || ' ' || k.asset_id, 4702)) from unnest($1::uuid[], $2::text[]) as k (asset_id, label) order by k.asset_id, k.label collate "C"`;

const contradictText = `
  insert into contradiction (id, team_id, kind, asset_id, label, first_version_id, second_version_id, run_id)
  select distinct on (r.asset_id, r.label, least(other.id, r.asset_version_id), greatest(other.id, r.asset_version_id))
    r.id, $1, 'label_changed_digest', r.asset_id, r.label, other.id, r.asset_version_id, r.run_id
  from json_to_recordset($2::json) as r (id uuid, asset_id uuid, label text, asset_version_id uuid, run_id uuid)
  join asset_version as version on version.id = r.asset_version_id and version.digest is not null
  cross join lateral (
    select v.id from asset_sighting as s join asset_version as v on v.id = s.asset_version_id
    where s.asset_id = r.asset_id and s.label = r.label and v.digest is not null and v.id <> r.asset_version_id
    order by s.first_seen_at, v.id limit 1
  ) as other
  on conflict do nothing returning id`;

/** Records each digest that appeared under a label which stood for another one. Whoever adds a label waits for those who add the same one, so two at once are seen. */
async function contradict(tx: WriteTx, reporter: Reporter, labels: readonly NewLabel[]): Promise<string[]> {
  if (labels.length === 0) return [];
  await prepared(tx, 'ingest_lock_labels', lockLabelsText, [labels.map((label) => label.asset_id), labels.map((label) => label.label)]);
  const rows = labels.flatMap(({ asset_id, label, versions }) => versions.map(([versionId, runId]) => ({ id: newId(), asset_id, label, asset_version_id: versionId, run_id: runId })));
  const added = await prepared<{ id: string }>(tx, 'ingest_contradict', contradictText, [reporter.teamId, JSON.stringify(rows)]);
  const across = await contradictAcrossNames(tx, reporter, [...new Set(labels.map((label) => label.asset_id))]);
  return [...added.map((row) => row.id), ...across];
}

// --- The whole -------------------------------------------------------------------------------------------------------

/** What storing brought to light. */
export type Stored = {
  readonly duplicates: ReadonlySet<string>;
  /** Runs that are known as failed since now. */
  readonly failedRuns: readonly string[];
  readonly contradictions: readonly string[];
  /** Runs that new events speak of. */
  readonly reportedRuns: readonly string[];
};

/**
 * Stores events. Events that are known already change nothing.
 *
 * @returns the runs that belong to other teams, with those teams, and then nothing was changed; or what was stored.
 */
export async function storeEvents(tx: WriteTx, reporter: Reporter, gathered: Gathered): Promise<Result<Stored, ReadonlyMap<string, string>>> {
  let known = await name(tx, reporter, gathered);
  const foreign = [...gathered.runs.keys()].flatMap((id) => {
    const run = known.runs.get(id);
    return run && run.rank > onlyNamed && run.teamId !== reporter.teamId ? [[id, run.teamId] as const] : [];
  });
  if (foreign.length > 0) return err(new Map(foreign));
  for (let tries = 1; !complete(gathered, known); tries += 1) {
    if (tries > 3) throw tryAgain();
    known = await name(tx, reporter, gathered);
  }
  await correct(tx, reporter, gathered, known);
  const runs = await upsertRuns(tx, reporter, gathered, known);
  const labels = await write(tx, reporter, gathered, known, runs, await lockNamedParents(tx, gathered, known, runs));
  await settleDifferences(tx, gathered, known, runs);
  const contradictions = await contradict(tx, reporter, labels);
  if (gathered.declarations.size > 0) await declare(tx, gathered, known);
  if (gathered.symlinks.size > 0) contradictions.push(...(await claimNames(tx, reporter, gathered, known)));
  return ok({
    duplicates: known.events,
    failedRuns: [...gathered.runs.keys()].filter((id) => runs.get(id)?.state === 'failed' && known.runs.get(id)?.state !== 'failed'),
    contradictions,
    reportedRuns: [...new Set(gathered.events.flatMap(({ run, digest }) => (run && !known.events.has(digest) ? [run.id] : [])))],
  });
}

