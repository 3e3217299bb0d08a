// What a policy's verdicts mean, and which policies may be proposed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyProblems } from './check.ts';
import { evaluatePolicy, expectationsOf } from './domain.ts';
import { nothingKnown, policyInput, type PolicyInput } from './input.ts';
import { policyContent, type PolicyContent, type PolicyRule } from './schema.ts';
import { shippedPolicies, strictProduction } from './shipped.ts';
import { runPolicyTests } from './tests.ts';
import { documentedPaths } from './shape.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

/** A model version about which everything is known and good, while an older one runs in production. */
function goodInput(): PolicyInput {
  return policyInput.parse({
    format: 'https://gatehouse.dev/policy-input/v1',
    environment: 'production',
    model: { id: 'm', name: 'flight-delay', version: 4, versionId: 'v4', teamId: 't' },
    artifact: { digest: digest('a'), quarantined: false, publishedBy: 's' },
    provenance: { evidence: [digest('e')], subjectDigest: digest('a'), runId: 'r', builderId: 'b', keyIds: ['k'], pipeline: 'p', stage: 'train' },
    signature: { received: 1, verified: 1 },
    training: { runId: 'r', job: 'n/p.train', state: 'complete', reportedBy: 's', triggeredBy: null, container: null, packageLock: null, seed: '1', parameters: {} },
    code: { commit: 'c'.repeat(40), strength: 'proven', dirty: false, remote: null },
    lineage: { complete: true, truncated: false, runs: ['r'], inputs: [{ name: 'flights', kind: 'dataset', digest: digest('d'), strength: 'proven' }], withoutDigest: [], quarantined: [], contradictions: [] },
    data: { sources: [{ name: 'flights', digest: digest('d'), validation: { results: ['PASSED'], passed: true, evidence: [digest('f')] } }], allValidated: true },
    evaluation: { evidence: [digest('1')], dataset: { name: 'holdout', digest: digest('2') }, metrics: [{ name: 'auc', slice: null, value: 0.71, sampleCount: 100, higherIsBetter: true }], overall: { auc: 0.71, expected_calibration_error: 0.02 }, contradictions: [] },
    bias: { disparateImpact: { minimum: 0.85, maximum: 1.1, worst: 'region=West' }, difference: { largest: 0.04, worst: 'region=West' } },
    production: { version: 3, versionId: 'v3', digest: digest('3') },
    comparison: { dataset: { name: 'holdout', digest: digest('2') }, metrics: { auc: { candidate: 0.71, production: 0.7, worseBy: -0.01 } } },
    exceptions: [],
    opa: [],
    slsa: { level: 3, missing: [] },
    metadata: { required: ['licence'], missing: [], modelCard: digest('4'), datasheets: [] },
    assurance: nothingKnown,
    findings: { critical: [], high: [] },
  } satisfies PolicyInput);
}

const production = shippedPolicies.production;
const verdictsOf = (input: PolicyInput, policy: PolicyContent = production) => Object.fromEntries(evaluatePolicy(policy, input).results.map((result) => [result.ruleId, result.verdict]));

const rule = (changes: Partial<PolicyRule>): PolicyRule => ({ id: 'the-rule', title: 'The rule', level: 'block', requires: [], expression: 'true', expected: 'so', actual: '"so"', remedy: 'Do it.', ...changes });
const policyOf = (changes: Partial<PolicyRule>): PolicyContent => ({ ...production, rules: [rule(changes)] });
const resultOf = (changes: Partial<PolicyRule>, input = goodInput()) => {
  const evaluation = evaluatePolicy(policyOf(changes), input);
  return { verdict: evaluation.verdict, ...evaluation.results[0], whole: evaluation.verdict };
};

describe('a rule', () => {
  it('passes when its expression is true, and fails when it is false', () => {
    expect(resultOf({ expression: 'evaluation.overall.auc > 0.7' })).toMatchObject({ verdict: 'passed', whole: 'passed' });
    expect(resultOf({ expression: 'evaluation.overall.auc > 0.8' })).toMatchObject({ verdict: 'failed', whole: 'blocked' });
  });

  it('is not evaluated when something it requires is unknown, and then blocks', () => {
    const input = { ...goodInput(), provenance: null };
    expect(resultOf({ requires: ['provenance.subjectDigest'], expression: 'true' }, input)).toMatchObject({ verdict: 'not_evaluated', whole: 'blocked', reason: 'needs provenance.subjectDigest, which is not known' });
  });

  it.each([
    ['an error', 'evaluation.overall.accuracy > 0.5', /could not be evaluated/],
    ['a value of the wrong type', 'evaluation.overall.auc', /yields 0.71 instead of true or false/],
    ['a text that says true', '"true"', /yields true instead/],
    ['a division by zero', '1 / 0 == 1', /could not be evaluated/],
    ['mixed numbers', 'evaluation.overall.auc - 1 < 0.0', /could not be evaluated/],
    ['what cannot be parsed', 'evaluation..auc', /could not be evaluated/],
  ])('is not evaluated on %s, and then blocks', (_what, expression, reason) => {
    const result = resultOf({ expression });
    expect(result).toMatchObject({ verdict: 'not_evaluated', whole: 'blocked' });
    expect(result.reason).toMatch(reason);
  });

  it('blocks only at the level block', () => {
    expect(resultOf({ level: 'warn', expression: 'false' }).whole).toBe('passed');
    expect(resultOf({ level: 'record', expression: 'no such thing' }).whole).toBe('passed');
  });

  it('shows what was expected and what was found, also when it was not evaluated', () => {
    expect(resultOf({ expected: { cel: 'string(parameters.minimumAuc)' }, actual: 'evaluation.overall.auc', requires: ['training.seed'] }, { ...goodInput(), training: null })).toMatchObject({ expected: '0.6', actual: '0.71', verdict: 'not_evaluated' });
    expect(resultOf({ expected: { cel: '1 / 0' }, actual: 'evaluation.overall.nothing' })).toMatchObject({ expected: 'could not be computed', actual: 'not known' });
  });

  it('reads members by name alone, whatever they are called', () => {
    const input = goodInput();
    input.evaluation = { ...(input.evaluation ?? { evidence: [], dataset: { name: '', digest: '' }, metrics: [], contradictions: [] }), overall: JSON.parse('{"constructor": 0.9, "__proto__": 0.8, "$typeName": 0.7}') as Record<string, number> };
    expect(resultOf({ expression: 'evaluation.overall.constructor == 0.9 && evaluation.overall["$typeName"] == 0.7 && evaluation.overall["__proto__"] == 0.8' }, input).verdict).toBe('passed');
    expect(resultOf({ requires: ['evaluation.overall.toString'], expression: 'true' }, input).verdict).toBe('not_evaluated');
  });
});

describe('the shipped production policy', () => {
  it('passes a version about which everything is known and good', () => {
    const evaluation = evaluatePolicy(production, goodInput());
    expect(evaluation.results.filter((result) => result.verdict !== 'passed')).toEqual([]);
    expect(evaluation.verdict).toBe('passed');
  });

  const changed: [string, string, (input: PolicyInput) => unknown][] = [
    ['other bytes than the attested ones', 'artifact-equals-attested', (input) => ({ ...input, artifact: { ...input.artifact, digest: digest('b') } })],
    ['a signature that does not hold', 'provenance-signed-by-trusted-key', (input) => ({ ...input, signature: { received: 1, verified: 0 } })],
    ['a quarantined artifact', 'artifact-usable', (input) => ({ ...input, artifact: { ...input.artifact, quarantined: true } })],
    ['a quarantined input', 'artifact-usable', (input) => ({ ...input, lineage: { ...input.lineage, quarantined: [digest('d')] } })],
    ['an input without digest', 'lineage-complete', (input) => ({ ...input, lineage: { ...input.lineage, inputs: [{ name: 'x', kind: 'dataset', digest: null, strength: 'claimed' }] } })],
    ['no inputs at all', 'lineage-complete', (input) => ({ ...input, lineage: { ...input.lineage, inputs: [] } })],
    ['a contradiction upstream', 'no-contradictions', (input) => ({ ...input, lineage: { ...input.lineage, contradictions: ['flights 2001-01'] } })],
    ['a raw dataset without validation', 'data-validated', (input) => ({ ...input, data: { sources: [{ name: 'flights', digest: digest('d'), validation: null }], allValidated: false } })],
    ['a raw dataset that failed', 'data-validated', (input) => ({ ...input, data: { sources: [{ name: 'flights', digest: digest('d'), validation: { results: ['FAILED'], passed: false, evidence: [] } }], allValidated: false } })],
    ['no raw dataset at all', 'data-validated', (input) => ({ ...input, data: { sources: [], allValidated: true } })],
    ['a low AUC', 'auc-at-least-minimum', (input) => ({ ...input, evaluation: { ...input.evaluation, overall: { auc: 0.59 } } })],
    ['evaluations that disagree', 'evaluations-agree', (input) => ({ ...input, evaluation: { ...input.evaluation, contradictions: ['auc: 0.6 and 0.7'] } })],
    ['a version worse than the running one', 'not-worse-than-production', (input) => ({ ...input, comparison: { dataset: { name: 'h', digest: digest('2') }, metrics: { auc: { candidate: 0.66, production: 0.7, worseBy: 0.04 } } } })],
    ['disparate impact below four fifths', 'disparate-impact-bounded', (input) => ({ ...input, bias: { ...input.bias, disparateImpact: { minimum: 0.79, maximum: 1, worst: 'w' } } })],
    ['disparate impact above five fourths', 'disparate-impact-bounded', (input) => ({ ...input, bias: { ...input.bias, disparateImpact: { minimum: 0.9, maximum: 1.26, worst: 'w' } } })],
    ['a large difference between groups', 'group-differences-bounded', (input) => ({ ...input, bias: { ...input.bias, difference: { largest: 0.11, worst: 'w' } } })],
    ['an open high finding', 'no-open-critical-or-high-findings', (input) => ({ ...input, findings: { critical: [], high: [{ id: 'f', severity: 'high', title: 'Signed by an unknown key' }] } })],
  ];
  it.each(changed)('refuses %s', (_what, ruleId, change) => {
    const input = policyInput.parse(change(goodInput()));
    expect(verdictsOf(input)[ruleId]).toBe('failed');
    expect(evaluatePolicy(production, input).verdict).toBe('blocked');
  });

  const absent: [string, string][] = [
    ['provenance', 'artifact-equals-attested'],
    ['lineage', 'lineage-complete'],
    ['lineage', 'no-open-critical-or-high-findings'],
    ['data', 'data-validated'],
    ['evaluation', 'auc-at-least-minimum'],
    ['bias', 'disparate-impact-bounded'],
    ['comparison', 'not-worse-than-production'],
  ];
  it.each(absent)('blocks when %s is unknown: %s is not evaluated', (member, ruleId) => {
    const input = policyInput.parse({ ...goodInput(), [member]: null });
    expect(verdictsOf(input)[ruleId]).toBe('not_evaluated');
    expect(evaluatePolicy(production, input).verdict).toBe('blocked');
  });

  it('does not compare the first version of a model with anything', () => {
    expect(verdictsOf({ ...goodInput(), production: null, comparison: null })['not-worse-than-production']).toBe('passed');
  });

  it('warns of a dirty or unknown commit, and does not refuse it', () => {
    const dirty = { ...goodInput(), code: { commit: 'c'.repeat(40), strength: 'claimed' as const, dirty: true, remote: null } };
    const unknown = { ...goodInput(), code: { commit: null, strength: null, dirty: null, remote: null } };
    expect([verdictsOf(dirty)['training-commit-known-and-clean'], evaluatePolicy(production, dirty).verdict]).toEqual(['failed', 'passed']);
    expect([verdictsOf(unknown)['training-commit-known-and-clean'], evaluatePolicy(production, unknown).verdict]).toEqual(['not_evaluated', 'passed']);
  });

  it('never passes what lacks any of its facts, whichever are taken away', () => {
    const removable = ['provenance', 'lineage', 'data', 'evaluation', 'bias', 'comparison'] as const;
    fc.assert(
      fc.property(fc.subarray([...removable], { minLength: 1 }), (gone) => {
        const input = policyInput.parse({ ...goodInput(), ...Object.fromEntries(gone.map((name) => [name, null])) });
        return evaluatePolicy(production, input).verdict === 'blocked';
      }),
    );
  });

  it('blocks nothing in staging and sandbox', () => {
    const bare = policyInput.parse({ ...goodInput(), provenance: null, training: null, lineage: null, data: null, evaluation: null, bias: null, comparison: null });
    expect(evaluatePolicy(shippedPolicies.staging, bare).verdict).toBe('passed');
    expect(evaluatePolicy(shippedPolicies.sandbox, bare).verdict).toBe('passed');
    expect(evaluatePolicy(shippedPolicies.staging, bare).results.map((result) => result.verdict)).toEqual(evaluatePolicy(production, bare).results.map((result) => result.verdict));
  });
});

describe('a proposed policy', () => {
  it.each(['sandbox', 'staging', 'production'] as const)('is accepted as shipped for %s', (environment) => {
    expect(policyProblems(policyContent.parse(shippedPolicies[environment]), environment)).toEqual([]);
  });

  it.each([
    ['an unknown member', { expression: 'provenance.subjectDigset == artifact.digest' }, 'provenance has no member subjectDigset'],
    ['an unknown beginning', { expression: 'artefact.digest == ""' }, 'there is no artefact in the input document'],
    ['an unknown parameter', { expression: 'evaluation.overall.auc > parameters.minimumAcu' }, 'parameters has no member minimumAcu'],
    ['an unknown member in a comprehension', { expression: 'data.sources.all(s, s.validated)' }, 's has no member validated'],
    ['an unknown member by index', { expression: 'data.sources[0].nmae == ""' }, 'data.sources[…] has no member nmae'],
    ['an unknown member by key', { expression: 'artifact["digset"] == ""' }, 'artifact has no member digset'],
    ['an unknown path in what it shows', { actual: 'artifact.size' }, 'artifact has no member size'],
    ['an unknown path in what it expects', { expected: { cel: 'artifact.size' } }, 'artifact has no member size'],
    ['an unknown required path', { requires: ['provenance.subject'] }, 'provenance has no member subject'],
    ['a required path through a scalar', { requires: ['artifact.digest.algorithm'] }, 'artifact.digest is a string and has no members'],
    ['an unknown function', { expression: 'verified(artifact.digest)' }, 'there is no function verified'],
    ['comprehensions in comprehensions', { expression: '[1].all(a, [1].all(b, [1].all(c, true)))' }, 'comprehensions are nested deeper than 2'],
    ['brackets without end', { expression: `${'('.repeat(40)}true${')'.repeat(40)}` }, 'brackets are nested deeper than 12'],
  ])('is refused for %s', (_what, changes, message) => {
    expect(policyProblems(policyOf(changes), 'production').map((problem) => problem.message)).toContain(message);
  });

  it('is refused when it cannot be parsed, and says where', () => {
    expect(policyProblems(policyOf({ expression: 'artifact.digest ==' }), 'production')[0]).toMatchObject({ path: 'content.rules.0.expression', message: expect.stringMatching(/1:/) as string });
  });

  it('may name any metric and any parameter of a run', () => {
    expect(policyProblems(policyOf({ expression: 'evaluation.overall.f1 > 0.5 && training.parameters["learning-rate"] != ""', requires: ['evaluation.overall.f1'] }), 'production')).toEqual([]);
  });

  it('cannot take the two approvals or the block away from production', () => {
    const without = (role: string): PolicyContent => ({ ...production, approvals: production.approvals.filter((approval) => approval.role !== role) });
    expect(policyProblems(without('security'), 'production').map((problem) => problem.message)).toEqual(['production needs at least one approval by security']);
    expect(policyProblems(without('reviewer'), 'production').map((problem) => problem.message)).toEqual(['production needs at least one approval by reviewer']);
    expect(policyProblems({ ...production, rules: [rule({ level: 'warn' })] }, 'production').map((problem) => problem.message)).toEqual(['production needs at least one rule that blocks']);
    expect(policyProblems({ ...production, rules: [rule({}), rule({})] }, 'production').map((problem) => problem.message)).toEqual(['the-rule is the id of two rules']);
  });

  it('is answered for whatever is sent: checking and evaluating never throw', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 30 }), (expression, path) => {
        const policy = policyOf({ expression: expression || ' ', actual: expression || ' ', requires: [path || '.'] });
        return Array.isArray(policyProblems(policy, 'production')) && evaluatePolicy(policy, goodInput()).results.length === 1;
      }),
      { numRuns: 300 },
    );
  });
});

describe('what a policy expects', () => {
  it('is told without an input document where texts and parameters alone say it', () => {
    const expected = expectationsOf(production);
    expect(expected['auc-at-least-minimum']).toBe('at least 0.6');
    expect(expected['disparate-impact-bounded']).toBe('from 0.8 to 1.25');
    expect(expected['no-contradictions']).toBe('no contradictions');
    expect(expected).not.toHaveProperty('artifact-equals-attested');
  });
});

describe('the input document', () => {
  it('is documented path by path', () => {
    const paths = documentedPaths().map(({ path }) => path);
    expect(paths).toContain('evaluation.overall.<name>');
    expect(paths).toContain('data.sources[].validation.passed');
  });
});

describe('an exception', () => {
  const exception = { id: 'x', ruleId: 'the-rule', expiresAt: '2030-01-01T00:00:00.000Z', reason: 'r', proposedBy: 'p', confirmedBy: 'q' };
  const withExceptions = (exceptions: PolicyInput['exceptions']) => ({ ...goodInput(), exceptions });

  it('lets the whole pass and leaves the verdict of the rule', () => {
    expect(resultOf({ expression: 'false' }, withExceptions([exception]))).toMatchObject({ verdict: 'failed', whole: 'passed', exception: { id: 'x', proposedBy: 'p', confirmedBy: 'q' } });
    expect(resultOf({ expression: 'no.such' }, withExceptions([exception]))).toMatchObject({ verdict: 'not_evaluated', whole: 'passed' });
  });

  it('of another rule changes nothing, and one that passes needs none', () => {
    expect(resultOf({ expression: 'false' }, withExceptions([{ ...exception, ruleId: 'another' }]))).toMatchObject({ whole: 'blocked', exception: null });
    expect(resultOf({ expression: 'true' }, withExceptions([exception]))).toMatchObject({ whole: 'passed', exception: null });
  });

  it('that lasts longest is the one that is shown', () => {
    expect(resultOf({ expression: 'false' }, withExceptions([exception, { ...exception, id: 'y', expiresAt: '2031-01-01T00:00:00.000Z' }])).exception?.id).toBe('y');
  });

  it('is none in documents that were frozen before there were exceptions', () => {
    const { exceptions: _none, ...before } = goodInput();
    expect(policyInput.parse(before).exceptions).toEqual([]);
  });
});

describe('types of an expression', () => {
  const problems = (expression: string) => policyProblems(policyOf({ expression }), 'production').map(({ message }) => message);
  it.each([
    ['evaluation.overall.auc', 'yields a number instead of true or false'],
    ['size(data.sources)', 'yields an integer instead of true or false'],
    ['artifact.digest > 0.5', 'artifact.digest is a string and the constant is a number: they are never compared'],
    ['code.dirty == "no"', 'code.dirty is a boolean and the constant is a string: they are never compared'],
    ['artifact.digest && true', 'artifact.digest is a string, and true or false is needed'],
    ['!evaluation.overall.auc', 'evaluation.overall.auc is a number, and true or false is needed'],
    ['evaluation.overall.auc - 1 < 0.0', 'evaluation.overall.auc is a number and the constant is an integer: write both as the same (1.0 is a number, 1 an integer)'],
    ['lineage.runs < 3', 'lineage.runs is a list and has no order'],
    ['code.dirty + 1 > 2', 'code.dirty is a boolean and cannot be calculated with'],
    ['artifact.digest ? true : false', 'artifact.digest is a string, and true or false is needed'],
  ])('%s: %s', (expression, message) => expect(problems(expression)).toContain(message));

  it.each(['evaluation.overall.auc > 0', 'size(lineage.runs) > 0 && code.commit != null', 'data.sources.all(s, s.digest != null)', 'production == null || production.version < 3', 'training.parameters["rate"] == "1"', '"a" in lineage.runs', 'evaluation.metrics.filter(m, m.name == "auc")[0].value > 0.5'])('%s fits', (expression) => expect(problems(expression)).toEqual([]));
});

describe('tests beside a policy', () => {
  const tested = (tests: unknown[]) => policyContent.parse({ ...production, tests });
  const problems = (test: Record<string, unknown>) => policyProblems(tested([{ name: 'The test', ...test }]), 'production').map(({ path, message }) => `${path} ${message}`);

  it('pass on the example, and on a change of it', () => {
    expect(problems({ expect: { verdict: 'passed' } })).toEqual([]);
    expect(problems({ changes: { 'evaluation.overall.auc': 0.1 }, expect: { verdict: 'blocked', rules: { 'auc-at-least-minimum': 'failed' } } })).toEqual([]);
    expect(problems({ document: goodInput(), changes: { evaluation: null }, expect: { rules: { 'auc-at-least-minimum': 'not_evaluated' } } })).toEqual([]);
  });

  it.each([
    ['another verdict', { expect: { verdict: 'blocked' } }, 'content.tests.0 The test: expected blocked, is passed'],
    ['another verdict of a rule', { expect: { rules: { 'auc-at-least-minimum': 'failed' } } }, 'content.tests.0 The test: auc-at-least-minimum expected failed, is passed'],
    ['no such rule', { expect: { rules: { nothing: 'failed' } } }, 'content.tests.0 The test: there is no rule nothing'],
    ['no expectation', { expect: {} }, 'content.tests.0 The test: expects nothing'],
    ['a path into nothing', { changes: { 'artifact.digest.x.y': 1 }, expect: { verdict: 'passed' } }, 'content.tests.0 The test: artifact.digest.x.y leads into something that is no object'],
    ['a document that is none', { document: {}, expect: { verdict: 'passed' } }, 'content.tests.0 The test: the document does not fit: format: Invalid input: expected "https://gatehouse.dev/policy-input/v1"'],
  ])('fail on %s', (_what, test, message) => expect(problems(test)).toContain(message));

  it('leave the digest of a policy without tests as it was', () => {
    expect(policyContent.parse(production)).not.toHaveProperty('tests');
  });

  it.each([['a date', { a: new Date() }], ['a NUL', { a: 'x\0' }], ['what is not a number', { a: Number.NaN }]])('hold no %s', (_what, changes) => {
    expect(policyContent.safeParse({ ...production, tests: [{ name: 'x', changes, expect: { verdict: 'passed' } }] }).success).toBe(false);
  });
});

describe('the strict set', () => {
  it('may be proposed: its expressions fit and its tests pass', () => {
    expect(policyProblems(policyContent.parse(strictProduction), 'production')).toEqual([]);
    expect(runPolicyTests(strictProduction, 'production').map(({ problems }) => problems)).toEqual(strictProduction.tests?.map(() => []));
  });

  it('blocks for each source that has reported nothing, and says that it was not evaluated', () => {
    const { verdict, results } = evaluatePolicy(strictProduction, goodInput());
    expect(verdict).toBe('blocked');
    expect(results.filter((result) => result.verdict === 'not_evaluated').map(({ ruleId }) => ruleId)).toEqual(['artifact-scan-clean', 'training-container-scanned', 'data-sources-approved', 'cards-complete', 'endpoint-guarded', 'no-open-incident', 'reproducibility-verified', 'change-window-open']);
    expect(results.find(({ ruleId }) => ruleId === 'artifact-scan-clean')?.reason).toBe('needs assurance.scan, which is not known');
  });

  const known = { scan: { clean: true, fresh: true, tool: 't', detail: '' }, container: { digest: digest('c'), scanPassed: true, detail: '' }, dataSources: { unapproved: [] }, cards: { modelCardMissing: [], datasheetsMissing: [] }, endpoint: { public: false, wafRule: false, detail: '' }, incidents: { open: [] }, reproducibility: { matched: true, fresh: true, detail: '' }, changeWindow: { open: true, name: 'w' } };
  const failing: [string, Partial<PolicyInput['assurance']>][] = [
    ['artifact-scan-clean', { scan: { ...known.scan, fresh: false } }],
    ['artifact-scan-clean', { scan: { ...known.scan, clean: false } }],
    ['training-container-scanned', { container: { ...known.container, scanPassed: false } }],
    ['training-container-scanned', { container: { ...known.container, digest: digest('9') } }],
    ['data-sources-approved', { dataSources: { unapproved: ['bts'] } }],
    ['cards-complete', { cards: { modelCardMissing: ['limits'], datasheetsMissing: [] } }],
    ['endpoint-guarded', { endpoint: { public: true, wafRule: false, detail: '' } }],
    ['no-open-incident', { incidents: { open: ['i-1'] } }],
    ['reproducibility-verified', { reproducibility: { matched: false, fresh: true, detail: '' } }],
    ['change-window-open', { changeWindow: { open: false, name: 'w' } }],
  ];
  const training = { ...(goodInput().training as NonNullable<PolicyInput['training']>), container: digest('c') };
  it.each(failing)('%s fails on %j', (ruleId, changes) => {
    const { results } = evaluatePolicy(strictProduction, { ...goodInput(), training, assurance: { ...known, ...changes } });
    expect(results.filter((result) => result.verdict !== 'passed').map((result) => [result.ruleId, result.verdict])).toEqual([[ruleId, 'failed']]);
  });
});
