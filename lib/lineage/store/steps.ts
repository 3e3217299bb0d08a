// The SQL of a search: what lies beside thousands of nodes at once, read from indexes alone, within what the reader may see and as it was known at a moment.
import { sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { prepared, type ReadTx } from '#lib/db/client.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { OneWay } from '../schema.ts';
import { edgesBeyond, exactEdge } from './closure.ts';
import { labelSteps, noLabelSteps, type LabelSteps } from './labels.ts';
import { sameVersions } from './names.ts';

/** A node and one beside it. */
export type Pair = { readonly from: string; readonly to: string };
export type Stepped = { readonly pairs: readonly Pair[]; /** Some node has more beside it than its share. */ readonly cut: boolean };

const exact = new PgDialect().sqlToQuery(exactEdge(sql`e`)).sql;

// $1 nodes, $2 directions, $3 share, $4 the reader's teams, $5 the moment. Prepared: a search asks them hundreds of times. Without a digest is what an index of its own knows, which is small.
const runsText = (ofTeams: boolean, past: boolean) => `
  select v.id as "from", n.run_id as "to" from unnest($1::uuid[]) as v (id) cross join unnest($2::text[]) as d (direction) ${ofTeams ? 'cross join unnest($4::uuid[]) as t (id)' : 'cross join (select $4::uuid[]) as t (ids)'}
  cross join lateral (
    select e.run_id from run_asset e where e.asset_version_id = v.id and e.direction = d.direction ${ofTeams ? 'and e.team_id = t.id' : ''} and ${past ? 'e.first_received_at <= $5::timestamptz' : '$5::timestamptz is null'} and ${exact} order by e.run_id limit $3::int + 1
  ) as n`;
const versionsText = (past: boolean) => `
  select r.id as "from", n.asset_version_id as "to", exists (select 1 from asset_version l where l.id = n.asset_version_id and l.digest is null) as labelled
  from unnest($1::uuid[]) as r (id) cross join unnest($2::text[]) as d (direction)
  cross join lateral (
    select e.asset_version_id from run_asset e where e.run_id = r.id and e.direction = d.direction and ${past ? 'e.first_received_at <= $4::timestamptz' : '$4::timestamptz is null'} and ${exact} order by e.asset_version_id limit $3::int + 1
  ) as n`;
const someText = `select 1 as yes from asset_version where digest is null and label <> '' limit 1`;
const labelledText = `select v.id from asset_version v where v.id = any($1::uuid[]) and v.digest is null`;

/** Pairs, with those left out that are beyond a node's share. */
function within(pairs: readonly Pair[], share: number): Stepped {
  const counts = new Map<string, number>();
  let cut = false;
  const kept = pairs.filter(({ from }) => {
    const count = (counts.get(from) ?? 0) + 1;
    counts.set(from, count);
    if (count > share) cut = true;
    return count <= share;
  });
  return { pairs: kept, cut };
}

export type Steps = {
  /** Runs of the reader's teams that produced (upstream) or consumed (downstream) these versions, under all their names: at most `share` of each version, side and team. */
  readonly runsBeyond: (versionIds: readonly string[], way: OneWay, share: number) => Promise<Stepped>;
  /** The versions that these runs consumed (upstream) or produced (downstream), each by the one that stands for all that are the same: at most `share` of each run and side. */
  readonly versionsBeyond: (runIds: readonly string[], way: OneWay, share: number) => Promise<Stepped>;
};

/** The steps of one search. `starts` are the versions that it begins from; the caller has checked that they, and the runs that it begins from, may be seen. */
export async function stepsFrom(tx: ReadTx, teams: TeamFilter, asOf: string | null, starts: readonly string[]): Promise<Steps> {
  const [all, past] = [teams === 'all', asOf !== null];
  // A version under several names is asked for under all of them. Few have names at all: those without digest that the search met.
  const members = new Map<string, readonly string[]>();
  const meet = async (ids: readonly string[]) => {
    const same = await sameVersions(tx, teams, ids);
    for (const id of ids) if (same.members(id).length > 1) members.set(same.standing(id), same.members(id));
    return same.standing;
  };
  // Where nothing is known by a label alone, nothing is asked about labels.
  const loose = (await prepared(tx, 'lineage_some_labels', someText, [])).length > 0;
  const byLabel = async (ids: readonly string[]): Promise<LabelSteps> => {
    if (!loose) return noLabelSteps;
    const { steps, cut } = await labelSteps(tx, teams, ids, asOf);
    return { steps: steps.filter((step) => step.visible), cut };
  };
  if (starts.length > 0) {
    const labelled = await prepared<{ id: string }>(tx, 'lineage_labelled', labelledText, [starts]);
    if (labelled.length > 0) await meet(labelled.map(({ id }) => id));
  }
  return {
    runsBeyond: async (versionIds, way, share) => {
      if (versionIds.length === 0) return { pairs: [], cut: false };
      const asked = new Set(versionIds);
      // What is called by a label alone is asked for with each content that it names.
      const labels = await byLabel(versionIds);
      const named = labels.steps.flatMap(({ content, label, read, written }) => (asked.has(content) && (way === 'downstream' ? read : written) === 'seen' ? [{ id: content, members: [label, ...(members.get(label) ?? [])] }] : []));
      const askedFor = Map.groupBy([...versionIds.map((id) => ({ id, members: [...(members.get(id) ?? [])] })), ...named].flatMap(({ id, members: all }) => all.map((member) => ({ member, id }))), ({ member }) => member);
      const ids = askedFor.size === 0 ? versionIds : [...new Set([...versionIds, ...askedFor.keys()])];
      const rows = await prepared<Pair>(tx, `lineage_runs_beyond_${String(all)}_${String(past)}`, runsText(!all, past), [ids, edgesBeyond(way).version, share, all ? [] : teams, asOf]);
      const stepped = within(askedFor.size === 0 ? rows : rows.flatMap(({ from, to }) => [...new Set([...(asked.has(from) ? [from] : []), ...(askedFor.get(from) ?? []).map(({ id }) => id)])].map((id) => ({ from: id, to }))), share);
      return { ...stepped, cut: stepped.cut || labels.cut.size > 0 };
    },
    versionsBeyond: async (runIds, way, share) => {
      if (runIds.length === 0) return { pairs: [], cut: false };
      const rows = await prepared<Pair & { labelled: boolean }>(tx, `lineage_versions_beyond_${String(past)}`, versionsText(past), [runIds, edgesBeyond(way).run, share, asOf]);
      const labelled = rows.filter((row) => row.labelled).map((row) => row.to);
      if (labelled.length === 0) return within(rows, share);
      const standing = await meet([...new Set(labelled)]);
      // What a run knows by a label alone is each content that was seen under it, too.
      const { steps, cut } = await byLabel([...new Set(labelled)]);
      const contents = Map.groupBy(steps, (step) => step.label);
      const stepped = within(rows.flatMap(({ from, to, labelled: bare }) => [{ from, to: standing(to) }, ...(bare ? (contents.get(standing(to)) ?? []).map(({ content }) => ({ from, to: content })) : [])]), share);
      return { ...stepped, cut: stepped.cut || cut.size > 0 };
    },
  };
}

/** The planner knows neither how few nor how many nodes a step begins from; each is one look-up by index, whatever it thinks. `work` runs so. */
export async function byIndex<T>(tx: ReadTx, work: () => Promise<T>): Promise<T> {
  const settings = (state: 'on' | 'off') => sql.join(['enable_hashjoin', 'enable_mergejoin', 'enable_seqscan', 'enable_bitmapscan', 'jit'].map((name) => sql`set_config(${name}, ${state}, true)`), sql`, `);
  await tx.execute(sql`select ${settings('off')}, set_config('plan_cache_mode', 'force_generic_plan', true)`);
  try {
    return await work();
  } finally {
    await tx.execute(sql`select ${settings('on')}, set_config('plan_cache_mode', 'auto', true)`).catch(() => undefined);
  }
}
