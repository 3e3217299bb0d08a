// Asking for a promotion, deciding on it, withdrawing it.
import { z } from 'zod';
import type { WriteTx } from '#lib/db/client.ts';
import { personById } from '#lib/identity/index.ts';
import { announce } from '#lib/kernel/announce.ts';
import { audited, type AuditEntry } from '#lib/kernel/audit-event.ts';
import { command, refusal } from '#lib/kernel/command.ts';
import type { CommandContext } from '#lib/kernel/context.ts';
import { failures, notFound } from '#lib/kernel/errors.ts';
import { digest, id, newId } from '#lib/kernel/ids.ts';
import { ok } from '#lib/kernel/result.ts';
import { activePolicy, approverRole, environment, evaluatePolicy, policyById, unknownEnvironment, type PolicyContent } from '#lib/policy/index.ts';
import { versionById } from '#lib/registry/index.ts';
import { decidingRole, emergencyHolds, freeze, needsOf, rightsOf, satisfied, type GivenApproval } from './domain.ts';
import { decided, requested, type ApprovalNeed, type Decided } from './schema.ts';
import { issueApproval, issueSummary } from './issue.ts';
import { examine, gather } from './snapshot.ts';
import * as store from './store.ts';
import type { PromotionRow } from './store.ts';

export const approvalsFailure = failures<
  | 'approvals.no_policy' | 'approvals.not_needed' | 'approvals.already_open' | 'approvals.not_open' | 'approvals.digest_mismatch'
  | 'approvals.not_entitled' | 'approvals.blocked' | 'approvals.role_not_held' | 'approvals.nothing_to_revoke' | 'approvals.bad_delegation' | 'approvals.reviewed_already'
>();

const subjectTable = 'promotion';
/** Words of a person: kept for ever, so bounded and without characters that PostgreSQL cannot hold. */
export const words = z.string().trim().min(3, 'say why, in at least three characters').max(4_000).refine((text) => !text.includes('\0') && text.isWellFormed(), 'holds characters that are not text');

const staleEntry = (row: PromotionRow, reasons: readonly string[]): AuditEntry => ({ subjectTable, subjectId: row.id, teamId: row.teamId, reason: reasons.join('; '), before: { state: row.state }, after: { state: 'stale' }, action: 'approvals.markStale' });

/** Marks a request stale. Returns the event that accounts for it. */
export async function markStale(tx: WriteTx, row: PromotionRow, reasons: readonly string[]): Promise<AuditEntry> {
  await store.movePromotion(tx, row.id, { state: 'stale', staleReason: reasons.join('; ') });
  announce('approvals', row.teamId);
  return staleEntry(row, reasons);
}

/**
 * Asks for a promotion: gathers the facts, freezes them, and evaluates the active policy on the frozen bytes. A request
 * that the policy blocks is kept too, so that it can be seen what is missing. An open request that has become stale
 * gives way to the new one.
 *
 * Errors: 409 `approvals.already_open`, 409 `approvals.not_needed` where the policy asks for no approval, 409 `approvals.no_policy`.
 */
export const requestPromotion = command({
  name: 'approvals.requestPromotion',
  summary: 'Ask for the promotion of a model version into an environment',
  input: z.object({ modelVersionId: id, environment, reason: words }),
  output: requested,
  permission: 'promotion.request',
  subjectTable: 'model_version',
  resource: async (tx, input) => {
    const row = await versionById(tx, input.modelVersionId);
    return row ? ok(row) : notFound('model version');
  },
  scope: ({ teamId }) => ({ kind: 'team', teamId }),
  run: async (tx, input, row, { actor, now }) => {
    if (actor.kind !== 'person') return notFound('model version');
    const policy = await activePolicy(tx, input.environment, true, row);
    if (!policy) return (await unknownEnvironment(tx, [input.environment])) ?? approvalsFailure('conflict', 'approvals.no_policy', `No usable policy is active for ${input.environment}. Security has to confirm one first.`);
    if (policy.tier !== 'production' && policy.content.approvals.length === 0) return approvalsFailure('conflict', 'approvals.not_needed', `The policy of ${input.environment} asks for no approval: deploy the version directly.`);
    await store.lockRequest(tx, row.id, input.environment);
    const entries: AuditEntry[] = [];
    const open = await store.openPromotionForUpdate(tx, row.id, input.environment);
    if (open) {
      const { stale } = await examine(tx, open, now, true);
      if (stale.length === 0) return approvalsFailure('conflict', 'approvals.already_open', `This version has an open request for ${input.environment} already. Decide on it or withdraw it first.`, { details: { promotionId: open.id } });
      entries.push(await markStale(tx, open, stale));
    }
    const { input: facts } = await gather(tx, row, input.environment, policy, true);
    const { content, digest: snapshotDigest } = freeze(facts);
    const { verdict, results } = evaluatePolicy(policy.content, facts);
    const snapshot = { id: newId(), teamId: row.teamId, digest: snapshotDigest, content };
    const expiresAt = new Date(Date.parse(now) + policy.content.requestValidDays * 86_400_000).toISOString();
    const request = {
      id: newId(), teamId: row.teamId, modelVersionId: row.id, environment: input.environment, artifactDigest: row.digest, snapshotId: snapshot.id, snapshotDigest,
      policyVersionId: policy.id, policyDigest: policy.digest, results, verdict, requestedBy: actor.id, reason: input.reason, expiresAt,
    };
    await store.insertSnapshot(tx, snapshot);
    await store.insertPromotion(tx, request);
    announce('approvals', row.teamId);
    const after = { state: 'open', environment: input.environment, modelVersionId: row.id, artifactDigest: row.digest, snapshotDigest, policyDigest: policy.digest, verdict, expiresAt };
    return ok(
      audited(
        { promotionId: request.id, verdict, snapshotDigest, policyDigest: policy.digest, artifactDigest: row.digest, expiresAt, replaced: open?.id ?? null },
        { subjectTable, subjectId: request.id, teamId: row.teamId, reason: input.reason, after },
        ...entries,
      ),
    );
  },
  http: { method: 'POST', path: '/api/v1/promotions', tag: 'Promotions', body: 'json', status: 201 },
});

/** A request by id, locked until the transaction ends. */
export const locked = async (tx: Parameters<typeof store.promotionForUpdate>[0], promotionId: string) => {
  const row = await store.promotionForUpdate(tx, promotionId);
  return row ? ok(row) : notFound('promotion');
};

const stillNeeded = (needs: readonly ApprovalNeed[]): string =>
  needs.filter(({ needed, given }) => given < needed).map(({ role, needed, given }) => `${needed - given} by ${role}`).join(' and ');

const decisionShape = { promotionId: id, verdict: z.enum(['approve', 'reject']), comment: words, role: approverRole.nullable().default(null), snapshotDigest: digest, artifactDigest: digest, policyDigest: digest };
type DecisionInput = z.output<z.ZodObject<typeof decisionShape>>;

/** Decides, by a role of one's own or by one that `onBehalfOf` lent. */
async function decideBy(tx: WriteTx, input: DecisionInput, row: PromotionRow, { actor, now }: CommandContext, onBehalfOf: string | null) {
  if (actor.kind !== 'person') return notFound('promotion');
  const refused = (error: ReturnType<typeof approvalsFailure>) => refusal(error.error, { subjectTable, subjectId: row.id, teamId: row.teamId, reason: error.error.message, after: { attempted: input.verdict } });
  if (row.state !== 'open') return refused(approvalsFailure('conflict', 'approvals.not_open', `This request is ${row.state}; only an open one can be decided.`));
  if (input.snapshotDigest !== row.snapshotDigest || input.artifactDigest !== row.artifactDigest || input.policyDigest !== row.policyDigest) {
    return refused(approvalsFailure('conflict', 'approvals.digest_mismatch', 'The request is not about the artifact, evidence and policy that you looked at. Reload the page and read it again.'));
  }
  const { gathered, policy, stale } = await examine(tx, row, now, true);
  const approvals = await store.approvalsOf(tx, row.id);
  if (stale.length > 0 || !gathered || !policy) {
    const entry = await markStale(tx, row, stale);
    const value: Decided = { promotionId: row.id, recorded: false, approvalId: null, state: 'stale', message: `Nothing was decided: the request is stale, since ${stale.join('; ')}. Ask for a new one.`, needs: [] };
    return ok(audited(value, entry));
  }
  const person = await personById(tx, actor.id);
  const lent = onBehalfOf === null ? null : ((await store.lentRoles(tx, actor.id, row.teamId, true)).find(({ personId }) => personId === onBehalfOf) ?? null);
  const delegator = onBehalfOf === null ? null : { personId: onBehalfOf, name: lent?.name ?? 'The person whose role you name' };
  const roles = onBehalfOf === null ? await store.decidingRoles(tx, actor.id, row.teamId, true) : [...(lent?.roles ?? [])];
  const rights = rightsOf({ personId: actor.id, personActive: person?.state === 'active', roles, request: row, approvals, conflicts: await store.conflictsAbout(tx, row.id, row.modelVersionId), delegator, stale });
  if (!rights.mayReject) return refused(approvalsFailure('forbidden', 'approvals.not_entitled', `You may not decide on this request. ${rights.reasons.join(' ')}`, { details: { reasons: rights.reasons, conflicts: rights.conflicts } }));
  if (input.verdict === 'approve' && !rights.mayApprove) return refused(approvalsFailure('conflict', 'approvals.blocked', rights.reasons.join(' '), { details: { reasons: rights.reasons } }));
  const role = decidingRole(roles, needsOf(policy.content, approvals, row), input.role);
  if (role === null) return refused(approvalsFailure('forbidden', 'approvals.role_not_held', `You do not hold the role ${input.role ?? ''} for this team.`));
  const bound = { artifactDigest: row.artifactDigest, snapshotDigest: row.snapshotDigest, policyDigest: row.policyDigest };
  const approval = { id: newId(), promotionId: row.id, personId: actor.id, role, verdict: input.verdict, comment: input.comment, onBehalfOf, ...bound };
  await store.insertApproval(tx, approval);
  await issueApproval(tx, row, { approvalId: approval.id, personId: actor.id, onBehalfOf, role, verdict: input.verdict, comment: input.comment, at: now });
  const { state, needs } = outcome(policy.content, row, [...approvals, { ...approval, revoked: false }], input.verdict);
  const entry: AuditEntry = { subjectTable: 'approval', subjectId: approval.id, teamId: row.teamId, reason: input.comment, after: { promotionId: row.id, verdict: input.verdict, role, ...(onBehalfOf === null ? {} : { onBehalfOf }), ...bound } };
  announce('approvals', row.teamId);
  if (state === 'open') return ok(audited({ promotionId: row.id, recorded: true, approvalId: approval.id, state, message: `Recorded. Still needed: ${stillNeeded(needs)}.`, needs }, entry));
  await store.movePromotion(tx, row.id, { state, decidedAt: now });
  await issueSummary(tx, row, state === 'approved' ? 'PASSED' : 'FAILED', now, gathered);
  const message = state === 'approved' ? 'Recorded. All approvals are there: this very artifact may be deployed.' : 'Recorded. The request is rejected.';
  return ok(audited({ promotionId: row.id, recorded: true, approvalId: approval.id, state, message, needs }, entry, { subjectTable, subjectId: row.id, teamId: row.teamId, before: { state: 'open' }, after: { state, ...bound }, action: `approvals.${state}` }));
}

/**
 * Approves or rejects. The person sends the digests of what they saw: when the request is not about these any more the
 * answer is 409 and nothing is decided. When anything that was frozen has changed, the request is marked stale instead.
 *
 * Errors: 409 `approvals.not_open`, `approvals.digest_mismatch`, `approvals.blocked`; 403 `approvals.not_entitled` with every reason, `approvals.role_not_held`.
 */
export const decidePromotion = command({
  name: 'approvals.decidePromotion',
  summary: 'Approve or reject a promotion, on the digests that were seen',
  input: z.object(decisionShape),
  output: decided,
  permission: 'promotion.decide',
  subjectTable,
  resource: (tx, input) => locked(tx, input.promotionId),
  scope: ({ teamId }) => ({ kind: 'team', teamId }),
  run: (tx, input, row, context) => decideBy(tx, input, row, context, null),
  http: { method: 'POST', path: '/api/v1/promotions/{promotionId}/decisions', tag: 'Promotions', body: 'json', status: (output: Decided) => (output.recorded ? 201 : 409) },
});

/**
 * The same by a role that somebody lent during their absence. The person decides as themselves: what would keep either of
 * the two from deciding keeps both, and it counts as a decision of both.
 */
export const decideOnBehalf = command({
  name: 'approvals.decideOnBehalf',
  summary: 'Approve or reject a promotion by a role that was lent to you',
  input: z.object({ ...decisionShape, onBehalfOf: id }),
  output: decided,
  permission: 'promotion.take_part',
  subjectTable,
  resource: (tx, input) => locked(tx, input.promotionId),
  scope: ({ teamId }) => ({ kind: 'team', teamId }),
  run: (tx, { onBehalfOf, ...input }, row, context) => decideBy(tx, input, row, context, onBehalfOf),
  http: { method: 'POST', path: '/api/v1/promotions/{promotionId}/delegated-decisions', tag: 'Promotions', body: 'json', status: (output: Decided) => (output.recorded ? 201 : 409) },
});

function outcome(policy: PolicyContent, row: PromotionRow, approvals: readonly GivenApproval[], verdict: 'approve' | 'reject'): { state: 'open' | 'approved' | 'rejected'; needs: ApprovalNeed[] } {
  const needs = needsOf(policy, approvals, row);
  if (verdict === 'reject') return { state: 'rejected', needs };
  return { state: satisfied(needs) ? 'approved' : 'open', needs };
}

/** Withdraws an open or approved request. */
export const withdrawPromotion = command({
  name: 'approvals.withdrawPromotion',
  summary: 'Withdraw a promotion request',
  input: z.object({ promotionId: id, reason: words }),
  output: z.object({ promotionId: z.string() }),
  permission: 'promotion.withdraw',
  subjectTable,
  resource: (tx, input) => locked(tx, input.promotionId),
  scope: ({ teamId }) => ({ kind: 'team', teamId }),
  run: async (tx, input, row) => {
    if (row.state !== 'open' && row.state !== 'approved') return approvalsFailure('conflict', 'approvals.not_open', `This request is ${row.state}; only an open or approved one can be withdrawn.`);
    await store.movePromotion(tx, row.id, { state: 'withdrawn' });
    announce('approvals', row.teamId);
    return ok(audited({ promotionId: row.id }, { subjectTable, subjectId: row.id, teamId: row.teamId, reason: input.reason, before: { state: row.state }, after: { state: 'withdrawn' } }));
  },
  http: { method: 'POST', path: '/api/v1/promotions/{promotionId}/withdraw', tag: 'Promotions', body: 'json' },
});

/** Whether a declared emergency holds for a request: what goes past approvals and gates. */
export async function emergencyFor(tx: Parameters<typeof store.approvalsOf>[0], row: PromotionRow, now: string): Promise<boolean> {
  const emergency = await store.emergencyOf(tx, row.id);
  return emergency !== null && emergencyHolds(emergency, row, now);
}

/** Whether a request has what lets it be deployed: the approvals of its policy, or a declared emergency that still holds. */
export async function mayBeDeployed(tx: Parameters<typeof store.approvalsOf>[0], row: PromotionRow, now: string): Promise<boolean> {
  if (await emergencyFor(tx, row, now)) return true;
  if (row.verdict !== 'passed') return false;
  const policy = await policyById(tx, row.policyVersionId);
  return policy !== null && policy.digest === row.policyDigest && satisfied(needsOf(policy.content, await store.approvalsOf(tx, row.id), row));
}
