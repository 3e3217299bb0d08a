// Dry run: what a policy would have decided on the evidence that past requests froze, and which decisions would change.
import { z } from 'zod';
import { kernelFailure } from '#lib/kernel/errors.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { environment, evaluatePolicy, policyContent, ruleResult, unknownEnvironment, withOpa } from '#lib/policy/index.ts';
import { thaw } from './domain.ts';
import { dryRun, type DryRun } from './schema.ts';
import { recentSnapshots } from './store.ts';

/** How many of the newest requests are looked at. */
export const dryRunRequests = 500;
const batch = 50;
const longestMilliseconds = 15_000;

/** Rules whose verdict differs, what blocks now first. */
function changedRules(before: readonly z.infer<typeof ruleResult>[], after: readonly z.infer<typeof ruleResult>[]) {
  const ids = [...new Set([...after, ...before].map(({ ruleId }) => ruleId))];
  const verdictIn = (results: typeof before, id: string) => results.find(({ ruleId }) => ruleId === id)?.verdict ?? null;
  return ids.map((ruleId) => ({ ruleId, before: verdictIn(before, ruleId), after: verdictIn(after, ruleId) })).filter((rule) => rule.before !== rule.after);
}

/**
 * Evaluates a policy on the snapshots of the newest 500 requests into its environment that the reader may see. Nothing
 * is stored. Errors: 422 when the content is not a policy.
 */
export const dryRunPolicy = query({
  name: 'approvals.dryRunPolicy',
  summary: 'What this policy would have decided on the last 500 promotion requests, and which decisions change',
  input: z.object({ environment, content: policyContent }),
  output: dryRun,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const unknown = await unknownEnvironment(tx, [input.environment]);
    if (unknown) return unknown;
    const end = Date.now() + longestMilliseconds;
    const late = () => Date.now() > end;
    const counts = { before: { passed: 0, blocked: 0 }, after: { passed: 0, blocked: 0 } };
    const changed: DryRun['changed'] = [];
    let [considered, unreadable, leftOut] = [0, 0, 0];
    for (let offset = 0; offset < dryRunRequests; offset += batch) {
      const rows = await recentSnapshots(tx, teams, input.environment, batch, offset);
      for (const { promotion, content, modelName, version, teamName } of rows) {
        if (late()) {
          leftOut += 1;
          continue;
        }
        // Other requests to this process get their turn between two evaluations.
        await new Promise((resolve) => setImmediate(resolve));
        const document = thaw(content, promotion.snapshotDigest);
        if (document === null) {
          unreadable += 1;
          continue;
        }
        const evaluation = evaluatePolicy(input.content, await withOpa(tx, input.content, document), late);
        considered += 1;
        counts.before[promotion.verdict] += 1;
        counts.after[evaluation.verdict] += 1;
        if (evaluation.verdict === promotion.verdict) continue;
        const before = z.array(ruleResult).catch([]).parse(promotion.results);
        changed.push({ promotionId: promotion.id, modelName, version, teamName, requestedAt: promotion.requestedAt, state: promotion.state, before: promotion.verdict, after: evaluation.verdict, rules: changedRules(before, evaluation.results) });
      }
      if (rows.length < batch) break;
    }
    if (considered === 0 && leftOut > 0) return kernelFailure('unavailable', 'kernel.unavailable', 'The dry run took too long.', { retryAfterSeconds: 30 });
    return ok({ considered, unreadable, leftOut, ...counts, changed });
  },
  http: { method: 'POST', path: '/api/v1/policies/dry-run', tag: 'Policies', body: 'json' },
});
