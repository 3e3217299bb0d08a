// The SQL of walking the graph: one level at a time, set by set, within what the reader may see and as it was known at a moment.
import { sql, type SQL } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';
import { mayHaveLabels } from '#lib/db/labels.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import { lessExactThanAnother } from '#lib/runs/index.ts';
import type { OneWay } from '../schema.ts';

const uuids = (ids: readonly string[]) => sql`${sql.param([...ids])}::uuid[]`;

export type Link = { readonly versionId: string; readonly runId: string };

/** On which sides of a run a version stands when the walk goes this way; what a run was made of (code, image, configuration) stands with its inputs. */
const consumed = sql`(values ('input'), ('material')) as d (direction)`;
const produced = sql`(values ('output')) as d (direction)`;
const allSides = sql`(values ('input'), ('material'), ('output')) as d (direction)`;
const sidesOfRun = (way: OneWay) => (way === 'upstream' ? consumed : produced);
const sidesOfVersion = (way: OneWay) => (way === 'upstream' ? produced : consumed);

/** Of a node with more edges than this, a question about the past looks at the first this many by id. */
const pastWindow = 5000;

/**
 * The version of an edge, looked up by its id. `offset 0` keeps the planner from joining the whole table instead, which it
 * takes for cheaper as soon as its statistics lag behind what was loaded.
 */
const versionAs = (id: SQL) => sql`cross join lateral (select v0.id, v0.digest, v0.label from asset_version v0 where v0.id = ${id} offset 0) as ev`;

/** Only what has no digest can be less exact; asking that first spares everything else a look at its run's other edges. */
const inexact = sql`(ev.digest is null and ${lessExactThanAnother(sql`e`, sql`ev`)})`;

/** One team at a time, so that an index leads to what may be seen and a crowd of what may not is never read. */
const eachTeam = (teams: TeamFilter) => (teams === 'all' ? sql`` : sql`cross join unnest(${uuids(teams)}) as t (id)`);
const ofTeam = (teams: TeamFilter) => (teams === 'all' ? sql`` : sql`and e.team_id = t.id`);

/** The edges that `where` selects, in the order of an index; of the past, within a window. */
const edges = (where: SQL, key: SQL, asOf: string | null) => (asOf === null ? sql`(select e.* from run_asset e where ${where})` : sql`(select w.* from (select e.* from run_asset e where ${where} order by ${key} limit ${pastWindow}) as w where w.first_received_at <= ${asOf}::timestamptz)`);

/** The runs that produced (upstream) or consumed (downstream) each of these versions: at most `most` of each (and of each team and side), by id from the newest. */
export async function runsBeside(tx: ReadTx, teams: TeamFilter, versionIds: readonly string[], way: OneWay, most: number, asOf: string | null = null): Promise<Link[]> {
  if (versionIds.length === 0) return [];
  const { rows } = await tx.execute<Link>(sql`
    select distinct v.id as "versionId", n.run_id as "runId" from unnest(${uuids(versionIds)}) as v (id) ${versionAs(sql`v.id`)} cross join ${sidesOfVersion(way)} ${eachTeam(teams)}
    cross join lateral (
      select distinct e.run_id from ${edges(sql`e.asset_version_id = v.id and e.direction = d.direction ${ofTeam(teams)}`, sql`e.run_id`, asOf)} as e where not ${inexact}
      order by e.run_id desc limit ${most}
    ) as n order by 2 desc`);
  return rows;
}

export type LinkToVersion = Link & { /** False where no label can lead on from the version. */ readonly labelled: boolean };

/** The versions that each of these runs consumed (upstream) or produced (downstream). The caller has checked that the runs may be seen. */
export async function versionsBeside(tx: ReadTx, runIds: readonly string[], way: OneWay, most: number, asOf: string | null = null): Promise<LinkToVersion[]> {
  if (runIds.length === 0) return [];
  const { rows } = await tx.execute<LinkToVersion>(sql`
    select distinct r.id as "runId", n.asset_version_id as "versionId", ${sql.raw(mayHaveLabels('n.asset_version_id'))} as labelled from unnest(${uuids(runIds)}) as r (id) cross join ${sidesOfRun(way)}
    cross join lateral (
      select distinct e.asset_version_id from ${edges(sql`e.run_id = r.id and e.direction = d.direction`, sql`e.asset_version_id`, asOf)} as e ${versionAs(sql`e.asset_version_id`)} where not ${inexact}
      order by e.asset_version_id limit ${most}
    ) as n order by 2`);
  return rows;
}

export type DrawnLink = Link & { readonly direction: 'input' | 'output' | 'material' };

/** The edges between these runs and these versions; of a run, its first 5,000 are looked at. Read from the runs, whose edges are few, never from a version that many runs used. */
export async function linksBetween(tx: ReadTx, runIds: readonly string[], versionIds: readonly string[], asOf: string | null = null): Promise<DrawnLink[]> {
  if (runIds.length === 0 || versionIds.length === 0) return [];
  const { rows } = await tx.execute<DrawnLink>(sql`
    select distinct e.run_id as "runId", e.asset_version_id as "versionId", e.direction from unnest(${uuids(runIds)}) as r (id)
    cross join lateral (select * from run_asset a where a.run_id = r.id limit ${pastWindow}) as e ${versionAs(sql`e.asset_version_id`)}
    where e.asset_version_id = any(${uuids(versionIds)}) ${asOf === null ? sql`` : sql`and e.first_received_at <= ${asOf}::timestamptz`} and not ${inexact}
    order by 1, 2, 3`);
  return rows;
}

const lowest = '00000000-0000-0000-0000-000000000000';
const highest = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Of these versions, those that runs of other teams produced or consumed: looked for in the gaps between the reader's teams, so that no crowd is read. */
export async function versionsWithRestrictedRuns(tx: ReadTx, teams: TeamFilter, versionIds: readonly string[], asOf: string | null = null): Promise<{ versionId: string; direction: 'input' | 'output' }[]> {
  if (teams === 'all' || versionIds.length === 0) return [];
  const sorted = [...new Set(teams)].sort();
  const edge = sql`e.asset_version_id = v.id and e.direction = d.direction and e.team_id > g.low and e.team_id < g.high`;
  const { rows } = await tx.execute<{ versionId: string; direction: 'input' | 'output' }>(sql`
    select distinct v.id as "versionId", case d.direction when 'output' then 'output' else 'input' end as direction from unnest(${uuids(versionIds)}) as v (id) cross join ${allSides}
    where exists (select 1 from unnest(${uuids([lowest, ...sorted])}, ${uuids([...sorted, highest])}) as g (low, high) where exists (select 1 from ${edges(edge, sql`e.team_id, e.run_id`, asOf)} as e))`);
  return rows;
}

/** How many neighbours are counted of one node. */
export const countedAtMost = 1000;

export type Counts = { readonly id: string; readonly upstream: number; readonly downstream: number };

export async function countRunsBeside(tx: ReadTx, teams: TeamFilter, versionIds: readonly string[], asOf: string | null = null): Promise<Counts[]> {
  if (versionIds.length === 0) return [];
  const { rows } = await tx.execute<Counts>(sql`
    select v.id, least(${countedAtMost}, coalesce(sum(n.count) filter (where d.direction = 'output'), 0))::int as upstream, least(${countedAtMost}, coalesce(sum(n.count) filter (where d.direction <> 'output'), 0))::int as downstream
    from unnest(${uuids(versionIds)}) as v (id) ${versionAs(sql`v.id`)} cross join ${allSides} ${eachTeam(teams)}
    cross join lateral (select count(*) from (
      select distinct e.run_id from ${edges(sql`e.asset_version_id = v.id and e.direction = d.direction ${ofTeam(teams)}`, sql`e.run_id`, asOf)} as e where not ${inexact} order by e.run_id limit ${countedAtMost}) as x) as n
    group by v.id`);
  return rows;
}

export async function countVersionsBeside(tx: ReadTx, runIds: readonly string[], asOf: string | null = null): Promise<Counts[]> {
  if (runIds.length === 0) return [];
  const { rows } = await tx.execute<Counts>(sql`
    select r.id, coalesce(sum(n.count) filter (where d.direction <> 'output'), 0)::int as upstream, coalesce(sum(n.count) filter (where d.direction = 'output'), 0)::int as downstream
    from unnest(${uuids(runIds)}) as r (id) cross join ${allSides}
    cross join lateral (select count(*) from (
      select distinct e.asset_version_id from ${edges(sql`e.run_id = r.id and e.direction = d.direction`, sql`e.asset_version_id`, asOf)} as e ${versionAs(sql`e.asset_version_id`)} where not ${inexact} order by e.asset_version_id limit ${countedAtMost}) as x) as n
    group by r.id`);
  return rows;
}
