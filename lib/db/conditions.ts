// Conditions that every list needs: who may see a row, and where a keyset page begins.
import { inArray, sql, type AnyColumn, type SQL } from 'drizzle-orm';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';

/** The row belongs to a team that the reader may see. */
export function visibleTo(teams: TeamFilter, teamColumn: AnyColumn): SQL {
  if (teams === 'all') return sql`true`;
  return teams.length === 0 ? sql`false` : inArray(teamColumn, [...teams]);
}

/** The same for hand-written SQL: `where ${visibleToSql(teams, sql`r.team_id`)}`. */
export function visibleToSql(teams: TeamFilter, teamColumn: SQL): SQL {
  if (teams === 'all') return sql`true`;
  return sql`${teamColumn} = any(${sql.param([...teams])}::uuid[])`;
}

/** `uuid[]` in PostgreSQL's binary form: dimensions, flags, type, length and lower bound, then each element with its length. */
function binaryUuids(ids: readonly string[]): Buffer | null {
  const digits = ids.join('').replaceAll('-', '');
  const bytes = Buffer.from(digits, 'hex');
  if (digits.length !== ids.length * 32 || bytes.length !== ids.length * 16) return null;
  const list = Buffer.alloc(20 + ids.length * 20);
  for (const [place, value] of [1, 0, 2950, ids.length, 1].entries()) list.writeInt32BE(value, place * 4);
  for (let n = 0; n < ids.length; n += 1) {
    const at = 20 + n * 20;
    list.writeInt32BE(16, at);
    bytes.copy(list, at + 4, n * 16, n * 16 + 16);
  }
  return list;
}

/** Ids as one parameter. Of thousands, the driver's and PostgreSQL's work on each one's text takes longer than looking it up. */
export const uuidList = (ids: readonly string[]): SQL => sql`${(ids.length < 100 ? null : binaryUuids(ids)) ?? sql.param([...ids])}::uuid[]`;

/**
 * The rows beyond a page's cursor and the order to read them in, for a sort by one column (never null; use coalesce) with the id as tie-breaker.
 * `descending` is the list's own order; a page towards newer rows is read the other way round, and `toPage` turns it back.
 */
export function keyset(column: SQL | AnyColumn, id: AnyColumn | SQL, descending: boolean, request: PageRequest): { where: SQL; orderBy: SQL } {
  const down = request.towards === 'older' ? descending : !descending;
  const { cursor } = request;
  return {
    where: cursor === null ? sql`true` : down ? sql`(${column}, ${id}) < (${cursor.value}, ${cursor.id})` : sql`(${column}, ${id}) > (${cursor.value}, ${cursor.id})`,
    orderBy: down ? sql`${column} desc, ${id} desc` : sql`${column} asc, ${id} asc`,
  };
}
