// The emergency path: a promotion let through without the approvals of its policy, by few, loudly, for a day, and reviewed by a deadline.
import { z } from 'zod';
import { raiseFinding, settleFinding } from '#lib/findings/index.ts';
import { personById } from '#lib/identity/index.ts';
import { publish } from '#lib/jobs/outbox.ts';
import type { OutboxEvents } from '#lib/jobs/queues.ts';
import { announce } from '#lib/kernel/announce.ts';
import { audited, type AuditEntry } from '#lib/kernel/audit-event.ts';
import { command, refusal } from '#lib/kernel/command.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { digest, id, newId } from '#lib/kernel/ids.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { settled, systemCommand, unchanged } from '#lib/kernel/system-command.ts';
import { approvalsFailure, locked, words } from './commands.ts';
import { issueEmergency } from './issue.ts';
import { emergencyList, type EmergencyView } from './schema.ts';
import { conflictsOfPerson, examine } from './snapshot.ts';
import * as store from './store.ts';

const hour = 3_600_000;
const validHours = 24;
const reviewHours = 72;
const later = (now: string, hours: number) => new Date(Date.parse(now) + hours * hour).toISOString();

const overdueFinding = (teamId: string, emergencyId: string) => ({ teamId, source: 'approval' as const, rule: 'emergency_review_overdue', identity: [emergencyId] });

/**
 * Lets a request through without the approvals, and past the gates, of its policy. For security of the organisation alone;
 * neither the requester nor anybody who had a hand in the model; on the digests that were seen. It holds for a day and is
 * to be reviewed within three. Quarantined bytes are never let through.
 *
 * Errors: 403 `approvals.not_entitled` with every reason; 409 `approvals.not_open`, `approvals.digest_mismatch`, `approvals.blocked` where it is stale.
 */
export const declareEmergency = command({
  name: 'approvals.declareEmergency',
  summary: 'Let a promotion through in an emergency, to be reviewed afterwards',
  input: z.object({ promotionId: id, reason: words.min(20, 'say in at least twenty characters what happens if it waits'), snapshotDigest: digest, artifactDigest: digest, policyDigest: digest }),
  output: z.object({ emergencyId: z.string(), expiresAt: z.string(), reviewDueAt: z.string() }),
  permission: 'promotion.emergency',
  subjectTable: 'promotion',
  resource: (tx, input) => locked(tx, input.promotionId),
  scope: ({ teamId }) => ({ kind: 'team', teamId }),
  run: async (tx, input, row, { actor, now }) => {
    if (actor.kind !== 'person') return notFound('promotion');
    const refused = ({ error }: ReturnType<typeof approvalsFailure>) => refusal(error, { subjectTable: 'promotion', subjectId: row.id, teamId: row.teamId, reason: error.message, after: { attempted: 'emergency' } });
    if (row.state !== 'open') return refused(approvalsFailure('conflict', 'approvals.not_open', `This request is ${row.state}; an emergency is declared on an open one.`));
    if (input.snapshotDigest !== row.snapshotDigest || input.artifactDigest !== row.artifactDigest || input.policyDigest !== row.policyDigest) return refused(approvalsFailure('conflict', 'approvals.digest_mismatch', 'The request is not about the artifact, evidence and policy that you looked at. Reload the page and read it again.'));
    const { stale } = await examine(tx, row, now, true);
    if (stale.length > 0) return refused(approvalsFailure('conflict', 'approvals.blocked', `The request is stale: ${stale.join('; ')}. Ask for a new one and declare the emergency on that.`));
    const person = await personById(tx, actor.id);
    const conflicts = await conflictsOfPerson(tx, row, { personId: actor.id, called: 'You' });
    const reasons = [
      ...(person?.state === 'active' && (await store.holdsRoleEverywhere(tx, actor.id, 'security')) ? [] : ['It takes the role security for the whole organisation, which you do not hold.']),
      ...(row.requestedBy === actor.id ? ['You asked for this promotion: somebody else declares the emergency.'] : []),
      ...conflicts.map(({ text }) => text),
    ];
    if (reasons.length > 0) return refused(approvalsFailure('forbidden', 'approvals.not_entitled', `You may not declare an emergency here. ${reasons.join(' ')}`, { details: { reasons, conflicts } }));
    const bound = { artifactDigest: row.artifactDigest, snapshotDigest: row.snapshotDigest, policyDigest: row.policyDigest };
    const emergency = { id: newId(), promotionId: row.id, teamId: row.teamId, declaredBy: actor.id, reason: input.reason, ...bound, expiresAt: later(now, validHours), reviewDueAt: later(now, reviewHours) };
    await store.insertEmergency(tx, emergency);
    await store.movePromotion(tx, row.id, { state: 'approved', decidedAt: now });
    await issueEmergency(tx, row, { emergencyId: emergency.id, personId: actor.id, reason: input.reason, at: now, expiresAt: emergency.expiresAt, reviewDueAt: emergency.reviewDueAt });
    await publish(tx, 'approvals.emergency_review_due', { emergencyId: emergency.id }, new Date(emergency.reviewDueAt));
    for (const topic of ['approvals', 'models', 'deployments'] as const) announce(topic, row.teamId);
    const after = { emergencyId: emergency.id, verdict: row.verdict, expiresAt: emergency.expiresAt, reviewDueAt: emergency.reviewDueAt, ...bound };
    return ok(audited(
      { emergencyId: emergency.id, expiresAt: emergency.expiresAt, reviewDueAt: emergency.reviewDueAt },
      { subjectTable: 'emergency', subjectId: emergency.id, teamId: row.teamId, reason: input.reason, after },
      { subjectTable: 'promotion', subjectId: row.id, teamId: row.teamId, reason: input.reason, before: { state: 'open' }, after: { state: 'approved', ...after }, action: 'approvals.approvedInEmergency' },
    ));
  },
  http: { method: 'POST', path: '/api/v1/promotions/{promotionId}/emergency', tag: 'Promotions', body: 'json', status: 201 },
});

/**
 * Reviews an emergency afterwards: by a reviewer or security, neither who declared it nor who asked, nor who had a hand in
 * the model. One found unjustified lets nothing through any more, and is a finding.
 */
export const reviewEmergency = command({
  name: 'approvals.reviewEmergency',
  summary: 'Review an emergency afterwards: justified or not',
  input: z.object({ emergencyId: id, verdict: z.enum(['justified', 'not_justified']), comment: words }),
  output: z.object({ emergencyId: z.string() }),
  permission: 'promotion.decide',
  subjectTable: 'emergency',
  resource: async (tx, input) => {
    const row = await store.emergencyForUpdate(tx, input.emergencyId);
    return row ? ok({ ...row, id: row.emergency.id }) : notFound('emergency');
  },
  scope: ({ emergency }) => ({ kind: 'team', teamId: emergency.teamId }),
  run: async (tx, input, { emergency, promotion }, context) => {
    const { actor, now } = context;
    if (actor.kind !== 'person') return notFound('emergency');
    const { teamId } = emergency;
    if (emergency.reviewedAt !== null) return approvalsFailure('conflict', 'approvals.reviewed_already', 'This emergency was reviewed already.');
    const conflicts = await conflictsOfPerson(tx, promotion, { personId: actor.id, called: 'You' });
    const reasons = [
      ...((await store.decidingRoles(tx, actor.id, teamId, true)).length > 0 ? [] : ['It takes the role reviewer or security for this team, which you do not hold.']),
      ...(emergency.declaredBy === actor.id ? ['You declared this emergency: somebody else reviews it.'] : []),
      ...(promotion.requestedBy === actor.id ? ['You asked for this promotion: somebody else reviews it.'] : []),
      ...conflicts.map(({ text }) => text),
    ];
    if (reasons.length > 0) {
      const { error } = approvalsFailure('forbidden', 'approvals.not_entitled', `You may not review this emergency. ${reasons.join(' ')}`, { details: { reasons, conflicts } });
      return refusal(error, { subjectTable: 'emergency', subjectId: emergency.id, teamId, reason: error.message });
    }
    await store.reviewEmergency(tx, emergency.id, { reviewedBy: actor.id, reviewedAt: now, reviewVerdict: input.verdict, reviewComment: input.comment });
    await settleFinding(tx, context, overdueFinding(teamId, emergency.id), 'the emergency was reviewed');
    const entries: AuditEntry[] = [];
    if (input.verdict === 'not_justified') {
      await raiseFinding(tx, context, {
        teamId, source: 'approval', rule: 'emergency_not_justified', identity: [emergency.id], occurrence: `emergency:${emergency.id}`, severity: 'high', references: ['NIST MANAGE 1.3'],
        title: 'An emergency was found not to be justified',
        detail: `The reviewer says: ${input.comment}`,
        recommendation: 'Roll back what was deployed by it, or have it promoted the normal way, and talk about how the path was used.',
        facts: [{ name: 'promotion', value: promotion.id, unit: null }],
      });
      if (promotion.state === 'approved') {
        const staleReason = 'the emergency was found not to be justified';
        await store.movePromotion(tx, promotion.id, { state: 'stale', staleReason });
        entries.push({ subjectTable: 'promotion', subjectId: promotion.id, teamId, reason: staleReason, before: { state: 'approved' }, after: { state: 'stale' }, action: 'approvals.markStale' });
      }
    }
    for (const topic of ['approvals', 'models', 'deployments'] as const) announce(topic, teamId);
    return ok(audited({ emergencyId: emergency.id }, { subjectTable: 'emergency', subjectId: emergency.id, teamId, reason: input.comment, after: { verdict: input.verdict, promotionId: promotion.id } }, ...entries));
  },
  http: { method: 'POST', path: '/api/v1/emergencies/{emergencyId}/review', tag: 'Promotions', body: 'json' },
});

/** At the deadline of a review: a finding where nobody has reviewed it. Called again, it changes nothing. */
export async function handleReviewDue({ emergencyId }: OutboxEvents['approvals.emergency_review_due']): Promise<void> {
  await systemCommand('approvals.reviewDue', async (tx, context) => {
    const row = await store.emergencyForUpdate(tx, emergencyId);
    if (!row || row.emergency.reviewedAt !== null || Date.parse(row.emergency.reviewDueAt) > Date.parse(context.now)) return unchanged(null);
    const { teamId, reviewDueAt, reason } = row.emergency;
    await raiseFinding(tx, context, {
      ...overdueFinding(teamId, emergencyId), occurrence: `emergency:${emergencyId}`, severity: 'high', references: ['NIST MANAGE 1.3'],
      title: 'The review of an emergency is overdue',
      detail: `A promotion went past its approvals (“${reason}”), and nobody has reviewed that by ${reviewDueAt}.`,
      recommendation: 'Open the request under Approvals and review the emergency: somebody of reviewers or security who neither declared it nor asked.',
      facts: [{ name: 'promotion', value: row.promotion.id, unit: null }, { name: 'review was due', value: reviewDueAt, unit: null }],
    });
    return settled(null);
  });
}

export const listEmergencies = query({
  name: 'approvals.listEmergencies',
  summary: 'Emergencies that nobody has reviewed yet, the earliest deadline first (at most 100)',
  input: z.strictObject({ model: z.string().max(200).optional() }),
  output: emergencyList,
  permission: 'read',
  run: async (tx, input, { teams, now }) => {
    const rows = await store.emergenciesToReview(tx, teams, input.model ?? null);
    return ok({
      items: rows.map(({ emergency, promotion, modelName, version, teamName, declaredByName }): EmergencyView => ({
        id: emergency.id, promotionId: promotion.id, modelName, version, environment: promotion.environment, teamName, declaredBy: { id: emergency.declaredBy, name: declaredByName }, reason: emergency.reason,
        declaredAt: emergency.declaredAt, expiresAt: emergency.expiresAt, reviewDueAt: emergency.reviewDueAt, overdue: Date.parse(emergency.reviewDueAt) <= Date.parse(now), review: null,
      })),
    });
  },
  http: { method: 'GET', path: '/api/v1/emergencies', tag: 'Promotions', body: 'none' },
});
