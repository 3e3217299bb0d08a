// The SQL of names: what a team says its datasets are called elsewhere, what jobs declare, and labels that contradict each other across names.
import { prepared, type WriteTx } from '#lib/db/client.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Gathered } from '../gather.ts';
import type { Reporter } from '../store.ts';

type Known = {
  readonly jobs: ReadonlyMap<string, { readonly id: string }>;
  readonly assets: ReadonlyMap<string, { readonly id: string; readonly teamId: string }>;
};

const claimText = `
  insert into asset_symlink (asset_id, namespace, name, type, event_time)
  select asset_id, namespace, name, type, event_time from json_to_recordset($1::json) as r (asset_id uuid, namespace text, name text, type text, event_time timestamptz)
  order by asset_id, namespace collate "C", name collate "C"
  on conflict (asset_id, namespace, name) do update set type = excluded.type, event_time = excluded.event_time
    where (asset_symlink.event_time, asset_symlink.type collate "C") < (excluded.event_time, excluded.type collate "C")
  returning asset_id, xmax = 0 or exists (select 1 from asset_symlink e where e.asset_id = asset_symlink.asset_id and e.namespace = '') as news`;

/**
 * Keeps what the reporter says of names that belong to its team; of other teams' names nobody else's word counts, and it
 * stays in the event alone. Where names became one, labels that stand for two contents under them contradict each other.
 *
 * @returns ids of the contradictions that came to light.
 */
export async function claimNames(tx: WriteTx, reporter: Reporter, gathered: Gathered, known: Known): Promise<string[]> {
  const claims = [...gathered.symlinks.values()].flatMap(({ assetKey, namespace, name, type, time }) => {
    const asset = known.assets.get(assetKey);
    return asset?.teamId === reporter.teamId ? [{ asset_id: asset.id, namespace, name, type, event_time: time }] : [];
  });
  if (claims.length === 0) return [];
  const rows = await prepared<{ asset_id: string; news: boolean }>(tx, 'ingest_claim_names', claimText, [JSON.stringify(claims)]);
  const changed = [...new Set(rows.filter((row) => row.news).map((row) => row.asset_id))];
  if (changed.length === 0) return [];
  await prepared(tx, 'ingest_lock_names', 'select pg_advisory_xact_lock(4703)', []);
  return contradictAcrossNames(tx, reporter, changed);
}

const hasOtherNamesText = `select 1 as yes from unnest($1::uuid[]) as k (id) join asset as a on a.id = k.id
  where exists (select 1 from asset_symlink where asset_id = a.id) or exists (select 1 from asset_symlink where namespace = a.namespace and name = a.name) limit 1`;

// Each content under a label is set against the one that was seen first under it, under whichever of the names.
const acrossText = `
  with groups as materialized (
    select n.asset_id as start, n.same_id from asset_names($2::uuid[]) as n
  ), seen as materialized (
    select distinct on (g.start, s.label, v.id) g.start, s.label, v.id, v.digest, s.asset_id, s.first_seen_at, s.first_run_id
    from groups as g join asset_sighting as s on s.asset_id = g.same_id join asset_version as v on v.id = s.asset_version_id
    where s.label <> '' and v.digest is not null order by g.start, s.label, v.id, s.first_seen_at, s.asset_id
  ), ordered as (
    select *, first_value(id) over w as first_id, first_value(asset_id) over w as first_asset from seen window w as (partition by start, label order by first_seen_at, id)
  ), recorded as materialized (
    select g.start, c.label, c.first_version_id, c.second_version_id from groups as g join contradiction as c on c.asset_id = g.same_id where c.kind = 'label_changed_digest'
  ), differing as (
    select distinct on (o.label, o.id) o.* from ordered as o where o.id <> o.first_id and (
      not exists (select 1 from recorded as c where c.start = o.start and c.label = o.label and o.id in (c.first_version_id, c.second_version_id))
      or not exists (select 1 from recorded as c where c.start = o.start and c.label = o.label and o.first_id in (c.first_version_id, c.second_version_id)))
    order by o.label, o.id limit 200
  )
  insert into contradiction (id, team_id, kind, asset_id, label, first_version_id, second_version_id, run_id)
  select k.id, $1, 'label_changed_digest', d.asset_id, d.label, d.first_id, d.id, d.first_run_id
  from (select *, row_number() over (order by label, id) as n from differing) as d join unnest($3::uuid[]) with ordinality as k (id, n) on k.n = d.n
  on conflict do nothing returning id`;

// Which names are one cannot change meanwhile: whoever claims more waits for those who hold 4703 shared. The names are locked
// and not the assets, because one of them may be new in a transaction that is not seen yet.
const lockGroupsText = `
  with groups as materialized (select distinct n.same_id from asset_names($1::uuid[]) as n)
  select pg_advisory_xact_lock(hashtextextended(k.namespace || ' ' || k.name, 4704)) from (
    select a.namespace, a.name from groups as g join asset as a on a.id = g.same_id union select c.namespace, c.name from groups as g join asset_claim as c on c.asset_id = g.same_id order by 1, 2) as k`;

/**
 * Records the labels that stand for two contents under different names of one thing. Repeating it adds nothing.
 * Whoever adds a label under one of the names waits for those who add one under another, so two at once are seen.
 */
export async function contradictAcrossNames(tx: WriteTx, reporter: Reporter, assetIds: readonly string[]): Promise<string[]> {
  if ((await prepared(tx, 'ingest_has_other_names', hasOtherNamesText, [assetIds])).length === 0) return [];
  await prepared(tx, 'ingest_lock_groups', lockGroupsText, [assetIds]);
  const added = await prepared<{ id: string }>(tx, 'ingest_contradict_across', acrossText, [reporter.teamId, assetIds, Array.from({ length: 200 }, () => newId())]);
  return added.map((row) => row.id);
}

const declareText = `
  insert into job_asset (job_id, direction, asset_id, event_time)
  select job_id, direction, asset_id, event_time from json_to_recordset($1::json) as r (job_id uuid, direction text, asset_id uuid, event_time timestamptz)
  order by job_id, direction, asset_id
  on conflict (job_id, direction, asset_id) do update set event_time = excluded.event_time where job_asset.event_time < excluded.event_time`;

/** Keeps what jobs say they read and write, apart from what their runs did. */
export async function declare(tx: WriteTx, gathered: Gathered, known: Known): Promise<void> {
  const rows = [...gathered.declarations.values()].flatMap(({ jobKey, direction, assetKey, time }) => {
    const [job, asset] = [known.jobs.get(jobKey), known.assets.get(assetKey)];
    return job && asset ? [{ job_id: job.id, direction, asset_id: asset.id, event_time: time }] : [];
  });
  await prepared(tx, 'ingest_declare', declareText, [JSON.stringify(rows)]);
}
