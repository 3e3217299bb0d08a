// Reading promotion requests: the inbox, and one request with all that it takes to decide.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { historyView } from '#lib/audit/index.ts';
import { exceptionsById } from '#lib/exceptions/index.ts';
import { namesOfPeople, personById } from '#lib/identity/index.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { id } from '#lib/kernel/ids.ts';
import { searchText, several, timeRange, yesNo } from '#lib/kernel/list-input.ts';
import { pageInput, pageRequest, toPage } from '#lib/kernel/page.ts';
import { may, teamsWith, type Actor } from '#lib/kernel/permissions.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { environment, policyContent, ruleResult, unknownEnvironment } from '#lib/policy/index.ts';
import { compareFacts, thresholdsOf } from '#lib/registry/index.ts';
import { countsOf, failingFirst, needsOf, rightsOf, thaw } from './domain.ts';
import { promotionDetail, promotionPage, promotionState, type EmergencyView, type PromotionSummary } from './schema.ts';
import { conflictsOf } from './separation.ts';
import { portalKey } from './signing.ts';
import { examine } from './snapshot.ts';
import * as store from './store.ts';
import type { ListedPromotion, Viewer } from './store.ts';

const viewerOf = (actor: Actor): Viewer => ({ decides: teamsWith(actor, 'promotion.decide'), personId: actor.kind === 'person' ? actor.id : null });
const withRevoked = ({ approval, revokedAt }: { approval: Omit<store.ApprovalRow, 'revoked'>; revokedAt: string | null }): store.ApprovalRow => ({ ...approval, revoked: revokedAt !== null });
const resultsOf = (stored: unknown) => z.array(ruleResult).catch([]).parse(stored);

function summary(row: ListedPromotion, approvals: readonly store.ApprovalRow[]): PromotionSummary {
  const { promotion } = row;
  const content = policyContent.safeParse(row.policyContent);
  return {
    id: promotion.id,
    teamId: promotion.teamId,
    teamName: row.teamName,
    modelName: row.modelName,
    version: row.version,
    modelVersionId: promotion.modelVersionId,
    environment: promotion.environment,
    artifactDigest: promotion.artifactDigest,
    verdict: promotion.verdict,
    counts: countsOf(resultsOf(promotion.results)),
    state: promotion.state,
    staleReason: promotion.staleReason,
    requestedBy: { id: promotion.requestedBy, name: row.requesterName },
    reason: promotion.reason,
    requestedAt: promotion.requestedAt,
    expiresAt: promotion.expiresAt,
    decidedAt: promotion.decidedAt,
    needs: content.success ? needsOf(content.data, approvals, promotion) : [],
    inEmergency: row.inEmergency,
    needsMe: row.needsMe,
  };
}

export const listPromotions = query({
  name: 'approvals.listPromotions',
  summary: 'Promotion requests, newest first; `needsMe=true`: those that wait for you',
  input: z.strictObject({
    ...pageInput,
    q: searchText,
    state: several(promotionState),
    environment: several(environment),
    team: several(z.guid()),
    verdict: several(z.enum(['passed', 'blocked'])),
    modelVersionId: z.guid().optional(),
    needsMe: yesNo,
    ...timeRange,
    sort: z.enum(['requestedAt', '-requestedAt']).default('-requestedAt'),
  }),
  output: promotionPage,
  permission: 'read',
  run: async (tx, input, { teams, actor }) => {
    const request = pageRequest(input, input.sort);
    if (!request.ok) return request;
    const unknown = await unknownEnvironment(tx, input.environment);
    if (unknown) return unknown;
    const filters = { states: input.state, environments: input.environment, teamIds: input.team, verdicts: input.verdict, modelVersionId: input.modelVersionId, text: input.q, from: input.from, to: input.to, needsMe: input.needsMe === true };
    const rows = await store.promotionPage(tx, teams, viewerOf(actor), filters, request.value);
    const page = toPage(rows, request.value, ({ promotion }) => ({ value: promotion.requestedAt, id: promotion.id }), (row) => row);
    const approvals = (await store.approvalsWithNames(tx, page.items.map(({ promotion }) => promotion.id))).map(withRevoked);
    return ok({ ...page, items: page.items.map((row) => summary(row, approvals.filter(({ promotionId }) => promotionId === row.promotion.id))) });
  },
  http: { method: 'GET', path: '/api/v1/promotions', tag: 'Promotions', body: 'none' },
});

function emergencyView(row: store.EmergencyRow, { modelName, version, teamName, promotion }: ListedPromotion, nameOf: (personId: string) => string, now: string): EmergencyView {
  const { id: emergencyId, promotionId, declaredBy, reason, declaredAt, expiresAt, reviewDueAt, reviewedBy, reviewedAt, reviewVerdict, reviewComment } = row;
  const review = reviewedBy === null || reviewedAt === null || reviewVerdict === null ? null : { verdict: reviewVerdict, comment: reviewComment ?? '', by: { id: reviewedBy, name: nameOf(reviewedBy) }, at: reviewedAt };
  return { id: emergencyId, promotionId, modelName, version, environment: promotion.environment, teamName, declaredBy: { id: declaredBy, name: nameOf(declaredBy) }, reason, declaredAt, expiresAt, reviewDueAt, overdue: review === null && Date.parse(reviewDueAt) <= Date.parse(now), review };
}

async function history(tx: ReadTx, promotionId: string, subjects: readonly (readonly [table: string, id: string])[]) {
  const events = [...(await historyView(tx, 'promotion', promotionId))];
  for (const [table, subjectId] of subjects) events.push(...(await historyView(tx, table, subjectId)));
  return events.sort((a, b) => a.number - b.number).map(({ number, at, action, outcome, actorName, reason, subjectTable, after }) => ({ number, at, action, outcome, actorName, reason, subjectTable, after }));
}

export const getPromotion = query({
  name: 'approvals.getPromotion',
  summary: 'One request: rules, what differs from what runs, approvals, whether you may decide, history',
  input: z.strictObject({ promotionId: id }),
  output: promotionDetail,
  permission: 'read',
  run: async (tx, input, { teams, actor, now }) => {
    const row = await store.listedPromotion(tx, teams, viewerOf(actor), input.promotionId);
    if (!row) return notFound('promotion');
    const { promotion } = row;
    const named = await store.approvalsWithNames(tx, [promotion.id]);
    const approvals = named.map(withRevoked);
    const content = policyContent.safeParse(row.policyContent);
    const { gathered, stale } = await examine(tx, promotion, now, false);
    const live = promotion.state === 'open' || promotion.state === 'approved';
    const roles = actor.kind === 'person' ? await store.decidingRoles(tx, actor.id, promotion.teamId, false) : [];
    const person = actor.kind === 'person' ? await personById(tx, actor.id) : null;
    const conflicts = actor.kind === 'person' ? await store.conflictsAbout(tx, promotion.id, promotion.modelVersionId) : [];
    const question = { personId: actor.id ?? '', personActive: person?.state === 'active', request: promotion, approvals, conflicts, stale };
    const rights = rightsOf({ ...question, roles, delegator: null });
    const lent = actor.kind === 'person' ? await store.lentRoles(tx, actor.id, promotion.teamId, false) : [];
    const emergency = await store.emergencyOf(tx, promotion.id);
    const names = await namesOfPeople(tx, [...approvals.flatMap(({ onBehalfOf }) => onBehalfOf ?? []), ...(emergency ? [emergency.declaredBy, emergency.reviewedBy ?? emergency.declaredBy] : [])]);
    const nameOf = (personId: string): string => names.find(({ id: known }) => known === personId)?.name ?? 'somebody';
    const frozen = await store.snapshotContent(tx, promotion.snapshotId);
    const snapshot = frozen === null ? null : thaw(frozen, promotion.snapshotDigest);
    const incumbent = gathered?.incumbent ?? null;
    return ok({
      ...summary(row, approvals),
      policyVersionId: promotion.policyVersionId,
      policyDigest: promotion.policyDigest,
      policyTitle: content.success ? content.data.title : 'Unreadable policy',
      snapshotDigest: promotion.snapshotDigest,
      snapshot: (snapshot ?? {}) as Record<string, unknown>,
      results: failingFirst(resultsOf(promotion.results)),
      exceptions: await exceptionsById(tx, resultsOf(promotion.results).flatMap(({ exception }) => exception?.id ?? []), now),
      thresholds: thresholdsOf(content.success ? content.data : undefined),
      approvals: named.map(({ approval: { id: approvalId, personId, role, verdict, comment, onBehalfOf, artifactDigest, snapshotDigest, policyDigest, at }, personName, revokedAt, revocationReason }) => ({ id: approvalId, person: { id: personId, name: personName }, role, verdict, comment, onBehalfOf: onBehalfOf === null ? null : { id: onBehalfOf, name: nameOf(onBehalfOf) }, revoked: revokedAt === null ? null : { at: revokedAt, reason: revocationReason ?? '' }, artifactDigest, snapshotDigest, policyDigest, at })),
      wouldBeStale: live ? [...stale] : [],
      rights,
      lent: lent.map(({ personId, name, roles: lentRoles }) => ({ delegator: { id: personId, name }, rights: rightsOf({ ...question, roles: lentRoles, delegator: { personId, name } }) })),
      mayWithdraw: live && may(actor, 'promotion.withdraw', { kind: 'team', teamId: promotion.teamId }),
      difference: gathered && incumbent && incumbent.row.id !== promotion.modelVersionId ? compareFacts(incumbent.facts, gathered.facts) : null,
      trainingRunId: gathered?.facts.training?.id ?? null,
      assetVersionId: gathered?.row.assetVersionId ?? '',
      comments: (await store.commentsOf(tx, promotion.id)).map(({ comment: { id: commentId, personId, text, at }, personName }) => ({ id: commentId, person: { id: personId, name: personName }, text, at })),
      statements: (await store.statementsOf(tx, promotion.id)).map(({ id: statementId, kind, approvalId, keyId, at }) => ({ id: statementId, kind, approvalId, keyId, at })),
      signs: portalKey() !== null,
      emergency: emergency ? emergencyView(emergency, row, nameOf, now) : null,
      mayDeclareEmergency: promotion.state === 'open' && stale.length === 0 && teamsWith(actor, 'promotion.emergency') === 'all' && promotion.requestedBy !== actor.id && conflictsOf([{ personId: actor.id ?? '', called: 'You' }], conflicts).length === 0,
      mayReviewEmergency: emergency !== null && emergency.reviewedAt === null && roles.length > 0 && emergency.declaredBy !== actor.id && promotion.requestedBy !== actor.id && conflictsOf([{ personId: actor.id ?? '', called: 'You' }], conflicts).length === 0,
      mayRevoke: live && approvals.some(({ personId, onBehalfOf, verdict, revoked }) => (personId === actor.id || onBehalfOf === actor.id) && verdict === 'approve' && !revoked),
      mayComment: may(actor, 'promotion.take_part', { kind: 'team', teamId: promotion.teamId }),
      history: await history(tx, promotion.id, [
        ...approvals.map((approval) => ['approval', approval.id] as const),
        ...(await store.revocationIdsOf(tx, promotion.id)).map((revocationId) => ['approval_revocation', revocationId] as const),
        ...(emergency ? [['emergency', emergency.id] as const] : []),
      ]),
      deployments: await store.deploymentsUnder(tx, promotion.id),
    });
  },
  http: { method: 'GET', path: '/api/v1/promotions/{promotionId}', tag: 'Promotions', body: 'none' },
});

export const getStatement = query({
  name: 'approvals.getStatement',
  summary: 'A signed statement about a decision: the DSSE envelope, byte for byte',
  input: z.strictObject({ promotionId: id, statementId: id }),
  output: z.object({ id: z.string(), kind: z.string(), envelope: z.string() }),
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const row = await store.statementById(tx, teams, input.promotionId, input.statementId);
    return row ? ok({ id: row.id, kind: row.kind, envelope: row.envelope }) : notFound('statement');
  },
  http: {
    method: 'GET', path: '/api/v1/promotions/{promotionId}/statements/{statementId}', tag: 'Promotions', body: 'none',
    present: ({ id: statementId, kind, envelope }: { id: string; kind: string; envelope: string }) =>
      new Response(envelope, { headers: { 'Content-Type': 'application/vnd.dsse.envelope.v1+json', 'Content-Disposition': `attachment; filename="${kind.replaceAll('_', '-')}-${statementId}.dsse.json"` } }),
  },
});

export const getSigningKey = query({
  name: 'approvals.getSigningKey',
  summary: 'The public key by which this portal signs decisions; null where it has none. `format=pem`: the key itself, for `gatehouse verify --trust`',
  input: z.strictObject({ format: z.enum(['json', 'pem']).default('json') }),
  output: z.object({ format: z.enum(['json', 'pem']), key: z.object({ keyId: z.string(), algorithm: z.literal('ecdsa-p256'), publicKeyPem: z.string() }).nullable() }),
  permission: 'read',
  run: async (_tx, { format }) => {
    const key = portalKey();
    if (key === null && format === 'pem') return notFound('signing key');
    return ok({ format, key: key && { keyId: key.keyId, algorithm: 'ecdsa-p256' as const, publicKeyPem: key.publicKeyPem } });
  },
  http: {
    method: 'GET', path: '/api/v1/signing-key', tag: 'Promotions', body: 'none',
    present: ({ format, key }: { format: 'json' | 'pem'; key: { keyId: string; algorithm: string; publicKeyPem: string } | null }) =>
      format === 'pem' ? new Response(key?.publicKeyPem ?? '', { headers: { 'Content-Type': 'application/x-pem-file', 'Content-Disposition': 'attachment; filename="gatehouse-portal.pem"' } }) : { key },
  },
});
