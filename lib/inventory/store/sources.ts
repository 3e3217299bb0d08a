// SQL of data sources: what people write and decide about them.
import { and, desc, eq, sql } from 'drizzle-orm';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { dataSource, dataSourceDecision, dataSourceRevision } from '#lib/db/schema/inventory.ts';
import { person, roleGrant, team } from '#lib/db/schema/identity.ts';

export type SourceRow = typeof dataSource.$inferSelect;

const first = <Row>(rows: readonly Row[]): Row | null => rows[0] ?? null;

export const teamById = async (tx: ReadTx, id: string): Promise<{ id: string; name: string } | null> => first(await tx.select({ id: team.id, name: team.name }).from(team).where(eq(team.id, id)));

/** Sources of a team are written one after the other, so that no name is of two. */
export const lockTeamSources = (tx: ReadTx, teamId: string) => tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`data sources ${teamId}`}, 4706))`);

export const sourceForUpdate = async (tx: ReadTx, id: string): Promise<SourceRow | null> => first(await tx.select().from(dataSource).where(eq(dataSource.id, id)).for('update'));
export const sourceById = async (tx: ReadTx, id: string): Promise<SourceRow | null> => first(await tx.select().from(dataSource).where(eq(dataSource.id, id)));

export const insertSource = (tx: WriteTx, row: typeof dataSource.$inferInsert) => tx.insert(dataSource).values(row);
export const updateSource = (tx: WriteTx, id: string, change: Partial<typeof dataSource.$inferInsert>) => tx.update(dataSource).set({ ...change, changes: sql`${dataSource.changes} + 1` }).where(eq(dataSource.id, id));
export const insertRevision = (tx: WriteTx, row: typeof dataSourceRevision.$inferInsert) => tx.insert(dataSourceRevision).values(row);
export const insertDecision = (tx: WriteTx, row: typeof dataSourceDecision.$inferInsert) => tx.insert(dataSourceDecision).values(row);

export async function countOfTeam(tx: ReadTx, teamId: string): Promise<number> {
  const { rows } = await tx.execute<{ count: number }>(sql`select count(*)::int as count from data_source where team_id = ${teamId}`);
  return rows[0]?.count ?? 0;
}

export const sourceNamed = async (tx: ReadTx, teamId: string, name: string): Promise<{ id: string } | null> => first(await tx.select({ id: dataSource.id }).from(dataSource).where(and(eq(dataSource.teamId, teamId), sql`lower(${dataSource.name}) = lower(${name})`)));

/** Another source of the team that claims one of these names, word for word. */
export async function claimant(tx: ReadTx, teamId: string, exceptId: string | null, names: readonly { namespace: string; name: string; prefix: boolean }[]): Promise<{ sourceName: string; namespace: string; name: string } | null> {
  const { rows } = await tx.execute<{ sourceName: string; namespace: string; name: string }>(sql`
    select s.name as "sourceName", n ->> 'namespace' as namespace, n ->> 'name' as name
    from data_source s cross join lateral jsonb_array_elements(s.names) n
    join json_to_recordset(${JSON.stringify(names)}::json) as w (namespace text, name text, prefix boolean) on w.namespace = n ->> 'namespace' and w.name = n ->> 'name' and w.prefix = (n ->> 'prefix')::boolean
    where s.team_id = ${teamId}::uuid and s.id is distinct from ${exceptId}::uuid limit 1`);
  return first(rows);
}

/** The person is active, and holds a role in the team or for the organisation. */
export async function isOfTeam(tx: ReadTx, personId: string, teamId: string): Promise<boolean> {
  const rows = await tx.select({ id: person.id }).from(person).innerJoin(roleGrant, eq(roleGrant.personId, person.id))
    .where(and(eq(person.id, personId), eq(person.state, 'active'), sql`${roleGrant.revokedAt} is null and (${roleGrant.teamId} is null or ${roleGrant.teamId} = ${teamId})`)).limit(1);
  return rows.length > 0;
}

/** Whether the person wrote any of what is approved since the latest approval. */
export async function wroteSinceApproval(tx: ReadTx, sourceId: string, personId: string): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select 1 from data_source_revision r where r.source_id = ${sourceId} and r.author_id = ${personId}
      and r.at > coalesce((select max(d.at) from data_source_decision d where d.source_id = ${sourceId} and d.verdict = 'approved'), '-infinity'::timestamptz) limit 1`);
  return rows.length > 0;
}

export type HistoryRow = { id: string; what: 'written' | 'approved' | 'withdrawn'; personId: string; personName: string; at: string; reason: string | null; expiresAt: string | null; contentDigest: string; content: Record<string, unknown> | null };

/** What was written and decided about a source, newest first; at most fifty. */
export async function historyOf(tx: ReadTx, sourceId: string): Promise<HistoryRow[]> {
  const written = await tx.select({ id: dataSourceRevision.id, personId: person.id, personName: person.displayName, at: dataSourceRevision.at, contentDigest: dataSourceRevision.contentDigest, content: dataSourceRevision.content })
    .from(dataSourceRevision).innerJoin(person, eq(person.id, dataSourceRevision.authorId)).where(eq(dataSourceRevision.sourceId, sourceId)).orderBy(desc(dataSourceRevision.at), desc(dataSourceRevision.id)).limit(50);
  const decided = await tx.select({ id: dataSourceDecision.id, what: dataSourceDecision.verdict, personId: person.id, personName: person.displayName, at: dataSourceDecision.at, reason: dataSourceDecision.reason, expiresAt: dataSourceDecision.expiresAt, contentDigest: dataSourceDecision.contentDigest })
    .from(dataSourceDecision).innerJoin(person, eq(person.id, dataSourceDecision.personId)).where(eq(dataSourceDecision.sourceId, sourceId)).orderBy(desc(dataSourceDecision.at), desc(dataSourceDecision.id)).limit(50);
  const all: HistoryRow[] = [...written.map((row) => ({ ...row, what: 'written' as const, reason: null, expiresAt: null })), ...decided.map((row) => ({ ...row, what: row.what === 'approved' ? ('approved' as const) : ('withdrawn' as const), content: null }))];
  return all.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.id < b.id ? 1 : -1)).slice(0, 50);
}

export async function namesOfPeople(tx: ReadTx, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.execute<{ id: string; name: string }>(sql`select id, display_name as name from person where id = any(${sql.param([...ids])}::uuid[])`);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Approvals that ended and were not acted on yet; at most `most`. */
export async function unnoticedExpiries(tx: ReadTx, most: number): Promise<{ id: string }[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    select id from data_source where coalesce(expires_at, '9999-12-31 00:00:00+00'::timestamptz) <= now() and state = 'approved' and expiry_noticed_for is distinct from expires_at
    order by coalesce(expires_at, '9999-12-31 00:00:00+00'::timestamptz), id limit ${most}`);
  return rows;
}

export const noteExpiry = (tx: WriteTx, id: string) => tx.execute(sql`update data_source set expiry_noticed_for = expires_at where id = ${id} and state = 'approved' and expires_at <= now() and expiry_noticed_for is distinct from expires_at`);
