// What becomes of old events: partitions made ahead of time, and bytes that the operator's policy no longer keeps. Edges, facets, evidence and audit are never touched.
import { readTransaction } from '#lib/db/client.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { newId } from '#lib/kernel/ids.ts';
import { systemCommand, unchanged } from '#lib/kernel/system-command.ts';
import { countOldEvents, makePartitionsAhead, removeEventBytes, type OldEvents } from './store.ts';

export type { OldEvents } from './store.ts';

/** Partitions there are besides this month's. */
const monthsAhead = 3;

/** Makes the partitions of events for the next months, where they are missing; returns those that were made. Safe from several processes at once. */
export const prepareEventPartitions = (): Promise<readonly string[]> =>
  systemCommand('runs.prepareEventPartitions', async (tx) => {
    const made = await makePartitionsAhead(tx, monthsAhead);
    return made.length === 0 ? unchanged(made) : audited(made, { subjectTable: 'run_event', subjectId: null, teamId: null, after: { partitions: [...made] } });
  });

/** What `removeOldEventBytes` would do. Changes nothing. */
export const reportOldEventBytes = (before: string): Promise<OldEvents> =>
  readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, (tx) => countOldEvents(tx, before));

/**
 * Empties the bytes of events received before a moment (ISO 8601, at least 30 days ago). Kept are those of every run that a registered model
 * has to do with: upstream or downstream of it, in the same execution, or named by evidence; and of events without a run. Their rows stay.
 */
export const removeOldEventBytes = (before: string): Promise<OldEvents> =>
  systemCommand('runs.removeOldEventBytes', async (tx) => {
    const old = await removeEventBytes(tx, before);
    return old.removedEvents === 0 ? unchanged(old) : audited(old, { subjectTable: 'run_event', subjectId: null, teamId: null, reason: 'retention by the operator’s policy', after: { before, ...old } });
  });
