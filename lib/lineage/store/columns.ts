// The SQL of what runs said of columns: the facets on their outputs, and which versions the datasets named there were.
import { sql } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';

const uuids = (ids: readonly string[]) => sql`${sql.param([...ids])}::uuid[]`;

/** Facets with more than this many bytes stored say more of columns than can be shown. */
const mostBytes = 1_000_000;
const mostFacets = 400;

export type ColumnFacet = { readonly runId: string; readonly versionId: string | null; readonly subject: 'run_asset' | 'run_job'; readonly body: unknown };

/** The facets on these runs' outputs and jobs that speak of columns, newest first; the caller has checked that the runs may be seen. Of outputs, only those of `versionIds`. */
export async function columnFacets(tx: ReadTx, runIds: readonly string[], versionIds: readonly string[]): Promise<{ facets: readonly ColumnFacet[]; cut: boolean }> {
  if (runIds.length === 0 || versionIds.length === 0) return { facets: [], cut: false };
  const { rows } = await tx.execute<ColumnFacet>(sql`
    select * from (
      select e.run_id as "runId", e.asset_version_id as "versionId", 'run_asset' as subject, f.body, f.event_time from unnest(${uuids(runIds)}) as r (id)
      cross join lateral (select a.* from run_asset a where a.run_id = r.id and a.direction = 'output' limit 1000) as e
      join facet f on f.subject_kind = 'run_asset' and f.subject_id = e.id and f.name in ('columnLineage', 'lineage')
      where e.asset_version_id = any(${uuids(versionIds)}) and pg_column_size(f.body) <= ${mostBytes} and (f.body -> '_deleted') is distinct from 'true'::jsonb
      union all
      select f.subject_id, null, 'run_job', f.body, f.event_time from facet f
      where f.subject_kind = 'run_job' and f.subject_id = any(${uuids(runIds)}) and f.name = 'lineage' and pg_column_size(f.body) <= ${mostBytes} and (f.body -> '_deleted') is distinct from 'true'::jsonb
    ) as said order by event_time desc, "runId", "versionId" limit ${mostFacets + 1}`);
  return { facets: rows.slice(0, mostFacets), cut: rows.length > mostFacets };
}

export type NamedEdge = { readonly runId: string; readonly direction: 'input' | 'output'; readonly versionId: string; readonly namespace: string; readonly name: string };

/** What these runs consumed and produced, by name. */
export async function namedEdges(tx: ReadTx, runIds: readonly string[]): Promise<NamedEdge[]> {
  if (runIds.length === 0) return [];
  const { rows } = await tx.execute<NamedEdge>(sql`
    select e.run_id as "runId", e.direction, e.asset_version_id as "versionId", a.namespace, a.name from unnest(${uuids(runIds)}) as r (id)
    cross join lateral (select x.* from run_asset x where x.run_id = r.id limit 1000) as e join asset a on a.id = e.asset_id join asset_version v on v.id = e.asset_version_id
    order by v.digest is null, e.asset_version_id limit 20000`);
  return rows;
}
