// Readers of the standard facets of runs.
import { z } from 'zod';
import { anything, listOf, maybeListOf, maybeText, shownText, text } from './shapes.ts';

const runReference = z.object({ run: z.object({ runId: text }), job: z.object({ namespace: text, name: text }) });
const reference = runReference.transform(({ run, job }) => ({ runId: run.runId.toLowerCase(), namespace: job.namespace, name: job.name }));
export type RunReference = z.output<typeof reference>;

/** ParentRunFacet 1-0-0 to 1-2-0: `root` since 1-1-0. */
export const parent = z.object({ run: anything, job: anything, root: anything }).transform(({ root, ...own }, context) => {
  const read = reference.safeParse(own);
  if (!read.success) {
    context.addIssue({ code: 'custom', message: 'names no run and job' });
    return z.NEVER;
  }
  return { kind: 'parent' as const, parent: read.data, root: reference.safeParse(root).data ?? null };
});

/** NominalTimeRunFacet 1-0-0 and 1-0-1: the time that the run is for, whenever it ran. */
export const nominalTime = z.object({ nominalStartTime: text, nominalEndTime: maybeText }).transform(({ nominalStartTime, nominalEndTime }) => ({ kind: 'facts' as const, facts: [['From', nominalStartTime] as const, ['To', nominalEndTime] as const] }));

/** ErrorMessageRunFacet 1-0-0 and 1-0-1. */
export const errorMessage = z.object({ message: text, programmingLanguage: maybeText, stackTrace: maybeText }).transform((value) => ({ kind: 'error' as const, ...value }));

/** ProcessingEngineRunFacet 1-0-0 to 1-1-1. */
export const processingEngine = z.object({ version: maybeText, name: maybeText, openlineageAdapterVersion: maybeText }).transform(({ version, name, openlineageAdapterVersion }) => ({ kind: 'facts' as const, facts: [['Engine', name] as const, ['Version', version] as const, ['Adapter', openlineageAdapterVersion] as const] }));

/** ExecutionParametersRunFacet 1-0-0: hyperparameters, among others. Values are any JSON. */
export const executionParameters = z.object({ parameters: maybeListOf(z.object({ key: maybeText, name: maybeText, value: shownText, description: maybeText }).refine(({ key, name }) => (key ?? name) !== null)) })
  .transform(({ parameters }) => ({ kind: 'parameters' as const, parameters: parameters.map(({ key, name, ...rest }) => ({ ...rest, key: key ?? name ?? '', name: name === key ? null : name })) }));

/** EnvironmentVariablesRunFacet 1-0-0: secrets were removed before it was stored. */
export const environmentVariables = z.object({ environmentVariables: listOf(z.object({ name: text, value: shownText })) }).transform(({ environmentVariables: variables }) => ({ kind: 'environment' as const, variables }));

const testRun = z.object({ name: text, status: text, severity: maybeText, type: maybeText, description: maybeText, expected: shownText, actual: shownText, content: maybeText, column: maybeText });
/** TestRunFacet 1-0-0 and 1-0-1: `status` pass, fail or skip in any case; a skipped one has not passed. */
export const test = z.object({ tests: listOf(testRun) }).transform(({ tests }) => ({
  kind: 'checks' as const,
  checks: tests.map(({ status, type: _type, ...rest }) => ({ ...rest, passed: /^(pass|success|ok)/i.test(status) ? true : /^(fail|error|warn)/i.test(status) ? false : null })).sort((a, b) => Number(a.passed ?? 0.5) - Number(b.passed ?? 0.5)),
}));

export const externalQuery = z.object({ externalQueryId: text, source: maybeText }).transform(({ externalQueryId, source }) => ({ kind: 'facts' as const, facts: [['Query', externalQueryId] as const, ['Source', source] as const] }));

const dependency = z.object({ job: z.object({ namespace: text, name: text }), run: anything, dependency_type: maybeText, sequence_trigger_rule: maybeText, status_trigger_rule: maybeText }).transform(({ job, run, dependency_type, sequence_trigger_rule, status_trigger_rule }) => ({
  ...job, runId: z.object({ runId: text }).safeParse(run).data?.runId.toLowerCase() ?? null, how: [dependency_type, sequence_trigger_rule, status_trigger_rule].filter((part) => part !== null).join(', ') || null,
}));
/** JobDependenciesRunFacet 1-0-0 and 1-0-1: `trigger_rule` says when the run may begin. */
export const jobDependencies = z.object({ upstream: maybeListOf(dependency), downstream: maybeListOf(dependency), trigger_rule: maybeText }).transform(({ upstream, downstream, trigger_rule }) => ({ kind: 'dependencies' as const, upstream, downstream, rule: trigger_rule }));
