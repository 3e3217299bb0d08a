// SQL of incidents.
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { keyset, uuidList, visibleTo } from '#lib/db/conditions.ts';
import { incident, incidentNote, incidentSubject } from '#lib/db/schema/assurance.ts';
import { person, team } from '#lib/db/schema/identity.ts';
import { model } from '#lib/db/schema/registry.ts';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { IncidentItem, IncidentSubjectView } from './schema.ts';

export type IncidentRow = typeof incident.$inferSelect;
const first = <Row>(rows: readonly Row[]): Row | null => rows[0] ?? null;

export const incidentForUpdate = async (tx: ReadTx, id: string): Promise<IncidentRow | null> => first(await tx.select().from(incident).where(eq(incident.id, id)).for('update'));
export const insertIncident = (tx: WriteTx, row: typeof incident.$inferInsert) => tx.insert(incident).values(row);
export const insertSubjects = (tx: WriteTx, rows: (typeof incidentSubject.$inferInsert)[]) => tx.insert(incidentSubject).values(rows);
export const insertNote = (tx: WriteTx, row: typeof incidentNote.$inferInsert) => tx.insert(incidentNote).values(row);
export const closeRow = (tx: WriteTx, id: string, change: Pick<IncidentRow, 'closedBy' | 'closedAt' | 'closeReason'>) => tx.update(incident).set({ ...change, state: 'closed' }).where(eq(incident.id, id));

/** Versions with these digests that a run or a model of the team has to do with. */
export async function versionsOfTeam(tx: ReadTx, teamId: string, digests: readonly string[]): Promise<{ id: string; digest: string }[]> {
  if (digests.length === 0) return [];
  const { rows } = await tx.execute<{ id: string; digest: string }>(sql`
    select v.id, v.digest from asset_version v where v.digest = any(${sql.param([...digests])}::text[])
      and (exists (select 1 from run_asset e where e.asset_version_id = v.id and e.team_id = ${teamId}::uuid) or exists (select 1 from model_version m where m.asset_version_id = v.id and m.team_id = ${teamId}::uuid))`);
  return rows;
}

export const modelsOfTeam = (tx: ReadTx, teamId: string, names: readonly string[]): Promise<{ id: string; name: string }[]> =>
  names.length === 0 ? Promise.resolve([]) : tx.select({ id: model.id, name: model.name }).from(model).where(and(eq(model.teamId, teamId), inArray(model.name, [...names])));

export type OpenIncident = { readonly id: string; readonly teamId: string; readonly severity: string; readonly title: string };

/**
 * Incidents open on any of these versions (by their bytes, or by the model of which they are a version) or on the model.
 * One statement, whatever the number of versions.
 */
export async function openIncidentsOn(tx: ReadTx, versionIds: readonly string[], modelId: string): Promise<OpenIncident[]> {
  const { rows } = await tx.execute<OpenIncident>(sql`
    with reached as materialized (select distinct id from unnest(${uuidList(versionIds)}) as id),
      about as (select s.incident_id from incident i join incident_subject s on s.incident_id = i.id
        where i.state = 'open' and (s.model_id = ${modelId}::uuid or s.asset_version_id in (select id from reached)
          or s.model_id in (select m.model_id from model_version m join reached r on r.id = m.asset_version_id)))
    select i.id, i.team_id as "teamId", i.severity, i.title from incident i where i.id in (select incident_id from about) order by i.id limit 200`);
  return rows;
}

const opener = alias(person, 'opener');
const closer = alias(person, 'closer');

const listed = (tx: ReadTx) =>
  tx
    .select({ incident, teamName: team.name, openerName: opener.displayName, closerName: closer.displayName })
    .from(incident)
    .innerJoin(team, eq(team.id, incident.teamId))
    .innerJoin(opener, eq(opener.id, incident.openedBy))
    .leftJoin(closer, eq(closer.id, incident.closedBy));
export type ListedIncident = Awaited<ReturnType<typeof listed>>[number];

const escaped = (text: string) => text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
export type IncidentFilters = { readonly states?: readonly IncidentItem['state'][] | undefined; readonly severities?: readonly IncidentItem['severity'][] | undefined; readonly text?: string | undefined; readonly from?: string | undefined; readonly to?: string | undefined };

export function incidentRows(tx: ReadTx, teams: TeamFilter, filters: IncidentFilters, request: PageRequest): Promise<ListedIncident[]> {
  const page = keyset(incident.openedAt, incident.id, request.sort.startsWith('-'), request);
  return listed(tx)
    .where(
      and(
        visibleTo(teams, incident.teamId),
        filters.states?.length ? inArray(incident.state, [...filters.states]) : undefined,
        filters.severities?.length ? inArray(incident.severity, [...filters.severities]) : undefined,
        filters.text ? sql`(${incident.title} ilike ${`%${escaped(filters.text)}%`} or ${incident.reason} ilike ${`%${escaped(filters.text)}%`})` : undefined,
        filters.from === undefined ? undefined : sql`${incident.openedAt} >= ${filters.from}::timestamptz`,
        filters.to === undefined ? undefined : sql`${incident.openedAt} < ${filters.to}::timestamptz`,
        page.where,
      ),
    )
    .orderBy(page.orderBy)
    .limit(request.limit + 1);
}

export const listedIncident = async (tx: ReadTx, teams: TeamFilter, id: string): Promise<ListedIncident | null> => first(await listed(tx).where(and(eq(incident.id, id), visibleTo(teams, incident.teamId))));

/** What incidents are about, with a name under which the incident's own team knows it. */
export async function subjectsOf(tx: ReadTx, incidentIds: readonly string[]): Promise<(IncidentSubjectView & { incidentId: string })[]> {
  if (incidentIds.length === 0) return [];
  const { rows } = await tx.execute<{ incidentId: string; assetVersionId: string | null; digest: string | null; modelName: string | null; name: string | null; quarantined: boolean | null }>(sql`
    select s.incident_id as "incidentId", s.asset_version_id as "assetVersionId", v.digest, m.name as "modelName", v.state = 'quarantined' as quarantined,
      coalesce(m.name, (select o.name || ' ' || mv.version from model_version mv join model o on o.id = mv.model_id where mv.asset_version_id = s.asset_version_id and mv.team_id = i.team_id order by mv.published_at limit 1),
        (select a.name from run_asset e join asset a on a.id = e.asset_id where e.asset_version_id = s.asset_version_id and e.team_id = i.team_id order by e.first_received_at, a.name limit 1)) as name
    from incident_subject s join incident i on i.id = s.incident_id left join asset_version v on v.id = s.asset_version_id left join model m on m.id = s.model_id
    where s.incident_id = any(${sql.param([...incidentIds])}::uuid[]) order by s.incident_id, s.id`);
  return rows.map(({ incidentId, assetVersionId, digest, modelName, name, quarantined }) => ({ incidentId, kind: assetVersionId === null ? 'model' : 'version', assetVersionId, digest, modelName, name: name ?? digest ?? 'a version', quarantined: quarantined === true }));
}

export const notesOf = (tx: ReadTx, incidentId: string, most: number) =>
  tx.select({ id: incidentNote.id, text: incidentNote.text, writtenAt: incidentNote.writtenAt, writerId: incidentNote.writtenBy, writerName: person.displayName })
    .from(incidentNote).innerJoin(person, eq(person.id, incidentNote.writtenBy)).where(eq(incidentNote.incidentId, incidentId)).orderBy(asc(incidentNote.writtenAt), asc(incidentNote.id)).limit(most);
