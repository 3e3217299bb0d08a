// Great Expectations validation results: the JSON of ExpectationSuiteValidationResult in the layouts of 0.x and 1.x. Pure.
//
// Both: {success, results: [{success, expectation_config, result, exception_info}], statistics, meta}. An expectation is
// named by `expectation_type` up to 0.18 and by `type` since 1.0; the suite by meta.expectation_suite_name, then by
// `suite_name`. (docs.greatexpectations.io, reference of ExpectationSuiteValidationResult, versions 0.18 and 1.x)
import { z } from 'zod';
import { failures } from '#lib/kernel/errors.ts';
import { ok } from '#lib/kernel/result.ts';
import { parseStrictJson } from '#lib/kernel/strict-json.ts';
import type { ExpectationResult } from './schema.ts';

export const greatExpectationsFailure = failures<'inventory.malformed_validation' | 'inventory.invalid_validation' | 'inventory.validation_too_large'>();

export const mostExpectations = 5_000;
export const mostValidationBytes = 4 * 1024 * 1024;
const maximumDepth = 40;

const record = z.record(z.string(), z.unknown());
const result = z.object({
  success: z.boolean({ error: 'must be true or false' }),
  expectation_config: z.object({ expectation_type: z.string().max(300).optional(), type: z.string().max(300).optional(), kwargs: record.optional(), severity: z.string().max(40).nullish().catch(null) }).refine(({ expectation_type, type }) => (expectation_type ?? type ?? '') !== '', { message: 'has neither type nor expectation_type' }),
  result: record.nullish().catch(null),
  exception_info: record.nullish().catch(null),
});
const document = z.object({
  success: z.boolean({ error: 'must be true or false' }),
  results: z.array(result, { error: 'must be the list of results of an ExpectationSuiteValidationResult' }),
  suite_name: z.string().nullish().catch(null),
  statistics: z.object({ evaluated_expectations: z.number().int().min(0).optional(), successful_expectations: z.number().int().min(0).optional() }).nullish().catch(null),
  meta: record.nullish().catch(null),
});

export type GreatExpectations = {
  readonly format: 'great_expectations_0' | 'great_expectations_1';
  readonly suite: string | null;
  readonly toolVersion: string | null;
  readonly validatedAt: string | null;
  readonly success: boolean;
  /** As the statistics say: a result may leave out the expectations that passed. */
  readonly evaluated: number;
  readonly failed: number;
  readonly expectations: ExpectationResult[];
};

const cut = (text: string, maximum: number): string => (text.length > maximum ? `${text.slice(0, maximum)}…` : text).replaceAll('\u0000', '\uFFFD').toWellFormed();
const shown = (value: unknown, maximum: number): string | null => (value === undefined || value === null ? null : cut(typeof value === 'string' ? value : JSON.stringify(value), maximum));

/** `exception_info` is one {raised_exception, exception_message}, or since 1.0 one for each metric that failed. */
function exceptionOf(info: Readonly<Record<string, unknown>> | null | undefined): string | null {
  if (!info) return null;
  const each = typeof info['raised_exception'] === 'boolean' ? [info] : Object.values(info);
  for (const one of each.slice(0, 50)) {
    const parsed = z.object({ raised_exception: z.literal(true), exception_message: z.string().nullish().catch(null) }).safeParse(one);
    if (parsed.success) return cut(parsed.data.exception_message ?? 'an exception without a message', 500);
  }
  return null;
}

function columnOf(kwargs: Readonly<Record<string, unknown>> | undefined): string | null {
  const { column, column_A: a, column_B: b, column_list: list, column_set: set } = kwargs ?? {};
  return shown(column ?? (a !== undefined && b !== undefined ? `${String(a)}, ${String(b)}` : (list ?? set)), 200);
}

/** 0.x: `run_id.run_time`; 1.x: `validation_time` or the same. Only a moment that can be kept is one. */
function timeOf(meta: Readonly<Record<string, unknown>> | null | undefined): string | null {
  const runId = z.object({ run_time: z.string() }).safeParse(meta?.['run_id']).data?.run_time;
  for (const text of [runId, meta?.['validation_time']]) {
    const compact = typeof text === 'string' ? text.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})/, '$1-$2-$3T$4:$5:$6').replace(' ', 'T') : '';
    const zoned = compact === '' || /(Z|[+-]\d{2}:?\d{2})$/.test(compact) ? compact : `${compact}Z`;
    const at = Date.parse(zoned);
    if (Number.isFinite(at) && at >= 0 && at < Date.UTC(2200, 0)) return new Date(at).toISOString();
  }
  return null;
}

/**
 * Reads a validation result. What it says must hold together: overall success with a failed expectation is refused.
 *
 * Errors: 413 `inventory.validation_too_large`; 400 `inventory.malformed_validation` where it is not JSON (NaN and
 * Infinity are not); 422 `inventory.invalid_validation`, naming the first place.
 */
export function readGreatExpectations(bytes: Uint8Array) {
  if (bytes.length > mostValidationBytes) return greatExpectationsFailure('too_large', 'inventory.validation_too_large', `A validation result has at most ${mostValidationBytes} bytes here. Use result_format BASIC or SUMMARY: they leave the unexpected rows out.`);
  const json = parseStrictJson(bytes, { maximumDepth });
  if (!json.ok) return greatExpectationsFailure('malformed', 'inventory.malformed_validation', `The body is not acceptable JSON: ${json.error.message}. (NaN and Infinity are not JSON: write the result with to_json_dict().)`);
  const invalid = (path: string, message: string) => greatExpectationsFailure('invalid', 'inventory.invalid_validation', `${path === '' ? 'The document' : path} ${message}`, { errors: [{ path, message }] });
  const value = json.value;
  if (typeof value === 'object' && value !== null && !('results' in value) && ('run_results' in value || 'validation_results' in value)) return invalid('run_results' in value ? 'run_results' : 'validation_results', 'is of a checkpoint, which speaks of several batches: send each validation result to the version that it is about.');
  if (typeof value === 'object' && value !== null && 'results' in value && Array.isArray(value.results) && value.results.length > mostExpectations) return greatExpectationsFailure('too_large', 'inventory.validation_too_large', `A validation result has at most ${mostExpectations} expectations here.`);
  const parsed = document.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return invalid(issue?.path.map(String).join('.') ?? '', issue?.message ?? 'has another shape than an ExpectationSuiteValidationResult');
  }
  const { success, results, suite_name: suiteName, statistics, meta } = parsed.data;
  const failed = results.filter((one) => !one.success).length;
  if (success && failed > 0) return invalid('success', `is true, and ${failed} of ${results.length} expectations failed: the document contradicts itself.`);
  const evaluated = statistics?.evaluated_expectations;
  if (evaluated !== undefined && evaluated < results.length) return invalid('statistics.evaluated_expectations', `is ${evaluated}, and there are ${results.length} results.`);
  if (evaluated !== undefined && statistics?.successful_expectations === evaluated && failed > 0) return invalid('statistics.successful_expectations', `says that all passed, and ${failed} failed.`);
  const said = meta?.['great_expectations_version'];
  const newer = results.some(({ expectation_config: config }) => config.type !== undefined && config.expectation_type === undefined) || (typeof suiteName === 'string' && results.every(({ expectation_config: config }) => config.expectation_type === undefined));
  const suite = suiteName ?? meta?.['expectation_suite_name'];
  return ok({
    format: newer ? 'great_expectations_1' : 'great_expectations_0',
    suite: shown(suite, 300),
    toolVersion: typeof said === 'string' ? cut(said, 60) : null,
    validatedAt: timeOf(meta),
    success,
    evaluated: evaluated ?? results.length,
    failed,
    expectations: results.map(({ success: passed, expectation_config: config, result: found, exception_info: info }) => {
      const percent = found?.['unexpected_percent'];
      return {
        expectation: cut(config.type ?? config.expectation_type ?? '', 300), column: columnOf(config.kwargs), passed, severity: shown(config.severity, 40),
        observed: shown(found?.['observed_value'], 300), unexpectedPercent: typeof percent === 'number' && Number.isFinite(percent) ? percent : null, exception: exceptionOf(info),
      };
    }),
  } satisfies GreatExpectations);
}
