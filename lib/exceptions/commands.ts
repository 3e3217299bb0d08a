// Exceptions: somebody asks, a second person of security confirms; either may be ended at any time.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { publish } from '#lib/jobs/outbox.ts';
import { announce } from '#lib/kernel/announce.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { command, refusal } from '#lib/kernel/command.ts';
import { failures, notFound } from '#lib/kernel/errors.ts';
import { id, newId } from '#lib/kernel/ids.ts';
import { comparable } from '#lib/kernel/list-input.ts';
import { ok } from '#lib/kernel/result.ts';
import { activePolicy, environment, unknownEnvironment } from '#lib/policy/index.ts';
import { versionById } from '#lib/registry/index.ts';
import { longestExceptionDays } from './schema.ts';
import { exceptionForUpdate, insertException, livingException, lockSubject, moveException, type ExceptionRow } from './store.ts';

const exceptionsFailure = failures<'exceptions.unknown_rule' | 'exceptions.exists' | 'exceptions.not_proposed' | 'exceptions.not_active' | 'exceptions.expired' | 'exceptions.too_long' | 'exceptions.needs_second_person'>();

const subjectTable = 'policy_exception';
const words = z.string().trim().min(10, 'say why, in at least ten characters').max(2_000).refine(comparable, 'holds characters that are not text');
const given = z.object({ exceptionId: z.string(), state: z.enum(['proposed', 'active', 'rejected', 'revoked']), expiresAt: z.string() });
const day = 86_400_000;

/**
 * Asks for an exception from one rule of an environment's policy for one model version. It has no effect before a second
 * person confirms it. Errors: 422 `exceptions.unknown_rule`, `exceptions.too_long` (the past, or beyond 90 days); 409 `exceptions.exists`.
 */
export const proposeException = command({
  name: 'exceptions.proposeException',
  summary: 'Ask for an exception from one rule for one model version, until a moment',
  input: z.object({ modelVersionId: id, environment, ruleId: z.string().regex(/^[a-z][a-z0-9-]{1,60}$/), expiresAt: z.iso.datetime({ offset: true }), reason: words }),
  output: given,
  permission: 'exception.propose',
  subjectTable: 'model_version',
  resource: async (tx, input) => {
    const row = await versionById(tx, input.modelVersionId);
    return row ? ok(row) : notFound('model version');
  },
  scope: ({ teamId }) => ({ kind: 'team', teamId }),
  run: async (tx, input, version, { actor, now }) => {
    if (actor.kind !== 'person') return notFound('model version');
    const ahead = Date.parse(input.expiresAt) - Date.parse(now);
    if (!(ahead > 0 && ahead <= longestExceptionDays * day)) return exceptionsFailure('invalid', 'exceptions.too_long', `An exception ends at a moment in the future, at most ${longestExceptionDays} days from now.`, { errors: [{ path: 'expiresAt', message: `must be in the next ${longestExceptionDays} days` }] });
    const policy = await activePolicy(tx, input.environment, true, version);
    const unknown = policy ? null : await unknownEnvironment(tx, [input.environment]);
    if (unknown) return unknown;
    if (![...(policy?.content.rules ?? []), ...(policy?.content.opa ?? [])].some((rule) => rule.id === input.ruleId)) return exceptionsFailure('invalid', 'exceptions.unknown_rule', `The active policy of ${input.environment} has no rule ${input.ruleId}.`, { errors: [{ path: 'ruleId', message: 'is not a rule of the active policy' }] });
    await lockSubject(tx, version.id, input.environment);
    const known = await livingException(tx, version.id, input.environment, input.ruleId);
    if (known) return exceptionsFailure('conflict', 'exceptions.exists', known.state === 'proposed' ? 'An exception from this rule is proposed already and waits for a second person.' : 'An exception from this rule is in force already.', { details: { exceptionId: known.id } });
    const expiresAt = new Date(input.expiresAt).toISOString();
    const row = { id: newId(), teamId: version.teamId, modelVersionId: version.id, environment: input.environment, ruleId: input.ruleId, reason: input.reason, expiresAt, proposedBy: actor.id };
    await insertException(tx, row);
    announce('approvals', version.teamId);
    return ok(audited({ exceptionId: row.id, state: 'proposed' as const, expiresAt }, { subjectTable, subjectId: row.id, teamId: row.teamId, reason: row.reason, after: { state: 'proposed', modelVersionId: row.modelVersionId, environment: row.environment, ruleId: row.ruleId, expiresAt } }));
  },
  http: { method: 'POST', path: '/api/v1/policy-exceptions', tag: 'Policies', body: 'json', status: 201 },
});

const locked = async (tx: ReadTx, exceptionId: string) => {
  const row = await exceptionForUpdate(tx, exceptionId);
  return row ? ok(row) : notFound('exception');
};
const teamOf = ({ teamId }: ExceptionRow) => ({ kind: 'team' as const, teamId });
const decision = z.object({ exceptionId: id, reason: z.string().trim().min(3).max(1_000).refine(comparable, 'holds characters that are not text') });

/**
 * Puts an exception in force, as a second person. Living requests of the version become stale: what they rest on has
 * changed. Errors: 409 `exceptions.not_proposed`, `exceptions.expired`, `exceptions.needs_second_person`.
 */
export const confirmException = command({
  name: 'exceptions.confirmException',
  summary: 'Confirm an exception, as a second person of security',
  input: decision,
  output: given,
  permission: 'exception.confirm',
  subjectTable,
  resource: (tx, input) => locked(tx, input.exceptionId),
  scope: teamOf,
  run: async (tx, input, row, { actor, now }) => {
    if (actor.kind !== 'person') return notFound('exception');
    if (row.state !== 'proposed') return exceptionsFailure('conflict', 'exceptions.not_proposed', `This exception is ${row.state}; only a proposed one can be confirmed.`);
    if (Date.parse(row.expiresAt) <= Date.parse(now)) return exceptionsFailure('conflict', 'exceptions.expired', 'The time that was asked for is over. Ask for a new one.');
    if (row.proposedBy === actor.id) {
      const denied = exceptionsFailure('conflict', 'exceptions.needs_second_person', 'You asked for this exception. Another person of security has to confirm it.');
      return refusal(denied.error, { subjectTable, subjectId: row.id, teamId: row.teamId, reason: 'the proposer may not confirm' });
    }
    await moveException(tx, row.id, { state: 'active', confirmedBy: actor.id, confirmedAt: now });
    const changed = { modelVersionId: row.modelVersionId, environment: row.environment };
    await publish(tx, 'exceptions.changed', changed);
    await publish(tx, 'exceptions.changed', changed, new Date(Date.parse(row.expiresAt) + 1_000));
    announce('approvals', row.teamId);
    return ok(audited({ exceptionId: row.id, state: 'active' as const, expiresAt: row.expiresAt }, { subjectTable, subjectId: row.id, teamId: row.teamId, reason: input.reason, before: { state: 'proposed' }, after: { state: 'active', modelVersionId: row.modelVersionId, environment: row.environment, ruleId: row.ruleId, expiresAt: row.expiresAt } }));
  },
  http: { method: 'POST', path: '/api/v1/policy-exceptions/{exceptionId}/confirm', tag: 'Policies', body: 'json' },
});

/** Ends an exception: a proposed one is rejected, one in force is revoked. Living requests that rest on it become stale. Errors: 409 `exceptions.not_active`. */
export const endException = command({
  name: 'exceptions.endException',
  summary: 'Reject a proposed exception, or revoke one in force',
  input: decision,
  output: given,
  permission: 'exception.end',
  subjectTable,
  resource: (tx, input) => locked(tx, input.exceptionId),
  scope: teamOf,
  run: async (tx, input, row, { actor, now }) => {
    if (actor.kind !== 'person') return notFound('exception');
    if (row.state !== 'proposed' && row.state !== 'active') return exceptionsFailure('conflict', 'exceptions.not_active', `This exception is ${row.state} already.`);
    if (row.state === 'active' && Date.parse(row.expiresAt) <= Date.parse(now)) return exceptionsFailure('conflict', 'exceptions.not_active', 'This exception has expired already.');
    const state = row.state === 'proposed' ? ('rejected' as const) : ('revoked' as const);
    await moveException(tx, row.id, { state, endedBy: actor.id, endedAt: now });
    if (state === 'revoked') await publish(tx, 'exceptions.changed', { modelVersionId: row.modelVersionId, environment: row.environment });
    announce('approvals', row.teamId);
    return ok(audited({ exceptionId: row.id, state, expiresAt: row.expiresAt }, { subjectTable, subjectId: row.id, teamId: row.teamId, reason: input.reason, before: { state: row.state }, after: { state } }));
  },
  http: { method: 'POST', path: '/api/v1/policy-exceptions/{exceptionId}/end', tag: 'Policies', body: 'json' },
});
