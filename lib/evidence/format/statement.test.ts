// Rules of the statement and predicate schemas: what is read leniently, what strictly, and that refusals name the field.
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { digestSet, evaluationFile, evaluationPredicate, provenancePredicate, STATEMENT_TYPE, statement, stageParameters, testResultPredicate, validationFile } from '#lib/evidence/format/statement.ts';

const DIGEST = 'a'.repeat(64);
const problems = (schema: z.ZodType, value: unknown) => {
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
};

describe('a statement', () => {
  const good = { _type: STATEMENT_TYPE, subject: [{ name: 'model', digest: { sha256: DIGEST } }], predicateType: 'https://example.com/p/v1', predicate: { a: 1 } };

  it('may carry unknown fields, which are kept', () => {
    const read = statement.parse({ ...good, extra: 1, subject: [{ ...good.subject[0], annotations: { a: 1 } }] });
    expect(read).toMatchObject({ extra: 1, subject: [{ annotations: { a: 1 } }] });
  });

  it.each([
    ['another type', { ...good, _type: 'https://in-toto.io/Statement/v2' }, '_type'],
    ['no subject', { ...good, subject: [] }, 'subject'],
    ['a subject without a digest', { ...good, subject: [{ name: 'model' }] }, 'subject.0.digest'],
    ['an empty digest set', { ...good, subject: [{ digest: {} }] }, 'subject.0.digest'],
    ['an upper-case digest', { ...good, subject: [{ digest: { sha256: DIGEST.toUpperCase() } }] }, 'subject.0.digest.sha256'],
    ['a short digest', { ...good, subject: [{ digest: { sha256: 'ab' } }] }, 'subject.0.digest.sha256'],
    ['no predicate type', { ...good, predicateType: undefined }, 'predicateType'],
  ])('with %s is refused, and the field named', (_, value, path) => {
    expect(problems(statement, value)[0]).toMatch(new RegExp(`^${path}:`));
  });

  it('may use digest algorithms that are not known here', () => {
    expect(problems(digestSet, { gitTree: 'abc', 'blake3-256': 'x' })).toEqual([]);
  });
});

describe('provenance', () => {
  const good = { buildDefinition: { buildType: 'https://x/y', externalParameters: {} }, runDetails: { builder: { id: 'https://x/z' } } };

  it('needs what SLSA build level 1 needs, and no more', () => {
    expect(problems(provenancePredicate, good)).toEqual([]);
    expect(problems(provenancePredicate, { ...good, runDetails: { builder: {} } })[0]).toMatch(/^runDetails\.builder\.id:/);
    expect(problems(provenancePredicate, { ...good, buildDefinition: { buildType: 'x' } })[0]).toMatch(/^buildDefinition\.externalParameters:/);
  });

  it('has dependencies that can be found: each with uri, digest or content', () => {
    const named = { ...good, buildDefinition: { ...good.buildDefinition, resolvedDependencies: [{ name: 'x' }] } };
    expect(problems(provenancePredicate, named)[0]).toMatch(/^buildDefinition\.resolvedDependencies\.0:/);
  });

  it('of a pipeline stage may have no unknown external parameter', () => {
    const parameters = { pipeline: 'p', stage: 's', parameters: {}, command: ['x'] };
    expect(problems(stageParameters, parameters)).toEqual([]);
    expect(problems(stageParameters, { ...parameters, injected: true })).toHaveLength(1);
  });
});

describe('a validation', () => {
  const test = (status: string) => ({ name: 'rows', column: null, status, expected: '> 0', actual: '3' });

  it('may not be better than its worst test', () => {
    expect(problems(validationFile, { result: 'PASSED', tests: [test('passed'), test('failed')] })).toEqual(['result: PASSED, although a test failed']);
    expect(problems(validationFile, { result: 'WARNED', tests: [test('failed')] })).toEqual(['result: WARNED, although a test failed']);
    expect(problems(validationFile, { result: 'PASSED', tests: [test('warned')] })).toEqual(['result: PASSED, although a test warned']);
    expect(problems(validationFile, { result: 'FAILED', tests: [test('passed')] })).toEqual([]);
  });

  it('names a misspelt field', () => {
    expect(problems(validationFile, { result: 'PASSED', tests: [{ ...test('passed'), colum: 'a' }] })[0]).toContain('colum');
    expect(problems(validationFile, { result: 'PASSED', tests: [] })[0]).toMatch(/^tests:/);
  });

  it('as a predicate needs only result and configuration', () => {
    expect(problems(testResultPredicate, { result: 'PASSED', configuration: [] })).toEqual([]);
    expect(problems(testResultPredicate, { result: 'PASSED' })[0]).toMatch(/^configuration:/);
  });
});

describe('an evaluation', () => {
  const metric = { name: 'auc', slice: null, value: 0.8, sampleCount: 10, higherIsBetter: true };
  const good = { dataset: { name: 'test', digest: `sha256:${DIGEST}` }, metrics: [metric], threshold: 0.5 };

  it('takes an absent nullable field as null', () => {
    expect(evaluationFile.parse({ dataset: good.dataset, metrics: [{ name: 'auc', value: 1, sampleCount: 0 }] })).toEqual({
      dataset: good.dataset,
      metrics: [{ name: 'auc', value: 1, sampleCount: 0, slice: null, higherIsBetter: null }],
      threshold: null,
    });
  });

  it.each([
    ['metrics.0.value', { ...good, metrics: [{ ...metric, value: '0.8' }] }],
    ['metrics.0.value', { ...good, metrics: [{ ...metric, value: Number.POSITIVE_INFINITY }] }],
    ['metrics.0.sampleCount', { ...good, metrics: [{ ...metric, sampleCount: 1.5 }] }],
    ['metrics.0.sampleCount', { ...good, metrics: [{ ...metric, sampleCount: -1 }] }],
    ['metrics.1', { ...good, metrics: [metric, { ...metric, value: 0.9 }] }],
    ['metrics', { ...good, metrics: [] }],
    ['dataset.digest', { ...good, dataset: { name: 'test', digest: DIGEST } }],
    ['dataset', { metrics: [metric] }],
  ])('names %s when it is wrong', (path, value) => {
    expect(problems(evaluationFile, value)[0]).toMatch(new RegExp(`^${path}:`));
  });

  it('may give one metric for several slices', () => {
    expect(problems(evaluationFile, { ...good, metrics: [metric, { ...metric, slice: 'region=West' }] })).toEqual([]);
  });

  it('as a predicate says which run made it and when', () => {
    const predicate = { ...good, runId: '0198f0c2-7c6e-7a3e-9d5a-0123456789ab', evaluatedOn: '2026-01-02T03:04:05.678Z' };
    expect(problems(evaluationPredicate, { ...predicate, later: 1 })).toEqual([]);
    expect(problems(evaluationPredicate, { ...predicate, runId: 'x' })[0]).toMatch(/^runId:/);
    expect(problems(evaluationPredicate, { ...predicate, evaluatedOn: 'yesterday' })[0]).toMatch(/^evaluatedOn:/);
  });
});
