// Evaluation of a policy over an input document. Pure: the same policy and input give the same result, always.
import type { Json } from '#lib/kernel/canonical-json.ts';
import { bindingsOf, displayCel, evaluateCel, type Bindings } from './cel.ts';
import type { PolicyInput } from './input.ts';
import type { OpaRule, PolicyContent, PolicyEvaluation, PolicyRule, RuleException, RuleResult, RuleVerdict } from './schema.ts';

/** The value at a dotted path; undefined where the path breaks off. */
function at(document: Json, path: string): Json | undefined {
  let current: Json | undefined = document;
  for (const step of path.split('.')) {
    if (typeof current !== 'object' || current === null || Array.isArray(current) || !Object.hasOwn(current, step)) return undefined;
    current = (current as Readonly<Record<string, Json | undefined>>)[step];
  }
  return current;
}

const present = (value: Json | undefined): boolean => value !== undefined && value !== null;

function shownText(what: PolicyRule['expected'], bindings: Bindings): string {
  if (typeof what === 'string') return what;
  const value = evaluateCel(what.cel, bindings);
  return value.ok ? displayCel(value.value) : 'could not be computed';
}

function judge(rule: PolicyRule, document: Json, bindings: Bindings): { verdict: RuleVerdict; reason: string | null } {
  const missing = rule.requires.filter((path) => !present(at(document, path)));
  if (missing.length > 0) return { verdict: 'not_evaluated', reason: `needs ${missing.join(', ')}, which ${missing.length === 1 ? 'is' : 'are'} not known` };
  const value = evaluateCel(rule.expression, bindings);
  if (!value.ok) return { verdict: 'not_evaluated', reason: `could not be evaluated: ${value.error}` };
  if (typeof value.value !== 'boolean') return { verdict: 'not_evaluated', reason: `yields ${displayCel(value.value)} instead of true or false` };
  return { verdict: value.value ? 'passed' : 'failed', reason: null };
}

/** The exception for a rule that lasts longest; null for a rule that passed, which needs none. */
function exceptionFor(rule: Pick<PolicyRule, 'id'>, verdict: RuleVerdict, exceptions: PolicyInput['exceptions']): RuleException | null {
  if (verdict === 'passed') return null;
  const [found] = exceptions.filter(({ ruleId }) => ruleId === rule.id).sort((a, b) => Date.parse(b.expiresAt) - Date.parse(a.expiresAt));
  return found ? { id: found.id, expiresAt: found.expiresAt, reason: found.reason, proposedBy: found.proposedBy, confirmedBy: found.confirmedBy } : null;
}

/** Does this result stand in the way? Only a rule that blocks, did not pass, and has no exception. */
export const blocks = ({ level, verdict, exception }: Pick<RuleResult, 'level' | 'verdict' | 'exception'>): boolean => level === 'block' && verdict !== 'passed' && exception === null;

function evaluateRule(rule: PolicyRule, document: Json, bindings: Bindings, exceptions: PolicyInput['exceptions']): RuleResult {
  const { verdict, reason } = judge(rule, document, bindings);
  const actual = evaluateCel(rule.actual, bindings);
  return {
    ruleId: rule.id,
    title: rule.title,
    level: rule.level,
    verdict,
    expected: shownText(rule.expected, bindings),
    actual: actual.ok ? displayCel(actual.value) : 'not known',
    reason,
    remedy: rule.remedy,
    exception: exceptionFor(rule, verdict, exceptions),
  };
}

const notInTime = ({ id, title, level, remedy }: PolicyRule): RuleResult => ({ ruleId: id, title, level, verdict: 'not_evaluated', expected: 'not computed', actual: 'not computed', reason: 'the time for the evaluation was over', remedy, exception: null });

/** A rule that OPA decides, by the answer that the document holds. */
function evaluateOpaRule(rule: OpaRule, input: PolicyInput): RuleResult {
  const { id, title, level, remedy, path } = rule;
  const answer = input.opa.find((each) => each.path === path);
  const verdict: RuleVerdict = answer?.allow === true ? 'passed' : answer?.allow === false ? 'failed' : 'not_evaluated';
  const actual = verdict === 'not_evaluated' ? 'no answer' : [verdict === 'passed' ? 'allowed' : 'not allowed', ...(answer?.reasons ?? [])].join(': ');
  const reason = verdict === 'not_evaluated' ? (answer?.problem ?? 'OPA was not asked') : null;
  return { ruleId: id, title, level, verdict, expected: `OPA allows it (${path})`, actual: displayCel(actual), reason, remedy, exception: exceptionFor(rule, verdict, input.exceptions) };
}

const parameterValues = (policy: PolicyContent): Record<string, Json> => Object.fromEntries(Object.entries(policy.parameters).map(([name, { value }]) => [name, value]));

/** What each rule expects, by its id, as far as that can be said without an input document. */
export function expectationsOf(policy: PolicyContent): Record<string, string> {
  const bindings = bindingsOf({ parameters: parameterValues(policy) });
  return Object.fromEntries(
    policy.rules.flatMap(({ id, expected }): [string, string][] => {
      if (typeof expected === 'string') return [[id, expected]];
      const value = evaluateCel(expected.cel, bindings);
      return value.ok ? [[id, displayCel(value.value)]] : [];
    }),
  );
}

/**
 * Evaluates every rule, also after the first that fails. The verdict is `blocked` when any rule of level `block`
 * is anything else than passed and has no exception in the input. An exception never changes a rule's own verdict.
 * Once `late` says so, rules that are left are not evaluated: for documents and policies that nobody has looked at yet.
 */
export function evaluatePolicy(policy: PolicyContent, input: PolicyInput, late: () => boolean = () => false): PolicyEvaluation {
  const document = input as unknown as Json;
  const bindings = bindingsOf({ ...(input as unknown as Record<string, Json>), parameters: parameterValues(policy) });
  const results = [...policy.rules.map((rule) => (late() ? notInTime(rule) : evaluateRule(rule, document, bindings, input.exceptions))), ...(policy.opa ?? []).map((rule) => evaluateOpaRule(rule, input))];
  return { verdict: results.some(blocks) ? 'blocked' : 'passed', results };
}
