// Reading runs: the list, one run, two runs side by side, and the events behind them.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { csvOf, exported, exportFormat, exportLimit, type ExportFormat } from '#lib/kernel/export.ts';
import { digest, id } from '#lib/kernel/ids.ts';
import { searchText, several, timeRange } from '#lib/kernel/list-input.ts';
import { pageInput, pageOf, pageRequest, toPage, type Page } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { comparedField, comparedFields, type Compared } from './compare.ts';
import { environmentOf, errorOf, executionOf, failedChecksOf, logOf, packagesOf, parametersOf, sourceOf } from './domain.ts';
import { tolerancesOf } from './metrics.ts';
import { runDetail, runLevels, runSorts, runState, runView, type RunDetail, type RunView } from './schema.ts';
import { declaredOfRun, edgesOfRun, eventBytes, eventsOfRun, facetsOfRun, facetsOfRuns, pipelineNames, runById, runPage, runsByIds, stagesOf } from './store.ts';
import { metricsOfRuns } from './store/metrics.ts';
import { reproduction, reproductionOf } from './verdict.ts';

const sortValue = (sort: string, run: RunView): string | number => (sort.endsWith('duration') ? (run.durationMilliseconds ?? 0) : run.startedAt);

const flat = (run: RunView) => ({
  id: run.id, state: run.state, pipeline: run.pipeline, stage: run.stage, namespace: run.job.namespace, job: run.job.name, team: run.team.name, parentRunId: run.parentRunId,
  startedAt: run.startedAt, endedAt: run.endedAt, durationMilliseconds: run.durationMilliseconds, failure: run.failure, reportedBy: run.reportedBy.name,
});

export const listRuns = query({
  name: 'runs.listRuns',
  summary: 'Runs, newest first',
  input: z.strictObject({
    ...pageInput,
    state: several(runState),
    pipeline: several(z.string().max(2000)),
    stage: several(z.string().max(2000)),
    team: several(id),
    level: several(z.enum(runLevels)),
    q: searchText,
    ...timeRange,
    sort: z.enum(runSorts).default('-startedAt'),
    format: exportFormat,
  }),
  output: pageOf(runView).extend({ format: exportFormat }),
  permission: 'read',
  run: async (tx, input, reader) => {
    const request = pageRequest({ ...input, limit: input.format === 'page' ? input.limit : exportLimit }, input.sort);
    if (!request.ok) return request;
    const { state, pipeline, stage, team, level, q, from, to, sort, format } = input;
    const rows = await runPage(tx, reader.teams, { states: state, pipelines: pipeline, stages: stage, teamIds: team, level: level?.length === 1 ? level[0] : undefined, text: q || undefined, from, to }, sort, request.value);
    return ok({ ...toPage(rows, request.value, (run) => ({ value: sortValue(sort, run), id: run.id }), (run) => run), format });
  },
  http: {
    method: 'GET', path: '/api/v1/runs', tag: 'Runs', body: 'none',
    present: (page: Page<RunView> & { format: ExportFormat }) =>
      exported(page, 'runs', () => csvOf(page.items.map(flat), ['id', 'state', 'pipeline', 'stage', 'namespace', 'job', 'team', 'parentRunId', 'startedAt', 'endedAt', 'durationMilliseconds', 'failure', 'reportedBy'])),
  },
});

export const listPipelines = query({
  name: 'runs.listPipelines',
  summary: 'The names of the pipelines and stages there are',
  input: z.strictObject({}),
  output: z.object({ pipelines: z.array(z.string()), stages: z.array(z.string()) }),
  permission: 'read',
  run: async (tx, _input, reader) => ok(await pipelineNames(tx, reader.teams)),
  http: { method: 'GET', path: '/api/v1/pipelines', tag: 'Runs', body: 'none' },
});

const mostStages = 500;
const mostEvents = 100;

/** Everything known of a run; null where it is not there or may not be seen. */
export async function detailOf(tx: ReadTx, teams: TeamFilter, runId: string): Promise<RunDetail | null> {
  const found = await runById(tx, teams, runId);
  if (!found) return null;
  const { view } = found;
  const [parent] = view.parentRunId ? await runsByIds(tx, teams, [view.parentRunId]) : [];
  const facets = await facetsOfRun(tx, runId);
  const edges = await edgesOfRun(tx, runId);
  const declared = await declaredOfRun(tx, runId);
  const { events, count } = await eventsOfRun(tx, { id: runId, firstReceivedAt: found.firstReceivedAt, lastReceivedAt: found.lastReceivedAt }, mostEvents);
  return {
    run: view,
    firstReceivedAt: found.firstReceivedAt,
    lastReceivedAt: found.lastReceivedAt,
    parent: parent ? { id: parent.id, name: parent.job.name } : null,
    stages: await stagesOf(tx, teams, runId, mostStages),
    inputs: edges.filter((edge) => edge.direction === 'input'),
    outputs: edges.filter((edge) => edge.direction === 'output'),
    materials: edges.filter((edge) => edge.direction === 'material'),
    declared: declared.declared,
    parameters: parametersOf(facets.run),
    execution: executionOf(facets.run),
    packages: packagesOf(facets.run),
    packagesTruncated: facets.run.gatehouse_execution?.packagesTruncated === true,
    source: sourceOf(facets.run, facets.job),
    environment: environmentOf(facets.run),
    log: logOf(facets.run),
    error: errorOf(facets.run),
    failedChecks: failedChecksOf(facets.run, edges),
    metrics: (await metricsOfRuns(tx, teams, [runId])).get(runId) ?? [],
    tolerances: tolerancesOf(facets.run, facets.job),
    runFacets: facets.run,
    jobFacets: facets.job,
    declaredJobFacets: declared.facets,
    events,
    eventCount: count,
  };
}

export const getRun = query({
  name: 'runs.getRun',
  summary: 'One run: its stages, inputs and outputs, environment, log, facets and events',
  input: z.strictObject({ id }),
  output: runDetail,
  permission: 'read',
  run: async (tx, input, reader) => {
    const detail = await detailOf(tx, reader.teams, input.id);
    return detail ? ok(detail) : notFound('run');
  },
  http: { method: 'GET', path: '/api/v1/runs/{id}', tag: 'Runs', body: 'none' },
});

type ComparedRun = Omit<Compared, 'run'> & { readonly run: RunView };
const comparedFacets = ['executionParameters', 'gatehouse_execution', 'processing_engine', 'environmentVariables', 'sourceCodeLocation', 'gatehouse_tolerance'];

/** What of runs is compared, by id; no entry for one that is not there or may not be seen. Less than `detailOf`: neither stages, log nor events. */
export async function comparedRuns(tx: ReadTx, teams: TeamFilter, runIds: readonly string[]): Promise<ReadonlyMap<string, ComparedRun>> {
  const views = await runsByIds(tx, teams, runIds);
  const seen = views.map((view) => view.id);
  const facets = await facetsOfRuns(tx, seen, comparedFacets);
  const metrics = await metricsOfRuns(tx, teams, seen);
  const compared = new Map<string, ComparedRun>();
  for (const run of views) {
    const own = facets.get(run.id) ?? { run: {}, job: {} };
    const edges = await edgesOfRun(tx, run.id);
    compared.set(run.id, {
      run,
      inputs: edges.filter((edge) => edge.direction === 'input'),
      outputs: edges.filter((edge) => edge.direction === 'output'),
      parameters: parametersOf(own.run),
      execution: executionOf(own.run),
      packages: packagesOf(own.run),
      source: sourceOf(own.run, own.job),
      environment: environmentOf(own.run),
      metrics: metrics.get(run.id) ?? [],
      tolerances: tolerancesOf(own.run, own.job),
    });
  }
  return compared;
}

const twoRuns = z.object({ fields: z.array(comparedField), reproduction, a: runView, b: runView });
type TwoRuns = z.infer<typeof twoRuns>;

const asFile = (body: string, type: string, extension: string) => new Response(body, { headers: { 'Content-Type': type, 'Content-Disposition': `attachment; filename="run-comparison.${extension}"` } });

/** A comparison as a file: CSV has one line for each field. */
function presentComparison({ format, ...compared }: TwoRuns & { format: ExportFormat }): unknown {
  switch (format) {
    case 'page':
      return compared;
    case 'json':
      return asFile(JSON.stringify(compared, null, 2), 'application/json', 'json');
    case 'csv':
      return asFile(csvOf(compared.fields, ['section', 'field', 'a', 'b', 'same', 'decides']), 'text/csv; charset=utf-8', 'csv');
  }
}

export const compareTwoRuns = query({
  name: 'runs.compareTwoRuns',
  summary: 'Two runs field by field, and whether the second reproduces the first',
  input: z.strictObject({ a: id, b: id, only: z.enum(['all', 'differences']).default('all').describe('`differences`: only the fields that differ.'), format: exportFormat }),
  output: twoRuns.extend({ format: exportFormat }),
  permission: 'read',
  run: async (tx, input, reader) => {
    // Ids are written in either case, and found under the one that the database writes.
    const found = await comparedRuns(tx, reader.teams, [input.a, input.b]);
    const [a, b] = [found.get(input.a.toLowerCase()), found.get(input.b.toLowerCase())];
    if (!a || !b) return notFound('run');
    const fields = comparedFields(a, b);
    return ok({ fields: input.only === 'all' ? fields : fields.filter((field) => !field.same), reproduction: reproductionOf(a, b, fields), a: a.run, b: b.run, format: input.format });
  },
  http: { method: 'GET', path: '/api/v1/runs/compare', tag: 'Runs', body: 'none', present: presentComparison },
});

export const getRunEvent = query({
  name: 'runs.getRunEvent',
  summary: 'The stored bytes of one event of a run, by the digest of the bytes that were sent',
  input: z.strictObject({ id, digest }),
  output: z.object({ bytes: z.instanceof(Buffer) }),
  permission: 'read',
  run: async (tx, input, reader) => {
    const found = await runById(tx, reader.teams, input.id);
    const bytes = found && (await eventBytes(tx, input.id, input.digest));
    return bytes ? ok({ bytes }) : notFound('event');
  },
  http: {
    method: 'GET', path: '/api/v1/runs/{id}/events/{digest}', tag: 'Runs', body: 'none',
    present: ({ bytes }: { bytes: Buffer }) => new Response(new Uint8Array(bytes), { headers: { 'Content-Type': 'application/json; charset=utf-8', 'Content-Disposition': 'attachment; filename="event.json"', 'X-Content-Type-Options': 'nosniff' } }),
  },
});
