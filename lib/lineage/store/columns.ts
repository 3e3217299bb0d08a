// The SQL of what was said of columns: the facets on runs' outputs and jobs, and on names without a run; and which versions the datasets named there were.
import { sql, type SQL } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';
import { visibleToSql } from '#lib/db/conditions.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';

const uuids = (ids: readonly string[]) => sql`${sql.param([...ids])}::uuid[]`;
const texts = (values: readonly string[]) => sql`${sql.param([...values])}::text[]`;

/** A facet that is larger than this as it is stored says more of columns than can be shown. */
const mostBytes = 1_000_000;
const mostFacets = 400;
/** As text, all facets of one answer together. What is stored is packed, so that its size says little. */
const mostText = 12_000_000;

export type FacetName = 'columnLineage' | 'lineage' | 'schema';
/** `versionId` null: of a job, which tells of its targets by name. `runId` null: said of names by events without a run. */
export type ColumnFacet = { readonly runId: string | null; readonly versionId: string | null; readonly by: 'run' | 'name' | 'job'; readonly name: FacetName; readonly body: unknown };

type Found = Omit<ColumnFacet, 'body'> & { readonly kind: string; readonly subject: string };

/** Loads facets a few at a time, until they are too many or too large together; `unpacked` is what a facet came to as text. */
async function withBodies(tx: ReadTx, found: readonly Found[]): Promise<{ facets: readonly ColumnFacet[]; cut: boolean }> {
  const facets: ColumnFacet[] = [];
  let [at, room, piece] = [0, mostText, 8];
  const most = Math.min(found.length, mostFacets);
  while (at < most && room > 0) {
    const next = found.slice(at, Math.min(most, at + piece));
    const { rows } = await tx.execute<{ n: string; text: string }>(sql`
      select k.n, f.body::text as text from unnest(${texts(next.map((one) => one.kind))}, ${uuids(next.map((one) => one.subject))}, ${texts(next.map((one) => one.name))}) with ordinality as k (kind, id, name, n)
      join facet f on f.subject_kind = k.kind and f.subject_id = k.id and f.name = k.name`);
    const size = rows.reduce((sum, row) => sum + row.text.length, 0);
    for (const row of rows.toSorted((a, b) => Number(a.n) - Number(b.n))) {
      const one = next[Number(row.n) - 1];
      if (one) facets.push({ runId: one.runId, versionId: one.versionId, by: one.by, name: one.name, body: JSON.parse(row.text) as unknown });
    }
    at += next.length;
    room -= size;
    // Small ones, as nearly all are, come in larger pieces.
    piece = size < 20_000 * next.length ? Math.min(100, piece * 2) : 8;
  }
  return { facets, cut: at < found.length };
}

const standing = sql`pg_column_size(f.body) <= ${mostBytes} and (f.body -> '_deleted') is distinct from 'true'::jsonb`;

/** The facets on these runs, their outputs and jobs that speak of columns, newest first; the caller has checked that the runs may be seen. Of outputs, only those of `versionIds`. */
export async function columnFacets(tx: ReadTx, runIds: readonly string[], versionIds: readonly string[]): Promise<{ facets: readonly ColumnFacet[]; cut: boolean }> {
  if (runIds.length === 0 || versionIds.length === 0) return { facets: [], cut: false };
  const { rows } = await tx.execute<Found>(sql`
    select "runId", "versionId", 'run' as by, kind, subject, name from (
      select e.run_id as "runId", e.asset_version_id as "versionId", f.subject_kind as kind, f.subject_id as subject, f.name, f.event_time from unnest(${uuids(runIds)}) as r (id)
      cross join lateral (select a.* from run_asset a where a.run_id = r.id and a.direction = 'output' limit 1000) as e
      join facet f on f.subject_kind = 'run_asset' and f.subject_id = e.id and f.name in ('columnLineage', 'lineage', 'schema')
      where e.asset_version_id = any(${uuids(versionIds)}) and ${standing}
      union all
      select f.subject_id, null, f.subject_kind, f.subject_id, f.name, f.event_time from facet f
      where f.subject_kind in ('run_job', 'run') and f.subject_id = any(${uuids(runIds)}) and f.name = 'lineage' and ${standing}
    ) as said order by event_time desc, "runId", "versionId", name limit ${mostFacets + 1}`);
  return withBodies(tx, rows);
}

/** Names that the reader may see: of the reader's teams, or used by a run of theirs. */
const nameVisible = (teams: TeamFilter, asset: SQL) =>
  teams === 'all' ? sql`true` : sql`(${visibleToSql(teams, sql`${asset}.team_id`)} or exists (select 1 from run_asset ne where ne.asset_id = ${asset}.id and ${visibleToSql(teams, sql`ne.team_id`)}))`;

/**
 * What events without a run say of the columns of these versions' names, under all the names of each: facets of the names (dataset events, and job events on
 * their outputs), and the `lineage` facet of jobs that declare to write them. Only of names and jobs that the reader may see.
 */
export async function columnFacetsOfNames(tx: ReadTx, teams: TeamFilter, versionIds: readonly string[]): Promise<{ facets: readonly ColumnFacet[]; cut: boolean }> {
  if (versionIds.length === 0) return { facets: [], cut: false };
  const { rows } = await tx.execute<Found>(sql`
    with seen as materialized (
      select distinct v.id as version_id, s.asset_id from unnest(${uuids(versionIds)}) as v (id) cross join lateral (select x.asset_id from asset_sighting x where x.asset_version_id = v.id limit 50) as s
    ), named as materialized (
      select distinct seen.version_id, a.id, a.team_id from seen cross join lateral asset_names(array[seen.asset_id]) n join asset a on a.id = n.same_id where ${nameVisible(teams, sql`a`)} limit 5000
    )
    select null::uuid as "runId", "versionId", by, kind, subject, name from (
      select n.version_id as "versionId", 'name' as by, f.subject_kind as kind, f.subject_id as subject, f.name, f.event_time
      from named n join facet f on f.subject_kind = 'asset' and f.subject_id = n.id and f.name in ('columnLineage', 'lineage', 'schema') where ${standing}
      union all
      select n.version_id, 'job', f.subject_kind, f.subject_id, f.name, f.event_time
      from named n cross join lateral (select d.job_id from job_asset d where d.asset_id = n.id and d.direction = 'output' limit 50) as d join job j on j.id = d.job_id and ${visibleToSql(teams, sql`j.team_id`)}
      join facet f on f.subject_kind = 'job' and f.subject_id = j.id and f.name = 'lineage' where ${standing}
    ) as said order by event_time desc, "versionId", subject, name limit ${mostFacets + 1}`);
  return withBodies(tx, rows);
}

export type NamedEdge = { readonly runId: string; readonly direction: 'input' | 'output' | 'material'; readonly versionId: string; readonly assetId: string; readonly namespace: string; readonly name: string; readonly exact: boolean };

/** What these runs consumed and produced, by name. `exact`: known by digest. */
export async function namedEdges(tx: ReadTx, runIds: readonly string[]): Promise<NamedEdge[]> {
  if (runIds.length === 0) return [];
  const { rows } = await tx.execute<NamedEdge>(sql`
    select e.run_id as "runId", e.direction, e.asset_version_id as "versionId", e.asset_id as "assetId", a.namespace, a.name, v.digest is not null as exact from unnest(${uuids(runIds)}) as r (id)
    cross join lateral (select x.* from run_asset x where x.run_id = r.id limit 1000) as e join asset a on a.id = e.asset_id join asset_version v on v.id = e.asset_version_id
    order by v.digest is null, e.asset_version_id limit 20000`);
  return rows;
}

export type NameKey = { readonly namespace: string; readonly name: string };

/** Which names these are too: ids of all names of the same thing, also of a name that no event spoke of but that teams say is another name of theirs. */
export async function namesCalled(tx: ReadTx, names: readonly NameKey[]): Promise<readonly (NameKey & { readonly assetId: string })[]> {
  if (names.length === 0) return [];
  const asked = sql`unnest(${texts(names.map((one) => one.namespace))}, ${texts(names.map((one) => one.name))}) as k (namespace, name)`;
  const { rows } = await tx.execute<NameKey & { assetId: string }>(sql`
    select k.namespace, k.name, n.same_id as "assetId" from ${asked} join asset a on a.namespace = k.namespace and a.name = k.name cross join lateral asset_names(array[a.id]) n
    union
    select k.namespace, k.name, n.same_id from ${asked} join asset_claim c on c.namespace = k.namespace and c.name = k.name cross join lateral asset_names(array[c.asset_id]) n
    where not exists (select 1 from asset a where a.namespace = k.namespace and a.name = k.name) limit 20000`);
  return rows;
}

/** Of these names, those that are assets which the reader may see. */
export async function visibleAssets(tx: ReadTx, teams: TeamFilter, names: readonly NameKey[]): Promise<readonly (NameKey & { readonly assetId: string })[]> {
  if (names.length === 0) return [];
  const { rows } = await tx.execute<NameKey & { assetId: string }>(sql`
    select a.namespace, a.name, a.id as "assetId" from unnest(${texts(names.map((one) => one.namespace))}, ${texts(names.map((one) => one.name))}) as k (namespace, name)
    join asset a on a.namespace = k.namespace and a.name = k.name where ${nameVisible(teams, sql`a`)}`);
  return rows;
}
