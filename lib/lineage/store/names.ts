// The SQL of names: which names are one thing (docs/decisions.md), which versions are then one, and what jobs declare of them.
import { sql } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';
import { visibleToSql } from '#lib/db/conditions.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { AssetNames, DeclaredBy } from '../schema.ts';

const iso = (value: unknown): string => new Date(value as string).toISOString();
const uuids = (ids: readonly string[]) => sql`${sql.param([...ids])}::uuid[]`;

/** The ids of all names of what this name names, itself among them, in the order of the names' bytes. */
export async function idsOfNames(tx: ReadTx, assetId: string): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`select a.id from asset_names(${uuids([assetId])}) n join asset a on a.id = n.same_id order by a.namespace collate "C", a.name collate "C"`);
  return rows.map((row) => row.id);
}

const mayBeSeen = (teams: TeamFilter, alias: 'a' | 'b') => {
  const asset = sql.raw(alias);
  return teams === 'all' ? sql`true` : sql`(${visibleToSql(teams, sql`${asset}.team_id`)} or exists (select 1 from run_asset e where e.asset_id = ${asset}.id and ${visibleToSql(teams, sql`e.team_id`)}))`;
};

/** The names of a thing as far as the reader may see them, and what was claimed of this name, in force or not. */
export async function namesOfAsset(tx: ReadTx, teams: TeamFilter, assetId: string, ids: readonly string[]): Promise<AssetNames> {
  const same = await tx.execute<{ id: string; namespace: string; name: string; team: string }>(sql`
    select a.id, a.namespace, a.name, t.name as team from asset a join team t on t.id = a.team_id where a.id = any(${uuids(ids)}) and ${mayBeSeen(teams, 'a')} order by a.namespace collate "C", a.name collate "C" limit 200`);
  const own = await tx.execute<{ namespace: string; name: string; type: string; asset_id: string | null }>(sql`
    select c.namespace, c.name, c.type, b.id as asset_id from asset_claim c left join asset b on b.namespace = c.namespace and b.name = c.name and ${mayBeSeen(teams, 'b')}
    where c.asset_id = ${assetId}::uuid order by c.namespace, c.name limit 200`);
  const others = await tx.execute<{ id: string; namespace: string; name: string; team: string; type: string }>(sql`
    select b.id, b.namespace, b.name, t.name as team, c.type from asset a join asset_claim c on c.namespace = a.namespace and c.name = a.name join asset b on b.id = c.asset_id join team t on t.id = b.team_id
    where a.id = ${assetId}::uuid and b.id <> all(${uuids(ids)}) and ${mayBeSeen(teams, 'b')} order by b.namespace, b.name limit 50`);
  const joined = new Set(ids);
  return {
    sameAs: same.rows.map((row) => ({ assetId: row.id, namespace: row.namespace, name: row.name, team: row.team })),
    claims: own.rows.map((row) => ({ namespace: row.namespace, name: row.name, type: row.type, assetId: row.asset_id, standing: row.asset_id === null ? 'not_reported' : joined.has(row.asset_id) ? 'same' : 'not_confirmed' })),
    claimedBy: others.rows.map((row) => ({ assetId: row.id, namespace: row.namespace, name: row.name, team: row.team, type: row.type })),
  };
}

/** Versions without digest that are one version, because their names are one and their labels equal. */
export type SameVersions = {
  /** All of them, itself first where it stands for the others. */
  readonly members: (id: string) => readonly string[];
  /** The one that stands for them: under a name that the reader may see, then by the names' bytes. */
  readonly standing: (id: string) => string;
};

/** Which of these versions are one; of most the answer is themselves. */
export async function sameVersions(tx: ReadTx, teams: TeamFilter, ids: readonly string[]): Promise<SameVersions> {
  if (ids.length === 0) return { members: (id) => [id], standing: (id) => id };
  const { rows } = await tx.execute<{ id: string; same: string[] }>(sql`
    select v.id, array_agg(w.id order by ${teams === 'all' ? sql`true` : visibleToSql(teams, sql`b.team_id`)} desc, b.namespace collate "C", b.name collate "C") as same
    from asset_version v join asset a on a.id = v.asset_id
    cross join lateral asset_names(array[v.asset_id]) n
    join asset b on b.id = n.same_id join asset_version w on w.asset_id = n.same_id and w.digest is null and coalesce(w.label, '') = coalesce(v.label, '')
    where v.id = any(${uuids(ids)}) and v.digest is null and exists (select 1 from asset_symlink)
      and (exists (select 1 from asset_symlink s where s.asset_id = a.id) or exists (select 1 from asset_symlink s where s.namespace = a.namespace and s.name = a.name))
    group by v.id having count(*) > 1`);
  const known = new Map(rows.map((row) => [row.id, row.same]));
  return { members: (id) => known.get(id) ?? [id], standing: (id) => known.get(id)?.[0] ?? id };
}

type DeclaredRow = { job_id: string; namespace: string; name: string; pipeline: string | null; team: string; direction: 'input' | 'output'; event_time: string; has_run: boolean };

/** The jobs that declare to read or write these names, newest word first. */
export async function declaredBy(tx: ReadTx, teams: TeamFilter, assetIds: readonly string[]): Promise<DeclaredBy[]> {
  const { rows } = await tx.execute<DeclaredRow>(sql`
    select distinct on (d.event_time, j.namespace, j.name, d.direction) j.id as job_id, j.namespace, j.name, j.pipeline, t.name as team, d.direction, d.event_time, exists (select 1 from run r where r.job_id = j.id) as has_run
    from job_asset d join job j on j.id = d.job_id join team t on t.id = j.team_id
    where d.asset_id = any(${uuids(assetIds)}) and ${visibleToSql(teams, sql`j.team_id`)} order by d.event_time desc, j.namespace, j.name, d.direction limit 100`);
  return rows.map((row) => ({ jobId: row.job_id, namespace: row.namespace, name: row.name, team: row.team, direction: row.direction, at: iso(row.event_time), hasRun: row.has_run }));
}
