// The SQL of steps by label: which contents were seen under the label by which alone something else is known, within what the reader may see and as it was known at a moment.
import { sql } from 'drizzle-orm';
import { prepared, type ReadTx } from '#lib/db/client.ts';
import { visibleToSql } from '#lib/db/conditions.ts';
import { contentsOf, labelsOf, mayHaveLabels, soleContent, someLabels } from '#lib/db/labels.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import { exactEdge } from './closure.ts';
import { sameVersions } from './names.ts';

const uuids = (ids: readonly string[]) => sql`${sql.param([...ids])}::uuid[]`;

/** Of a label that stood for more contents, or a content that has more labels, so many are looked at, those that were seen last; fewer where many are asked about. */
const mostOfOne = 1_000;
const leastOfOne = 200;
const mostOfAll = 20_000;

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

export type LabelSteps = { readonly steps: readonly LabelStep[]; /** Of the versions that were asked about, those that have more. */ readonly cut: ReadonlySet<string> };

export const noLabelSteps: LabelSteps = { steps: [], cut: new Set() };

const best = (one: Use, other: Use): Use => (one === 'seen' || other === 'seen' ? 'seen' : one === 'hidden' || other === 'hidden' ? 'hidden' : 'none');

type Row = { content: string; label: string; cut: string[] | null; visible: boolean; sole: boolean; read: boolean; readSeen: boolean; written: boolean; writtenSeen: boolean };

const candidatesText = `select v.id, exists (select 1 from asset_version b where b.id = v.id and b.digest is null) as bare from unnest($1::uuid[]) as v (id) where ${mayHaveLabels('v.id')}`;

/** The steps by label at these versions, from either end; those without digest by the one that stands for them. */
export async function labelSteps(tx: ReadTx, teams: TeamFilter, asked: readonly string[], asOf: string | null = null): Promise<LabelSteps> {
  if (asked.length === 0) return noLabelSteps;
  // What follows is long to plan and seldom needed.
  const candidates = await prepared<{ id: string; bare: boolean }>(tx, 'lineage_label_candidates', candidatesText, [asked]);
  if (candidates.length === 0) return noLabelSteps;
  const bare = candidates.flatMap((candidate) => (candidate.bare ? [candidate.id] : []));
  const contents = candidates.flatMap((candidate) => (candidate.bare ? [] : [candidate.id]));
  const by = (column: string) => (asOf === null ? sql`` : sql`and ${sql.raw(column)} <= ${asOf}::timestamptz`);
  // One more is read than is told, so that it shows where there are more.
  const newestOf = (ids: readonly string[], from: string, columns: string) => {
    const most = Math.min(mostOfOne, Math.max(leastOfOne, Math.floor(mostOfAll / Math.max(1, ids.length))));
    return sql`select v.id as asked, l.content, l.label, l.seen_as, l.more from unnest(${uuids(ids)}) as v (id) cross join lateral (
        select w.*, count(*) over () > ${most} as more, row_number() over (order by w.seen_at desc, w.content desc, w.label desc) as place
        from (select ${sql.raw(columns)}, x.seen_as, x.seen_at from ${sql.raw(from)} x where ${sql.raw(someLabels)} ${by('x.seen_at')} order by x.seen_at desc, x.id desc limit ${most + 1}) w) l
      where l.place <= ${most}`;
  };
  // A literal, since it is part of a text that is asked about each label.
  const seenThen = asOf === null ? 'true' : `sc.seen_at <= '${new Date(asOf).toISOString()}'::timestamptz`;
  const seen = teams === 'all' ? sql`true` : sql`(${visibleToSql(teams, sql`(select a.team_id from asset a where a.id = p.seen_as)`)} or exists (select 1 from run_asset ve where ve.asset_version_id = p.content and ve.asset_id = p.seen_as and ${visibleToSql(teams, sql`ve.team_id`)} ${by('ve.first_received_at')}))`;
  const used = (directions: string, ofTeams: boolean) => sql`exists (select 1 from run_asset e where e.asset_version_id = j.label and e.direction in (${sql.raw(directions)}) ${ofTeams && teams !== 'all' ? sql`and ${visibleToSql(teams, sql`e.team_id`)}` : sql``} ${by('e.first_received_at')} and ${exactEdge(sql`e`)})`;
  const { rows } = await tx.execute<Row>(sql`
    with pairs as materialized (
      ${newestOf(contents, labelsOf('v.id'), 'v.id as content, x.id as label')}
      union all
      ${newestOf(bare, contentsOf('v.id'), 'x.id as content, v.id as label')}
    ), judged as materialized (
      select j.label, ${sql.raw(soleContent('j.label', seenThen))} as sole, ${used(`'input', 'material'`, false)} as read, ${used(`'input', 'material'`, true)} as "readSeen", ${used(`'output'`, false)} as written, ${used(`'output'`, true)} as "writtenSeen"
      from (select distinct label from pairs) j
    )
    select p.content, p.label, array_agg(distinct p.asked) filter (where p.more) as cut, bool_or(${seen}) as visible, j.sole, j.read, j."readSeen", j.written, j."writtenSeen" from pairs p join judged j on j.label = p.label group by 1, 2, 5, 6, 7, 8, 9 order by 1, 2`);
  if (rows.length === 0) return noLabelSteps;
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
  return { steps: [...steps.values()], cut: new Set(rows.flatMap((row) => row.cut ?? [])) };
}

/** An edge by label as it is drawn: from what was written to what was read. Both where the label was written and read. */
export function directionsOf({ content, label, read, written }: LabelStep): { readonly from: string; readonly to: string }[] {
  return [...(read === 'seen' || written !== 'seen' ? [{ from: content, to: label }] : []), ...(written === 'seen' ? [{ from: label, to: content }] : [])];
}
