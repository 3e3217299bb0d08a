// Wire types of findings and their triage. Safe for the browser.
import { z } from 'zod';
import { exportFormat } from '#lib/kernel/export.ts';
import { digest, id } from '#lib/kernel/wire.ts';
import { comparable, searchText, several, timeRange } from '#lib/kernel/list-input.ts';
import { pageInput, pageOf } from '#lib/kernel/page.ts';

export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
export const severity = z.enum(severities);
export type Severity = z.infer<typeof severity>;

export const findingStates = ['open', 'acknowledged', 'resolved', 'accepted', 'false_positive'] as const;
export const findingState = z.enum(findingStates);
export type FindingState = z.infer<typeof findingState>;

/** Where findings come from; a higher domain adds its own name. */
export const findingSources = ['verification', 'lineage', 'run', 'validation', 'evaluation', 'drift', 'approval', 'inventory'] as const;
export const findingSource = z.enum(findingSources);
export type FindingSource = z.infer<typeof findingSource>;

/** A measured value with its unit, e.g. `{name: 'disparate impact', value: 0.71, unit: 'ratio'}`. */
export const fact = z.object({ name: z.string(), value: z.union([z.number(), z.string()]), unit: z.string().nullable() });
export type Fact = z.infer<typeof fact>;

export const findingItem = z.object({
  id: z.string(),
  teamId: z.string(),
  teamName: z.string(),
  source: findingSource,
  rule: z.string(),
  title: z.string(),
  severity,
  state: findingState,
  occurrences: z.number().int(),
  firstSeenAt: z.string(),
  lastSeenAt: z.string(),
  runId: z.string().nullable(),
  assetVersionId: z.string().nullable(),
  assetName: z.string().nullable().describe('A name under which the version was seen.'),
  assetDigest: z.string().nullable(),
  evidenceId: z.string().nullable(),
});
export type FindingItem = z.infer<typeof findingItem>;

/** `-severity`: the most severe first, then the latest; `-lastSeen`: the latest first. Without the sign the other way round. */
export const findingSorts = ['-severity', 'severity', '-lastSeen', 'lastSeen'] as const;
export type FindingSort = (typeof findingSorts)[number];

export const listFindingsInput = z.strictObject({
  ...pageInput,
  ...timeRange,
  sort: z.enum(findingSorts).default('-severity').describe('-severity: the most severe first, then the latest; -lastSeen: the latest first.'),
  severity: several(severity),
  state: several(findingState),
  source: several(findingSource),
  q: searchText.describe('Part of the title, the detail or the rule.'),
  runId: id.optional(),
  assetVersionId: id.optional(),
  assetId: id.optional().describe('Any version seen under this name.'),
  digest: digest.optional().describe('Digest of the asset version.'),
  modelId: id.optional().describe('The artifacts of this model’s versions.'),
  evidenceId: id.optional(),
  format: exportFormat,
});
export const findingPage = pageOf(findingItem).extend({ format: exportFormat });

export const historyItem = z.object({
  number: z.number().int(),
  at: z.string(),
  action: z.string(),
  actorName: z.string(),
  reason: z.string().nullable(),
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
});

export const findingDetail = z.object({
  ...findingItem.shape,
  detail: z.string(),
  recommendation: z.string(),
  references: z.array(z.string()),
  facts: z.array(fact),
  decidedBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  decidedAt: z.string().nullable(),
  decisionReason: z.string().nullable(),
  recentOccurrences: z.array(z.object({ at: z.string(), runId: z.string().nullable(), evidenceId: z.string().nullable() })).describe('The newest twenty.'),
  history: z.array(historyItem).describe('Audit events of this finding, newest first.'),
  mayTriage: z.boolean(),
});
export type FindingDetail = z.infer<typeof findingDetail>;

export const findingCounts = z.object({
  bySeverity: z.record(z.string(), z.number().int()).describe('Open and acknowledged ones.'),
  byState: z.record(z.string(), z.number().int()),
  bySource: z.record(z.string(), z.number().int()).describe('Open and acknowledged ones.'),
});
export type FindingCounts = z.infer<typeof findingCounts>;

export const triageVerbs = ['acknowledge', 'resolve', 'accept', 'false_positive', 'reopen'] as const;
export type TriageVerb = (typeof triageVerbs)[number];

export const triageInput = z
  .strictObject({
    id,
    verb: z.enum(triageVerbs),
    reason: z.string().trim().max(2_000).refine(comparable, 'holds characters that are not text').default(''),
  })
  .refine(({ verb, reason }) => (verb !== 'accept' && verb !== 'false_positive') || reason.length >= 3, { path: ['reason'], message: 'say why, in at least three characters' });
export type TriageInput = z.input<typeof triageInput>;

export const triageOutcome = z.object({ id: z.string(), before: findingState, state: findingState });
