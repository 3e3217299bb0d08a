// Great Expectations results: both layouts are read, and what contradicts itself or is something else is refused precisely.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostExpectations, mostValidationBytes, readGreatExpectations } from './great-expectations.ts';

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const read = (value: unknown) => readGreatExpectations(bytes(value));
const value = (document: unknown) => {
  const result = read(document);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
const refusal = (document: unknown) => {
  const result = read(document);
  return result.ok ? null : `${result.error.kind} ${result.error.code}: ${result.error.message}`;
};

/** As `to_json_dict` of 0.18 writes it: `success` may be the last key. */
const old = {
  statistics: { evaluated_expectations: 2, successful_expectations: 1, unsuccessful_expectations: 1, success_percent: 50 },
  results: [
    { result: { element_count: 100, unexpected_count: 3, unexpected_percent: 3, partial_unexpected_list: ['X'] }, exception_info: { raised_exception: false, exception_message: null, exception_traceback: null }, meta: {}, expectation_config: { expectation_type: 'expect_column_values_to_be_in_set', kwargs: { column: 'carrier', value_set: ['AA'], batch_id: 'abc' }, meta: {} }, success: false },
    { result: { observed_value: 42 }, exception_info: { raised_exception: false }, meta: {}, expectation_config: { expectation_type: 'expect_table_row_count_to_be_between', kwargs: { min_value: 1 }, meta: {} }, success: true },
  ],
  evaluation_parameters: {},
  meta: { great_expectations_version: '0.18.21', expectation_suite_name: 'flights.warning', run_id: { run_name: 'nightly', run_time: '2026-01-02T03:04:05.678901+00:00' }, validation_time: '20260102T030406.000000Z' },
  success: false,
};
const recent = {
  success: true, suite_name: 'flights', id: '1', batch_id: 'b', suite_parameters: {}, result_url: null, statistics: { evaluated_expectations: 1, successful_expectations: 1, unsuccessful_expectations: 0, success_percent: 100 },
  results: [{ success: true, expectation_config: { type: 'expect_column_values_to_not_be_null', kwargs: { batch_id: 'b', column: 'dep_delay' }, meta: {}, id: 'x', severity: 'critical' }, meta: {}, exception_info: { raised_exception: false, exception_traceback: null, exception_message: null }, result: { element_count: 5, unexpected_percent: 0 } }],
  meta: { great_expectations_version: '1.5.5', batch_spec: {}, batch_markers: { ge_load_time: '20260102T000000.0Z' }, active_batch_definition: {}, validation_time: '2026-02-03T04:05:06.000000+00:00' },
};

describe('a validation result', () => {
  it('is read in the layout of 0.18', () => {
    expect(value(old)).toMatchObject({ format: 'great_expectations_0', suite: 'flights.warning', toolVersion: '0.18.21', success: false, evaluated: 2, failed: 1, validatedAt: '2026-01-02T03:04:05.678Z' });
    expect(value(old).expectations).toEqual([
      { expectation: 'expect_column_values_to_be_in_set', column: 'carrier', passed: false, severity: null, observed: null, unexpectedPercent: 3, exception: null },
      { expectation: 'expect_table_row_count_to_be_between', column: null, passed: true, severity: null, observed: '42', unexpectedPercent: null, exception: null },
    ]);
  });

  it('is read in the layout of 1.x', () => {
    expect(value(recent)).toMatchObject({ format: 'great_expectations_1', suite: 'flights', toolVersion: '1.5.5', success: true, evaluated: 1, failed: 0, validatedAt: '2026-02-03T04:05:06.000Z' });
    expect(value(recent).expectations[0]).toMatchObject({ expectation: 'expect_column_values_to_not_be_null', column: 'dep_delay', severity: 'critical', passed: true });
  });

  it('shows an exception of an expectation, in either form', () => {
    const raised = { raised_exception: true, exception_message: 'no such column', exception_traceback: 'long' };
    const withInfo = (info: unknown) => value({ ...old, results: [{ ...old.results[0], exception_info: info }, old.results[1]] }).expectations[0]?.exception;
    expect(withInfo(raised)).toBe('no such column');
    expect(withInfo({ "('column.max', 'abc', ())": raised })).toBe('no such column');
  });

  it('may leave out the expectations that passed', () => {
    expect(value({ ...old, results: [old.results[0]] })).toMatchObject({ evaluated: 2, failed: 1 });
  });

  it('that contradicts itself is refused', () => {
    expect(refusal({ ...old, success: true })).toContain('contradicts itself');
    expect(refusal({ ...old, statistics: { evaluated_expectations: 1 } })).toContain('statistics.evaluated_expectations');
    expect(refusal({ ...old, statistics: { evaluated_expectations: 2, successful_expectations: 2 } })).toContain('statistics.successful_expectations');
  });

  it('that is something else is refused, naming the place', () => {
    expect(refusal('{"success": NaN}')).toMatch(/^malformed inventory\.malformed_validation/);
    expect(refusal('{"success": true, "success": false, "results": []}')).toMatch(/^malformed/);
    expect(refusal([])).toMatch(/^invalid inventory\.invalid_validation/);
    expect(refusal({ success: true, run_results: {} })).toContain('checkpoint');
    expect(refusal({ success: true, validation_results: [] })).toContain('checkpoint');
    expect(refusal({ success: 'yes', results: [] })).toContain('success');
    expect(refusal({ success: true, results: [{ success: true, expectation_config: { kwargs: {} } }] })).toContain('results.0.expectation_config');
  });

  it('is bounded in bytes, expectations and depth', () => {
    expect(refusal(' '.repeat(mostValidationBytes + 1))).toMatch(/^too_large/);
    expect(refusal({ success: true, results: Array.from({ length: mostExpectations + 1 }, () => ({})) })).toMatch(/^too_large/);
    expect(refusal(`${'['.repeat(1000)}${']'.repeat(1000)}`)).toMatch(/^malformed/);
  });

  it('never throws and never holds what PostgreSQL cannot keep, whatever it holds', () => {
    fc.assert(fc.property(fc.anything({ values: [fc.string({ unit: 'binary' }), fc.double(), fc.boolean(), fc.constant(null)] }), fc.jsonValue(), (anything, json) => {
      for (const part of [anything, json]) {
        const text = JSON.stringify({ success: false, results: [{ success: false, expectation_config: { type: 'x', kwargs: { column: part } }, result: { observed_value: part, unexpected_percent: part }, exception_info: part }], suite_name: part, meta: { run_id: part, validation_time: part, great_expectations_version: part } }, (_key, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
        const result = readGreatExpectations(Buffer.from(text));
        if (result.ok) for (const kept of [result.value.suite, result.value.toolVersion, ...result.value.expectations.flatMap((each) => Object.values(each))]) if (typeof kept === 'string') expect(kept.isWellFormed() && !kept.includes('\u0000')).toBe(true);
      }
    }), { numRuns: 300 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => { readGreatExpectations(noise); }));
  });
});
