// The SQL of a version's whole closure: for rules and for tracing harm, over all teams, not for showing.
import { sql, type SQL } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { prepared, type ReadTx } from '#lib/db/client.ts';
import { contentsOf, labelsOf, someLabels } from '#lib/db/labels.ts';
import { exactness, mayBeNamed } from '#lib/runs/index.ts';
import type { OneWay } from '../schema.ts';

/**
 * True for an edge that no other one of the same run about the same asset and direction outdoes: `lessExactThanAnother`, the other way
 * round. Nearly every version has a digest and is done with by one look into the small index of those that have none.
 */
export const exactEdge = (edge: SQL) => sql`not exists (
  select 1 from asset_version xv where xv.id = ${edge}.asset_version_id and xv.digest is null and exists (
    select 1 from (select x.asset_id, x.asset_version_id from run_asset x where x.run_id = ${edge}.run_id and x.direction = ${edge}.direction offset 0) as xo
    cross join lateral (select y.digest, y.label from asset_version y where y.id = xo.asset_version_id offset 0) as xw
    where xo.asset_id = ${edge}.asset_id and xo.asset_version_id <> ${edge}.asset_version_id
      and ${exactness(sql`xw`)} > ${exactness(sql`xv`)} and ${mayBeNamed(sql`xv.label`, sql`xo.asset_id`, sql`xo.asset_version_id`)}))`;

/** What a run was made of (code, image, configuration) stands with what it read. */
const consumed = ['input', 'material'] as const;
const produced = ['output'] as const;

/** The directions of the edges that lead on from a version to its runs, and from a run to its versions. */
export const edgesBeyond = (way: OneWay) => (way === 'downstream' ? { version: [...consumed], run: [...produced] } : { version: [...produced], run: [...consumed] });

const exact = new PgDialect().sqlToQuery(exactEdge(sql`e`)).sql;

// $1 the versions, $2 directions from a version, $3 from a run, $4 how many nodes. Kinds of node: 1 a run, 0 a version, 2 a version that only its label led to, from which no label leads on.
// Prepared, since planning it takes longer than walking hundreds of nodes.
const closureText = `
  with recursive reached (kind, id) as (
    select 0, v from unnest($1::uuid[]) as v
    union
    select n.kind, n.id from reached f cross join lateral (
      select 1, e.run_id from run_asset e where f.kind <> 1 and e.asset_version_id = f.id and e.direction = any($2::text[]) and ${exact}
      union all
      select 0, e.asset_version_id from run_asset e where f.kind = 1 and e.run_id = f.id and e.direction = any($3::text[]) and ${exact}
      union all
      select f.kind, same.id from asset_version labelled cross join lateral same_asset_versions(labelled.id) same where f.kind <> 1 and labelled.id = f.id and labelled.digest is null and (select exists (select 1 from asset_symlink))
      union all
      select 2, l.id from ${labelsOf('f.id')} l where f.kind = 0 and ${someLabels}
      union all
      select 0, c.id from ${contentsOf('f.id')} c where f.kind = 0 and ${someLabels}
    ) as n (kind, id)
  )
  select string_agg(id::text, ' ') filter (where kind = 1 and place <= $4::int) as runs, string_agg(id::text, ' ') filter (where kind <> 1 and place <= $4::int) as versions, count(*)::int as count
  from (select kind, id, row_number() over () as place from reached limit $4::int + 1) as found`;

const settings = (state: 'on' | 'off') => sql.join(['enable_hashjoin', 'enable_mergejoin', 'enable_seqscan', 'jit'].map((name) => sql`set_config(${name}, ${state}, true)`), sql`, `);

/**
 * Everything upstream (or downstream) of versions, under all their names and labels, themselves included: at most `most` nodes, and whether there are more.
 * What was read or written by a label alone is what was seen under that label, and the other way round; two contents of one label are never one through it.
 * One text of ids for each kind: a row for each would take longer to take apart than to find.
 */
export async function closureRows(tx: ReadTx, versionIds: readonly string[], way: OneWay, most: number): Promise<{ readonly runs: string[]; readonly versions: string[]; readonly more: boolean }> {
  const beyond = edgesBeyond(way);
  // The planner takes what a step reaches for a fixed number; each node is one look-up by index, whatever it thinks.
  await tx.execute(sql`select ${settings('off')}, set_config('plan_cache_mode', 'force_generic_plan', true)`);
  try {
    const [found] = await prepared<{ runs: string | null; versions: string | null; count: number }>(tx, 'lineage_closure', closureText, [versionIds, beyond.version, beyond.run, most]);
    const listed = (ids: string | null | undefined): string[] => (ids ? ids.split(' ') : []);
    return { runs: listed(found?.runs), versions: [...new Set(listed(found?.versions))], more: (found?.count ?? 0) > most };
  } finally {
    await tx.execute(sql`select ${settings('on')}, set_config('plan_cache_mode', 'auto', true)`).catch(() => undefined);
  }
}
