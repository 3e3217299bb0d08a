// The SQL of walking the graph: one level at a time, set by set, within what the reader may see.
import { sql, type SQL } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';
import { visibleToSql } from '#lib/db/conditions.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import { lessExactThanAnother } from '#lib/runs/index.ts';
import type { OneWay } from '../schema.ts';

const uuids = (ids: readonly string[]) => sql`${sql.param([...ids])}::uuid[]`;

export type Link = { readonly versionId: string; readonly runId: string };

/** Each side on its own, so that an index gives its edges in order: what a run was made of (code, image, configuration) stands with its inputs. */
const consumed = sql`unnest(array['input', 'material'])`;
const produced = sql`unnest(array['output'])`;

/** On which side of a run a version stands when the walk goes this way. */
const sideOfRun = (way: OneWay) => (way === 'upstream' ? consumed : produced);
const sideOfVersion = (way: OneWay) => (way === 'upstream' ? produced : consumed);

/** The runs that produced (upstream) or consumed (downstream) each of these versions: at most `most` of each, by id from the newest. */
export async function runsBeside(tx: ReadTx, teams: TeamFilter, versionIds: readonly string[], way: OneWay, most: number): Promise<Link[]> {
  if (versionIds.length === 0) return [];
  const { rows } = await tx.execute<Link>(sql`
    select v.id as "versionId", n.run_id as "runId" from unnest(${uuids(versionIds)}) as v (id) cross join ${sideOfVersion(way)} as d (direction)
    cross join lateral (
      select distinct e.run_id from run_asset e join asset_version ev on ev.id = e.asset_version_id
      where e.asset_version_id = v.id and e.direction = d.direction and ${visibleToSql(teams, sql`e.team_id`)} and not ${lessExactThanAnother(sql`e`, sql`ev`)}
      order by e.run_id desc limit ${most}
    ) as n`);
  return rows;
}

/** The versions that each of these runs consumed (upstream) or produced (downstream). The caller has checked that the runs may be seen. */
export async function versionsBeside(tx: ReadTx, runIds: readonly string[], way: OneWay, most: number): Promise<Link[]> {
  if (runIds.length === 0) return [];
  const { rows } = await tx.execute<Link>(sql`
    select r.id as "runId", n.asset_version_id as "versionId" from unnest(${uuids(runIds)}) as r (id) cross join ${sideOfRun(way)} as d (direction)
    cross join lateral (
      select distinct e.asset_version_id from run_asset e join asset_version ev on ev.id = e.asset_version_id
      where e.run_id = r.id and e.direction = d.direction and not ${lessExactThanAnother(sql`e`, sql`ev`)}
      order by e.asset_version_id limit ${most}
    ) as n`);
  return rows;
}

export type DrawnLink = Link & { readonly direction: 'input' | 'output' | 'material' };

/** Every edge between these runs and these versions. */
export async function linksBetween(tx: ReadTx, runIds: readonly string[], versionIds: readonly string[]): Promise<DrawnLink[]> {
  if (runIds.length === 0 || versionIds.length === 0) return [];
  const { rows } = await tx.execute<DrawnLink>(sql`
    select distinct e.run_id as "runId", e.asset_version_id as "versionId", e.direction from run_asset e join asset_version ev on ev.id = e.asset_version_id
    where e.run_id = any(${uuids(runIds)}) and e.asset_version_id = any(${uuids(versionIds)}) and not ${lessExactThanAnother(sql`e`, sql`ev`)}
    order by 1, 2, 3`);
  return rows;
}

/** Of these versions, those that runs of other teams produced or consumed. */
export async function versionsWithRestrictedRuns(tx: ReadTx, teams: TeamFilter, versionIds: readonly string[]): Promise<{ versionId: string; direction: 'input' | 'output' }[]> {
  if (teams === 'all' || versionIds.length === 0) return [];
  const { rows } = await tx.execute<{ versionId: string; direction: 'input' | 'output' }>(sql`
    select v.id as "versionId", d.direction from unnest(${uuids(versionIds)}) as v (id) cross join (values ('input'), ('output')) as d (direction)
    where exists (select 1 from run_asset e where e.asset_version_id = v.id and (e.direction = 'output') = (d.direction = 'output') and not ${visibleToSql(teams, sql`e.team_id`)})`);
  return rows;
}

/** How many neighbours are counted of one node. */
export const countedAtMost = 1000;

export type Counts = { readonly id: string; readonly upstream: number; readonly downstream: number };

export async function countRunsBeside(tx: ReadTx, teams: TeamFilter, versionIds: readonly string[]): Promise<Counts[]> {
  if (versionIds.length === 0) return [];
  const count = (side: SQL) => sql`(select count(*)::int from (
    select distinct e.run_id from run_asset e join asset_version ev on ev.id = e.asset_version_id
    where e.asset_version_id = v.id and e.direction in (select ${side}) and ${visibleToSql(teams, sql`e.team_id`)} and not ${lessExactThanAnother(sql`e`, sql`ev`)} limit ${countedAtMost}) as n)`;
  const { rows } = await tx.execute<Counts>(sql`select v.id, ${count(produced)} as upstream, ${count(consumed)} as downstream from unnest(${uuids(versionIds)}) as v (id)`);
  return rows;
}

export async function countVersionsBeside(tx: ReadTx, runIds: readonly string[]): Promise<Counts[]> {
  if (runIds.length === 0) return [];
  const count = (side: SQL) => sql`(select count(*)::int from (
    select distinct e.asset_version_id from run_asset e join asset_version ev on ev.id = e.asset_version_id
    where e.run_id = r.id and e.direction in (select ${side}) and not ${lessExactThanAnother(sql`e`, sql`ev`)} limit ${countedAtMost}) as n)`;
  const { rows } = await tx.execute<Counts>(sql`select r.id, ${count(consumed)} as upstream, ${count(produced)} as downstream from unnest(${uuids(runIds)}) as r (id)`);
  return rows;
}
