// Changing when an environment may be changed: one person of security proposes, a second one confirms, or either rejects.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { command, refusal } from '#lib/kernel/command.ts';
import { failures, notFound } from '#lib/kernel/errors.ts';
import { digest, id, newId } from '#lib/kernel/ids.ts';
import { comparable } from '#lib/kernel/list-input.ts';
import { ok } from '#lib/kernel/result.ts';
import { unknownEnvironment } from '#lib/policy/index.ts';
import { windowDigest } from './active.ts';
import { environmentName, windowContent, windowStates } from './schema.ts';
import { insertWindow, lockWindow, updateWindow, windowForUpdate, windowInState, type WindowRow } from './store.ts';

const windowsFailure = failures<'windows.proposed_already' | 'windows.unchanged' | 'windows.not_proposed' | 'windows.changed' | 'windows.needs_second_person'>();
const subjectTable = 'change_window';
const organisation = () => ({ kind: 'organisation' as const });
const reason = z.string().trim().min(3).max(1_000).refine(comparable, 'holds characters that are not text');
const outcome = z.object({ windowId: z.string(), environment: z.string(), digest: z.string(), state: z.enum(windowStates) });

/** Proposes the change window of an environment. It has no effect before a second person confirms it. Errors: 422 `policy.unknown_environment`, 409 `windows.proposed_already`, `windows.unchanged`. */
export const proposeWindow = command({
  name: 'windows.proposeWindow',
  summary: 'Propose when an environment may be changed',
  input: z.strictObject({ environment: environmentName, content: windowContent, reason }),
  output: outcome,
  permission: 'policy.manage',
  subjectTable,
  resource: async (tx, input) => {
    await lockWindow(tx, input.environment);
    return ok({ active: await windowInState(tx, input.environment, 'active'), proposed: await windowInState(tx, input.environment, 'proposed') });
  },
  scope: organisation,
  run: async (tx, input, { active, proposed }, { actor }) => {
    if (actor.kind !== 'person') return notFound('change window');
    const unknown = await unknownEnvironment(tx, [input.environment]);
    if (unknown) return unknown;
    if (proposed) return windowsFailure('conflict', 'windows.proposed_already', 'A change of this window is proposed already. Confirm or reject it first.', { details: { windowId: proposed.id } });
    const row = { id: newId(), environment: input.environment, digest: windowDigest(input.content), content: input.content, state: 'proposed' as const, proposedBy: actor.id };
    if (active?.digest === row.digest) return windowsFailure('conflict', 'windows.unchanged', 'This very window holds already.');
    await insertWindow(tx, row);
    return ok(audited({ windowId: row.id, environment: row.environment, digest: row.digest, state: row.state }, { subjectTable, subjectId: row.id, teamId: null, reason: input.reason, after: { state: 'proposed', environment: row.environment, digest: row.digest } }));
  },
  http: { method: 'POST', path: '/api/v1/change-windows', tag: 'Change windows', body: 'json', status: 201 },
});

async function known(tx: ReadTx, windowId: string) {
  const row = await windowForUpdate(tx, windowId);
  if (!row) return notFound('change window');
  await lockWindow(tx, row.environment);
  return ok(row);
}
const notProposed = (row: WindowRow) => windowsFailure('conflict', 'windows.not_proposed', `This change window is ${row.state}; only a proposed one can be confirmed or rejected.`);

/** Puts a proposed window in force, as a second person; the one before is retired. Errors: 409 `windows.not_proposed`, `windows.changed`, `windows.needs_second_person`. */
export const confirmWindow = command({
  name: 'windows.confirmWindow',
  summary: 'Confirm a change window, as a second person of security',
  input: z.strictObject({ windowId: id, digest, reason }),
  output: outcome,
  permission: 'policy.manage',
  subjectTable,
  resource: (tx, input) => known(tx, input.windowId),
  scope: organisation,
  run: async (tx, input, row, { actor, now }) => {
    if (actor.kind !== 'person') return notFound('change window');
    if (row.state !== 'proposed') return notProposed(row);
    const content = windowContent.safeParse(row.content);
    if (row.digest !== input.digest || !content.success || windowDigest(content.data) !== row.digest) return windowsFailure('conflict', 'windows.changed', 'The change window is not the one that you looked at. Reload the page and read it again.');
    if (row.proposedBy === actor.id) {
      const denied = windowsFailure('conflict', 'windows.needs_second_person', 'You proposed this change window. Another person of security has to confirm it.');
      return refusal(denied.error, { subjectTable, subjectId: row.id, teamId: null, reason: 'the proposer may not confirm' });
    }
    const before = await windowInState(tx, row.environment, 'active');
    if (before) await updateWindow(tx, before.id, { state: 'retired', retiredAt: now });
    await updateWindow(tx, row.id, { state: 'active', confirmedBy: actor.id, confirmedAt: now });
    const entry = { subjectTable, subjectId: row.id, teamId: null, reason: input.reason, before: { state: 'proposed' }, after: { state: 'active', environment: row.environment, digest: row.digest } };
    const value = { windowId: row.id, environment: row.environment, digest: row.digest, state: 'active' as const };
    return ok(before ? audited(value, entry, { subjectTable, subjectId: before.id, teamId: null, before: { state: 'active' }, after: { state: 'retired', replacedBy: row.id }, action: 'windows.retireWindow' }) : audited(value, entry));
  },
  http: { method: 'POST', path: '/api/v1/change-windows/{windowId}/confirm', tag: 'Change windows', body: 'json' },
});

/** Rejects a proposed window; its proposer may do so too. */
export const rejectWindow = command({
  name: 'windows.rejectWindow',
  summary: 'Reject a proposed change window',
  input: z.strictObject({ windowId: id, reason }),
  output: outcome,
  permission: 'policy.manage',
  subjectTable,
  resource: (tx, input) => known(tx, input.windowId),
  scope: organisation,
  run: async (tx, input, row) => {
    if (row.state !== 'proposed') return notProposed(row);
    await updateWindow(tx, row.id, { state: 'rejected' });
    return ok(audited({ windowId: row.id, environment: row.environment, digest: row.digest, state: 'rejected' as const }, { subjectTable, subjectId: row.id, teamId: null, reason: input.reason, before: { state: 'proposed' }, after: { state: 'rejected' } }));
  },
  http: { method: 'POST', path: '/api/v1/change-windows/{windowId}/reject', tag: 'Change windows', body: 'json' },
});
