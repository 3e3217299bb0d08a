// Wire types of deployments and of the answers to 'may this digest run here?'; safe for the browser.
import { z } from 'zod';
import { pageOf } from '#lib/kernel/page.ts';
import { environment } from '#lib/policy/schema.ts';

export const decisionReason = z.object({ code: z.string(), message: z.string() });
export type DecisionReason = z.infer<typeof decisionReason>;

export const endpointName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/, 'an endpoint’s name is up to 200 letters, digits, dots, slashes, hyphens and underscores, and begins with a letter or digit');

/** The answer to a deployer (docs/wire-contract.md, Decisions and deployments). */
export const deployAnswer = z.object({
  allowed: z.boolean(),
  digest: z.string(),
  environment,
  /** As in the question; null where it said nothing. */
  endpoint: z.string().nullable(),
  identity: z.string().nullable(),
  reasons: z.array(decisionReason),
  decidedAt: z.string(),
  requestId: z.string(),
  promotionId: z.string().nullable(),
});
export type DeployAnswer = z.infer<typeof deployAnswer>;


export const deploymentItem = z.object({
  id: z.string(),
  teamId: z.string(),
  teamName: z.string(),
  modelName: z.string(),
  version: z.number().int(),
  modelVersionId: z.string(),
  digest: z.string(),
  environment,
  endpoint: z.string(),
  promotionId: z.string().nullable(),
  deployedBy: z.object({ id: z.string(), name: z.string() }),
  deployedAt: z.string(),
  endedAt: z.string().nullable(),
  servingSince: z.string().nullable().describe('The deployer’s claim of when traffic began.'),
  quarantined: z.boolean(),
});
export type DeploymentItem = z.infer<typeof deploymentItem>;
export const deploymentPage = pageOf(deploymentItem);

export const deployDecisionItem = z.object({
  id: z.string(),
  number: z.number().int(),
  at: z.string(),
  actorKind: z.string(),
  actorName: z.string(),
  digest: z.string(),
  environment: z.string(),
  allowed: z.boolean(),
  reasons: z.array(decisionReason),
  promotionId: z.string().nullable(),
  requestId: z.string(),
  endpoint: z.string().nullable(),
  identity: z.string().nullable(),
  repeated: z.number().int().describe('How often it was given again, unchanged, to the same asker.'),
  lastGivenAt: z.string().describe('When it was given last.'),
  model: z.object({ name: z.string(), version: z.number().int() }).nullable(),
});
export type DeployDecisionItem = z.infer<typeof deployDecisionItem>;
export const deployDecisionPage = pageOf(deployDecisionItem);

export const endpointReportItem = z.object({
  id: z.string(),
  teamId: z.string(),
  teamName: z.string(),
  environment: z.string(),
  endpoint: z.string(),
  model: z.string().nullable().describe('The model that it is meant for.'),
  public: z.boolean(),
  wafRule: z.string().nullable(),
  reportedBy: z.object({ id: z.string(), name: z.string() }),
  reportedAt: z.string(),
  newest: z.boolean().describe('No later report of the team about this endpoint.'),
});
export type EndpointReportItem = z.infer<typeof endpointReportItem>;
export const endpointReportPage = pageOf(endpointReportItem);
