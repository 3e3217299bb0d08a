// The SQL of steps by label: which contents were seen under the label by which alone something else is known, within what the reader may see and as it was known at a moment.
import { sql } from 'drizzle-orm';
import { prepared, type ReadTx } from '#lib/db/client.ts';
import { visibleToSql } from '#lib/db/conditions.ts';
import { contentsOf, labelsOf, mayHaveLabels, soleContent, someLabels } from '#lib/db/labels.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import { exactEdge } from './closure.ts';
import { sameVersions } from './names.ts';

const uuids = (ids: readonly string[]) => sql`${sql.param([...ids])}::uuid[]`;

/** Of a label that stood for more contents, or a content that has more labels, so many are looked at, those that were seen last. */
const mostOfOne = 200;

/** Who used what is known by a label alone: runs of the reader's teams, or only runs of others. */
export type Use = 'seen' | 'hidden' | 'none';
/** A version with a digest and one without that was seen by the same label. */
export type LabelStep = {
  readonly content: string;
  /** The one that stands for it under all its names. */
  readonly label: string;
  /** The reader may see who gave the content this label, and by that the content. */
  readonly visible: boolean;
  /** No other content was ever seen under the label. */
  readonly sole: boolean;
  /** Whether runs read, and wrote, by the label alone. */
  readonly read: Use;
  readonly written: Use;
};

const best = (one: Use, other: Use): Use => (one === 'seen' || other === 'seen' ? 'seen' : one === 'hidden' || other === 'hidden' ? 'hidden' : 'none');

type Row = { content: string; label: string; visible: boolean; sole: boolean; read: boolean; readSeen: boolean; written: boolean; writtenSeen: boolean };

const candidatesText = `select v.id from unnest($1::uuid[]) as v (id) where ${mayHaveLabels('v.id')}`;

/** The steps by label at these versions, from either end; those without digest by the one that stands for them. */
export async function labelSteps(tx: ReadTx, teams: TeamFilter, asked: readonly string[], asOf: string | null = null): Promise<LabelStep[]> {
  if (asked.length === 0) return [];
  // What follows is long to plan and seldom needed.
  const versionIds = (await prepared<{ id: string }>(tx, 'lineage_label_candidates', candidatesText, [asked])).map(({ id }) => id);
  if (versionIds.length === 0) return [];
  const by = (column: string) => (asOf === null ? sql`` : sql`and ${sql.raw(column)} <= ${asOf}::timestamptz`);
  // A literal, since it is part of a text that is asked about each label.
  const seenThen = asOf === null ? 'true' : `sc.seen_at <= '${new Date(asOf).toISOString()}'::timestamptz`;
  const seen = teams === 'all' ? sql`true` : sql`(${visibleToSql(teams, sql`(select a.team_id from asset a where a.id = p.seen_as)`)} or exists (select 1 from run_asset ve where ve.asset_version_id = p.content and ve.asset_id = p.seen_as and ${visibleToSql(teams, sql`ve.team_id`)} ${by('ve.first_received_at')}))`;
  const used = (directions: string, ofTeams: boolean) => sql`exists (select 1 from run_asset e where e.asset_version_id = j.label and e.direction in (${sql.raw(directions)}) ${ofTeams && teams !== 'all' ? sql`and ${visibleToSql(teams, sql`e.team_id`)}` : sql``} ${by('e.first_received_at')} and ${exactEdge(sql`e`)})`;
  const { rows } = await tx.execute<Row>(sql`
    with pairs as materialized (
      select l.* from unnest(${uuids(versionIds)}) as v (id) cross join lateral (
        select v.id as content, x.id as label, x.seen_as from ${sql.raw(labelsOf('v.id'))} x where ${sql.raw(someLabels)} ${by('x.seen_at')} order by x.seen_at desc limit ${mostOfOne}) l
      where exists (select 1 from asset_version c where c.id = v.id and c.digest is not null)
      union
      select l.* from unnest(${uuids(versionIds)}) as v (id) cross join lateral (
        select x.id as content, v.id as label, x.seen_as from ${sql.raw(contentsOf('v.id'))} x where ${sql.raw(someLabels)} ${by('x.seen_at')} order by x.seen_at desc limit ${mostOfOne}) l
    ), judged as materialized (
      select j.label, ${sql.raw(soleContent('j.label', seenThen))} as sole, ${used(`'input', 'material'`, false)} as read, ${used(`'input', 'material'`, true)} as "readSeen", ${used(`'output'`, false)} as written, ${used(`'output'`, true)} as "writtenSeen"
      from (select distinct label from pairs) j
    )
    select p.content, p.label, bool_or(${seen}) as visible, j.sole, j.read, j."readSeen", j.written, j."writtenSeen" from pairs p join judged j on j.label = p.label group by 1, 2, 4, 5, 6, 7, 8 order by 1, 2`);
  if (rows.length === 0) return [];
  const { standing } = await sameVersions(tx, teams, [...new Set(rows.map(({ label }) => label))]);
  const steps = new Map<string, LabelStep>();
  for (const row of rows) {
    const label = standing(row.label);
    const known = steps.get(`${row.content} ${label}`);
    const seenBy = (any: boolean, own: boolean): Use => (own ? 'seen' : any ? 'hidden' : 'none');
    steps.set(`${row.content} ${label}`, {
      content: row.content, label, visible: row.visible || known?.visible === true, sole: row.sole,
      read: best(seenBy(row.read, row.readSeen), known?.read ?? 'none'), written: best(seenBy(row.written, row.writtenSeen), known?.written ?? 'none'),
    });
  }
  return [...steps.values()];
}

/** An edge by label as it is drawn: from what was written to what was read. Both where the label was written and read. */
export function directionsOf({ content, label, read, written }: LabelStep): { readonly from: string; readonly to: string }[] {
  return [...(read === 'seen' || written !== 'seen' ? [{ from: content, to: label }] : []), ...(written === 'seen' ? [{ from: label, to: content }] : [])];
}
