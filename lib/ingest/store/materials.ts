// The SQL of filling in materials: where the work stands, and the kept events in the order of their ids.
import { sql } from 'drizzle-orm';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';

const name = 'materials';
const lowest = '00000000-0000-0000-0000-000000000000';

/** Where it stands; ids are of events, which are looked at in their order up to `until`. */
export type Progress = { readonly after: string; readonly until: string; readonly looked: number; readonly added: number; readonly withoutBytes: number; readonly finishedAt: string | null };

type Row = { after: string; until: string; looked: string; added: string; without_bytes: string; finished_at: string | null };
const progressOf = (row: Row): Progress => ({ after: row.after, until: row.until, looked: Number(row.looked), added: Number(row.added), withoutBytes: Number(row.without_bytes), finishedAt: row.finished_at === null ? null : new Date(row.finished_at).toISOString() });
const columns = sql`after, until, looked, added, without_bytes, finished_at`;

export async function readProgress(tx: ReadTx): Promise<Progress | null> {
  const { rows } = await tx.execute<Row>(sql`select ${columns} from backfill where name = ${name}`);
  return rows[0] ? progressOf(rows[0]) : null;
}

/** Begins, up to the newest event that there is now; `again` forgets what was done. Gives the row locked, so that two processes take turns. */
export async function lockProgress(tx: WriteTx, again: boolean): Promise<Progress> {
  const newest = sql`coalesce((select e.id from run_event e order by e.id desc limit 1), ${lowest}::uuid)`;
  await tx.execute(sql`insert into backfill (name, after, until) values (${name}, ${lowest}::uuid, ${newest}) on conflict (name) do nothing`);
  if (again) await tx.execute(sql`update backfill set after = ${lowest}::uuid, until = ${newest}, looked = 0, added = 0, without_bytes = 0, started_at = now(), finished_at = null where name = ${name}`);
  const { rows } = await tx.execute<Row>(sql`select ${columns} from backfill where name = ${name} for update`);
  const [row] = rows;
  if (!row) throw new Error('the work that was just begun is not there');
  return progressOf(row);
}

export async function saveProgress(tx: WriteTx, progress: Progress, finished: boolean): Promise<void> {
  await tx.execute(sql`
    update backfill set after = ${progress.after}::uuid, looked = ${progress.looked}, added = ${progress.added}, without_bytes = ${progress.withoutBytes}, finished_at = case when ${finished} then now() end where name = ${name}`);
}

export type KeptEvent = { readonly id: string; readonly kind: string; readonly runId: string | null; readonly teamId: string; readonly reportedBy: string; readonly digest: string; readonly receivedAt: string; readonly bytes: Buffer | null };

/** The next events by id: at most `most`, and no more bytes than `mostBytes` unless one event alone has more. Of what is no event of a run, and of what retention emptied, `bytes` is null. */
export async function nextEvents(tx: ReadTx, { after, until }: Pick<Progress, 'after' | 'until'>, most: number, mostBytes: number): Promise<KeptEvent[]> {
  const { rows } = await tx.execute<{ id: string; kind: string; run_id: string | null; team_id: string; reported_by: string; digest: string; received_at: string; bytes: Buffer | null }>(sql`
    with next as materialized (
      select e.id, e.received_at, octet_length(e.bytes) as size from run_event e where e.id > ${after}::uuid and e.id <= ${until}::uuid order by e.id limit ${most}
    ), fitting as materialized (
      select id, received_at from (select id, received_at, sum(size) over (order by id) - size as before from next) as n where before = 0 or before < ${mostBytes}
    )
    select e.id, e.kind, e.run_id, e.team_id, e.reported_by, e.digest, to_char(e.received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as received_at, case when e.kind = 'run' and e.bytes_removed_at is null then e.bytes end as bytes
    from fitting f join run_event e on e.id = f.id and e.received_at = f.received_at order by e.id`);
  return rows.map((row) => ({ id: row.id, kind: row.kind, runId: row.run_id, teamId: row.team_id, reportedBy: row.reported_by, digest: row.digest, receivedAt: row.received_at, bytes: row.bytes }));
}

/** How many materials are recorded of these runs. */
export async function countMaterials(tx: ReadTx, runIds: readonly string[]): Promise<number> {
  const { rows } = await tx.execute<{ count: number }>(sql`select count(*)::int as count from run_asset e where e.run_id = any(${sql.param([...runIds])}::uuid[]) and e.direction = 'material'`);
  return rows[0]?.count ?? 0;
}
