// Changing a policy: one security person proposes, a second one confirms, or either rejects.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { teamById } from '#lib/identity/index.ts';
import { publish } from '#lib/jobs/outbox.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { command, refusal } from '#lib/kernel/command.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { digest, id, newId } from '#lib/kernel/ids.ts';
import { ok } from '#lib/kernel/result.ts';
import { activePolicy } from './active.ts';
import { policyDigest } from './digest.ts';
import { tierOf, unknownEnvironment } from './environment-queries.ts';
import { policyFailure } from './errors.ts';
import { examinePolicy } from './examine.ts';
import { environment, policyContent, type Environment, type EnvironmentTier, type PolicyContent } from './schema.ts';
import { loosened, organisationWide, type PolicyScope } from './scope.ts';
import { findActivePolicy, findPolicy, findPolicyByDigest, insertPolicy, lockEnvironment, modelOf, updatePolicy, type PolicyRow } from './store.ts';

const subjectTable = 'policy_version';
const organisation = () => ({ kind: 'organisation' as const });

/** A narrower policy for production may ask less than the organisation's only when both people of security say so. */
const loosening = z.boolean().default(false).describe('You know that this policy asks less than the one of the organisation, and mean it.');
const loosens = (looser: readonly string[]) => policyFailure('conflict', 'policy.loosens', `This policy asks less than the one of the organisation: ${looser.slice(0, 10).join('; ')}. Say that you mean it.`, { details: { loosens: [...looser] } });

async function scopeOf(tx: ReadTx, { teamId, modelId }: PolicyScope): Promise<PolicyScope | null> {
  if (modelId !== null) {
    const model = await modelOf(tx, modelId);
    return model && (teamId === null || teamId === model.teamId) ? { teamId: model.teamId, modelId } : null;
  }
  if (teamId === null) return organisationWide;
  return (await teamById(tx, teamId)) ? { teamId, modelId: null } : null;
}

async function looserThanWide(tx: ReadTx, environmentName: Environment, tier: EnvironmentTier, { teamId }: PolicyScope, content: PolicyContent): Promise<string[]> {
  if (teamId === null || tier !== 'production') return [];
  const wide = await activePolicy(tx, environmentName, false, null);
  return wide ? loosened(content, wide.content) : ['the organisation has no usable policy to compare with'];
}

const proposed = z.object({ policyVersionId: z.string(), environment, digest: z.string() });

/** Proposes a policy. It has no effect before another security person confirms it. 422 names what is wrong with a rule, by path. */
export const proposePolicy = command({
  name: 'policy.proposePolicy',
  summary: 'Propose a policy for an environment',
  input: z.object({ environment, teamId: id.nullable().default(null), modelId: id.nullable().default(null).describe('For one model; its team is taken from it.'), content: policyContent, loosening, reason: z.string().trim().min(3).max(1_000) }),
  output: proposed,
  permission: 'policy.manage',
  subjectTable,
  resource: async (tx, input) => {
    const unknown = await unknownEnvironment(tx, [input.environment]);
    if (unknown) return unknown;
    await lockEnvironment(tx, input.environment);
    const scope = await scopeOf(tx, input);
    return scope ? ok({ scope, known: await findPolicyByDigest(tx, input.environment, scope, policyDigest(input.content)) }) : policyFailure('invalid', 'policy.unknown_scope', 'There is no such team or model.', { errors: [{ path: input.modelId === null ? 'teamId' : 'modelId', message: 'is not known' }] });
  },
  scope: organisation,
  run: async (tx, input, { scope, known }, { actor }) => {
    const tier = await tierOf(tx, input.environment);
    const { problems } = await examinePolicy(tx, input.content, input.environment);
    if (problems.length > 0) return policyFailure('invalid', 'policy.unsuitable', `${problems[0]?.path}: ${problems[0]?.message}`, { errors: problems.slice(0, 50) });
    const looser = await looserThanWide(tx, input.environment, tier, scope, input.content);
    if (looser.length > 0 && !input.loosening) return loosens(looser);
    if (known?.state === 'active' || known?.state === 'proposed') {
      return policyFailure('conflict', 'policy.already_active', `This very policy is ${known.state === 'active' ? 'active already' : 'proposed already and waits to be confirmed'}.`);
    }
    const row = { id: newId(), environment: input.environment, ...scope, digest: policyDigest(input.content), content: input.content, state: 'proposed' as const, proposedBy: actor.id };
    await insertPolicy(tx, row);
    return ok(audited({ policyVersionId: row.id, environment: row.environment, digest: row.digest }, { subjectTable, subjectId: row.id, teamId: null, reason: input.reason, after: { environment: row.environment, ...scope, digest: row.digest, state: 'proposed', ...(looser.length > 0 ? { loosens: looser } : {}) } }));
  },
  http: { method: 'POST', path: '/api/v1/policies', tag: 'Policies', body: 'json', status: 201 },
});

async function proposal(tx: Parameters<typeof findPolicy>[0], policyVersionId: string) {
  const seen = await findPolicy(tx, policyVersionId, false);
  if (!seen) return notFound('policy');
  await lockEnvironment(tx, seen.environment);
  const row = await findPolicy(tx, policyVersionId, true);
  return row ? ok(row) : notFound('policy');
}

const notProposed = (row: PolicyRow) => policyFailure('conflict', 'policy.not_proposed', `This policy is ${row.state}; only a proposed one can be confirmed or rejected.`);
const changed = () => policyFailure('conflict', 'policy.changed', 'The policy is not the one that you looked at. Reload the page and read it again.');

/**
 * Confirms a proposed policy and makes it the active one; the one before is retired. Requests that were evaluated
 * under the old one are stale from this moment, since their policy digest is no longer the active one.
 */
export const confirmPolicy = command({
  name: 'policy.confirmPolicy',
  summary: 'Confirm a proposed policy, as a second security person',
  input: z.object({ policyVersionId: id, digest, loosening, reason: z.string().trim().min(3).max(1_000) }),
  output: proposed.extend({ retired: z.string().nullable() }),
  permission: 'policy.manage',
  subjectTable,
  resource: (tx, input) => proposal(tx, input.policyVersionId),
  scope: organisation,
  run: async (tx, input, row, { actor, now }) => {
    if (row.state !== 'proposed') return notProposed(row);
    const content = policyContent.safeParse(row.content);
    if (row.digest !== input.digest || !content.success || policyDigest(content.data) !== row.digest) return changed();
    if (row.proposedBy === actor.id) {
      const denied = policyFailure('conflict', 'policy.needs_second_person', 'You proposed this policy. Another security person has to confirm it.');
      return refusal(denied.error, { subjectTable, subjectId: row.id, teamId: null, reason: 'the proposer may not confirm' });
    }
    const tier = await tierOf(tx, row.environment);
    const { problems } = await examinePolicy(tx, content.data, row.environment);
    if (problems.length > 0) return policyFailure('invalid', 'policy.unsuitable', `${problems[0]?.path}: ${problems[0]?.message}`, { errors: problems.slice(0, 50) });
    const looser = await looserThanWide(tx, row.environment, tier, row, content.data);
    if (looser.length > 0 && !input.loosening) return loosens(looser);
    const before = await findActivePolicy(tx, row.environment, row, 'update');
    if (before) await updatePolicy(tx, before.id, { state: 'retired', retiredAt: now });
    await updatePolicy(tx, row.id, { state: 'active', confirmedBy: actor.id, confirmedAt: now });
    await publish(tx, 'policy.activated', { policyVersionId: row.id });
    const entry = { subjectTable, subjectId: row.id, teamId: null, reason: input.reason, before: { state: 'proposed' }, after: { state: 'active', digest: row.digest, environment: row.environment, teamId: row.teamId, modelId: row.modelId, ...(looser.length > 0 ? { loosens: looser } : {}) } };
    const value = { policyVersionId: row.id, environment: row.environment, digest: row.digest, retired: before?.id ?? null };
    return ok(before ? audited(value, entry, { subjectTable, subjectId: before.id, teamId: null, before: { state: 'active' }, after: { state: 'retired', replacedBy: row.id }, action: 'policy.retirePolicy' }) : audited(value, entry));
  },
  http: { method: 'POST', path: '/api/v1/policies/{policyVersionId}/confirm', tag: 'Policies', body: 'json' },
});

/** Rejects a proposed policy; its proposer may do so too. */
export const rejectPolicy = command({
  name: 'policy.rejectPolicy',
  summary: 'Reject a proposed policy',
  input: z.object({ policyVersionId: id, reason: z.string().trim().min(3).max(1_000) }),
  output: z.object({ policyVersionId: z.string() }),
  permission: 'policy.manage',
  subjectTable,
  resource: (tx, input) => proposal(tx, input.policyVersionId),
  scope: organisation,
  run: async (tx, input, row) => {
    if (row.state !== 'proposed') return notProposed(row);
    await updatePolicy(tx, row.id, { state: 'rejected' });
    return ok(audited({ policyVersionId: row.id }, { subjectTable, subjectId: row.id, teamId: null, reason: input.reason, before: { state: 'proposed' }, after: { state: 'rejected' } }));
  },
  http: { method: 'POST', path: '/api/v1/policies/{policyVersionId}/reject', tag: 'Policies', body: 'json' },
});
