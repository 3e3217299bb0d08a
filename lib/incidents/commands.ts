// Incidents: security opens one on versions or models, people write down what they find, security closes it with a reason.
import { z } from 'zod';
import { publish } from '#lib/jobs/outbox.ts';
import { announce } from '#lib/kernel/announce.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { command } from '#lib/kernel/command.ts';
import { failures, notFound } from '#lib/kernel/errors.ts';
import { digest, id, newId } from '#lib/kernel/ids.ts';
import { comparable } from '#lib/kernel/list-input.ts';
import { ok } from '#lib/kernel/result.ts';
import { teamById } from '#lib/identity/index.ts';
import type { ReadTx } from '#lib/db/client.ts';
import { incidentSeverities } from './schema.ts';
import { closeRow, incidentForUpdate, insertIncident, insertNote, insertSubjects, modelsOfTeam, versionsOfTeam, type IncidentRow } from './store.ts';

const incidentsFailure = failures<'incidents.unknown_subject' | 'incidents.closed'>();
const subjectTable = 'incident';
const words = (least: number, most: number) => z.string().trim().min(least, `say more, in at least ${least} characters`).max(most).refine(comparable, 'holds characters that are not text');
const teamOf = ({ teamId }: { readonly teamId: string }) => ({ kind: 'team' as const, teamId });

/**
 * Opens an incident. From this moment it is among the facts of every model version that it is about or that has it
 * upstream, so requests that were evaluated without it are stale. Errors: 422 `incidents.unknown_subject`.
 */
export const openIncident = command({
  name: 'incidents.openIncident',
  summary: 'Open an incident on versions or models of a team',
  input: z.strictObject({
    teamId: id,
    title: words(3, 200),
    severity: z.enum(incidentSeverities),
    reason: words(10, 4_000),
    digests: z.array(digest).max(100).default([]).describe('Versions, by their bytes: data, features, images, artifacts.'),
    models: z.array(z.string().min(1).max(200).refine(comparable, 'holds characters that are not text')).max(20).default([]).describe('Models by name, with all their versions.'),
  }).refine(({ digests, models }) => digests.length + models.length > 0, { path: ['digests'], message: 'name at least one version or model' }),
  output: z.object({ incidentId: z.string(), state: z.literal('open') }),
  permission: 'incident.manage',
  subjectTable,
  resource: async (tx, input) => ((await teamById(tx, input.teamId)) ? ok({ teamId: input.teamId }) : notFound('team')),
  scope: teamOf,
  run: async (tx, input, { teamId }, { actor }) => {
    if (actor.kind !== 'person') return notFound('team');
    const [digests, names] = [[...new Set(input.digests)], [...new Set(input.models)]];
    const versions = await versionsOfTeam(tx, teamId, digests);
    const models = await modelsOfTeam(tx, teamId, names);
    const unknown = [...digests.filter((one) => !versions.some((version) => version.digest === one)), ...names.filter((name) => !models.some((model) => model.name === name))];
    if (unknown.length > 0) return incidentsFailure('invalid', 'incidents.unknown_subject', `The team has to do with nothing called ${unknown.slice(0, 3).join(', ')}.`, { errors: unknown.slice(0, 50).map((one) => ({ path: names.includes(one) ? 'models' : 'digests', message: `${one} is not known to this team` })) });
    const row = { id: newId(), teamId, title: input.title, severity: input.severity, reason: input.reason, openedBy: actor.id };
    await insertIncident(tx, row);
    await insertSubjects(tx, [...versions.map((version) => ({ id: newId(), incidentId: row.id, assetVersionId: version.id })), ...models.map((model) => ({ id: newId(), incidentId: row.id, modelId: model.id }))]);
    await publish(tx, 'incidents.changed', { incidentId: row.id });
    announce('findings', teamId);
    announce('approvals', teamId);
    return ok(audited({ incidentId: row.id, state: 'open' as const }, { subjectTable, subjectId: row.id, teamId, reason: row.reason, after: { state: 'open', severity: row.severity, digests: versions.map((version) => version.digest), models: models.map((model) => model.id) } }));
  },
  http: { method: 'POST', path: '/api/v1/incidents', tag: 'Incidents', body: 'json', status: 201 },
});

const locked = async (tx: ReadTx, incidentId: string) => {
  const row = await incidentForUpdate(tx, incidentId);
  return row ? ok(row) : notFound('incident');
};
const closed = (row: IncidentRow) => incidentsFailure('conflict', 'incidents.closed', `This incident was closed at ${row.closedAt ?? 'an earlier moment'}. Open another one where there is more.`);

/** Writes something down about an open incident. Kept for ever. Errors: 409 `incidents.closed`. */
export const noteIncident = command({
  name: 'incidents.noteIncident',
  summary: 'Write a note on an incident',
  input: z.strictObject({ incidentId: id, text: words(3, 4_000) }),
  output: z.object({ noteId: z.string() }),
  permission: 'incident.note',
  subjectTable,
  resource: (tx, input) => locked(tx, input.incidentId),
  scope: teamOf,
  run: async (tx, input, row, { actor }) => {
    if (actor.kind !== 'person') return notFound('incident');
    if (row.state !== 'open') return closed(row);
    const note = { id: newId(), incidentId: row.id, text: input.text, writtenBy: actor.id };
    await insertNote(tx, note);
    announce('findings', row.teamId);
    return ok(audited({ noteId: note.id }, { subjectTable: 'incident_note', subjectId: note.id, teamId: row.teamId, after: { incidentId: row.id } }));
  },
  http: { method: 'POST', path: '/api/v1/incidents/{incidentId}/notes', tag: 'Incidents', body: 'json', status: 201 },
});

/** Closes an incident, with the reason why it is over. It does not open again. Errors: 409 `incidents.closed`. */
export const closeIncident = command({
  name: 'incidents.closeIncident',
  summary: 'Close an incident, with the reason',
  input: z.strictObject({ incidentId: id, reason: words(10, 4_000) }),
  output: z.object({ incidentId: z.string(), state: z.literal('closed') }),
  permission: 'incident.manage',
  subjectTable,
  resource: (tx, input) => locked(tx, input.incidentId),
  scope: teamOf,
  run: async (tx, input, row, { actor, now }) => {
    if (actor.kind !== 'person') return notFound('incident');
    if (row.state !== 'open') return closed(row);
    await closeRow(tx, row.id, { closedBy: actor.id, closedAt: now, closeReason: input.reason });
    await publish(tx, 'incidents.changed', { incidentId: row.id });
    announce('findings', row.teamId);
    announce('approvals', row.teamId);
    return ok(audited({ incidentId: row.id, state: 'closed' as const }, { subjectTable, subjectId: row.id, teamId: row.teamId, reason: input.reason, before: { state: 'open' }, after: { state: 'closed' } }));
  },
  http: { method: 'POST', path: '/api/v1/incidents/{incidentId}/close', tag: 'Incidents', body: 'json' },
});
