// What people do to a request besides deciding: revoking an approval until the deployment, and commenting.
import { z } from 'zod';
import { announce } from '#lib/kernel/announce.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { command, refusal } from '#lib/kernel/command.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { id, newId } from '#lib/kernel/ids.ts';
import { ok } from '#lib/kernel/result.ts';
import { approvalsFailure, locked, words } from './commands.ts';
import { promotionState } from './schema.ts';
import * as store from './store.ts';

/**
 * Takes one's own approval back, until the deployment. An open request goes on without it; an approved one becomes stale,
 * since what it was approved by is gone. Who revoked does not decide on the request again.
 *
 * Errors: 409 `approvals.nothing_to_revoke`, 409 `approvals.not_open` after the deployment or the end of the request.
 */
export const revokeApproval = command({
  name: 'approvals.revokeApproval',
  summary: 'Take one’s own approval back, until the deployment',
  input: z.object({ promotionId: id, reason: words }),
  output: z.object({ promotionId: z.string(), state: promotionState }),
  permission: 'promotion.take_part',
  subjectTable: 'promotion',
  resource: (tx, input) => locked(tx, input.promotionId),
  scope: ({ teamId }) => ({ kind: 'team', teamId }),
  run: async (tx, input, row, { actor }) => {
    const own = (await store.approvalsOf(tx, row.id)).find(({ personId, onBehalfOf, verdict, revoked }) => (personId === actor.id || onBehalfOf === actor.id) && verdict === 'approve' && !revoked);
    if (actor.kind !== 'person' || !own) return approvalsFailure('conflict', 'approvals.nothing_to_revoke', 'There is no approval of yours on this request.');
    if (row.state !== 'open' && row.state !== 'approved') {
      const { error } = approvalsFailure('conflict', 'approvals.not_open', row.state === 'deployed' ? 'The version is deployed: an approval can be revoked until then. Roll back, or open a finding.' : `This request is ${row.state}: there is nothing left to revoke.`);
      return refusal(error, { subjectTable: 'promotion', subjectId: row.id, teamId: row.teamId, reason: error.message });
    }
    const revocation = { id: newId(), approvalId: own.id, promotionId: row.id, personId: actor.id, reason: input.reason };
    await store.insertRevocation(tx, revocation);
    const entry = { subjectTable: 'approval_revocation', subjectId: revocation.id, teamId: row.teamId, reason: input.reason, after: { promotionId: row.id, approvalId: own.id } };
    announce('approvals', row.teamId);
    if (row.state === 'open') return ok(audited({ promotionId: row.id, state: row.state }, entry));
    const staleReason = `an approval by ${own.role} was revoked: ${input.reason}`;
    await store.movePromotion(tx, row.id, { state: 'stale', staleReason });
    return ok(audited({ promotionId: row.id, state: 'stale' as const }, entry, { subjectTable: 'promotion', subjectId: row.id, teamId: row.teamId, reason: staleReason, before: { state: row.state }, after: { state: 'stale' }, action: 'approvals.markStale' }));
  },
  http: { method: 'POST', path: '/api/v1/promotions/{promotionId}/revocations', tag: 'Promotions', body: 'json' },
});

/** Says something about a request, for everybody who may read it. Kept for ever; decides nothing. */
export const commentPromotion = command({
  name: 'approvals.commentPromotion',
  summary: 'Comment on a promotion request',
  input: z.object({ promotionId: id, text: words }),
  output: z.object({ commentId: z.string() }),
  permission: 'promotion.take_part',
  subjectTable: 'promotion',
  resource: (tx, input) => locked(tx, input.promotionId),
  scope: ({ teamId }) => ({ kind: 'team', teamId }),
  run: async (tx, input, row, { actor }) => {
    if (actor.kind !== 'person') return notFound('promotion');
    const comment = { id: newId(), promotionId: row.id, personId: actor.id, text: input.text };
    await store.insertComment(tx, comment);
    announce('approvals', row.teamId);
    return ok(audited({ commentId: comment.id }, { subjectTable: 'promotion_comment', subjectId: comment.id, teamId: row.teamId, after: { promotionId: row.id } }));
  },
  http: { method: 'POST', path: '/api/v1/promotions/{promotionId}/comments', tag: 'Promotions', body: 'json', status: 201 },
});
