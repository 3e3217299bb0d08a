// Tests that are stored beside a policy: what it must say about documents that somebody wrote down. Pure.
import { evaluatePolicy } from './domain.ts';
import { exampleInput } from './example.ts';
import { policyInput, type PolicyInput } from './input.ts';
import type { Environment, PolicyContent, PolicyTest } from './schema.ts';

export type PolicyTestResult = { readonly index: number; readonly name: string; readonly problems: readonly string[] };

/** All tests of one policy together; what is left then has not passed. */
const longestMilliseconds = 5_000;

/** Sets one member by its dotted path; false where a step leads into something that is no object. */
function setAt(document: Record<string, unknown>, path: string, value: unknown): boolean {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let current: Record<string, unknown> = document;
  for (const step of steps) {
    const next = Object.hasOwn(current, step) ? current[step] : undefined;
    if (typeof next !== 'object' || next === null || Array.isArray(next)) return false;
    current = next as Record<string, unknown>;
  }
  if (last === '__proto__') return false;
  current[last] = value;
  return true;
}

/** The document that a test is about, or what is wrong with it. */
function documentOf(test: PolicyTest, environment: Environment): PolicyInput | string[] {
  const document = structuredClone((test.document ?? { ...exampleInput(), environment }) as Record<string, unknown>);
  const wrong = Object.entries(test.changes ?? {}).flatMap(([path, value]) => (setAt(document, path, value) ? [] : [`${path} leads into something that is no object`]));
  if (wrong.length > 0) return wrong;
  const parsed = policyInput.safeParse(document);
  return parsed.success ? parsed.data : parsed.error.issues.slice(0, 5).map((issue) => `the document does not fit: ${issue.path.join('.')}: ${issue.message}`);
}

function problemsOf(content: PolicyContent, test: PolicyTest, environment: Environment, late: () => boolean, answers: PolicyInput['opa'] | null): string[] {
  const { verdict, rules = {} } = test.expect;
  if (verdict === undefined && Object.keys(rules).length === 0) return [`${test.name}: expects nothing`];
  const document = documentOf(test, environment);
  if (Array.isArray(document)) return document.map((problem) => `${test.name}: ${problem}`);
  const evaluation = evaluatePolicy(content, answers === null ? document : { ...document, opa: answers }, late);
  const problems = verdict !== undefined && evaluation.verdict !== verdict ? [`${test.name}: expected ${verdict}, is ${evaluation.verdict}`] : [];
  for (const [ruleId, expected] of Object.entries(rules)) {
    const result = evaluation.results.find((each) => each.ruleId === ruleId);
    if (!result) problems.push(`${test.name}: there is no rule ${ruleId}`);
    else if (result.verdict !== expected) problems.push(`${test.name}: ${ruleId} expected ${expected}, is ${result.verdict}${result.reason === null ? '' : ` (${result.reason})`}`);
  }
  return problems;
}

/** OPA's answers for each test, by its index; null where the test states them itself, or there is nothing to ask. */
export type TestAnswers = readonly (PolicyInput['opa'] | null)[];
export type Ask = (input: PolicyInput) => Promise<PolicyInput>;

const statesAnswers = ({ document, changes }: PolicyTest): boolean => (Array.isArray(document?.['opa']) && document['opa'].length > 0) || Object.keys(changes ?? {}).some((path) => path === 'opa' || path.startsWith('opa.'));

/** Asks OPA about the document of each test that does not say itself what OPA answers, one after the other and in the time of all tests. */
export async function answersForTests(content: PolicyContent, environment: Environment, ask: Ask): Promise<TestAnswers> {
  const end = Date.now() + longestMilliseconds;
  const answers: (PolicyInput['opa'] | null)[] = [];
  for (const test of content.tests ?? []) {
    const document = (content.opa ?? []).length === 0 || statesAnswers(test) || Date.now() > end ? null : documentOf(test, environment);
    answers.push(document === null || Array.isArray(document) ? null : (await ask(document)).opa);
  }
  return answers;
}

/** Runs every test of a policy. A test without problems passed. Without `answers` a test knows of OPA what its document says. */
export function runPolicyTests(content: PolicyContent, environment: Environment, answers: TestAnswers = []): PolicyTestResult[] {
  const end = Date.now() + longestMilliseconds;
  const late = () => Date.now() > end;
  return (content.tests ?? []).map((test, index) => ({ index, name: test.name, problems: late() ? [`${test.name}: was not run, since the tests take longer than ${longestMilliseconds / 1_000} seconds`] : problemsOf(content, test, environment, late, answers[index] ?? null) }));
}
