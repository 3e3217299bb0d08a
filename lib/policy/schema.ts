// Policies as data: rules, parameters and needed approvals, and the result of evaluating them. Safe for the browser.
import { z } from 'zod';
import { environment } from './environment.ts';

export * from './environment.ts';

/** What a rule that does not pass means: `block` refuses, `warn` says so, `record` only keeps it. */
export const ruleLevel = z.enum(['block', 'warn', 'record']);
export type RuleLevel = z.infer<typeof ruleLevel>;

/** `not_evaluated` (something the rule needs is absent, or it could not be computed) never counts as passed. */
export const ruleVerdict = z.enum(['passed', 'failed', 'not_evaluated']);
export type RuleVerdict = z.infer<typeof ruleVerdict>;

const cel = z.string().min(1).max(2_000);
const shown = z.union([z.string().min(1).max(500), z.strictObject({ cel })]);

/** A rule. Expressions are CEL (cel.dev) over the members of the input document and `parameters`. */
export const policyRule = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{1,60}$/, 'a rule’s id is lower-case words joined by hyphens'),
  title: z.string().min(1).max(200),
  level: ruleLevel,
  requires: z.array(z.string().min(1).max(200)).max(20).describe('Paths into the input document that must be there; where one is null or absent the verdict is not_evaluated.'),
  expression: cel.describe('CEL that yields a bool; anything else is not_evaluated.'),
  expected: shown.describe('What should be so: a text, or CEL to be shown.'),
  actual: cel.describe('CEL whose value is shown as what was found.'),
  remedy: z.string().min(1).max(1_000).describe('What to do when the rule does not pass.'),
});
export type PolicyRule = z.infer<typeof policyRule>;

/** A rule that an OPA server decides, over the same input document. Without a clear answer it is not evaluated. */
export const opaRule = policyRule.pick({ id: true, title: true, level: true, remedy: true }).extend({
  path: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*(\/[A-Za-z_][A-Za-z0-9_]*){0,9}$/, 'a path is names joined by slashes: package/rule').describe('Path of the decision in the Data API: true or false, or an object with a boolean `allow` and texts in `reasons`.'),
});
export type OpaRule = z.infer<typeof opaRule>;

export const policyParameter = z.strictObject({
  value: z.union([z.number(), z.boolean(), z.string().max(500), z.array(z.string().max(500)).max(100)]),
  meaning: z.string().min(1).max(300),
  marks: z
    .array(z.strictObject({ metric: z.string().min(1).max(200), bound: z.enum(['minimum', 'maximum', 'magnitude']).describe('magnitude: the largest absolute value.') }))
    .max(20)
    .optional()
    .describe('The metrics that this number bounds, so that charts can draw the threshold.'),
});
export type PolicyParameter = z.infer<typeof policyParameter>;

/** Is this plain JSON of a bounded depth that PostgreSQL can store? */
function isPlainJson(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (typeof value !== 'object' || depth > 12) return false;
  if (Array.isArray(value)) return value.every((item) => isPlainJson(item, depth + 1));
  return Object.getPrototypeOf(value) === Object.prototype && Object.entries(value).every(([key, member]) => isPlainJson(key) && isPlainJson(member, depth + 1));
}
const plainJson = (value: unknown) => isPlainJson(value);

/** An expectation that is stored beside the rules, and holds before the policy may become active. */
export const policyTest = z.strictObject({
  name: z.string().min(1).max(200),
  document: z.record(z.string(), z.unknown()).refine(plainJson, 'is not plain JSON').optional().describe('The whole input document; without it, the example of a good version.'),
  changes: z.record(z.string().min(1).max(200), z.unknown()).refine(plainJson, 'is not plain JSON').optional().describe('Members that are set in the document, by dotted path.'),
  expect: z.strictObject({
    verdict: z.enum(['passed', 'blocked']).optional(),
    rules: z.record(z.string(), ruleVerdict).optional().describe('Verdicts by the id of the rule.'),
  }),
});
export type PolicyTest = z.infer<typeof policyTest>;

export const approverRole = z.enum(['reviewer', 'security']);
export type ApproverRole = z.infer<typeof approverRole>;

/** What a policy says: known by the digest of its canonical JSON. */
export const policyContent = z.strictObject({
  title: z.string().min(1).max(200),
  rules: z.array(policyRule).min(1).max(100),
  parameters: z.record(z.string().regex(/^[a-z][A-Za-z0-9]{0,60}$/, 'a parameter’s name is one word in camelCase'), policyParameter),
  approvals: z.array(z.strictObject({ role: approverRole, count: z.int().min(1).max(10) })).max(2),
  requestValidDays: z.int().min(1).max(90).describe('Days after which an undecided or unused request is stale.'),
  opa: z.array(opaRule).min(1).max(10).optional().describe('Rules that an OPA server decides.'),
  opaBundle: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'a digest is written sha256:<64 lower-case hexadecimal digits>').optional().describe('Digest of an uploaded compiled bundle that decides these rules instead of the server.'),
  // Optional without a default: a stored policy without it must give its digest for ever.
  tests: z.array(policyTest).max(50).optional().describe('Run when the policy is proposed and again before it becomes active.'),
}).refine((content) => isPlainJson(JSON.parse(JSON.stringify(content))) && JSON.stringify(content).length <= 500_000, 'is larger than 500 000 characters, or holds characters that are not text');
export type PolicyContent = z.infer<typeof policyContent>;

/** A time-limited permission to go on although one rule does not pass, given by two people. Ids of people. */
export const ruleException = z.object({ id: z.string(), expiresAt: z.string(), reason: z.string(), proposedBy: z.string(), confirmedBy: z.string() });
export type RuleException = z.infer<typeof ruleException>;

export const ruleResult = z.object({
  ruleId: z.string(),
  title: z.string(),
  level: ruleLevel,
  verdict: ruleVerdict,
  expected: z.string(),
  actual: z.string(),
  /** Why a rule was not evaluated; null otherwise. */
  reason: z.string().nullable(),
  remedy: z.string(),
  /** The exception under which a rule that did not pass does not block; the verdict is the rule's own all the same. */
  exception: ruleException.nullable().default(null),
});
export type RuleResult = z.infer<typeof ruleResult>;

export const policyEvaluation = z.object({ verdict: z.enum(['passed', 'blocked']), results: z.array(ruleResult) });
export type PolicyEvaluation = z.infer<typeof policyEvaluation>;

export const policyState = z.enum(['proposed', 'active', 'retired', 'rejected']);
const personReference = z.object({ id: z.string(), name: z.string() }).nullable();

export const policySummary = z.object({
  id: z.string(),
  environment,
  scope: z.object({ teamId: z.string().nullable(), modelId: z.string().nullable(), name: z.string().describe('`the organisation`, or the name of the team or the model.') }),
  digest: z.string(),
  title: z.string(),
  state: policyState,
  ruleCount: z.number(),
  proposedBy: personReference,
  proposedAt: z.string(),
  confirmedBy: personReference,
  confirmedAt: z.string().nullable(),
  retiredAt: z.string().nullable(),
});
export type PolicySummary = z.infer<typeof policySummary>;

export const policyDetail = policySummary.extend({
  content: policyContent,
  /** What each rule expects, by its id, where a text or the parameters alone say it. */
  expectations: z.record(z.string(), z.string()),
  /** What it asks less than the policy of the organisation that is active now; empty for that one itself. */
  loosens: z.array(z.string()),
  /** The tests that are stored with it, as they come out now. */
  tests: z.array(z.object({ name: z.string(), problems: z.array(z.string()) })),
  /** False when the stored content no longer gives the stored digest: the policy is then not used. */
  intact: z.boolean(),
  history: z.array(z.object({ number: z.number(), at: z.string(), action: z.string(), actorName: z.string(), outcome: z.string(), reason: z.string().nullable() })),
});
export type PolicyDetail = z.infer<typeof policyDetail>;
