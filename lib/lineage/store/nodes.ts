// The SQL of what the graph's nodes say: names, states, digests, and where a model runs now.
import { sql, type SQL } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';
import { visibleToSql } from '#lib/db/conditions.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { AssetKind } from '../schema.ts';

const iso = (value: unknown): string => new Date(value as string).toISOString();
const uuids = (ids: readonly string[]) => sql`${sql.param([...ids])}::uuid[]`;

export type RunNode = { readonly id: string; readonly name: string; readonly pipeline: string; readonly teamId: string; readonly team: string; readonly state: string; readonly startedAt: string };

/** The state that a run had by what had been received then: an end beats all else, then the newest event counts. */
const stateThen = (asOf: string | null) => asOf === null ? sql`r.state` : sql`
  case when r.last_received_at <= ${asOf}::timestamptz then r.state else coalesce((
    select case upper(ev.event_type) when 'COMPLETE' then 'complete' when 'FAIL' then 'failed' when 'ABORT' then 'aborted' else 'running' end
    from run_event ev where ev.run_id = r.id and ev.kind = 'run' and ev.received_at <= ${asOf}::timestamptz and upper(ev.event_type) in ('START', 'RUNNING', 'COMPLETE', 'FAIL', 'ABORT')
    order by upper(ev.event_type) in ('COMPLETE', 'FAIL', 'ABORT') desc, ev.event_time desc, ev.digest desc limit 1), 'unknown') end`;

export async function runNodes(tx: ReadTx, ids: readonly string[], asOf: string | null = null): Promise<RunNode[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.execute<{ id: string; name: string; pipeline: string; team_id: string; team: string; state: string; started_at: string }>(sql`
    select r.id, coalesce(j.stage, j.name) as name, coalesce(j.pipeline, j.name) as pipeline, r.team_id, t.name as team, ${stateThen(asOf)} as state, r.started_at
    from run r join job j on j.id = r.job_id join team t on t.id = r.team_id where r.id = any(${uuids(ids)})`);
  return rows.map(({ started_at, team_id, ...row }) => ({ ...row, teamId: team_id, startedAt: iso(started_at) }));
}

export type VersionNode = { readonly id: string; readonly name: string | null; readonly kind: AssetKind | null; readonly team: string | null; readonly digest: string | null; readonly label: string | null; readonly quarantined: boolean; readonly contradicted: boolean; readonly model: string | null; readonly modelVersion: number | null; readonly seenAt: string | null };

/** Versions with the most telling kind and the oldest name that the reader may see; the team is the name's own, where the reader may see it. */
export async function versionNodes(tx: ReadTx, teams: TeamFilter, ids: readonly string[], asOf: string | null = null): Promise<VersionNode[]> {
  if (ids.length === 0) return [];
  const by = (column: SQL) => (asOf === null ? sql`` : sql`and ${column} <= ${asOf}::timestamptz`);
  const { rows } = await tx.execute<Omit<VersionNode, 'modelVersion' | 'seenAt'> & { model_version: number | null; seen_at: string | null }>(sql`
    select v.id, n.name, n.kind, n.team, v.digest, coalesce(v.label, n.label) as label, v.state = 'quarantined' as quarantined, m.name as model, m.version as model_version, n.seen_at,
      exists (select 1 from contradiction c where c.first_version_id = v.id and ${visibleToSql(teams, sql`c.team_id`)} ${by(sql`c.at`)}) or exists (select 1 from contradiction c where c.second_version_id = v.id and ${visibleToSql(teams, sql`c.team_id`)} ${by(sql`c.at`)}) as contradicted
    from asset_version v
    left join lateral (
      select a.name, a.kind, nullif(s.label, '') as label, s.first_seen_at as seen_at, (select t.name from team t where t.id = a.team_id and ${visibleToSql(teams, sql`t.id`)}) as team
      from asset_sighting s join asset a on a.id = s.asset_id
      where s.asset_version_id = v.id and (${visibleToSql(teams, sql`a.team_id`)} or exists (select 1 from run_asset e where e.asset_version_id = v.id and e.asset_id = a.id and ${visibleToSql(teams, sql`e.team_id`)})) ${by(sql`s.first_seen_at`)}
      order by array_position(array['model', 'deployment', 'image', 'configuration', 'code', 'features', 'evaluation', 'report', 'dataset'], a.kind), (s.label <> '') desc, s.first_seen_at, a.name limit 1
    ) n on true
    left join lateral (
      select mo.name, mv.version from model_version mv join model mo on mo.id = mv.model_id where mv.asset_version_id = v.id and ${visibleToSql(teams, sql`mv.team_id`)} ${by(sql`mv.published_at`)} order by mv.published_at limit 1
    ) m on true
    where v.id = any(${uuids(ids)})`);
  return rows.map(({ model_version, seen_at, ...row }) => ({ ...row, modelVersion: model_version, seenAt: seen_at === null ? null : iso(seen_at) }));
}

export type DeploymentNode = { readonly id: string; readonly versionId: string; readonly environment: string; readonly endpoint: string; readonly deployedAt: string; readonly visible: boolean };

/** Where these versions run now, or ran at the moment. */
export async function deploymentNodes(tx: ReadTx, teams: TeamFilter, versionIds: readonly string[], most: number, asOf: string | null = null): Promise<DeploymentNode[]> {
  if (versionIds.length === 0) return [];
  const inForce = asOf === null ? sql`d.ended_at is null` : sql`d.deployed_at <= ${asOf}::timestamptz and (d.ended_at is null or d.ended_at > ${asOf}::timestamptz)`;
  const { rows } = await tx.execute<{ id: string; version_id: string; environment: string; endpoint: string; deployed_at: string; visible: boolean }>(sql`
    select d.id, v.id as version_id, d.environment, d.endpoint, d.deployed_at, ${visibleToSql(teams, sql`d.team_id`)} as visible
    from asset_version v join deployment d on d.digest = v.digest where v.id = any(${uuids(versionIds)}) and ${inForce} order by d.deployed_at desc, d.id limit ${most}`);
  return rows.map(({ version_id, deployed_at, ...row }) => ({ ...row, versionId: version_id, deployedAt: iso(deployed_at) }));
}

/** The version that a deployment of the reader's teams runs. */
export async function versionOfDeployment(tx: ReadTx, teams: TeamFilter, id: string): Promise<string | null> {
  const { rows } = await tx.execute<{ id: string }>(sql`select v.id from deployment d join asset_version v on v.digest = d.digest where d.id = ${id}::uuid and ${visibleToSql(teams, sql`d.team_id`)}`);
  return rows[0]?.id ?? null;
}

/** Of these runs and versions, those that had been reported by a moment. */
export async function knownBy(tx: ReadTx, asOf: string, runIds: readonly string[], versionIds: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    select id from run where id = any(${uuids(runIds)}) and first_received_at <= ${asOf}::timestamptz
    union all select id from asset_version where id = any(${uuids(versionIds)}) and created_at <= ${asOf}::timestamptz`);
  return new Set(rows.map((row) => row.id));
}

/** Under which names, and which other names of the same thing, these versions were seen. */
export async function sightingNames(tx: ReadTx, versionIds: readonly string[]): Promise<readonly { readonly versionId: string; readonly namespace: string; readonly name: string }[]> {
  const { rows } = await tx.execute<{ versionId: string; namespace: string; name: string }>(sql`
    select distinct s.asset_version_id as "versionId", a.namespace, a.name from asset_sighting s cross join lateral asset_names(array[s.asset_id]) n join asset a on a.id = n.same_id
    where s.asset_version_id = any(${uuids(versionIds)}) limit 20000`);
  return rows;
}
