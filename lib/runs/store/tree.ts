// The SQL of the tree of runs: ancestors, and children level by level, each bounded.
import { sql } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';
import { visibleToSql } from '#lib/db/conditions.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { RunState } from '../schema.ts';
import { iso, uuids } from '../store.ts';

/** The ids from a run up to its farthest visible ancestor, the run first; a circle of parents is walked once. */
export async function ancestorsOf(tx: ReadTx, teams: TeamFilter, runId: string, most: number): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    with recursive up (id, parent_run_id, n) as (
      select r.id, r.parent_run_id, 0 from run r where r.id = ${runId}::uuid and ${visibleToSql(teams, sql`r.team_id`)}
      union all select r.id, r.parent_run_id, up.n + 1 from up join run r on r.id = up.parent_run_id where up.n < ${most} and ${visibleToSql(teams, sql`r.team_id`)}
    ) select id from up order by n`);
  return [...new Set(rows.map(({ id }) => id))];
}

/** The first children of each of these runs, in the order in which they began. */
export async function childrenOf(tx: ReadTx, teams: TeamFilter, parentIds: readonly string[], most: number): Promise<{ id: string; parentId: string }[]> {
  if (parentIds.length === 0) return [];
  const { rows } = await tx.execute<{ id: string; parent_id: string }>(sql`
    select c.id, p.id as parent_id from unnest(${uuids(parentIds)}) with ordinality as p (id, n)
    cross join lateral (select r.id, r.started_at from run r where r.parent_run_id = p.id and ${visibleToSql(teams, sql`r.team_id`)} order by r.started_at, r.id limit ${most}) c
    order by p.n, c.started_at, c.id`);
  return rows.map(({ id, parent_id }) => ({ id, parentId: parent_id }));
}

/** The nominal start times that runs tell in the standard facet. */
export async function nominalTimes(tx: ReadTx, runIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (runIds.length === 0) return new Map();
  const { rows } = await tx.execute<{ id: string; time: string }>(sql`
    select subject_id as id, left(body ->> 'nominalStartTime', 100) as time from facet where subject_kind = 'run' and name = 'nominalTime' and subject_id = any(${uuids(runIds)}) and body ->> 'nominalStartTime' is not null`);
  return new Map(rows.map(({ id, time }) => [id, time]));
}

export type NearbyRun = { readonly id: string; readonly state: RunState; readonly startedAt: string; readonly endedAt: string | null };

/** Runs of the same job and team around one run in time: as many before as after it, and itself. `alone`: only those without a parent. */
export async function runsOfSameJob(tx: ReadTx, teams: TeamFilter, runId: string, each: number, alone: boolean): Promise<NearbyRun[]> {
  const side = (down: boolean) => sql`(
    select r.* from run r, me where r.job_id = me.job_id and (r.started_at, r.id) ${down ? sql`<` : sql`>`} (me.started_at, me.id) and ${visibleToSql(teams, sql`r.team_id`)}
    order by ${down ? sql`r.started_at desc, r.id desc` : sql`r.started_at, r.id`} limit ${each})`;
  const { rows } = await tx.execute<{ id: string; state: RunState; started_at: string; ended_at: string | null }>(sql`
    with me as materialized (select * from run r where r.id = ${runId}::uuid and ${visibleToSql(teams, sql`r.team_id`)})
    select id, state, started_at, ended_at from (select * from me union all ${side(true)} union all ${side(false)}) as near where ${alone ? sql`parent_run_id is null` : sql`true`} order by started_at, id`);
  return rows.map((row) => ({ id: row.id, state: row.state, startedAt: iso(row.started_at), endedAt: row.ended_at === null ? null : iso(row.ended_at) }));
}

/** A text that two runs share exactly if they name the same versions of the same assets as inputs; no entry for a run without inputs. */
export async function inputKeys(tx: ReadTx, runIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (runIds.length === 0) return new Map();
  const { rows } = await tx.execute<{ id: string; key: string }>(sql`
    select e.run_id as id, md5(string_agg(e.asset_id::text || ' ' || e.asset_version_id::text, ',' order by e.asset_id, e.asset_version_id)) as key
    from run_asset e where e.run_id = any(${uuids(runIds)}) and e.direction = 'input' group by e.run_id`);
  return new Map(rows.map(({ id, key }) => [id, key]));
}
