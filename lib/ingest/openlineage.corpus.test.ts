// Real events of other tools: Airflow's as its integration sends them, and the seed of Marquez. They load and draw the graph that they describe.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POST as postEvent } from '#app/api/v1/lineage/route.ts';
import { getGraph, listAssets, type GraphView } from '#lib/lineage/index.ts';
import { getRun, listRuns } from '#lib/runs/index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';

const corpus = path.resolve(process.env.CORPUS_DIR ?? '../shared/corpus', 'openlineage');
const text = (file: string) => readFileSync(path.join(corpus, file), 'utf8');

let database: TestDatabase;
let organisation: Organisation;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
});
afterAll(() => database.drop());

const report = async (body: string) =>
  (await postEvent(new Request('http://portal.test/api/v1/lineage', { method: 'POST', headers: { authorization: `Bearer ${organisation.pipeline.token}` }, body }), { params: Promise.resolve({}) })).status;
const around = async (node: string, depth: number) => must(await getGraph.execute(as(organisation.engineer), { node, depth }));
const assetId = async (name: string) => must(await listAssets.execute(as(organisation.engineer), { q: name })).items.find((asset) => asset.name === name)?.id ?? '';
/** Edges by name; of runs the job's name. */
const drawn = (view: GraphView) => {
  const label = (id: string) => view.nodes.find((node) => node.id === id)?.label ?? '?';
  return view.edges.map((edge) => `${label(edge.from)} → ${label(edge.to)}`).sort();
};

describe('the events of Airflow', () => {
  it('all load, twice, with the same answer', async () => {
    const files = readdirSync(path.join(corpus, 'airflow')).sort();
    expect(files).toHaveLength(32);
    for (const file of files) expect([file, await report(text(`airflow/${file}`))]).toEqual([file, 201]);
    for (const file of files.reverse()) expect([file, await report(text(`airflow/${file}`))]).toEqual([file, 201]);
  });

  it('make three executions, complete, with their tasks as stages', async () => {
    const { items } = must(await listRuns.execute(as(organisation.engineer), { level: 'executions', sort: 'startedAt' }));
    expect(items.map((run) => [run.pipeline, run.state, run.reported, run.stages?.total])).toEqual([['BQ', 'complete', true, 3], ['dag', 'complete', true, 1], ['gcs_hook', 'complete', true, 9]]);
    const first = must(await getRun.execute(as(organisation.engineer), { id: '01936893-9751-7a91-a2a0-a51101a3970c' }));
    expect(first.stages.map((stage) => stage.job.name)).toEqual(['BQ.upload', 'BQ.copy', 'BQ.download']);
    expect(Object.keys(first.runFacets).sort()).toEqual(['airflowDagRun', 'airflowState', 'nominalTime', 'processing_engine']);
  });

  it('draw the way of the data through the tasks', async () => {
    expect(drawn(await around('run:01936893-9751-7a91-a2a0-a51101a3970c', 2))).toEqual([
      'BQ.copy → mock-project.test.upload_cp', 'BQ.download → result.csv', 'BQ.upload → mock-project.test.upload', 'copied.csv → BQ.upload',
      'mock-project.test.upload → BQ.copy', 'mock-project.test.upload_cp → BQ.download', 'test.csv → BQ.upload',
    ]);
    const composed = drawn(await around(`asset:${await assetId('compose_result.txt')}`, 2));
    expect(composed).toEqual([
      'copy_of_uploaded_data.txt → gcs_hook.compose_task', 'copy_of_uploaded_file.txt → gcs_hook.compose_task', 'gcs_hook.compose_task source code → gcs_hook.compose_task', 'gcs_hook.compose_task → compose_result.txt',
      'uploaded_data.txt → gcs_hook.compose_task', 'uploaded_file.txt → gcs_hook.compose_task',
    ]);
    expect(drawn(await around(`asset:${await assetId('to_be_deleted.txt')}`, 2))).toEqual(['gcs_hook.upload_for_deletion source code → gcs_hook.upload_for_deletion', 'gcs_hook.upload_for_deletion → to_be_deleted.txt', 'to_be_deleted.txt → gcs_hook.delete']);
  });
});

describe('the seed of Marquez', () => {
  const events = () => {
    const start = Date.parse('2026-03-01T10:00:00Z');
    const filled = text('marquez-seed/metadata.template.json')
      .replaceAll('{{RUN_START_TIME}}', new Date(start).toISOString())
      .replaceAll(/\{\{RUN_END_TIME_AFTER_(\d+)_MINUTES\}\}/g, (_, minutes: string) => new Date(start + Number(minutes) * 60_000).toISOString());
    return JSON.parse(filled) as { run: { runId: string }; job: { name: string }; inputs?: { name: string }[]; outputs?: { name: string }[] }[];
  };

  it('all load, ends first', async () => {
    for (const event of events().reverse()) expect(await report(JSON.stringify(event))).toBe(201);
    const { items } = must(await listRuns.execute(as(organisation.engineer), { q: 'etl_' }));
    expect(items).toHaveLength(10);
    for (const run of items) expect([run.state, run.startedAt]).toEqual(['complete', '2026-03-01T10:00:00.000Z']);
    expect(items.find((run) => run.job.name === 'etl_menus')?.durationMilliseconds).toBe(8 * 60_000);
  });

  it('draws from the orders to the discount mails', async () => {
    const expected = events().flatMap((event) => [...(event.inputs ?? []).map((input) => `${input.name} → ${event.job.name}`), ...(event.outputs ?? []).map((output) => `${event.job.name} → ${output.name}`)]).sort();
    const view = await around(`asset:${await assetId('public.delivery_7_days')}`, 12);
    const edges = drawn(view);
    expect(edges).toContain('public.orders_7_days → etl_delivery_7_days');
    expect(edges).toContain('etl_delivery_7_days → public.delivery_7_days');
    expect(edges).toContain('public.discounts → email_discounts');
    expect(edges).toContain('etl_menus → public.menus');
    // Everything of the seed lies upstream or downstream of this table, except customers going directly into what comes after it.
    expect(expected.filter((edge) => !edges.includes(edge))).toEqual([]);
    expect(edges.filter((edge) => !expected.includes(edge))).toEqual([]);
    expect(view.truncated).toBe(false);
  });
});

describe('an event with a run id that is no UUID', () => {
  it('is refused by name of the field', async () => {
    expect(await report(text('simple_run_event.json'))).toBe(422);
  });
});
