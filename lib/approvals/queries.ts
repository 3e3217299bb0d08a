// Reading promotion requests: the inbox, and one request with all that it takes to decide.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { historyView } from '#lib/audit/index.ts';
import { exceptionsById } from '#lib/exceptions/index.ts';
import { personById } from '#lib/identity/index.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { id } from '#lib/kernel/ids.ts';
import { searchText, several, timeRange, yesNo } from '#lib/kernel/list-input.ts';
import { pageInput, pageRequest, toPage } from '#lib/kernel/page.ts';
import { may, teamsWith, type Actor } from '#lib/kernel/permissions.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { environment, policyContent, ruleResult } from '#lib/policy/index.ts';
import { compareFacts, thresholdsOf } from '#lib/registry/index.ts';
import { countsOf, failingFirst, needsOf, rightsOf, thaw } from './domain.ts';
import { promotionDetail, promotionPage, promotionState, type PromotionSummary } from './schema.ts';
import { examine, involvementsIn } from './snapshot.ts';
import * as store from './store.ts';
import type { ListedPromotion, Viewer } from './store.ts';

const viewerOf = (actor: Actor): Viewer => ({ decides: teamsWith(actor, 'promotion.decide'), personId: actor.kind === 'person' ? actor.id : null });
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
    const filters = { states: input.state, environments: input.environment, teamIds: input.team, verdicts: input.verdict, modelVersionId: input.modelVersionId, text: input.q, from: input.from, to: input.to, needsMe: input.needsMe === true };
    const rows = await store.promotionPage(tx, teams, viewerOf(actor), filters, request.value);
    const page = toPage(rows, request.value, ({ promotion }) => ({ value: promotion.requestedAt, id: promotion.id }), (row) => row);
    const approvals = (await store.approvalsWithNames(tx, page.items.map(({ promotion }) => promotion.id))).map(({ approval }) => approval);
    return ok({ ...page, items: page.items.map((row) => summary(row, approvals.filter(({ promotionId }) => promotionId === row.promotion.id))) });
  },
  http: { method: 'GET', path: '/api/v1/promotions', tag: 'Promotions', body: 'none' },
});

async function history(tx: ReadTx, promotionId: string, approvalIds: readonly string[]) {
  const events = [...(await historyView(tx, 'promotion', promotionId))];
  for (const approvalId of approvalIds) events.push(...(await historyView(tx, 'approval', approvalId)));
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
    const approvals = named.map(({ approval }) => approval);
    const content = policyContent.safeParse(row.policyContent);
    const { gathered, stale } = await examine(tx, promotion, now, false);
    const live = promotion.state === 'open' || promotion.state === 'approved';
    const roles = actor.kind === 'person' ? await store.decidingRoles(tx, actor.id, promotion.teamId, false) : [];
    const person = actor.kind === 'person' ? await personById(tx, actor.id) : null;
    const rights = rightsOf({
      personId: actor.id ?? '',
      personActive: person?.state === 'active',
      roles,
      request: promotion,
      approvals,
      involvements: gathered ? await involvementsIn(tx, gathered) : [],
      stale,
    });
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
      approvals: named.map(({ approval: { id: approvalId, personId, role, verdict, comment, artifactDigest, snapshotDigest, policyDigest, at }, personName }) => ({ id: approvalId, person: { id: personId, name: personName }, role, verdict, comment, artifactDigest, snapshotDigest, policyDigest, at })),
      wouldBeStale: live ? [...stale] : [],
      rights,
      mayWithdraw: live && may(actor, 'promotion.withdraw', { kind: 'team', teamId: promotion.teamId }),
      difference: gathered && incumbent && incumbent.row.id !== promotion.modelVersionId ? compareFacts(incumbent.facts, gathered.facts) : null,
      trainingRunId: gathered?.facts.training?.id ?? null,
      assetVersionId: gathered?.row.assetVersionId ?? '',
      history: await history(tx, promotion.id, approvals.map((approval) => approval.id)),
      deployments: await store.deploymentsUnder(tx, promotion.id),
    });
  },
  http: { method: 'GET', path: '/api/v1/promotions/{promotionId}', tag: 'Promotions', body: 'none' },
});
