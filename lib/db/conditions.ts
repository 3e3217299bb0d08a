// Conditions that every list needs: who may see a row, and where a keyset page begins.
import { inArray, sql, type AnyColumn, type SQL } from 'drizzle-orm';
import { uuidArray } from '#lib/db/binary.ts';
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

/** Ids as one parameter. Of thousands, the driver's and PostgreSQL's work on each one's text takes longer than looking it up. */
export const uuidList = (ids: readonly string[]): SQL => sql`${(ids.length < 100 ? null : uuidArray(ids)) ?? sql.param([...ids])}::uuid[]`;

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
