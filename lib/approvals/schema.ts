// Wire types of promotion requests; safe for the browser.
import { z } from 'zod';
import { pageOf } from '#lib/kernel/page.ts';
import { exceptionView } from '#lib/exceptions/schema.ts';
import { approverRole, environment, ruleResult, ruleVerdict } from '#lib/policy/schema.ts';
import { thresholdMark, versionComparison } from '#lib/registry/schema.ts';

export const promotionStates = ['open', 'approved', 'rejected', 'withdrawn', 'stale', 'deployed'] as const;
export const promotionState = z.enum(promotionStates);
export type PromotionState = z.infer<typeof promotionState>;

const personReference = z.object({ id: z.string(), name: z.string() });

/** How many approvals of a role a request needs, and has. */
export const approvalNeed = z.object({ role: approverRole, needed: z.number().int(), given: z.number().int() });
export type ApprovalNeed = z.infer<typeof approvalNeed>;

export const promotionSummary = z.object({
  id: z.string(),
  teamId: z.string(),
  teamName: z.string(),
  modelName: z.string(),
  version: z.number().int(),
  modelVersionId: z.string(),
  environment,
  artifactDigest: z.string(),
  verdict: z.enum(['passed', 'blocked']),
  counts: z.object({ passed: z.number().int(), failed: z.number().int(), not_evaluated: z.number().int() }),
  state: promotionState,
  staleReason: z.string().nullable(),
  requestedBy: personReference,
  reason: z.string(),
  requestedAt: z.string(),
  expiresAt: z.string(),
  decidedAt: z.string().nullable(),
  needs: z.array(approvalNeed),
  inEmergency: z.boolean().describe('Whether it was let through in an emergency, without its approvals.'),
  needsMe: z.boolean(),
});
export type PromotionSummary = z.infer<typeof promotionSummary>;
export const promotionPage = pageOf(promotionSummary);

export const approvalView = z.object({
  id: z.string(),
  person: personReference,
  role: approverRole,
  verdict: z.enum(['approve', 'reject']),
  comment: z.string(),
  onBehalfOf: personReference.nullable().describe('Who lent the role.'),
  revoked: z.object({ at: z.string(), reason: z.string() }).nullable(),
  artifactDigest: z.string(),
  snapshotDigest: z.string(),
  policyDigest: z.string(),
  at: z.string(),
});
export type ApprovalView = z.infer<typeof approvalView>;

/** A recorded fact that keeps somebody from deciding, in words, with the page that shows it. */
export const conflictFact = z.object({ rule: z.string(), at: z.string(), href: z.string().nullable(), text: z.string() });
export type ConflictFact = z.infer<typeof conflictFact>;

export const promotionComment = z.object({ id: z.string(), person: personReference, text: z.string(), at: z.string() });

/** What the portal signed: to be fetched under `/api/v1/promotions/{promotionId}/statements/{id}`. */
export const statementView = z.object({ id: z.string(), kind: z.enum(['approval', 'verification_summary', 'emergency']), approvalId: z.string().nullable(), keyId: z.string(), at: z.string() });

export const emergencyView = z.object({
  id: z.string(), promotionId: z.string(), modelName: z.string(), version: z.number().int(), environment, teamName: z.string(), declaredBy: personReference, reason: z.string(),
  declaredAt: z.string(), expiresAt: z.string(), reviewDueAt: z.string(), overdue: z.boolean(),
  review: z.object({ verdict: z.enum(['justified', 'not_justified']), comment: z.string(), by: personReference, at: z.string() }).nullable(),
});
export type EmergencyView = z.infer<typeof emergencyView>;
export const emergencyList = z.object({ items: z.array(emergencyView) });

export const delegationView = z.object({
  id: z.string(), role: approverRole, teamName: z.string().nullable(), reason: z.string(), startsAt: z.string(), endsAt: z.string(), endedAt: z.string().nullable(),
  delegator: personReference, delegate: personReference, active: z.boolean(), mine: z.boolean(),
});
export type DelegationView = z.infer<typeof delegationView>;
export const delegationList = z.object({ items: z.array(delegationView) });

/** Whether the reader may decide, by which roles, and otherwise every reason why not. */
export const decisionRights = z.object({ roles: z.array(approverRole), mayApprove: z.boolean(), mayReject: z.boolean(), reasons: z.array(z.string()), conflicts: z.array(conflictFact).describe('Those of the reasons that are facts of separation of duties.') });
export type DecisionRights = z.infer<typeof decisionRights>;

export const historyEvent = z.object({ number: z.number().int(), at: z.string(), action: z.string(), outcome: z.string(), actorName: z.string(), reason: z.string().nullable(), subjectTable: z.string(), after: z.record(z.string(), z.unknown()).nullable() });

export const promotionDetail = promotionSummary.extend({
  policyVersionId: z.string(),
  policyDigest: z.string(),
  policyTitle: z.string(),
  snapshotDigest: z.string(),
  snapshot: z.record(z.string(), z.unknown()).describe('The frozen facts that the rules were evaluated on.'),
  results: z.array(ruleResult).describe('What did not pass first.'),
  exceptions: z.array(exceptionView).describe('Exceptions that the results name, with the people who gave them and their state now.'),
  thresholds: z.array(thresholdMark),
  approvals: z.array(approvalView),
  /** Why a decision now would find the request stale; empty while everything is as it was. */
  wouldBeStale: z.array(z.string()),
  rights: decisionRights,
  /** The same by each role that somebody lent to the reader. */
  lent: z.array(z.object({ delegator: personReference, rights: decisionRights })),
  mayRevoke: z.boolean().describe('Whether the reader has an approval here that can still be taken back.'),
  mayComment: z.boolean(),
  comments: z.array(promotionComment),
  statements: z.array(statementView),
  signs: z.boolean().describe('Whether this portal has a key to sign decisions with.'),
  emergency: emergencyView.nullable(),
  mayDeclareEmergency: z.boolean(),
  mayReviewEmergency: z.boolean(),
  mayWithdraw: z.boolean(),
  difference: versionComparison.nullable().describe('Against the version that runs in the environment now (a: running, b: candidate); null: nothing runs there.'),
  trainingRunId: z.string().nullable(),
  assetVersionId: z.string(),
  history: z.array(historyEvent),
  deployments: z.array(z.object({ id: z.string(), endpoint: z.string(), deployedAt: z.string(), endedAt: z.string().nullable() })),
});
export type PromotionDetail = z.infer<typeof promotionDetail>;

export const requested = z.object({ promotionId: z.string(), verdict: z.enum(['passed', 'blocked']), snapshotDigest: z.string(), policyDigest: z.string(), artifactDigest: z.string(), expiresAt: z.string(), replaced: z.string().nullable() });

/** `recorded: false`: the request had become stale, which is recorded instead; nothing was decided. */
export const decided = z.object({ promotionId: z.string(), recorded: z.boolean(), approvalId: z.string().nullable(), state: promotionState, message: z.string(), needs: z.array(approvalNeed) });
export type Decided = z.infer<typeof decided>;

const verdict = z.enum(['passed', 'blocked']);
const changedRule = z.object({ ruleId: z.string(), before: ruleVerdict.nullable().describe('null: the policy of then had no such rule.'), after: ruleVerdict.nullable().describe('null: this policy has no such rule.') });
export const dryRun = z.object({
  considered: z.number().int(),
  /** Requests whose frozen evidence is not what its digest says, or is no input document. */
  unreadable: z.number().int(),
  /** Requests that were left out because the time was over. */
  leftOut: z.number().int(),
  before: z.object({ passed: z.number().int(), blocked: z.number().int() }),
  after: z.object({ passed: z.number().int(), blocked: z.number().int() }),
  changed: z.array(z.object({ promotionId: z.string(), modelName: z.string(), version: z.number().int(), teamName: z.string(), requestedAt: z.string(), state: promotionState, before: verdict, after: verdict, rules: z.array(changedRule) })),
});
export type DryRun = z.infer<typeof dryRun>;
