// Reading pipelines: the list, one with its definitions, rates and durations, and the history of its metrics.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { csvOf, exported, exportFormat, exportLimit, type ExportFormat } from '#lib/kernel/export.ts';
import { id } from '#lib/kernel/ids.ts';
import { comparable, searchText, several } from '#lib/kernel/list-input.ts';
import { pageInput, pageOf, pageRequest, toPage, type Page } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { definitionsOf, definitionView, type DefinitionUse } from './definitions.ts';
import { pipelineRates, pipelineSorts, pipelineView, rateView, durationsView, runState, runView, type PipelineView } from './schema.ts';
import { durationsOf, ratesByWindow, successRate } from './statistics.ts';
import { runsByIds } from './store.ts';
import { metricsOfRuns } from './store/metrics.ts';
import { codeOfRuns, jobsOfPipelines, latestRunsOfJobs, pipelinePage, type CodeFacts, type PipelineJob, type WindowRun } from './store/pipelines.ts';

/** What the list looks at: the latest runs of each job, and of those the latest executions. */
const listWindow = 20;
const mostJobsListed = 1_000;
/** What the page of one pipeline looks at. */
const jobWindow = 200;
const mostJobs = 50;
const mostCodeRuns = 300;
const mostMetricRuns = 400;

/** A pipeline's executions: its runs without a parent, so stages that were run on their own too; where all have one, as parts of another pipeline, all of them. */
function executionsOf(runs: readonly WindowRun[], most: number): WindowRun[] {
  const alone = runs.filter((run) => run.parentRunId === null);
  return (alone.length > 0 ? alone : runs).slice(0, most);
}

async function withLatest(tx: ReadTx, teams: TeamFilter, rows: Awaited<ReturnType<typeof pipelinePage>>): Promise<PipelineView[]> {
  const jobs = await jobsOfPipelines(tx, teams, [...new Set(rows.map(({ name }) => name))], undefined, mostJobsListed);
  const runs = await latestRunsOfJobs(tx, teams, jobs.map((job) => job.id), listWindow);
  return rows.map((row): PipelineView => {
    const own = new Set(jobs.filter((job) => job.pipeline === row.name && job.teamId === row.teamId).map((job) => job.id));
    const executions = executionsOf(runs.filter((run) => own.has(run.jobId)), listWindow);
    const [last] = executions;
    return {
      name: row.name, team: { id: row.teamId, name: row.teamName }, jobs: row.jobs,
      last: last ? { runId: last.id, state: last.state, startedAt: last.startedAt } : null,
      latest: executions.map(({ id: runId, state, startedAt }) => ({ runId, state, startedAt })),
      ...successRate(executions),
      medianMilliseconds: durationsOf(executions)?.p50 ?? null,
    };
  });
}

export const listPipelinePage = query({
  name: 'runs.listPipelinePage',
  summary: 'Pipelines by name, each with its latest executions',
  input: z.strictObject({ ...pageInput, q: searchText, team: several(id), sort: z.enum(pipelineSorts).default('name'), format: exportFormat }),
  output: pageOf(pipelineView).extend({ format: exportFormat }),
  permission: 'read',
  run: async (tx, input, reader) => {
    const request = pageRequest({ ...input, limit: input.format === 'page' ? input.limit : Math.min(exportLimit, 1_000) }, input.sort);
    if (!request.ok) return request;
    const rows = await pipelinePage(tx, reader.teams, { text: input.q || undefined, teamIds: input.team }, input.sort, request.value);
    const page = toPage(rows, request.value, (row) => ({ value: row.sortName, id: row.id }), (row) => row);
    return ok({ ...page, items: await withLatest(tx, reader.teams, page.items), format: input.format });
  },
  http: {
    method: 'GET', path: '/api/v1/runs/pipelines', tag: 'Runs', body: 'none',
    present: (page: Page<PipelineView> & { format: ExportFormat }) =>
      exported(page, 'pipelines', () => csvOf(page.items.map((item) => ({ ...item, team: item.team.name, lastRunId: item.last?.runId ?? null, lastState: item.last?.state ?? null, lastStartedAt: item.last?.startedAt ?? null })), ['name', 'team', 'jobs', 'lastRunId', 'lastState', 'lastStartedAt', 'ended', 'complete', 'failed', 'aborted', 'medianMilliseconds'])),
  },
});

const pipelineName = z.string().min(1).max(2000).refine(comparable, 'holds characters that are not text');

type Window = { readonly jobs: readonly PipelineJob[]; readonly moreJobs: boolean; readonly runs: readonly WindowRun[]; readonly truncated: boolean };

async function windowOf(tx: ReadTx, teams: TeamFilter, name: string, teamId: string | undefined): Promise<Window> {
  const found = await jobsOfPipelines(tx, teams, [name], teamId, mostJobs + 1);
  const jobs = found.slice(0, mostJobs);
  const runs = await latestRunsOfJobs(tx, teams, jobs.map((job) => job.id), jobWindow);
  const perJob = new Map<string, number>();
  for (const run of runs) perJob.set(run.jobId, (perJob.get(run.jobId) ?? 0) + 1);
  return { jobs, moreJobs: found.length > jobs.length, runs, truncated: [...perJob.values()].some((count) => count === jobWindow) };
}

const stageOf = (job: PipelineJob): string => job.stage ?? (job.name.startsWith(`${job.pipeline}.`) ? job.name.slice(job.pipeline.length + 1) : job.name);

const fields = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {});
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value.slice(0, 1_000) : null);

function useOf(run: WindowRun, stage: string, { git, location, code }: CodeFacts): DefinitionUse {
  const [seen, told] = [fields(git), fields(location)];
  return {
    runId: run.id, stage, startedAt: run.startedAt, state: run.state, responsible: run.responsible, code,
    commit: textOf(seen.commit) ?? textOf(told.version), dirty: seen.dirty === true, branch: textOf(seen.branch) ?? textOf(told.branch), remote: textOf(seen.remote) ?? textOf(told.repoUrl) ?? textOf(told.url),
    author: textOf(seen.author), reviewers: (Array.isArray(seen.reviewedBy) ? seen.reviewedBy : []).flatMap((name) => textOf(name) ?? []).slice(0, 20),
  };
}

const pipelineDetail = z.object({
  name: z.string(),
  teams: z.array(z.object({ id: z.guid(), name: z.string() })),
  jobWindow: z.number().int().describe('At most so many of the latest runs of each job are counted.'),
  truncated: z.boolean().describe('A job has more runs than are counted.'),
  moreJobs: z.boolean().describe('The pipeline has more jobs than are shown.'),
  oldest: z.string().nullable().describe('Start of the oldest run that is counted.'),
  executions: pipelineRates,
  latest: z.array(z.object({ runId: z.guid(), state: runState, startedAt: z.string(), durationMilliseconds: z.number().nullable() })),
  stages: z.array(z.object({ job: z.string(), namespace: z.string(), stage: z.string(), team: z.string(), runs: z.number().int(), rate: rateView, durations: durationsView.nullable(), last: z.object({ runId: z.guid(), state: runState, startedAt: z.string() }).nullable() })),
  definitions: z.array(definitionView),
  definitionRuns: z.number().int().describe('Runs whose code was looked at: those of stages, the latest first.'),
  definitionsUnrecorded: z.number().int().describe('Of these, runs that tell neither a commit nor code by digest.'),
  failures: z.array(runView),
});
export type PipelineDetail = z.infer<typeof pipelineDetail>;

export const getPipeline = query({
  name: 'runs.getPipeline',
  summary: 'One pipeline: definitions by digest, success rates, durations, stages and recent failures, over its latest runs',
  input: z.strictObject({ name: pipelineName, team: id.optional() }),
  output: pipelineDetail,
  permission: 'read',
  run: async (tx, input, reader) => {
    const { jobs, moreJobs, runs, truncated } = await windowOf(tx, reader.teams, input.name, input.team);
    if (jobs.length === 0) return notFound('pipeline');
    const jobById = new Map(jobs.map((job) => [job.id, job]));
    const executions = executionsOf(runs, jobWindow);
    // An execution that only its stages name, or that has stages, runs no code of its own.
    const parents = new Set(runs.flatMap((run) => run.parentRunId ?? []));
    const coded = runs.filter((run) => !parents.has(run.id)).slice(0, mostCodeRuns);
    const code = await codeOfRuns(tx, coded.map((run) => run.id));
    const uses = coded.flatMap((run) => {
      const [job, facts] = [jobById.get(run.jobId), code.get(run.id)];
      return job && facts ? [useOf(run, stageOf(job), facts)] : [];
    });
    const { definitions, unrecorded } = definitionsOf(uses);
    const failures = runs.filter((run) => run.state === 'failed' && !parents.has(run.id)).slice(0, 10);
    return ok({
      name: input.name,
      teams: [...new Map(jobs.map((job) => [job.teamId, { id: job.teamId, name: job.teamName }])).values()],
      jobWindow, truncated, moreJobs,
      oldest: runs.at(-1)?.startedAt ?? null,
      executions: { runs: executions.length, all: successRate(executions), windows: [...ratesByWindow(executions, new Date(reader.now).toISOString())], durations: durationsOf(executions) },
      latest: executions.slice(0, 60).map((run) => ({ runId: run.id, state: run.state, startedAt: run.startedAt, durationMilliseconds: run.durationMilliseconds })),
      stages: jobs.filter((job) => job.stage !== null || runs.some((run) => run.jobId === job.id && !parents.has(run.id))).map((job) => {
        const own = runs.filter((run) => run.jobId === job.id);
        const [last] = own;
        return { job: job.name, namespace: job.namespace, stage: stageOf(job), team: job.teamName, runs: own.length, rate: successRate(own), durations: durationsOf(own), last: last ? { runId: last.id, state: last.state, startedAt: last.startedAt } : null };
      }),
      definitions, definitionRuns: uses.length, definitionsUnrecorded: unrecorded,
      failures: await runsByIds(tx, reader.teams, failures.map((run) => run.id)),
    });
  },
  http: { method: 'GET', path: '/api/v1/runs/pipelines/{name}', tag: 'Runs', body: 'none' },
});

const metricHistory = z.object({
  metrics: z.array(z.object({ name: z.string(), slices: z.number().int(), runs: z.number().int() })),
  metric: z.string().nullable(),
  series: z.array(z.object({ slice: z.string().nullable(), dataset: z.string().nullable(), points: z.array(z.object({ runId: z.guid(), at: z.string(), state: runState, value: z.number(), sampleCount: z.number().nullable(), source: z.enum(['evidence', 'report']) })) })),
  higherIsBetter: z.boolean().nullable(),
  looked: z.number().int().describe('Runs that were looked at: the latest of the pipeline or stage.'),
  truncated: z.boolean().describe('There are older runs.'),
});
export type MetricHistory = z.infer<typeof metricHistory>;

export const getMetricHistory = query({
  name: 'runs.getMetricHistory',
  summary: 'A metric over the latest runs of a pipeline or one of its stages',
  input: z.strictObject({ name: pipelineName, team: id.optional(), stage: z.string().max(2000).optional(), metric: z.string().max(500).optional() }),
  output: metricHistory,
  permission: 'read',
  run: async (tx, input, reader) => {
    const window = await windowOf(tx, reader.teams, input.name, input.team);
    if (window.jobs.length === 0) return notFound('pipeline');
    const wanted = new Set(window.jobs.filter((job) => input.stage === undefined || stageOf(job) === input.stage).map((job) => job.id));
    const all = window.runs.filter((run) => wanted.has(run.jobId));
    const runs = all.slice(0, mostMetricRuns);
    const metrics = await metricsOfRuns(tx, reader.teams, runs.map((run) => run.id));
    const names = new Map<string, { slices: Set<string | null>; runs: number }>();
    for (const own of metrics.values()) {
      for (const name of new Set(own.map((metric) => metric.name))) names.set(name, { slices: names.get(name)?.slices ?? new Set(), runs: (names.get(name)?.runs ?? 0) + 1 });
      for (const { name, slice } of own) names.get(name)?.slices.add(slice);
    }
    const listed = [...names].map(([name, { slices, runs: count }]) => ({ name, slices: slices.size, runs: count })).sort((a, b) => b.runs - a.runs || (a.name < b.name ? -1 : 1)).slice(0, 200);
    const metric = input.metric !== undefined && names.has(input.metric) ? input.metric : (listed[0]?.name ?? null);
    const series = new Map<string, MetricHistory['series'][number]>();
    let higherIsBetter: boolean | null = null;
    for (const run of [...runs].reverse()) {
      for (const one of metrics.get(run.id) ?? []) {
        if (one.name !== metric) continue;
        higherIsBetter = one.higherIsBetter ?? higherIsBetter;
        const key = JSON.stringify([one.slice, one.dataset]);
        const line = series.get(key) ?? { slice: one.slice, dataset: one.dataset, points: [] };
        line.points.push({ runId: run.id, at: run.startedAt, state: run.state, value: one.value, sampleCount: one.sampleCount, source: one.source });
        series.set(key, line);
      }
    }
    // The whole before its parts, and what was measured most often first.
    const ordered = [...series.values()].sort((a, b) => Number(a.slice !== null) - Number(b.slice !== null) || b.points.length - a.points.length || ((a.slice ?? '') < (b.slice ?? '') ? -1 : 1));
    return ok({ metrics: listed, metric, series: ordered.slice(0, 50), higherIsBetter, looked: runs.length, truncated: window.truncated || all.length > runs.length });
  },
  http: { method: 'GET', path: '/api/v1/runs/pipelines/{name}/metrics', tag: 'Runs', body: 'none' },
});
