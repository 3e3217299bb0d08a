// The playground: what a policy that nobody has proposed yet says about a document, with everything that is wrong with either.
import { z } from 'zod';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { evaluatePolicy } from './domain.ts';
import { examinePolicy } from './examine.ts';
import { exampleInput } from './example.ts';
import { policyInput } from './input.ts';
import { withOpa } from './with-opa.ts';
import { environment, policyContent, policyEvaluation } from './schema.ts';
import { unknownEnvironment } from './environment-queries.ts';

const problem = z.object({ path: z.string(), message: z.string() });

export const tried = z.object({
  problems: z.array(problem).describe('What is wrong with the policy, by path.'),
  documentProblems: z.array(problem).describe('What is wrong with the document, by path; it is then not evaluated.'),
  evaluation: policyEvaluation.nullable(),
  tests: z.array(z.object({ name: z.string(), problems: z.array(z.string()) })),
});
export type Tried = z.infer<typeof tried>;

/** Both are a stranger's: bounded, so that two comprehensions in one another stay affordable, and cut off by time. */
const longestMilliseconds = 2_000;
const mostCharacters = 500_000;
const longestList = 1_000;

function tooLarge(document: unknown, depth = 0): string | null {
  if (depth > 20) return 'is nested too deeply';
  if (Array.isArray(document) && document.length > longestList) return `has a list of more than ${longestList} items`;
  for (const member of typeof document === 'object' && document !== null ? Object.values(document) : []) {
    const found = tooLarge(member, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

const text = z.unknown().refine((value) => { try { return (JSON.stringify(value) ?? '').length <= mostCharacters; } catch { return false; } }, `is not JSON of at most ${mostCharacters} characters`);
const fieldErrors = (error: z.ZodError, root: string) => error.issues.slice(0, 50).map((issue) => ({ path: [root, ...issue.path].join('.'), message: issue.message }));

/** Nothing is stored and nothing decided. Without a document the example of a good version is used. */
export const tryPolicy = query({
  name: 'policy.tryPolicy',
  summary: 'Try a policy on an input document: each rule’s verdict, and what is wrong with either',
  input: z.object({ environment, content: text, document: text.optional() }),
  output: tried,
  permission: 'read',
  run: async (tx, input) => {
    const unknown = await unknownEnvironment(tx, [input.environment]);
    if (unknown) return unknown;
    const content = policyContent.safeParse(input.content);
    const size = tooLarge(input.document);
    const document = policyInput.safeParse(input.document ?? { ...exampleInput(), environment: input.environment });
    const documentProblems = size !== null ? [{ path: 'document', message: size }] : document.success ? [] : fieldErrors(document.error, 'document');
    if (!content.success) return ok({ problems: fieldErrors(content.error, 'content'), documentProblems, evaluation: null, tests: [] });
    const asked = document.success && size === null ? await withOpa(tx, content.data, document.data) : null;
    const { problems, tests } = await examinePolicy(tx, content.data, input.environment);
    const end = Date.now() + longestMilliseconds;
    return ok({
      problems,
      documentProblems,
      evaluation: asked ? evaluatePolicy(content.data, asked, () => Date.now() > end) : null,
      tests: tests.map(({ name, problems }) => ({ name, problems: [...problems] })),
    });
  },
  http: { method: 'POST', path: '/api/v1/policies/try', tag: 'Policies', body: 'json' },
});
