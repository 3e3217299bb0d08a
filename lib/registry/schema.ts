// Wire types of models and their versions; safe for the browser.
import { z } from 'zod';
import { pageOf } from '#lib/kernel/page.ts';
import { requirementView } from '#lib/evidence/schema.ts';
import { environment } from '#lib/policy/schema.ts';

/** proven: a verified attestation says so. claimed: an event says so. missing: nobody does. contradicted: two sources disagree. */
export const strength = z.enum(['proven', 'claimed', 'missing', 'contradicted']);
export type Strength = z.infer<typeof strength>;

export const modelName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'a model’s name is up to 100 letters, digits, dots, hyphens and underscores, and begins with a letter or digit');

export const runningAt = z.object({ deploymentId: z.string(), environment, endpoint: z.string(), version: z.number(), modelVersionId: z.string(), digest: z.string(), deployedAt: z.string() });
export type RunningAt = z.infer<typeof runningAt>;

export const modelSummary = z.object({
  id: z.string(),
  name: z.string(),
  teamId: z.string(),
  teamName: z.string(),
  description: z.string().nullable(),
  createdAt: z.string(),
  versionCount: z.number(),
  latest: z.object({ id: z.string(), version: z.number(), digest: z.string(), publishedAt: z.string() }).nullable(),
  running: z.array(runningAt),
  openRequest: z.object({ id: z.string(), environment, version: z.number(), requestedAt: z.string() }).nullable(),
});
export type ModelSummary = z.infer<typeof modelSummary>;

export const versionSummary = z.object({
  id: z.string(),
  version: z.number(),
  digest: z.string(),
  description: z.string().nullable(),
  publishedAt: z.string(),
  publishedBy: z.object({ id: z.string(), name: z.string() }),
  running: z.array(runningAt),
  promotion: z.object({ id: z.string(), environment, state: z.string() }).nullable(),
});
export type VersionSummary = z.infer<typeof versionSummary>;

export const modelPage = pageOf(modelSummary);
export const versionPage = pageOf(versionSummary);

/** Where a fact can be looked up. */
export const reference = z.object({ label: z.string(), href: z.string() });
export const answerPart = z.object({ label: z.string(), value: z.string(), digest: z.string().nullable(), strength, note: z.string().nullable(), references: z.array(reference) });
export type AnswerPart = z.infer<typeof answerPart>;

export const answerId = z.enum(['data', 'code', 'job', 'metrics', 'artifact']);
/** One of the five questions that every model version answers (docs/architecture.md). */
export const answer = z.object({ id: answerId, question: z.string(), strength, summary: z.string(), parts: z.array(answerPart) });
export type Answer = z.infer<typeof answer>;

/** One requirement of a SLSA level. */
export const slsaRequirement = z.object({ level: z.number().int().min(1).max(4), id: z.string(), title: z.string(), verdict: z.enum(['passed', 'failed', 'not_evaluated']), actual: z.string(), remedy: z.string().describe('What to do where it did not pass.'), references: z.array(reference) });
export type SlsaRequirement = z.infer<typeof slsaRequirement>;

/** SLSA level, as far as the evidence goes: every requirement with its verdict, and what the next level needs. */
export const slsa = z.object({ level: z.number().int().min(0).max(4), requirements: z.array(slsaRequirement), missing: z.array(z.string()) });
export type Slsa = z.infer<typeof slsa>;

export const metricValue = z.object({ name: z.string(), slice: z.string().nullable(), value: z.number(), sampleCount: z.number(), higherIsBetter: z.boolean().nullable() });
export type MetricValue = z.infer<typeof metricValue>;

export const evaluationView = z.object({
  strength: z.enum(['proven', 'claimed']),
  evidenceId: z.string(),
  runId: z.string().nullable(),
  evaluatedOn: z.string(),
  dataset: z.object({ name: z.string(), digest: z.string() }),
  threshold: z.number().nullable(),
  metrics: z.array(metricValue),
});
export type EvaluationView = z.infer<typeof evaluationView>;

export const thresholdMark = z.object({ parameter: z.string(), metric: z.string(), bound: z.enum(['minimum', 'maximum', 'magnitude']), value: z.number(), meaning: z.string() });
export type ThresholdMark = z.infer<typeof thresholdMark>;

export const trainingInputView = z.object({ name: z.string(), kind: z.string(), versionId: z.string().nullable(), digest: z.string().nullable(), strength: strength.exclude(['missing']), attestedDigest: z.string().nullable() });

export const promotionOfVersion = z.object({ id: z.string(), environment, state: z.string(), verdict: z.string(), requestedAt: z.string(), requestedBy: z.string(), decidedAt: z.string().nullable(), staleReason: z.string().nullable(), approvals: z.array(z.object({ person: z.string(), role: z.string(), verdict: z.string(), comment: z.string(), at: z.string() })) });
export const deploymentOfVersion = z.object({ id: z.string(), environment, endpoint: z.string(), digest: z.string(), deployedAt: z.string(), endedAt: z.string().nullable(), deployedBy: z.string(), promotionId: z.string().nullable() });
export const findingInReach = z.object({ id: z.string(), severity: z.string(), title: z.string(), source: z.string() });

export const modelVersionDetail = z.object({
  id: z.string(),
  modelId: z.string(),
  modelName: z.string(),
  teamId: z.string(),
  teamName: z.string(),
  version: z.number(),
  digest: z.string(),
  assetVersionId: z.string(),
  quarantined: z.boolean(),
  openIncidents: z.array(z.string()).describe('Open incidents about it, its model, or anything that it was made from, each with its severity; those of other teams without their title.'),
  description: z.string().nullable(),
  publishedAt: z.string(),
  publishedBy: z.object({ id: z.string(), name: z.string() }),
  trainingRunId: z.string().nullable(),
  answers: z.array(answer),
  slsa,
  environment: z.array(requirementView).describe('What the training run ran in; empty where there is no such run.'),
  evaluations: z.array(evaluationView),
  disagreements: z.array(z.string()),
  thresholds: z.array(thresholdMark),
  inputs: z.array(trainingInputView),
  parameters: z.record(z.string(), z.string()),
  upstream: z.object({ runs: z.number(), versions: z.number(), truncated: z.boolean() }),
  promotions: z.array(promotionOfVersion),
  deployments: z.array(deploymentOfVersion),
  findings: z.array(findingInReach),
  mayRequest: z.boolean(),
});
export type ModelVersionDetail = z.infer<typeof modelVersionDetail>;

const both = <T extends z.ZodType>(value: T) => ({ a: value.nullable(), b: value.nullable(), same: z.boolean() });

/** Two versions of a model, field by field: what differs first, what is the same countable. */
export const versionComparison = z.object({
  modelName: z.string(),
  a: z.object({ id: z.string(), version: z.number(), digest: z.string(), publishedAt: z.string() }),
  b: z.object({ id: z.string(), version: z.number(), digest: z.string(), publishedAt: z.string() }),
  data: z.array(z.object({ name: z.string(), kind: z.string(), ...both(z.string()) })),
  code: z.array(z.object({ field: z.string(), ...both(z.string()) })),
  parameters: z.array(z.object({ name: z.string(), ...both(z.string()) })),
  environment: z.array(z.object({ field: z.string(), ...both(z.string()) })),
  metrics: z.object({
    dataset: z.object({ name: z.string(), digest: z.string() }).nullable(),
    note: z.string().nullable(),
    rows: z.array(z.object({ name: z.string(), slice: z.string().nullable(), a: z.number().nullable(), b: z.number().nullable(), worseBy: z.number().nullable(), sampleCounts: z.tuple([z.number().nullable(), z.number().nullable()]) })),
  }),
  findings: z.object({ onlyA: z.array(findingInReach), onlyB: z.array(findingInReach), both: z.number() }),
});
export type VersionComparison = z.infer<typeof versionComparison>;

export const published = z.object({ modelVersionId: z.string(), name: z.string(), version: z.number(), digest: z.string(), created: z.boolean() });
