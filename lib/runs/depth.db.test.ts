// The tree of runs, attempts, reproductions, metric history and pipelines as readers see them; nothing of another team leaks.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reportBatch } from '#lib/ingest/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { emptyLineage } from '#lib/testing/lineage-tables.ts';
import { compareTwoRuns, getMetricHistory, getPipeline, getRunRelatives, getRunTree, listPipelinePage } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let admin: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
});
beforeEach(() => emptyLineage(admin));
afterAll(async () => {
  await admin.end();
  await database.drop();
});

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
const hex = (letter: string) => letter.repeat(64);
const dataset = (name: string, digest: string, kind = 'DATASET') => ({ namespace: 'lake', name, facets: { datasetType: { datasetType: kind }, gatehouse_digest: { algorithm: 'sha256', digest: hex(digest) } } });

type Told = { job?: string; parent?: string; pipeline?: string; stage?: string; nominal?: string; runFacets?: object; inputs?: object[]; outputs?: object[] };

/** A run that began and ended at these seconds; without an end it still runs. */
const told = (runId: string, start: number, end: number | null, eventType: 'COMPLETE' | 'FAIL' | 'ABORT', { job = 'train', parent, pipeline = 'flights', stage, nominal, runFacets = {}, inputs = [], outputs = [] }: Told = {}) => {
  const event = (type: string, second: number) => ({
    eventType: type, eventTime: at(second), inputs, outputs,
    run: { runId, facets: { ...(parent === undefined ? {} : { parent: { run: { runId: parent }, job: { namespace: 'jobs', name: pipeline } } }), ...(nominal === undefined ? {} : { nominalTime: { nominalStartTime: nominal } }), ...runFacets } },
    job: { namespace: 'jobs', name: job, facets: stage === undefined ? {} : { gatehouse_stage: { pipeline, stage } } },
  });
  return [event('START', start), ...(end === null ? [] : [event(eventType, end)])];
};
const report = async (events: readonly object[][], actor: Actor = organisation.pipeline) =>
  expect(must(await reportBatch.execute(as(actor), { bytes: Buffer.from(JSON.stringify(events.flat())) })).value.failed_events).toEqual([]);
const tree = async (id: string, actor: Actor = organisation.engineer) => must(await getRunTree.execute(as(actor), { id }));
const relatives = async (id: string, actor: Actor = organisation.engineer) => must(await getRunRelatives.execute(as(actor), { id }));
const notFound = { ok: false, error: { kind: 'not_found' } };

describe('the tree of a run', () => {
  it('is the same from every run in it, and marks attempts', async () => {
    const [root, stage, first, second, deep] = [newId(), newId(), newId(), newId(), newId()];
    await report([told(root, 0, 20, 'COMPLETE', { job: 'flights' }), told(stage, 1, 18, 'COMPLETE', { job: 'outer', parent: root }), told(first, 2, 4, 'FAIL', { job: 'fit', parent: stage }), told(second, 5, 9, 'COMPLETE', { job: 'fit', parent: stage }), told(deep, 6, null, 'COMPLETE', { job: 'fold', parent: second })]);
    for (const id of [root, stage, first, second, deep]) {
      const found = await tree(id);
      expect([found.rootId, found.focusId, found.hidden, found.above]).toEqual([root, id, 0, false]);
      expect(found.nodes.map((node) => [node.run.id, node.depth, node.attempt?.number ?? null, node.attempt?.counts ?? null])).toEqual([[root, 0, null, null], [stage, 1, null, null], [first, 2, 1, false], [second, 2, 2, true], [deep, 3, null, null]]);
    }
    expect((await relatives(first)).attempts.map(({ run, attempt }) => [run.id, attempt.number, attempt.counts])).toEqual([[first, 1, false], [second, 2, true]]);
  });

  it('neither shows nor counts runs of a team that may not be seen, also in between', async () => {
    const [root, theirs, below] = [newId(), newId(), newId()];
    await report([told(root, 0, 9, 'COMPLETE', { job: 'flights' }), told(below, 2, 3, 'COMPLETE', { job: 'below', parent: theirs })]);
    await report([told(theirs, 1, 4, 'COMPLETE', { job: 'their-secret', parent: root })], organisation.otherPipeline);
    const found = await tree(root);
    expect([found.nodes.map(({ run }) => run.id), found.hidden]).toEqual([[root], 0]);
    expect(JSON.stringify([found, await tree(below)])).not.toContain('their-secret');
    expect((await tree(root, organisation.auditor)).nodes.map(({ run }) => run.id)).toEqual([root, theirs, below]);
    for (const operation of [getRunTree, getRunRelatives]) expect(await operation.execute(as(organisation.engineer), { id: theirs })).toMatchObject(notFound);
  });

  it('of many children draws the first hundred and the one in focus, and says how many it does not', async () => {
    const [root, ...children] = Array.from({ length: 131 }, newId);
    await report([told(root ?? '', 0, 500, 'COMPLETE', { job: 'flights' }), ...children.map((id, n) => told(id, n + 1, n + 2, 'COMPLETE', { job: `part-${String(n)}`, parent: root ?? '' }))]);
    const last = children.at(-1) ?? '';
    const found = await tree(last);
    expect(found.nodes.map(({ run }) => run.id)).toContain(last);
    expect([found.nodes.length - 1 + found.hidden, found.nodes.length]).toEqual([130, 102]);
    expect((await tree(root ?? '')).hidden).toBe(30);
  });

  it('ends where parents form a circle', async () => {
    const [a, b] = [newId(), newId()];
    await report([told(a, 0, 1, 'COMPLETE', { job: 'a', parent: b }), told(b, 0, 1, 'COMPLETE', { job: 'b', parent: a })]);
    expect((await tree(a)).nodes.map(({ run }) => run.id).sort()).toEqual([a, b].sort());
  });
});

describe('attempts without a parent', () => {
  it('are runs of the same job for the same nominal time, or, where none is told, on the same inputs', async () => {
    const [a, b, c, d, e] = [newId(), newId(), newId(), newId(), newId()];
    const nominal = '2026-01-01T00:00:00Z';
    await report([told(a, 0, 1, 'FAIL', { nominal }), told(b, 2, 3, 'COMPLETE', { nominal }), told(c, 4, 5, 'FAIL', { inputs: [dataset('raw', 'a')] }), told(d, 6, 7, 'COMPLETE', { inputs: [dataset('raw', 'b')] }), told(e, 8, 9, 'COMPLETE', { inputs: [dataset('raw', 'a')] })]);
    expect((await relatives(a)).attempts.map(({ run }) => run.id)).toEqual([a, b]);
    expect((await relatives(e)).attempts.map(({ run, attempt }) => [run.id, attempt.counts])).toEqual([[c, false], [e, true]]);
    expect((await relatives(d)).attempts).toEqual([]);
    expect((await relatives(e)).previousId).toBe(d);
    expect((await relatives(a)).previousId).toBeNull();
  });
});

describe('reproductions', () => {
  it('are other complete runs of the job with the same inputs, each with its verdict; tolerances come with the events', async () => {
    const [a, same, near, far, input, failed] = [newId(), newId(), newId(), newId(), newId(), newId()];
    const make = (output: string, value: number, input_ = 'a') => ({ inputs: [dataset('raw', input_)], outputs: [dataset('model', output)], runFacets: { gatehouse_metrics: { metrics: [{ name: 'auc', slice: null, value }] }, gatehouse_tolerance: { metrics: [{ name: 'auc', slice: null, absolute: 0.01, relative: null }] } } });
    await report([told(a, 0, 1, 'COMPLETE', make('b', 0.7)), told(same, 2, 3, 'COMPLETE', make('b', 0.7)), told(near, 4, 5, 'COMPLETE', make('c', 0.705)), told(far, 6, 7, 'COMPLETE', make('d', 0.8)), told(input, 8, 9, 'COMPLETE', make('b', 0.7, 'e')), told(failed, 10, 11, 'FAIL', make('b', 0.7))]);
    const found = (await relatives(a)).reproductions;
    expect(found.items.map(({ run, reproduction }) => [run.id, reproduction.verdict, reproduction.first?.field ?? null])).toEqual([[same, 'identical', null], [near, 'within_tolerance', 'auc'], [far, 'divergent', 'auc']]);
    expect([found.looked, found.more]).toEqual([4, false]);
    expect(must(await compareTwoRuns.execute(as(organisation.engineer), { a, b: near })).reproduction.tolerances).toEqual([{ metric: 'auc', allowed: '± 0.01', declared: 'run A and run B', a: '0.7', b: '0.705', holds: true }]);
    expect((await relatives(failed)).reproductions.items).toEqual([]);
  });
});

describe('pipelines', () => {
  it('are paged both ways in either order, each once, and only those of the reader’s teams', async () => {
    const names = Array.from({ length: 23 }, (_, n) => `${'long '.repeat(25)}${String(n % 3)} pipeline ${String(n)}`);
    await report(names.map((name, n) => told(newId(), n, n + 1, 'COMPLETE', { job: `${name}.train`, pipeline: name, stage: 'train' })));
    await report([told(newId(), 0, 1, 'COMPLETE', { job: 'their-job' })], organisation.otherPipeline);
    for (const sort of ['name', '-name'] as const) {
      const list = async (page: object) => must(await listPipelinePage.execute(as(organisation.engineer), { sort, limit: 5, ...page }));
      let page = await list({});
      const pages = [page];
      while (page.older) pages.push((page = await list({ after: page.older })));
      const seen = pages.flatMap(({ items }) => items.map(({ name }) => name));
      expect([...seen].sort()).toEqual([...names].sort());
      expect((await list({ before: pages.at(-1)?.newer ?? '' })).items).toEqual(pages.at(-2)?.items);
    }
    expect(must(await listPipelinePage.execute(as(organisation.auditor), { q: 'THEIR-' })).items.map(({ name, ended, complete }) => [name, ended, complete])).toEqual([['their-job', 1, 1]]);
    expect(must(await listPipelinePage.execute(as(organisation.engineer), { q: 'their-' })).items).toEqual([]);
    expect(await getPipeline.execute(as(organisation.engineer), { name: 'their-job' })).toMatchObject(notFound);
    expect(await getMetricHistory.execute(as(organisation.engineer), { name: 'their-job' })).toMatchObject(notFound);
  });

  it('show executions, stages, definitions and failures of their latest runs', async () => {
    const [one, two, fit, broken] = [newId(), newId(), newId(), newId()];
    const git = (commit: string, more: object = {}) => ({ gatehouse_execution: { command: ['x'], git: { commit, branch: 'main', dirty: false, remote: null, ...more } } });
    await report([
      told(one, 0, 10, 'COMPLETE', { job: 'flights' }), told(fit, 1, 9, 'COMPLETE', { job: 'flights.train', stage: 'train', parent: one, runFacets: git('c1', { author: 'Ada', reviewedBy: ['Grace'] }), inputs: [dataset('src', 'c', 'CODE')] }),
      told(two, 20, 24, 'FAIL', { job: 'flights' }), told(broken, 21, 23, 'FAIL', { job: 'flights.train', stage: 'train', parent: two, runFacets: { ...git('c2'), errorMessage: { message: 'out of memory', programmingLanguage: 'python' } } }),
    ]);
    await report([told(newId(), 0, 1, 'FAIL', { job: 'flights.secret', stage: 'secret' })], organisation.otherPipeline);
    const found = must(await getPipeline.execute(as(organisation.engineer), { name: 'flights' }));
    expect(found.executions).toMatchObject({ runs: 2, all: { ended: 2, complete: 1, failed: 1 }, durations: { samples: 1, p50: 10_000 } });
    expect(found.stages.map(({ stage, runs, durations }) => [stage, runs, durations?.longest])).toEqual([['train', 2, 8000]]);
    expect(found.definitions.map((each) => [each.commit, each.runs, each.changedBy, each.reviewedBy, each.code.map(({ name }) => name)])).toEqual([['c2', 1, { name: 'engineer', known: 'account' }, [], []], ['c1', 1, { name: 'Ada', known: 'commit' }, ['Grace'], ['src']]]);
    expect(found.failures.map(({ id, failure }) => [id, failure])).toEqual([[broken, 'out of memory']]);
    expect(found.teams.map(({ name }) => name)).toEqual(['fraud']);
    expect(JSON.stringify(found)).not.toContain('secret');
    expect([found.truncated, found.moreJobs]).toEqual([false, false]);
  });
});

describe('the history of a metric', () => {
  const metrics = (value: number) => ({ gatehouse_metrics: { metrics: [{ name: 'auc', slice: null, value, higherIsBetter: true }, { name: 'auc', slice: 'region=West', value: value - 0.1 }, { name: 'rows', slice: null, value: 10 }] } });

  it('has a point for each run, the whole before its parts, and the metric that was asked for', async () => {
    const ids = [newId(), newId(), newId()];
    await report(ids.map((id, n) => told(id, n * 10, n * 10 + 1, 'COMPLETE', { job: 'flights.evaluate', stage: 'evaluate', runFacets: n === 2 ? {} : metrics(0.7 + n / 100) })));
    const found = must(await getMetricHistory.execute(as(organisation.engineer), { name: 'flights', metric: 'auc' }));
    expect(found.series.map(({ slice, points }) => [slice, points.map(({ runId, source }) => [runId, source])])).toEqual([[null, [[ids[0], 'report'], [ids[1], 'report']]], ['region=West', [[ids[0], 'report'], [ids[1], 'report']]]]);
    expect([found.metrics.map(({ name, runs }) => [name, runs]), found.higherIsBetter, found.looked, found.truncated]).toEqual([[['auc', 2], ['rows', 2]], true, 3, false]);
    expect(must(await getMetricHistory.execute(as(organisation.engineer), { name: 'flights', stage: 'none' }))).toMatchObject({ metric: null, series: [], looked: 0 });
  });

  it('takes an evaluation only where its latest verification passed, and the run’s own team sent it', async () => {
    const id = newId();
    await report([told(id, 0, 1, 'COMPLETE', { job: 'flights.evaluate', stage: 'evaluate' })]);
    // Statements in every state at once, which no client can bring about: rows are written past the guards.
    await admin.query('set session_replication_role = replica');
    const add = async (teamId: string, accountId: string, value: number, verdicts: string[]) => {
      const bytes = Buffer.from(JSON.stringify({ payload: Buffer.from(JSON.stringify({ predicate: { metrics: [{ name: `auc-${String(value)}`, slice: null, value }] } })).toString('base64') }));
      const { rows } = await admin.query<{ id: string }>(`insert into evidence (id, team_id, digest, bytes, media_type, size_bytes, received_from, predicate_type, run_id) values ($1, $2, $3, $4, 'x', $5, $6, 'https://gatehouse.dev/predicates/evaluation/v1', $7) returning id`, [newId(), teamId, `sha256:${String(value)}`, bytes, bytes.length, accountId, id]);
      for (const verdict of verdicts) await admin.query(`insert into verification (id, evidence_id, verdict, trust_digest, checks) values ($1, $2, $3, '', '[]')`, [newId(), rows[0]?.id, verdict]);
    };
    await add(organisation.teamId, organisation.pipeline.id, 0.1, ['failed', 'passed']);
    await add(organisation.teamId, organisation.pipeline.id, 0.2, ['passed', 'failed']);
    await add(organisation.teamId, organisation.pipeline.id, 0.3, []);
    await add(organisation.otherTeamId, organisation.otherPipeline.id, 0.4, ['passed']);
    await admin.query('set session_replication_role = origin');
    expect(must(await getMetricHistory.execute(as(organisation.auditor), { name: 'flights' })).metrics.map(({ name }) => name)).toEqual(['auc-0.1']);
  });
});
