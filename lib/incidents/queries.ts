// Reading incidents.
import { z } from 'zod';
import { historyView } from '#lib/audit/index.ts';
import type { ReadTx } from '#lib/db/client.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { id } from '#lib/kernel/ids.ts';
import { searchText, several, timeRange } from '#lib/kernel/list-input.ts';
import { pageInput, pageRequest, toPage } from '#lib/kernel/page.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { incidentDetail, incidentPage, incidentSeverities, incidentStates, type IncidentItem, type IncidentSubjectView } from './schema.ts';
import { incidentRows, listedIncident, notesOf, openIncidentsOn, subjectsOf, type ListedIncident } from './store.ts';

const mostNotes = 500;

function item({ incident, teamName, openerName, closerName }: ListedIncident, subjects: readonly IncidentSubjectView[]): IncidentItem {
  const { id: incidentId, teamId, title, severity, reason, state, openedBy, openedAt, closedBy, closedAt, closeReason } = incident;
  return { id: incidentId, teamId, teamName, title, severity, reason, state, subjects: [...subjects], openedBy: { id: openedBy, name: openerName }, openedAt, closedBy: closedBy === null ? null : { id: closedBy, name: closerName ?? '' }, closedAt, closeReason };
}

async function items(tx: ReadTx, rows: readonly ListedIncident[]): Promise<ReadonlyMap<string, IncidentSubjectView[]>> {
  const found = new Map<string, IncidentSubjectView[]>();
  for (const { incidentId, ...subject } of await subjectsOf(tx, rows.map(({ incident }) => incident.id))) found.set(incidentId, [...(found.get(incidentId) ?? []), subject]);
  return found;
}

export const listIncidents = query({
  name: 'incidents.listIncidents',
  summary: 'Incidents, newest first',
  input: z.strictObject({ ...pageInput, q: searchText, state: several(z.enum(incidentStates)), severity: several(z.enum(incidentSeverities)), ...timeRange, sort: z.enum(['openedAt', '-openedAt']).default('-openedAt') }),
  output: incidentPage,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const request = pageRequest(input, input.sort);
    if (!request.ok) return request;
    const rows = await incidentRows(tx, teams, { states: input.state, severities: input.severity, text: input.q, from: input.from, to: input.to }, request.value);
    const subjects = await items(tx, rows);
    return ok(toPage(rows, request.value, ({ incident }) => ({ value: incident.openedAt, id: incident.id }), (row) => item(row, subjects.get(row.incident.id) ?? [])));
  },
  http: { method: 'GET', path: '/api/v1/incidents', tag: 'Incidents', body: 'none' },
});

export const getIncident = query({
  name: 'incidents.getIncident',
  summary: 'One incident: what it is about, notes, history',
  input: z.strictObject({ incidentId: id }),
  output: incidentDetail,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const row = await listedIncident(tx, teams, input.incidentId);
    if (!row) return notFound('incident');
    const subjects = await items(tx, [row]);
    return ok({
      ...item(row, subjects.get(input.incidentId) ?? []),
      notes: (await notesOf(tx, input.incidentId, mostNotes)).map(({ id: noteId, text, writtenAt, writerId, writerName }) => ({ id: noteId, text, writtenBy: { id: writerId, name: writerName }, writtenAt })),
      history: (await historyView(tx, 'incident', input.incidentId)).map(({ number, at, action, actorName, outcome, reason }) => ({ number, at, action, actorName, outcome, reason })),
    });
  },
  http: { method: 'GET', path: '/api/v1/incidents/{incidentId}', tag: 'Incidents', body: 'none' },
});

/** Incidents open on a model or any of these versions, in words for a team: another team's words stay with that team. Sorted, each once. */
export async function openIncidentsFor(tx: ReadTx, about: { readonly teamId: string; readonly modelId: string; readonly versionIds: readonly string[] }): Promise<string[]> {
  const open = await openIncidentsOn(tx, about.versionIds, about.modelId);
  return [...new Set(open.map(({ teamId, severity, title }) => (teamId === about.teamId ? `${severity}: ${title}` : `${severity}: an incident of another team, upstream`)))].sort();
}
