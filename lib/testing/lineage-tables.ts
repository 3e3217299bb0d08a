// What the tables of runs and lineage say, by names instead of ids and without times of receipt: equal for equal knowledge.
import type pg from 'pg';

/** In an order in which each may be emptied before what it points at. */
export const lineageTables = ['asset_symlink', 'job_asset', 'run_event', 'facet', 'run_asset', 'asset_sighting', 'contradiction', 'run', 'job', 'asset_version', 'asset'] as const;

/** Empties them. For a superuser. */
export const emptyLineage = (admin: pg.Client) => admin.query(['event_key', ...lineageTables].map((table) => `DELETE FROM ${table}`).join('; '));

const version = `(select coalesce(v.digest, a.namespace || '/' || a.name || ':' || coalesce(v.label, '?')) from asset_version v left join asset a on a.id = v.asset_id where v.id = ID)`;
const versionOf = (id: string) => version.replace('ID', id);
const assetOf = (id: string) => `(select namespace || '/' || name from asset where id = ${id})`;
const jobOf = (id: string) => `(select namespace || '/' || name from job where id = ${id})`;

const namesOf = (id: string) => `(select min(x.namespace || '/' || x.name) from asset_names(array[${id}]) n join asset x on x.id = n.same_id)`;

const dumps: Record<(typeof lineageTables)[number], string> = {
  asset_symlink: `select ${assetOf('asset_id')} as asset, namespace, name, type, event_time::text, ${namesOf('asset_id')} as names from asset_symlink`,
  job_asset: `select ${jobOf('job_id')} as job, direction, ${assetOf('asset_id')} as asset, event_time::text from job_asset`,
  run_event: `select kind, run_id, ${jobOf('job_id')} as job, event_type, event_time::text, digest, encode(bytes, 'base64') as bytes from run_event`,
  facet: `select subject_kind, case subject_kind when 'job' then ${jobOf('subject_id')} when 'asset' then ${assetOf('subject_id')}
            when 'run_asset' then (select e.run_id || ' ' || e.direction || ' ' || ${versionOf('e.asset_version_id')} || ' ' || ${assetOf('e.asset_id')} from run_asset e where e.id = subject_id) else subject_id::text end as subject,
            name, body, event_time::text, event_digest from facet`,
  run_asset: `select run_id, direction, ${versionOf('asset_version_id')} as version, ${assetOf('asset_id')} as asset from run_asset`,
  asset_sighting: `select ${assetOf('asset_id')} as asset, ${versionOf('asset_version_id')} as version, label from asset_sighting`,
  contradiction: `select kind, asset, label, array_agg(distinct version order by version) as versions from (
                    select kind, ${namesOf('asset_id')} as asset, label, ${versionOf('first_version_id')} as version from contradiction union select kind, ${namesOf('asset_id')}, label, ${versionOf('second_version_id')} from contradiction) as c group by kind, asset, label`,
  run: `select id, ${jobOf('job_id')} as job, parent_run_id, state, state_rank, case when state_rank >= 0 then state_event_time::text end as state_event_time, started_at::text, start_reported, ended_at::text from run`,
  job: `select namespace, name, pipeline, stage from job`,
  asset_version: `select ${versionOf('asset_version.id')} as version, size_bytes::text from asset_version`,
  asset: `select namespace, name, kind, ${namesOf('id')} as names from asset`,
};

/** Every row of every table, each as canonical text, sorted. */
export async function lineageDump(admin: pg.Client): Promise<Record<string, string[]>> {
  const dump: Record<string, string[]> = {};
  for (const table of lineageTables) dump[table] = (await admin.query<Record<string, unknown>>(dumps[table])).rows.map((row) => JSON.stringify(row)).sort();
  return dump;
}
