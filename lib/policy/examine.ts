// Everything that is wrong with a policy, with what only a database and OPA can tell: its compiled bundle, and its tests with OPA's answers.
import type { ReadTx } from '#lib/db/client.ts';
import type { FieldError } from '#lib/kernel/errors.ts';
import { policyProblems } from './check.ts';
import { tierOf } from './environment-queries.ts';
import type { Environment, PolicyContent } from './schema.ts';
import { bundleByDigest } from './store.ts';
import { answersForTests, runPolicyTests, type PolicyTestResult } from './tests.ts';
import { withOpa } from './with-opa.ts';

/** What is wrong with it, by path, and how each of its tests comes out. */
export async function examinePolicy(tx: ReadTx, content: PolicyContent, environment: Environment): Promise<{ problems: FieldError[]; tests: PolicyTestResult[] }> {
  const bundle = content.opaBundle === undefined ? null : await bundleByDigest(tx, content.opaBundle);
  const missing: FieldError[] = content.opaBundle !== undefined && bundle === null ? [{ path: 'content.opaBundle', message: 'no bundle with this digest was uploaded' }] : [];
  const answers = await answersForTests(content, environment, (input) => withOpa(tx, content, input));
  return { problems: [...missing, ...policyProblems(content, await tierOf(tx, environment), environment, answers, bundle?.entrypoints ?? null)], tests: runPolicyTests(content, environment, answers) };
}
