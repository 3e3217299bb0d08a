// What is looked at in the moment of a deployment and not before: whether the change window is open, and the very endpoint.
import type { ReadTx } from '#lib/db/client.ts';
import { emergencyFor, frozenInput, type PromotionRow } from '#lib/approvals/index.ts';
import { blocks, evaluatePolicy, type PolicyInput, type RuleResult, type UsablePolicy } from '#lib/policy/index.ts';
import { atDeployment, type VersionFacts } from '#lib/registry/index.ts';
import type { DecisionReason } from './schema.ts';

const windowPath = 'assurance.changeWindow';

/** The results with the moment at which the window opens, in what was found by a rule that needs the window. */
export function withOpening(results: readonly RuleResult[], policy: UsablePolicy, input: PolicyInput, facts: VersionFacts): RuleResult[] {
  const window = facts.assurance?.windows[input.environment];
  if (!window || window.open) return [...results];
  const needing = new Set(policy.content.rules.filter(({ requires, expression }) => requires.some((path) => path.startsWith(windowPath)) || expression.includes(windowPath)).map(({ id }) => id));
  const why = window.frozen === null ? '' : ` (frozen: ${window.frozen})`;
  const opens = window.opensAt === null ? 'it does not open within a year' : `it opens on ${window.opensAt}`;
  return results.map((result) => (needing.has(result.ruleId) && result.verdict === 'failed' ? { ...result, actual: `${result.actual}${why}; ${opens}` } : result));
}

/**
 * Why an approved version may not be deployed at this moment on this endpoint (null: none is named). The document that was
 * decided on is judged again, with the window and the endpoint as they are now; everything else about it was found
 * unchanged before. An emergency goes past it, as past all gates.
 */
export async function refusedAtThisMoment(tx: ReadTx, question: { readonly row: PromotionRow; readonly policy: UsablePolicy; readonly facts: VersionFacts; readonly current: PolicyInput; readonly endpoint: string | null; readonly now: string }): Promise<DecisionReason[]> {
  const { row, policy, facts, current, endpoint, now } = question;
  if (await emergencyFor(tx, row, now)) return [];
  const frozen = await frozenInput(tx, row);
  if (frozen === null) return [{ code: 'promotion_stale', message: 'The stored evidence snapshot is not the one that was frozen.' }];
  const standing = await atDeployment(tx, { ...frozen, assurance: { ...frozen.assurance, changeWindow: current.assurance.changeWindow, endpoint: current.assurance.endpoint } }, facts.assurance ?? null, endpoint, policy.content.parameters);
  const results = withOpening(evaluatePolicy(policy.content, standing).results, policy, standing, facts);
  return results.filter(blocks).map(({ ruleId, title, verdict, actual, reason }) => ({ code: ruleId, message: `${title}: ${verdict === 'failed' ? `failed, found ${actual}` : `not evaluated, ${reason ?? 'unknown'}`}` }));
}
