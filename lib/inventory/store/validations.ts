// SQL of validation results about versions.
import { and, desc, eq, getTableColumns, sql } from 'drizzle-orm';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { dataValidation } from '#lib/db/schema/inventory.ts';
import { person, serviceAccount } from '#lib/db/schema/identity.ts';
import { visibleTo } from '#lib/db/conditions.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';

export type ValidationRow = typeof dataValidation.$inferSelect;

/** Adds a result; null where the team sent the same bytes about this version before. */
export async function insertValidation(tx: WriteTx, row: typeof dataValidation.$inferInsert): Promise<{ id: string } | null> {
  const [inserted] = await tx.insert(dataValidation).values(row).onConflictDoNothing().returning({ id: dataValidation.id });
  return inserted ?? null;
}

export async function validationByDigest(tx: ReadTx, teamId: string, assetVersionId: string, digest: string): Promise<{ id: string } | null> {
  const [row] = await tx.select({ id: dataValidation.id }).from(dataValidation).where(and(eq(dataValidation.teamId, teamId), eq(dataValidation.assetVersionId, assetVersionId), eq(dataValidation.digest, digest)));
  return row ?? null;
}

/** Results about a version, newest first; at most twenty. */
export async function validationsOf(tx: ReadTx, teams: TeamFilter, assetVersionId: string): Promise<(Omit<ValidationRow, 'bytes'> & { accountName: string | null; personName: string | null })[]> {
  const { bytes: _, ...columns } = getTableColumns(dataValidation);
  return tx.select({ ...columns, accountName: serviceAccount.name, personName: person.displayName }).from(dataValidation)
    .leftJoin(serviceAccount, eq(serviceAccount.id, dataValidation.serviceAccountId)).leftJoin(person, eq(person.id, dataValidation.personId))
    .where(and(eq(dataValidation.assetVersionId, assetVersionId), visibleTo(teams, dataValidation.teamId))).orderBy(desc(dataValidation.receivedAt), desc(dataValidation.id)).limit(20);
}

/** The team that a person's word about a version counts for: that of the name it was first seen under, among those that the person may see. */
export async function teamOfVersion(tx: ReadTx, teams: TeamFilter, assetVersionId: string): Promise<string | null> {
  const condition = teams === 'all' ? sql`true` : sql`a.team_id = any(${sql.param([...teams])}::uuid[])`;
  const { rows } = await tx.execute<{ teamId: string }>(sql`
    select a.team_id as "teamId" from asset_sighting s join asset a on a.id = s.asset_id where s.asset_version_id = ${assetVersionId} and ${condition} order by s.first_seen_at, a.id limit 1`);
  return rows[0]?.teamId ?? null;
}

/** The teams whose runs used a version, of those that the reader may see. */
export async function teamsOfVersion(tx: ReadTx, teams: TeamFilter, assetVersionId: string, most: number): Promise<string[]> {
  const condition = teams === 'all' ? sql`true` : sql`t.id = any(${sql.param([...teams])}::uuid[])`;
  const { rows } = await tx.execute<{ id: string }>(sql`
    select t.id from team t where ${condition} and exists (select 1 from run_asset e where e.asset_version_id = ${assetVersionId} and e.team_id = t.id) order by t.id limit ${most}`);
  return rows.map(({ id }) => id);
}
