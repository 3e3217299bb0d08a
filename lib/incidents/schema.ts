// Wire types of incidents; safe for the browser.
import { z } from 'zod';
import { pageOf } from '#lib/kernel/page.ts';

export const incidentSeverities = ['critical', 'high', 'medium', 'low'] as const;
export const incidentStates = ['open', 'closed'] as const;

const personReference = z.object({ id: z.string(), name: z.string() });

/** What an incident is about: the bytes of one version, or a model with all its versions. */
export const incidentSubjectView = z.object({
  kind: z.enum(['version', 'model']),
  assetVersionId: z.string().nullable(),
  digest: z.string().nullable(),
  modelName: z.string().nullable(),
  name: z.string().describe('The model’s name, a name of the version, or its digest.'),
  quarantined: z.boolean(),
});
export type IncidentSubjectView = z.infer<typeof incidentSubjectView>;

export const incidentItem = z.object({
  id: z.string(),
  teamId: z.string(),
  teamName: z.string(),
  title: z.string(),
  severity: z.enum(incidentSeverities),
  reason: z.string(),
  state: z.enum(incidentStates),
  subjects: z.array(incidentSubjectView),
  openedBy: personReference,
  openedAt: z.string(),
  closedBy: personReference.nullable(),
  closedAt: z.string().nullable(),
  closeReason: z.string().nullable(),
});
export type IncidentItem = z.infer<typeof incidentItem>;
export const incidentPage = pageOf(incidentItem);

export const incidentDetail = incidentItem.extend({
  notes: z.array(z.object({ id: z.string(), text: z.string(), writtenBy: personReference, writtenAt: z.string() })).describe('The first five hundred, oldest first.'),
  history: z.array(z.object({ number: z.number(), at: z.string(), action: z.string(), actorName: z.string(), outcome: z.string(), reason: z.string().nullable() })),
});
export type IncidentDetail = z.infer<typeof incidentDetail>;
