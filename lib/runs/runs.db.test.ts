// Runs as readers see them: lists, one run, two runs side by side.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reportBatch } from '#lib/ingest/index.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { emptyLineage } from '#lib/testing/lineage-tables.ts';
import { compareTwoRuns, getRun, getRunEvent, listPipelines, listRuns } from './index.ts';

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
const event = (runId: string, eventType: string, second: number, { job = 'train', runFacets = {}, jobFacets = {}, ...more }: { job?: string; runFacets?: object; jobFacets?: object; inputs?: object[]; outputs?: object[] } = {}) => ({
  eventType, eventTime: at(second), run: { runId, facets: runFacets }, job: { namespace: 'jobs', name: job, facets: jobFacets }, ...more,
});
const dataset = (name: string, digest: string, inputFacets?: object) => ({ namespace: 'lake', name, facets: { gatehouse_digest: { algorithm: 'sha256', digest } }, ...(inputFacets ? { inputFacets } : {}) });
const report = async (events: readonly object[], actor: Actor = organisation.pipeline) =>
  expect(must(await reportBatch.execute(as(actor), { bytes: Buffer.from(JSON.stringify(events)) })).value.failed_events).toEqual([]);
const list = async (input: Parameters<typeof listRuns.execute>[1], actor: Actor = organisation.engineer) => must(await listRuns.execute(as(actor), input));
const detail = async (id: string, actor: Actor = organisation.engineer) => must(await getRun.execute(as(actor), { id }));
const hex = (letter: string) => letter.repeat(64);

describe('the list of runs', () => {
  it('is paged both ways in every order, without losing or repeating a run', async () => {
    const ids = Array.from({ length: 23 }, newId);
    // Equal starts and equal durations, so that the tie-breaker is needed.
    await report(ids.flatMap((id, n) => [event(id, 'START', n % 4), event(id, 'COMPLETE', 10 + (n % 3))]));
    for (const sort of ['-startedAt', 'startedAt', '-duration', 'duration'] as const) {
      const seen: string[] = [];
      let page = await list({ sort, limit: 5 });
      const pages = [page];
      seen.push(...page.items.map((run) => run.id));
      while (page.older) {
        page = await list({ sort, limit: 5, after: page.older });
        pages.push(page);
        seen.push(...page.items.map((run) => run.id));
      }
      expect([...new Set(seen)].sort()).toEqual([...ids].sort());
      expect(seen).toHaveLength(ids.length);
      const before = pages.at(-1)?.newer ?? '';
      expect((await list({ sort, limit: 5, before })).items).toEqual(pages.at(-2)?.items);
      const values = (await list({ sort, limit: 200 })).items.map((run) => (sort.endsWith('duration') ? (run.durationMilliseconds ?? 0) : Date.parse(run.startedAt)));
      expect(values).toEqual([...values].sort((a, b) => (sort.startsWith('-') ? b - a : a - b)));
    }
  });

  it('is filtered by state, pipeline, stage, text, level and time', async () => {
    const [parent, one, two, alone] = [newId(), newId(), newId(), newId()];
    const stage = (name: string) => ({ job: `flights.${name}`, runFacets: { parent: { run: { runId: parent }, job: { namespace: 'jobs', name: 'flights' } } }, jobFacets: { gatehouse_stage: { pipeline: 'flights', stage: name } } });
    await report([event(one, 'COMPLETE', 1, stage('ingest')), event(two, 'FAIL', 2, { ...stage('train'), runFacets: { ...stage('train').runFacets, errorMessage: { message: 'out of memory', programmingLanguage: 'python' } } }), event(alone, 'START', 3, { job: 'nightly_100%' })]);
    const ids = async (input: Parameters<typeof listRuns.execute>[1]) => (await list(input)).items.map((run) => run.id).sort();
    expect(await ids({ state: 'failed' })).toEqual([parent, two].sort());
    expect(await ids({ state: 'failed,running' })).toEqual([parent, two, alone].sort());
    expect(await ids({ pipeline: 'flights' })).toEqual([parent, one, two].sort());
    expect(await ids({ pipeline: 'nightly_100%' })).toEqual([alone]);
    expect(await ids({ stage: 'train' })).toEqual([two]);
    expect(await ids({ level: 'executions' })).toEqual([parent, alone].sort());
    expect(await ids({ level: 'stages' })).toEqual([one, two].sort());
    expect(await ids({ q: '100%' })).toEqual([alone]);
    expect(await ids({ q: two.slice(0, 30) })).toEqual([two]);
    expect(await ids({ from: at(3) })).toEqual([alone]);
    expect(await ids({ to: at(3), level: 'stages' })).toEqual([one, two].sort());
    expect(await ids({ team: organisation.otherTeamId })).toEqual([]);
    const [execution] = (await list({ level: 'executions', state: 'failed' })).items;
    expect(execution).toMatchObject({ reported: false, failure: 'train: out of memory', stages: { total: 2, complete: 1, failed: 1 }, startedAt: at(1), endedAt: at(2) });
    expect(must(await listPipelines.execute(as(organisation.engineer), {}))).toEqual({ pipelines: ['flights', 'nightly_100%'], stages: ['ingest', 'train'] });
  });

  it('shows a reader the runs of his teams alone', async () => {
    const [ours, theirs] = [newId(), newId()];
    await report([event(ours, 'START', 1)]);
    await report([event(theirs, 'START', 1, { job: 'their-job' })], organisation.otherPipeline);
    expect((await list({})).items.map((run) => run.id)).toEqual([ours]);
    expect((await list({}, organisation.auditor)).items).toHaveLength(2);
    expect(must(await listPipelines.execute(as(organisation.engineer), {})).pipelines).toEqual(['train']);
    for (const answer of [await getRun.execute(as(organisation.engineer), { id: theirs }), await compareTwoRuns.execute(as(organisation.engineer), { a: ours, b: theirs })]) expect(answer).toMatchObject({ ok: false, error: { kind: 'not_found' } });
  });

  it.each(['after', 'before'] as const)('refuses or ignores a forged cursor %s, and never breaks on it', async (key) => {
    for (const value of [['-startedAt', 'yesterday', newId()], ['-startedAt', '+275760-09-13T00:00:00.000Z', newId()], ['-startedAt', 1e300, newId()], ['-duration', 'x', newId()], ['-duration', null, newId()], ['-duration', 1e308, newId()], ['-startedAt', at(1), 'no-id'], 'junk']) {
      for (const sort of ['-startedAt', '-duration'] as const) {
        const answer = await listRuns.execute(as(organisation.engineer), { sort, [key]: Buffer.from(JSON.stringify(value)).toString('base64url') });
        expect(answer.ok || answer.error.kind === 'invalid').toBe(true);
      }
    }
  });
});

describe('one run', () => {
  it('tells everything that its events told', async () => {
    const id = newId();
    const complete = event(id, 'FAIL', 9, {
      runFacets: {
        executionParameters: { parameters: [{ key: 'learning_rate', name: 'learning_rate', value: '0.1' }, { key: 'depth', value: 6 }] },
        gatehouse_execution: { command: ['python', 'train.py'], exitCode: 137, signal: 'SIGKILL', operatingSystem: 'linux', architecture: 'x64', processorCount: 8, memoryBytes: 1024, runtime: { name: 'python', version: '3.12' }, packageLock: { name: 'uv.lock', digest: `sha256:${hex('c')}` }, packages: [{ name: 'numpy', version: '2.0' }], packagesTruncated: false, git: { commit: 'c0ffee', branch: 'main', dirty: true, remote: 'https://git.example/x' }, container: { imageDigest: `sha256:${hex('d')}` }, seed: '7', triggeredBy: 'cron' },
        gatehouse_log: { tail: 'last line', truncated: true, totalBytes: 99, digest: `sha256:${hex('e')}` },
        errorMessage: { message: 'killed by SIGKILL', programmingLanguage: 'python', stackTrace: 'Traceback' },
        environmentVariables: { environmentVariables: [{ name: 'STAGE', value: 'train' }, { name: 'API_TOKEN', value: 'abc' }] },
        unheard_of: { deep: [1, { two: 2 }] },
      },
      jobFacets: { sourceCodeLocation: { type: 'git', url: 'https://git.example/x', version: 'c0ffee', path: 'pipeline' } },
      inputs: [dataset('raw', hex('a'), { dataQualityAssertions: { assertions: [{ assertion: 'not_null', success: false, column: 'delay', expected: '0', actual: '12' }, { assertion: 'unique', success: true }] } })],
      outputs: [dataset('model', hex('b'))],
    });
    await report([event(id, 'START', 1), complete]);
    const run = await detail(id);
    expect(run.run).toMatchObject({ state: 'failed', failure: 'killed by SIGKILL', startedAt: at(1), endedAt: at(9), durationMilliseconds: 8000, reportedBy: { name: 'fraud-pipeline', responsibleName: 'engineer' } });
    expect(run.parameters).toEqual([{ key: 'depth', value: '6' }, { key: 'learning_rate', value: '0.1' }]);
    expect(run.execution).toMatchObject({ command: ['python', 'train.py'], exitCode: 137, signal: 'SIGKILL', runtime: { name: 'python', version: '3.12' }, container: `sha256:${hex('d')}`, seed: '7', triggeredBy: 'cron' });
    expect(run.source).toEqual({ commit: 'c0ffee', branch: 'main', dirty: true, remote: 'https://git.example/x', path: 'pipeline' });
    expect(run.log).toEqual({ tail: 'last line', truncated: true, totalBytes: 99, digest: `sha256:${hex('e')}` });
    expect(run.error).toEqual({ message: 'killed by SIGKILL', language: 'python', stackTrace: 'Traceback' });
    expect(run.failedChecks).toEqual([{ source: 'raw', name: 'not_null', column: 'delay', severity: null, expected: '0', actual: '12' }]);
    expect(run.environment).toEqual([{ name: 'STAGE', value: 'train' }, { name: 'API_TOKEN', value: '[redacted]' }]);
    expect(run.runFacets.unheard_of).toEqual({ deep: [1, { two: 2 }] });
    expect(run.inputs.map((edge) => [edge.name, edge.digest])).toEqual([['raw', `sha256:${hex('a')}`]]);
    expect(run.outputs.map((edge) => [edge.name, edge.digest])).toEqual([['model', `sha256:${hex('b')}`]]);
    expect(run.events.map((one) => [one.type, one.redacted, one.digest])).toEqual([['FAIL', true, sha256(JSON.stringify(complete))], ['START', false, sha256(JSON.stringify(event(id, 'START', 1)))]]);
    expect(run.eventCount).toBe(2);
  });

  it('has odd facets and is shown all the same', async () => {
    const id = newId();
    await report([event(id, 'COMPLETE', 1, { runFacets: { executionParameters: { parameters: 'none' }, gatehouse_execution: { command: 'python', packages: [1, null, { name: 3 }], git: 'main', runtime: [], processorCount: '8' }, gatehouse_log: { tail: 7 }, errorMessage: { message: [] }, environmentVariables: { environmentVariables: 'A=b' }, test: { tests: [null, { status: 'FAIL' }] } } })]);
    const run = await detail(id);
    expect([run.parameters, run.packages, run.log, run.error, run.environment]).toEqual([[], [{ name: '3', version: '' }], null, null, []]);
    expect(run.failedChecks).toEqual([{ source: 'run', name: 'unnamed check', column: null, severity: null, expected: null, actual: null }]);
  });

  it('says of an event too large to be hashed for a list that nobody looked for removed secrets', async () => {
    const id = newId();
    await report([event(id, 'START', 1), event(id, 'COMPLETE', 2, { runFacets: { large: { text: 'x'.repeat(300_000) } } })]);
    expect((await detail(id)).events.map((one) => [one.type, one.redacted])).toEqual([['COMPLETE', null], ['START', false]]);
  });

  it('shows the event as it was stored, to those who may see the run', async () => {
    const id = newId();
    const sent = JSON.stringify(event(id, 'START', 1));
    await report([event(id, 'START', 1)]);
    expect(must(await getRunEvent.execute(as(organisation.engineer), { id, digest: sha256(sent) })).bytes.toString()).toBe(sent);
    expect(await getRunEvent.execute(as(organisation.otherEngineer), { id, digest: sha256(sent) })).toMatchObject({ ok: false, error: { kind: 'not_found' } });
  });

  it('with stages has them in order; a stage of a team that may not be seen is not there', async () => {
    const parent = newId();
    const stage = (name: string) => ({ job: name, runFacets: { parent: { run: { runId: parent }, job: { namespace: 'jobs', name: 'flights' } } } });
    const [first, second] = [newId(), newId()];
    await report([event(second, 'START', 5, stage('train')), event(first, 'COMPLETE', 1, stage('ingest'))]);
    await report([event(newId(), 'FAIL', 3, stage('intruder'))], organisation.otherPipeline);
    const run = await detail(parent);
    expect(run.stages.map((one) => one.id)).toEqual([first, second]);
    expect([run.run.state, run.run.stages?.total]).toEqual(['running', 2]);
    expect((await detail(first)).parent).toEqual({ id: parent, name: 'flights' });
  });
});

describe('two runs', () => {
  it('compare field by field, and the first difference is named', async () => {
    const [a, b, c] = [newId(), newId(), newId()];
    const make = (id: string, input: string, rate: string, output: string) =>
      event(id, 'COMPLETE', 1, { inputs: [dataset('raw', hex(input))], outputs: [dataset('model', hex(output))], runFacets: { executionParameters: { parameters: [{ key: 'rate', value: rate }] }, gatehouse_execution: { command: ['x'], packages: [{ name: 'numpy', version: '2' }] } } });
    await report([make(a, 'a', '1', 'f'), make(b, 'b', '2', 'e'), make(c, 'a', '1', 'f')]);
    const differ = must(await compareTwoRuns.execute(as(organisation.engineer), { a, b }));
    expect(differ.fields.filter((field) => !field.same).map((field) => [field.section, field.field, field.a, field.b])).toEqual([
      ['inputs', 'lake/raw', `sha256:${hex('a')}`, `sha256:${hex('b')}`], ['parameters', 'rate', '1', '2'], ['outputs', 'lake/model', `sha256:${hex('f')}`, `sha256:${hex('e')}`],
    ]);
    expect(differ.reproduction).toMatchObject({ verdict: 'not_comparable', first: { section: 'inputs', field: 'lake/raw', expected: `sha256:${hex('a')}`, actual: `sha256:${hex('b')}` } });
    expect(must(await compareTwoRuns.execute(as(organisation.engineer), { a, b: c })).reproduction).toMatchObject({ verdict: 'identical', first: null });
    expect(must(await compareTwoRuns.execute(as(organisation.engineer), { a, b, only: 'differences' })).fields).toHaveLength(3);
  });
});
