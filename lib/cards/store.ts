// SQL of cards: what they are about, their versions, and those that a decision rests on.
import { and, desc, eq, isNull, sql, type SQL } from 'drizzle-orm';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { keyset, uuidList, visibleTo, visibleToSql } from '#lib/db/conditions.ts';
import { cardVersion } from '#lib/db/schema/cards.ts';
import { asset } from '#lib/db/schema/lineage.ts';
import { model, modelVersion } from '#lib/db/schema/registry.ts';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { CardKind } from './schema.ts';

export type CardRow = typeof cardVersion.$inferSelect;

/** What a document is about. Exactly one of the three ids is set. */
export type Subject = {
  readonly kind: CardKind;
  readonly name: string;
  readonly teamId: string;
  readonly modelVersionId: string | null;
  readonly assetId: string | null;
  readonly assetVersionId: string | null;
  /** Of a model version: what a BOM would name. */
  readonly described: { readonly name: string; readonly version: number; readonly digest: string } | null;
};

export async function modelSubject(tx: ReadTx, teams: TeamFilter, name: string, version: number): Promise<Subject | null> {
  const [row] = await tx
    .select({ id: modelVersion.id, teamId: modelVersion.teamId, name: model.name, version: modelVersion.version, digest: modelVersion.digest })
    .from(modelVersion)
    .innerJoin(model, eq(model.id, modelVersion.modelId))
    .where(and(eq(model.name, name), eq(modelVersion.version, version), visibleTo(teams, modelVersion.teamId)));
  return row ? { kind: 'model_card', name: `${row.name} ${row.version}`, teamId: row.teamId, modelVersionId: row.id, assetId: null, assetVersionId: null, described: { name: row.name, version: row.version, digest: row.digest } } : null;
}

/** A dataset by its name. Its datasheet is that of the team the name belongs to, and that team's to read. */
export async function datasetSubject(tx: ReadTx, teams: TeamFilter, assetId: string): Promise<Subject | null> {
  const [row] = await tx.select({ id: asset.id, teamId: asset.teamId, name: asset.name }).from(asset).where(and(eq(asset.id, assetId), visibleTo(teams, asset.teamId)));
  return row ? { kind: 'datasheet', name: row.name, teamId: row.teamId, modelVersionId: null, assetId: row.id, assetVersionId: null, described: null } : null;
}

/** A dataset version, under the first of the reader's names for it; with the id of that name, for the fallback. */
export async function datasetVersionSubject(tx: ReadTx, teams: TeamFilter, assetVersionId: string): Promise<{ subject: Subject; nameId: string } | null> {
  const { rows } = await tx.execute<{ asset_id: string; team_id: string; name: string }>(sql`
    select a.id as asset_id, a.team_id, a.name from asset_sighting s join asset a on a.id = s.asset_id
     where s.asset_version_id = ${assetVersionId}::uuid and ${visibleToSql(teams, sql`a.team_id`)} order by s.first_seen_at, a.id limit 1`);
  const [row] = rows;
  return row ? { subject: { kind: 'datasheet', name: row.name, teamId: row.team_id, modelVersionId: null, assetId: null, assetVersionId, described: null }, nameId: row.asset_id } : null;
}

const about = ({ kind, teamId, modelVersionId, assetId, assetVersionId }: Subject): SQL | undefined =>
  and(
    eq(cardVersion.kind, kind),
    eq(cardVersion.teamId, teamId),
    modelVersionId === null ? isNull(cardVersion.modelVersionId) : eq(cardVersion.modelVersionId, modelVersionId),
    assetId === null ? isNull(cardVersion.assetId) : eq(cardVersion.assetId, assetId),
    assetVersionId === null ? isNull(cardVersion.assetVersionId) : eq(cardVersion.assetVersionId, assetVersionId),
  );

/** Documents of one subject are written one after the other. */
export const lockSubject = (tx: ReadTx, { modelVersionId, assetId, assetVersionId }: Subject) => tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`card ${modelVersionId ?? assetVersionId ?? assetId ?? ''}`}, 4711))`);

export const latestCard = async (tx: ReadTx, subject: Subject): Promise<CardRow | null> => (await tx.select().from(cardVersion).where(about(subject)).orderBy(desc(cardVersion.number)).limit(1))[0] ?? null;
export const cardByNumber = async (tx: ReadTx, subject: Subject, number: number): Promise<CardRow | null> => (await tx.select().from(cardVersion).where(and(about(subject), eq(cardVersion.number, number))))[0] ?? null;
export const insertCard = (tx: WriteTx, row: typeof cardVersion.$inferInsert) => tx.insert(cardVersion).values(row);

const summaryColumns = { id: cardVersion.id, number: cardVersion.number, digest: cardVersion.digest, source: cardVersion.source, authorKind: cardVersion.authorKind, authorId: cardVersion.authorId, note: cardVersion.note, at: cardVersion.at, facts: sql<unknown>`${cardVersion.content}::jsonb -> 'facts'` };

export function cardPage(tx: ReadTx, subject: Subject, request: PageRequest) {
  const page = keyset(cardVersion.number, cardVersion.id, request.sort.startsWith('-'), request);
  return tx.select(summaryColumns).from(cardVersion).where(and(about(subject), page.where)).orderBy(page.orderBy).limit(request.limit + 1);
}

export type KnownCard = { readonly digest: string; readonly facts: unknown };

/** The newest model card of a version, without its text. */
export async function modelCardFacts(tx: ReadTx, modelVersionId: string): Promise<KnownCard | null> {
  const [row] = await tx.select({ digest: cardVersion.digest, facts: sql<unknown>`${cardVersion.content}::jsonb -> 'facts'` }).from(cardVersion).where(and(eq(cardVersion.kind, 'model_card'), eq(cardVersion.modelVersionId, modelVersionId))).orderBy(desc(cardVersion.number)).limit(1);
  return row ?? null;
}

/**
 * For each dataset version the datasheet that speaks for it: its own, else that of a name it was seen under; written by the
 * team that the name belongs to, or by `teamId`. A version without one is not among them.
 */
export async function datasheetFacts(tx: ReadTx, teamId: string, versionIds: readonly string[]): Promise<ReadonlyMap<string, KnownCard & { readonly own: boolean }>> {
  if (versionIds.length === 0) return new Map();
  const { rows } = await tx.execute<{ version_id: string; digest: string; facts: unknown; own: boolean }>(sql`
    select distinct on (wanted.version_id) wanted.version_id, c.digest, c.content::jsonb -> 'facts' as facts, c.asset_version_id is not null as own
      from unnest(${uuidList(versionIds)}) as wanted (version_id)
      cross join lateral (select s0.asset_id from asset_sighting s0 where s0.asset_version_id = wanted.version_id offset 0) s
      cross join lateral (select a0.id, a0.team_id from asset a0 where a0.id = s.asset_id offset 0) a
      cross join lateral (
        select c0.* from card_version c0 where c0.kind = 'datasheet' and c0.asset_version_id = wanted.version_id
        union all select c0.* from card_version c0 where c0.kind = 'datasheet' and c0.asset_id = a.id
        offset 0) c
     where (select exists (select 1 from card_version where kind = 'datasheet')) and (c.team_id = a.team_id or c.team_id = ${teamId}::uuid)
     order by wanted.version_id, c.asset_version_id is null, (c.team_id <> a.team_id), c.number desc, c.id`);
  return new Map(rows.map(({ version_id, ...row }) => [version_id, row]));
}
