// Changing environments: somebody proposes, a second person of security confirms, or the change is rejected.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { publish } from '#lib/jobs/outbox.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { command, refusal } from '#lib/kernel/command.ts';
import { failures, notFound } from '#lib/kernel/errors.ts';
import { id, newId } from '#lib/kernel/ids.ts';
import { comparable } from '#lib/kernel/list-input.ts';
import { ok } from '#lib/kernel/result.ts';
import { policyProblems } from './check.ts';
import { environment, environmentSettings, type EnvironmentSettings } from './environment.ts';
import { weakened } from './environment-rules.ts';
import { policyContent } from './schema.ts';
import { loosened } from './scope.ts';
import { lockEnvironment } from './store.ts';
import { activePolicyContents, decideEnvironmentChange, environmentChangeById, findEnvironment, insertEnvironmentChange, isAlias, proposedEnvironmentChange, runsSomething, type EnvironmentRow } from './store/environments.ts';

const failure = failures<'environments.exists' | 'environments.unchanged' | 'environments.shipped' | 'environments.proposed_already' | 'environments.not_proposed' | 'environments.needs_second_person' | 'environments.changed' | 'environments.in_use' | 'environments.policies_unsuitable' | 'environments.name_taken'>();
const subjectTable = 'environment_change';
const organisation = () => ({ kind: 'organisation' as const });
const words = z.string().trim().min(3, 'say why, in at least three characters').max(1_000).refine(comparable, 'holds characters that are not text');

export const settingsOf = ({ tier, position, description, requiredMetadata, archivedAt }: EnvironmentRow): EnvironmentSettings => environmentSettings.parse({ tier, position, description, requiredMetadata, archived: archivedAt !== null });
const sameSettings = (a: EnvironmentSettings | null, b: EnvironmentSettings | null): boolean => JSON.stringify(a && environmentSettings.parse(a)) === JSON.stringify(b && environmentSettings.parse(b));

/** What stands against a change, whoever makes it. Looked at when it is proposed and again when it is confirmed. */
async function obstacle(tx: ReadTx, name: string, row: EnvironmentRow | null, before: EnvironmentSettings | null, after: EnvironmentSettings) {
  if (row?.shipped && (after.archived || after.tier !== before?.tier)) return failure('conflict', 'environments.shipped', `${name} is one of the three environments that are never archived and keep their tier. Make another one.`);
  if (after.archived && before === null) return failure('invalid', 'environments.unchanged', 'A new environment does not begin archived.', { errors: [{ path: 'archived', message: 'must be false' }] });
  if (before === null && (await isAlias(tx, name))) return failure('conflict', 'environments.name_taken', 'An alias of a model has this name; the two must never be mistaken for one another.');
  if (after.archived && (await runsSomething(tx, name))) return failure('conflict', 'environments.in_use', `Something runs in ${name}. Nothing is archived under a running model.`);
  if (before !== null && after.tier === 'production' && before.tier !== 'production') {
    const policies = await activePolicyContents(tx, name);
    const parsed = policies.map(({ teamId, content }) => ({ teamId, content: policyContent.safeParse(content) }));
    const wide = parsed.find(({ teamId }) => teamId === null)?.content;
    const problems = parsed.flatMap(({ teamId, content }) => {
      if (!content.success) return ['a policy of it cannot be read'];
      return [...policyProblems(content.data, 'production', name).map(({ message }) => message), ...(teamId === null ? [] : wide?.success ? loosened(content.data, wide.data) : ['a narrower policy has nothing to be compared with'])];
    });
    if (problems.length > 0) return failure('conflict', 'environments.policies_unsuitable', `Its policies do not ask what the tier production asks: ${[...new Set(problems)].slice(0, 5).join('; ')}. Propose suitable ones for ${name} first.`, { details: { problems: [...new Set(problems)].slice(0, 50) } });
  }
  return null;
}

const changed = z.object({ changeId: z.string(), environment: z.string(), state: z.enum(['proposed', 'confirmed', 'rejected']), weakens: z.array(z.string()) });

/** Proposes a new environment, or a change of one. It has no effect before a second person, of security, confirms it. Errors: 409 `environments.*`. */
export const proposeEnvironment = command({
  name: 'policy.proposeEnvironment',
  summary: 'Propose a new environment, or a change of one',
  input: z.strictObject({ environment, ...environmentSettings.shape, archived: environmentSettings.shape.archived.default(false), reason: words }),
  output: changed,
  permission: 'environment.propose',
  subjectTable,
  resource: async (tx, input) => {
    await lockEnvironment(tx, input.environment);
    return ok({ row: await findEnvironment(tx, input.environment) });
  },
  scope: organisation,
  run: async (tx, { environment: name, reason, ...after }, { row }, { actor }) => {
    if (actor.kind !== 'person') return notFound('environment');
    const before = row && settingsOf(row);
    if (sameSettings(before, after)) return failure('conflict', 'environments.unchanged', `${name} is like this already.`);
    const waiting = await proposedEnvironmentChange(tx, name);
    if (waiting) return failure('conflict', 'environments.proposed_already', `A change of ${name} waits for a second person already. Have it confirmed or rejected first.`, { details: { changeId: waiting.id } });
    const against = await obstacle(tx, name, row, before, after);
    if (against) return against;
    const change = { id: newId(), environment: name, before, after, reason, proposedBy: actor.id };
    await insertEnvironmentChange(tx, change);
    const weakens = weakened(before, after);
    return ok(audited({ changeId: change.id, environment: name, state: 'proposed' as const, weakens }, { subjectTable, subjectId: change.id, teamId: null, reason, ...(before ? { before: { ...before } } : {}), after: { state: 'proposed', environment: name, ...after, ...(weakens.length > 0 ? { weakens } : {}) } }));
  },
  http: { method: 'POST', path: '/api/v1/environments', tag: 'Environments', body: 'json', status: 201 },
});

const proposal = async (tx: ReadTx, changeId: string) => {
  const seen = await environmentChangeById(tx, changeId, false);
  if (!seen) return notFound('change of an environment');
  await lockEnvironment(tx, seen.environment);
  const row = await environmentChangeById(tx, changeId, true);
  return row ? ok(row) : notFound('change of an environment');
};
const decision = z.strictObject({ changeId: id, reason: words });

/**
 * Puts a change in force, as a second person of security. A new environment then gets the shipped policy of its tier.
 * Errors: 409 `environments.needs_second_person`, `environments.changed` when the environment is no longer what it was.
 */
export const confirmEnvironment = command({
  name: 'policy.confirmEnvironment',
  summary: 'Confirm a proposed environment or change, as a second person of security',
  input: decision,
  output: changed,
  permission: 'environment.confirm',
  subjectTable,
  resource: (tx, input) => proposal(tx, input.changeId),
  scope: organisation,
  run: async (tx, input, row, { actor, now }) => {
    if (actor.kind !== 'person') return notFound('change of an environment');
    if (row.state !== 'proposed') return failure('conflict', 'environments.not_proposed', `This change is ${row.state}.`);
    if (row.proposedBy === actor.id) {
      const denied = failure('conflict', 'environments.needs_second_person', 'You proposed this change. Another person, of security, has to confirm it.');
      return refusal(denied.error, { subjectTable, subjectId: row.id, teamId: null, reason: 'the proposer may not confirm' });
    }
    const current = await findEnvironment(tx, row.environment);
    const before = current && settingsOf(current);
    const after = environmentSettings.parse(row.after);
    if (!sameSettings(before, row.before && environmentSettings.parse(row.before))) return failure('conflict', 'environments.changed', 'The environment has changed since this was proposed. Reject it and propose it anew.');
    const against = await obstacle(tx, row.environment, current, before, after);
    if (against) return against;
    await decideEnvironmentChange(tx, row.id, { state: 'confirmed', decidedBy: actor.id, decidedAt: now });
    await publish(tx, 'policy.environment_changed', { environment: row.environment });
    const weakens = weakened(before, after);
    return ok(audited({ changeId: row.id, environment: row.environment, state: 'confirmed' as const, weakens }, { subjectTable, subjectId: row.id, teamId: null, reason: input.reason, before: { state: 'proposed', ...before }, after: { state: 'confirmed', environment: row.environment, ...after, ...(weakens.length > 0 ? { weakens } : {}) } }));
  },
  http: { method: 'POST', path: '/api/v1/environments/changes/{changeId}/confirm', tag: 'Environments', body: 'json' },
});

/** Rejects a proposed change; its proposer may do so too. */
export const rejectEnvironment = command({
  name: 'policy.rejectEnvironment',
  summary: 'Reject a proposed change of an environment',
  input: decision,
  output: changed,
  permission: 'environment.propose',
  subjectTable,
  resource: (tx, input) => proposal(tx, input.changeId),
  scope: organisation,
  run: async (tx, input, row, { actor, now }) => {
    if (actor.kind !== 'person') return notFound('change of an environment');
    if (row.state !== 'proposed') return failure('conflict', 'environments.not_proposed', `This change is ${row.state}.`);
    await decideEnvironmentChange(tx, row.id, { state: 'rejected', decidedBy: actor.id, decidedAt: now });
    return ok(audited({ changeId: row.id, environment: row.environment, state: 'rejected' as const, weakens: [] }, { subjectTable, subjectId: row.id, teamId: null, reason: input.reason, before: { state: 'proposed' }, after: { state: 'rejected' } }));
  },
  http: { method: 'POST', path: '/api/v1/environments/changes/{changeId}/reject', tag: 'Environments', body: 'json' },
});
