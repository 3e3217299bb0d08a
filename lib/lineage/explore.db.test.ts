// The explorer on a real database: ways and depths, views, paths, moments in the past, groups, columns; and that nothing of other teams shows in any of them.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { route } from '#lib/http.ts';
import { reportBatch } from '#lib/ingest/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { emptyLineage } from '#lib/testing/lineage-tables.ts';
import { groupKey } from './grouping.ts';
import { getColumns, getGraph, type GraphView } from './index.ts';

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

const digest = (name: string) => `sha256:${Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64)}`;
type Data = string | { readonly name: string; readonly digest?: string; readonly facets?: object };
const dataset = (data: Data) => {
  const { name, digest: own, facets } = typeof data === 'string' ? { name: data, digest: digest(data), facets: {} } : { digest: digest(data.name), facets: {}, ...data };
  return { namespace: 'lake', name, facets: { gatehouse_digest: { algorithm: 'sha256', digest: own, label: null }, ...facets } };
};
let second = 0;
type Run = { readonly id: string; readonly event: object };
const run = (job: string, inputs: readonly Data[], outputs: readonly Data[], more: { id?: string; parent?: string; type?: string; facets?: object } = {}): Run => {
  second += 1;
  const id = more.id ?? newId();
  return {
    id,
    event: {
      eventType: more.type ?? 'COMPLETE', eventTime: new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString(), job: { namespace: 'jobs', name: job, ...(more.facets && { facets: more.facets }) },
      run: { runId: id, ...(more.parent && { facets: { parent: { run: { runId: more.parent }, job: { namespace: 'jobs', name: job.split('.')[0] ?? job } } } }) },
      inputs: inputs.map(dataset), outputs: outputs.map(dataset),
    },
  };
};
const report = async (runs: readonly Run[], actor: Actor = organisation.pipeline) => {
  const answer = must(await reportBatch.execute(as(actor), { bytes: Buffer.from(JSON.stringify(runs.map(({ event }) => event))) })).value;
  expect(answer.failed_events).toEqual([]);
};
type Input = Parameters<typeof getGraph.execute>[1];
const graph = async (input: Input, actor: Actor = organisation.engineer) => must(await getGraph.execute(as(actor), input));
const labels = (view: GraphView) => view.nodes.map((node) => node.label).sort();
const drawn = (view: GraphView) => {
  const label = (id: string) => view.nodes.find((node) => node.id === id)?.label ?? '?';
  return view.edges.map((edge) => `${label(edge.from)} → ${label(edge.to)}`).sort();
};
/** Makes all that is recorded an hour older, so that a moment half an hour ago lies between it and what comes next. */
const anHourPasses = () => admin.query(`
  SET session_replication_role = replica;
  UPDATE run_asset SET first_received_at = first_received_at - interval '1 hour';
  UPDATE run SET first_received_at = first_received_at - interval '1 hour', last_received_at = last_received_at - interval '1 hour';
  UPDATE run_event SET received_at = received_at - interval '1 hour';
  UPDATE asset_version SET created_at = created_at - interval '1 hour';
  UPDATE asset_sighting SET first_seen_at = first_seen_at - interval '1 hour';
  SET session_replication_role = origin`);
const fromNow = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const idOf = async (name: string) => `version:${(await admin.query<{ id: string }>('SELECT id FROM asset_version WHERE digest = $1', [digest(name)])).rows[0]?.id ?? ''}`;

const chain = () => [run('clean', ['raw'], ['tidy']), run('featurise', ['tidy'], ['features']), run('train', ['features'], ['model']), run('score', ['model'], ['scores'])];

describe('the ways and the views', () => {
  it('go so many steps upstream and so many downstream', async () => {
    await report(chain());
    expect(labels(await graph({ node: digest('features'), up: 1, down: 2 }))).toEqual(['features', 'featurise', 'model', 'train']);
    expect(labels(await graph({ node: digest('features'), up: 3, down: 0 }))).toEqual(['clean', 'features', 'featurise', 'tidy']);
    expect(labels(await graph({ node: digest('features'), depth: 1, down: 3 }))).toEqual(['features', 'featurise', 'model', 'score', 'train']);
    expect(labels(await graph({ node: digest('features'), up: 0, down: 0 }))).toEqual(['features']);
  });

  it('of versions join data directly, a step from data to data; the run that was asked for stays', async () => {
    await report(chain());
    const view = await graph({ node: digest('features'), shape: 'versions', up: 1, down: 1 });
    expect(drawn(view)).toEqual(['features → model', 'tidy → features']);
    expect(view.edges.map((edge) => edge.folded)).toEqual([1, 1]);
    const train = (await graph({ node: digest('model'), direction: 'upstream', depth: 1 })).nodes.find((node) => node.type === 'run');
    expect(drawn(await graph({ node: train?.id ?? '', shape: 'versions', up: 2, down: 1 }))).toEqual(['features → train', 'tidy → features', 'train → model']);
  });

  it('of runs join runs directly, and count what is handed on', async () => {
    await report([run('make', [], ['a', 'b']), run('use', ['a', 'b'], ['c']), run('end', ['c'], [])]);
    const view = await graph({ node: digest('c'), shape: 'runs', up: 2, down: 1 });
    expect(drawn(view)).toEqual(['c → end', 'make → use', 'use → c']);
    expect(view.edges.find((edge) => edge.folded > 0)?.folded).toBe(2);
  });

  it('keep a bulk run as a node rather than draw its inputs × outputs', async () => {
    const [inputs, outputs] = [Array.from({ length: 10 }, (_, n) => `in${n}`), Array.from({ length: 10 }, (_, n) => `out${n}`)];
    await report([run('bulk', inputs, outputs)]);
    const view = await graph({ node: `run:${(await admin.query<{ id: string }>('SELECT id FROM run')).rows[0]?.id ?? ''}`, shape: 'versions', depth: 1 });
    expect([view.nodes.length, view.edges.length]).toEqual([21, 20]);
    const other = await graph({ node: digest('in0'), shape: 'versions', up: 2, down: 1, expand: `up:${await idOf('out0')}` });
    expect(other.nodes.filter((node) => node.type === 'run').map((node) => node.label)).toEqual(['bulk']);
  });

  it('expand by a whole step of the view', async () => {
    await report(chain());
    const view = await graph({ node: digest('raw'), shape: 'versions', up: 0, down: 1, expand: `down:${await idOf('tidy')}` });
    expect(labels(view)).toEqual(['features', 'raw', 'tidy']);
    expect(view.nodes.find((node) => node.label === 'features')?.hiddenDownstream).toBe(1);
  });

  it('draw both sides of a node, however wide one of them is, and say nothing of more where everything fits', async () => {
    const inputs = (count: number) => Array.from({ length: count }, (_, n) => `in${n}`);
    await report([run('wide', inputs(400), ['made', 'and-made']), run('fits', inputs(200), ['fitting']), run('uses', ['fitting'], ['further'])]);
    const of = async (job: string) => graph({ node: `run:${(await admin.query<{ id: string }>('SELECT r.id FROM run r JOIN job j ON j.id = r.job_id WHERE j.name = $1', [job])).rows[0]?.id ?? ''}`, up: 1, down: 3 });
    const wide = await of('wide');
    expect(labels(wide)).toEqual(expect.arrayContaining(['made', 'and-made']));
    expect([wide.nodes.length > 270, wide.nodes.length <= 280, wide.truncated]).toEqual([true, true, true]);
    const fits = await of('fits');
    expect(labels(fits)).toEqual(expect.arrayContaining(['fitting', 'uses', 'further']));
    expect([fits.nodes.length, fits.truncated]).toEqual([204, false]);
  });

  it('give a crowded node its share, so that its neighbours do not crowd out the others', async () => {
    const hub = Array.from({ length: 400 }, (_, n) => run(`reader-${n}`, ['popular'], []));
    await report([run('join', ['popular', 'rare'], ['joined']), run('make rare', ['source'], ['rare']), run('other', ['rare'], ['by-the-way']), ...hub]);
    const view = await graph({ node: digest('joined'), up: 12, down: 0, expand: `down:${await idOf('popular')},down:${await idOf('rare')}` });
    expect(labels(view)).toEqual(expect.arrayContaining(['source', 'make rare', 'other']));
    expect([view.truncated, view.nodes.length <= 300]).toEqual([true, true]);
    const popular = view.nodes.find((node) => node.label === 'popular');
    expect((popular?.hiddenDownstream ?? 0) + view.edges.filter((edge) => edge.from === popular?.id).length).toBe(401);
  });
});

describe('a path', () => {
  it('is drawn alone, or with what is around, and is found from either end', async () => {
    await report([...chain(), run('audit', ['features'], ['audited'])]);
    const view = await graph({ node: digest('raw'), to: digest('model') });
    expect(labels(view)).toEqual(['clean', 'features', 'featurise', 'model', 'raw', 'tidy', 'train']);
    expect(view.path).toMatchObject({ known: true, found: true, complete: true, steps: 6 });
    expect(view.path?.nodes).toHaveLength(7);
    expect(view.nodes.find((node) => node.label === 'features')?.hiddenDownstream).toBe(1);
    expect((await graph({ node: digest('model'), to: digest('raw') })).path?.nodes).toEqual(view.path?.nodes);
    const around = await graph({ node: digest('features'), to: digest('raw'), up: 0, down: 2, around: 'true' });
    expect(labels(around)).toEqual(expect.arrayContaining(['audited', 'raw']));
    expect(around.path?.nodes).toHaveLength(5);
  });

  it('that is not there is said, and what is around the node is drawn', async () => {
    await report([run('a', ['x'], ['y']), run('b', ['x'], ['z'])]);
    const view = await graph({ node: digest('y'), to: digest('z'), depth: 1 });
    expect(view.path).toMatchObject({ known: true, found: false, complete: true, steps: null, nodes: [] });
    expect(labels(view)).toEqual(['a', 'y']);
    for (const to of [newId(), 'nonsense', digest('nowhere')]) expect((await graph({ node: digest('y'), to })).path).toMatchObject({ known: false, found: false });
  });

  it('does not lead through the runs of other teams, nor tell their data from what is not there', async () => {
    await report([run('ours', ['raw'], ['shared']), run('back', ['returned'], ['model'])]);
    await report([run('secret', ['shared'], ['returned']), run('hidden', [], ['unseen'])], organisation.otherPipeline);
    expect((await graph({ node: digest('raw'), to: digest('model') })).path).toMatchObject({ found: false, complete: true });
    expect((await graph({ node: digest('raw'), to: digest('model') }, organisation.security)).path).toMatchObject({ found: true, steps: 6 });
    expect((await graph({ node: digest('raw'), to: digest('unseen') })).path).toEqual((await graph({ node: digest('raw'), to: digest('nowhere') })).path);
  });
});

describe('as of a moment', () => {
  it('what was received later is not there, nor counted, and runs have the state they had', async () => {
    const started = run('train', ['raw'], ['model'], { type: 'START' });
    await report([started]);
    await anHourPasses();
    const moment = fromNow(-30);
    await report([run('train', ['raw', 'late'], ['model'], { id: started.id }), run('score', ['model'], ['scores'])]);
    const then = await graph({ node: digest('model'), depth: 3, asOf: moment });
    expect(drawn(then)).toEqual(['raw → train', 'train → model']);
    expect(then.nodes.find((node) => node.label === 'train')).toMatchObject({ state: 'running', hiddenUpstream: 0 });
    expect(then.nodes.find((node) => node.label === 'model')).toMatchObject({ hiddenDownstream: 0 });
    expect(then.asOf).toBe(moment);
    const today = await graph({ node: digest('model'), depth: 3 });
    expect(drawn(today)).toEqual(['late → train', 'model → score', 'raw → train', 'score → scores', 'train → model']);
    expect(today.nodes.find((node) => node.label === 'train')?.state).toBe('complete');
    for (const node of [digest('scores'), digest('late')]) expect(await getGraph.execute(as(organisation.engineer), { node, asOf: moment })).toMatchObject({ ok: false, error: { kind: 'not_found' } });
    expect((await graph({ node: digest('raw'), to: digest('scores'), asOf: moment })).path).toMatchObject({ known: false });
    expect((await graph({ node: digest('model'), asOf: fromNow(30), depth: 3 })).nodes).toHaveLength(today.nodes.length);
  });
});

describe('deployments', () => {
  /** As the record of a deployment stands; how one comes about is not what is asked here. */
  const deployed = async (endpoint: string, teamId: string, from: number, until: number | null) => {
    const id = newId();
    await admin.query('BEGIN; SET LOCAL session_replication_role = replica');
    await admin.query(`INSERT INTO deployment (id, team_id, model_version_id, digest, environment, endpoint, deployed_by, deployed_at, ended_at) VALUES ($1, $2, $3, $4, 'staging', $5, $3, $6, $7)`, [id, teamId, newId(), digest('model'), endpoint, fromNow(from), until === null ? null : fromNow(until)]);
    await admin.query('COMMIT');
    return id;
  };

  it('are those in force at the moment, of teams that the reader may see, and are nodes to begin with', async () => {
    await report([run('train', ['raw'], ['model'])]);
    await anHourPasses();
    await deployed('old', organisation.teamId, -50, -20);
    const current = await deployed('new', organisation.teamId, -20, null);
    const theirs = await deployed('hidden-endpoint', organisation.otherTeamId, -40, null);
    const then = await graph({ node: digest('model'), depth: 1, asOf: fromNow(-30) });
    expect(labels(then)).toEqual(['Other teams', 'model', 'old', 'train']);
    expect(labels(await graph({ node: digest('model'), depth: 1 }))).toEqual(['Other teams', 'model', 'new', 'train']);
    expect(labels(await graph({ node: digest('model'), depth: 1, asOf: fromNow(-55) }))).toEqual(['model', 'train']);
    expect(drawn(await graph({ node: digest('raw'), shape: 'runs', down: 2, up: 0 }))).toEqual(['raw → train', 'train → Other teams', 'train → new']);
    expect(labels(await graph({ node: `deployment:${current}`, up: 2, down: 1 }))).toEqual(['Other teams', 'model', 'new', 'raw', 'train']);
    expect(await getGraph.execute(as(organisation.engineer), { node: `deployment:${theirs}` })).toMatchObject({ ok: false, error: { kind: 'not_found' } });
    expect(JSON.stringify(then)).not.toContain('hidden-');
    await admin.query('SET session_replication_role = replica; DELETE FROM deployment; SET session_replication_role = origin');
  });
});

describe('groups', () => {
  it('fold pipelines, count what they hold, and open', async () => {
    const [a, b] = [newId(), newId()];
    await report([run('prepare.clean', ['raw'], ['tidy'], { parent: a }), run('prepare.join', ['tidy'], ['features'], { parent: a }), run('learn.fit', ['features'], ['model'], { parent: b }), run('learn.check', ['model'], ['metrics'], { parent: b })]);
    const folded = await graph({ node: digest('model'), up: 12, down: 12, group: 'pipeline' });
    expect(drawn(folded)).toEqual(['learn → model', 'model → learn', 'prepare → learn', 'raw → prepare']);
    expect(folded.nodes.find((node) => node.label === 'prepare')).toMatchObject({ type: 'group', kind: 'pipeline', members: 4, detail: '2 runs, 2 versions' });
    const key = folded.nodes.find((node) => node.label === 'prepare')?.group ?? '';
    const opened = await graph({ node: digest('model'), up: 12, down: 12, group: 'pipeline', open: key });
    expect(labels(opened)).toEqual(['features', 'learn', 'model', 'prepare.clean', 'prepare.join', 'raw', 'tidy']);
    expect(labels(await graph({ node: digest('model'), up: 12, down: 12, group: 'team' }))).toEqual(['fraud', 'model', 'raw']);
  });

  it('let more be seen than can be drawn one by one', async () => {
    const parent = newId();
    await report(Array.from({ length: 350 }, (_, n) => run(`score.part-${n}`, ['model'], [`scores-${n}`], { parent })));
    const view = await graph({ node: digest('model'), up: 0, down: 2, group: 'pipeline' });
    expect(view.nodes.find((node) => node.type === 'group')).toMatchObject({ label: 'score', members: 700 });
    expect([view.nodes.length, view.truncated]).toEqual([2, false]);
    const key = view.nodes.find((node) => node.type === 'group')?.group ?? '';
    const opened = await graph({ node: digest('model'), up: 0, down: 2, group: 'pipeline', open: key });
    expect([opened.nodes.length, opened.truncated]).toEqual([300, true]);
  });
});

describe('columns', () => {
  const orders = { inputs: [{ namespace: 'lake', name: 'orders', type: 'DATASET', field: 'price', transformations: [{ type: 'DIRECT', subtype: 'AGGREGATION' }] }] };
  const columnLineage = (of: string, fields: Record<string, string>) => ({ columnLineage: { fields: Object.fromEntries(Object.entries(fields).map(([field, source]) => [field, { inputFields: [{ namespace: 'lake', name: of, field: source }] }])) } });

  it('are told with the very versions that the run read, from either facet', async () => {
    await report([run('sum', ['orders'], [{ name: 'sums', facets: columnLineage('orders', { total: 'price', elsewhere: 'x' }) }]), run('other', ['orders'], ['others'], { facets: { lineage: { entries: [{ namespace: 'lake', name: 'others', type: 'DATASET', fields: { total: orders } }] } } })]);
    const version = (await idOf('orders')).slice('version:'.length);
    const told = must(await getColumns.execute(as(organisation.engineer), { id: digest('sums') }));
    expect(told.fields).toEqual([{ name: 'total', type: null, from: [{ namespace: 'lake', name: 'orders', field: 'price', versionId: version, by: 'run', how: [] }] }, { name: 'elsewhere', type: null, from: [{ namespace: 'lake', name: 'orders', field: 'x', versionId: version, by: 'run', how: [] }] }].sort((a, b) => told.fields.findIndex((field) => field.name === a.name) - told.fields.findIndex((field) => field.name === b.name)));
    expect(must(await getColumns.execute(as(organisation.engineer), { id: digest('others') })).fields).toEqual([{ name: 'total', type: null, from: [{ namespace: 'lake', name: 'orders', field: 'price', versionId: version, by: 'run', how: ['DIRECT AGGREGATION'] }] }]);
  });

  it('are drawn from data to data, only those that led here or came of it', async () => {
    await report([run('sum', ['orders'], [{ name: 'sums', facets: columnLineage('orders', { total: 'price', day: 'date' }) }]), run('rank', ['sums', 'names'], [{ name: 'ranks', facets: { ...columnLineage('sums', { place: 'total' }) } }]), run('aside', ['orders'], [{ name: 'asides', facets: columnLineage('orders', { price: 'price' }) }])]);
    const view = await graph({ node: digest('ranks'), shape: 'columns', up: 3, down: 0 });
    expect(drawn(view)).toEqual(['price → total', 'total → place']);
    expect(view.nodes.every((node) => node.type === 'column')).toBe(true);
    expect(drawn(await graph({ node: digest('orders'), shape: 'columns', up: 0, down: 2 }))).toEqual(['date → day', 'price → price', 'price → total', 'total → place']);
    expect(await graph({ node: digest('names'), shape: 'columns' })).toMatchObject({ nodes: [], edges: [] });
  });

  const facetsOf = (name: string, facets: object) => ({ eventTime: '2026-01-02T00:00:00Z', schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent', dataset: { namespace: 'lake', name, facets } });
  const reportRaw = async (event: object, actor: Actor = organisation.pipeline) => { expect(must(await reportBatch.execute(as(actor), { bytes: Buffer.from(JSON.stringify([event])) })).value.failed_events).toEqual([]); };
  const told = async (name: string, actor: Actor = organisation.engineer) => must(await getColumns.execute(as(actor), { id: digest(name) }));

  it('are told of the name where no run says them, as claimed without a run, with the types of the schema', async () => {
    await report([run('load', ['orders'], ['sums'])]);
    await reportRaw(facetsOf('sums', { ...columnLineage('orders', { total: 'price' }), schema: { fields: [{ name: 'total', type: 'DECIMAL' }, { name: 'day', type: 'DATE' }] } }));
    expect((await told('sums')).fields).toEqual([{ name: 'total', type: 'DECIMAL', from: [{ namespace: 'lake', name: 'orders', field: 'price', versionId: null, by: 'name', how: [] }] }, { name: 'day', type: 'DATE', from: [] }]);
    const view = await graph({ node: digest('sums'), shape: 'columns', up: 2, down: 0 });
    expect(drawn(view)).toEqual(['price → total']);
    expect(view.edges).toMatchObject([{ declared: true }]);
    expect(view.nodes.find((node) => node.label === 'price')?.href).toMatch(/^\/data\/[0-9a-f-]{36}$/);
    expect((await getColumns.execute(as(organisation.engineer), { id: digest('sums'), asOf: fromNow(1) }))).toMatchObject({ ok: true, value: { fields: [] } });
  });

  it('are told by a run where a run and the name say the same', async () => {
    await report([run('sum', ['orders'], [{ name: 'sums', facets: columnLineage('orders', { total: 'price' }) }])]);
    await reportRaw(facetsOf('sums', columnLineage('orders', { total: 'price', day: 'date' })));
    expect((await told('sums')).fields.flatMap(({ name, from }) => from.map(({ by, versionId }) => [name, by, versionId !== null]))).toEqual([['total', 'run', true], ['day', 'name', false]]);
  });

  it('are told by a job that declares to write the name, and of no target but that', async () => {
    await report([run('load', ['orders'], ['sums'])]);
    await reportRaw({
      eventTime: '2026-01-02T00:00:00Z', schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent',
      job: { namespace: 'jobs', name: 'plan', facets: { lineage: { entries: [{ namespace: 'lake', name: 'sums', type: 'DATASET', fields: { total: orders } }, { namespace: 'lake', name: 'others', type: 'DATASET', fields: { x: orders } }] } } },
      inputs: [{ namespace: 'lake', name: 'orders' }], outputs: [{ namespace: 'lake', name: 'sums' }],
    });
    expect((await told('sums')).fields).toEqual([{ name: 'total', type: null, from: [{ namespace: 'lake', name: 'orders', field: 'price', versionId: null, by: 'job', how: ['DIRECT AGGREGATION'] }] }]);
  });

  it('are joined to what the run read under another of its names, also one that no event ever spoke of', async () => {
    const called = (name: string, other: string) => ({ name, facets: { symlinks: { identifiers: [{ namespace: 'lake', name: other, type: 'TABLE' }] } } });
    await report([run('sum', [called('orders', 'shop.orders'), called('days', 'calendar.days')], [{ name: 'sums', facets: { columnLineage: { fields: { total: { inputFields: [{ namespace: 'lake', name: 'shop.orders', field: 'price' }] }, day: { inputFields: [{ namespace: 'lake', name: 'calendar.days', field: 'date' }] } } } } }]), run('elsewhere', ['shop.orders'], [])]);
    expect((await told('sums')).fields.flatMap(({ from }) => from.map(({ versionId }) => `version:${versionId ?? ''}`)).sort()).toEqual([await idOf('orders'), await idOf('days')].sort());
  });

  it('are joined to no version where the run read two under one name', async () => {
    await report([run('sum', ['orders', { name: 'orders', digest: digest('older orders') }], [{ name: 'sums', facets: columnLineage('orders', { total: 'price' }) }])]);
    expect((await told('sums')).fields[0]?.from).toMatchObject([{ name: 'orders', field: 'price', versionId: null, by: 'run' }]);
  });

  it('of names and jobs of other teams are not told, nor where their names lead', async () => {
    await report([run('load', ['orders'], ['sums'])]);
    await report([run('theirs', ['sums'], ['secret-copy'])], organisation.otherPipeline);
    await reportRaw(facetsOf('secret-copy', columnLineage('sums', { secret_total: 'total' })), organisation.otherPipeline);
    await reportRaw({ eventTime: '2026-01-02T00:00:00Z', schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent', job: { namespace: 'jobs', name: 'secret-plan', facets: { lineage: { entries: [{ namespace: 'lake', name: 'sums', type: 'DATASET', fields: { total: { inputs: [{ namespace: 'lake', name: 'secret-source', field: 'secret_field' }] } } }] } } }, outputs: [{ namespace: 'lake', name: 'sums' }] }, organisation.otherPipeline);
    await reportRaw(facetsOf('sums', columnLineage('theirs-stated', { total: 'secret_claim' })), organisation.otherPipeline);
    await reportRaw(facetsOf('sums', columnLineage('secret-copy', { total: 'x' })));
    const view = await graph({ node: digest('sums'), shape: 'columns', up: 3, down: 3 });
    expect(JSON.stringify([await told('sums'), view])).not.toMatch(/secret_|secret-source|secret-plan/);
    expect(view.nodes.find((node) => node.label === 'x')).toMatchObject({ href: null });
    expect((await told('sums', organisation.security)).fields.flatMap(({ from }) => from.map(({ by }) => by)).sort()).toEqual(['job', 'name']);
  });

  it('survive whatever the facets hold: huge ones, rings, wrong types; quickly, and within bounds', async () => {
    const many = (n: number, of: (k: number) => object) => Object.fromEntries(Array.from({ length: n }, (_, k) => [`column_${k}`, of(k)]));
    await report([run('load', ['orders'], ['sums'])]);
    await reportRaw(facetsOf('sums', { columnLineage: { fields: many(4000, (k) => ({ inputFields: [{ namespace: 'lake', name: `source-${k}`, field: 'x' }] })) }, schema: { fields: Array.from({ length: 3000 }, (_, k) => ({ name: `column_${k}`, type: 'INT' })) } }));
    const began = performance.now();
    const huge = await told('sums');
    expect([huge.fields.length, huge.truncated]).toEqual([1000, true]);
    expect((await graph({ node: digest('sums'), shape: 'columns', up: 5 })).nodes.length).toBeLessThanOrEqual(300);
    expect(performance.now() - began).toBeLessThan(10_000);
    await reportRaw({ ...facetsOf('sums', columnLineage('sums', { a: 'b', b: 'c', c: 'a' })), eventTime: '2026-01-03T00:00:00Z' });
    const ring = await graph({ node: digest('sums'), shape: 'columns', up: 12, down: 12 });
    expect(ring.edges.length).toBe(3);
    const hostile = fc.oneof(fc.json().map((text) => JSON.parse(text) as unknown), fc.constantFrom<unknown>(null, 1, 'x', [], {}, [[]], { fields: null }, { fields: { '': { inputFields: [{}] } } }, { fields: { a: { inputFields: [{ namespace: '', name: '', field: '' }] } } }, { entries: [{ namespace: 'lake', name: 'sums', fields: [] }] }, { fields: [{ name: 'a', fields: [{ name: 'b', fields: 'x' }] }] }, { fields: { __proto__: { inputFields: 7 }, constructor: { inputFields: [{ namespace: 'lake', name: 'y', field: 'z', transformations: 3 }] } } }));
    let at = 0;
    await fc.assert(fc.asyncProperty(hostile, hostile, hostile, async (lineage, columns, fields) => {
      at += 1;
      const shape = (value: unknown) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? { k: 1, ...value } : { k: value });
      await reportBatch.execute(as(organisation.pipeline), { bytes: Buffer.from(JSON.stringify([{ ...facetsOf('sums', { lineage: shape(lineage), columnLineage: shape(columns), schema: shape(fields) }), eventTime: new Date(Date.UTC(2026, 5, 1) + at * 1000).toISOString() }])) });
      must(await getColumns.execute(as(organisation.engineer), { id: digest('sums') }));
      await graph({ node: digest('sums'), shape: 'columns', up: 3, down: 3 });
    }), { numRuns: 150 });
  });

  it('that another team reported are not told', async () => {
    await report([run('theirs', ['secret-orders'], [{ name: 'shared', facets: columnLineage('secret-orders', { total: 'secret_price' }) }])], organisation.otherPipeline);
    await report([run('ours', ['shared'], ['model'])]);
    expect(must(await getColumns.execute(as(organisation.engineer), { id: digest('shared') }))).toEqual({ fields: [], whole: [], runs: [], truncated: false });
    expect((await graph({ node: digest('model'), shape: 'columns', up: 5 })).nodes).toEqual([]);
    expect(await getColumns.execute(as(organisation.engineer), { id: digest('secret-orders') })).toMatchObject({ ok: false, error: { kind: 'not_found' } });
  });
});

describe('nothing behind a restricted node', () => {
  const answers = async (query: string) => {
    const answer = await route(getGraph)(new Request(`http://portal.test/?${query}`, { headers: { authorization: `Bearer ${organisation.pipeline.token}` } }), { params: Promise.resolve({}) });
    return { status: answer.status, text: await answer.text() };
  };

  it('shows in any view, group, path, moment or file', async () => {
    // Twelve pieces of data, of which runs of two teams read and write some. What only the other team touched is secret.
    const piece = fc.nat(11);
    const work = fc.record({ ours: fc.boolean(), inputs: fc.uniqueArray(piece, { maxLength: 3 }), outputs: fc.uniqueArray(piece, { maxLength: 3 }) });
    await fc.assert(fc.asyncProperty(fc.array(work, { minLength: 4, maxLength: 12 }), async (works) => {
      await emptyLineage(admin);
      const touched = new Set(works.filter((one) => one.ours).flatMap((one) => [...one.inputs, ...one.outputs]));
      const name = (n: number) => (touched.has(n) ? `data-${n}` : `hidden-data-${n}`);
      const made = works.map((one, n) => ({ ours: one.ours, run: run(one.ours ? `job-${n}` : `hidden-job-${n}`, one.inputs.map(name), one.outputs.map(name), { parent: newId() }) }));
      await report(made.filter((one) => one.ours).map((one) => one.run));
      await report(made.filter((one) => !one.ours).map((one) => one.run), organisation.otherPipeline);
      const rows = (await admin.query<{ id: string }>('SELECT id FROM run WHERE team_id = $1 UNION ALL SELECT id FROM job WHERE team_id = $1 UNION ALL SELECT id FROM asset_version v WHERE NOT EXISTS (SELECT 1 FROM run_asset e WHERE e.asset_version_id = v.id AND e.team_id <> $1)', [organisation.otherTeamId])).rows;
      const secrets = [...rows.map((row) => row.id), 'hidden-', organisation.otherTeamId, ...Array.from({ length: 12 }, (_, n) => digest(`hidden-data-${n}`).slice(7, 40)), `"team":"search"`];
      const moment = encodeURIComponent(fromNow(30));
      const [first, last] = [[...touched][0], [...touched].at(-1)];
      if (first === undefined || last === undefined) return;
      const node = `node=${digest(name(first))}&up=12&down=12`;
      for (const more of ['', '&shape=versions', '&shape=runs', '&shape=columns', '&group=pipeline', '&group=team', `&to=${digest(name(last))}`, `&to=${digest(name(last))}&around=true`, `&asOf=${moment}`, `&asOf=${moment}&group=team&shape=versions`, '&format=csv', '&format=csv&part=nodes', '&format=csv&part=all', '&format=json', '&format=json&part=all', '&format=dot', '&format=dot&shape=runs']) {
        const { status, text } = await answers(`${node}${more}`);
        expect(status).toBe(200);
        for (const secret of secrets) expect(text).not.toContain(secret);
      }
      // A hidden node looks like none at all, from both ends.
      const absent = Array.from({ length: 12 }, (_, n) => n).filter((n) => !touched.has(n));
      for (const n of absent) {
        expect((await answers(`node=${digest(name(n))}`)).status).toBe(404);
        expect(JSON.parse((await answers(`${node}&to=${digest(name(n))}`)).text)).toMatchObject({ path: { known: false, looked: 0 } });
      }
    }), { numRuns: 12 });
  });

  it('is counted: what one may see is counted, the rest is one restricted neighbour', async () => {
    await report([run('ours', [], ['shared']), run('own-reader', ['shared'], [])]);
    await report(Array.from({ length: 20 }, (_, n) => run(`hidden-${n}`, ['shared'], [])), organisation.otherPipeline);
    const view = await graph({ node: digest('shared'), up: 0, down: 0 });
    expect(view.nodes.find((node) => node.label === 'shared')).toMatchObject({ hiddenUpstream: 1, hiddenDownstream: 1 });
    expect((await graph({ node: digest('shared'), up: 0, down: 0 }, organisation.security)).nodes[0]).toMatchObject({ hiddenUpstream: 1, hiddenDownstream: 21 });
    expect(drawn(await graph({ node: digest('shared'), depth: 1 }))).toEqual(['ours → shared', 'shared → Other teams', 'shared → own-reader']);
    expect(drawn(await graph({ node: digest('shared'), depth: 1 }, organisation.otherEngineer))).toHaveLength(22);
  });

  it('a guessed group opens nothing', async () => {
    await report([run('ours', [], ['shared'])]);
    await report([run('hidden', ['shared'], ['unseen'])], organisation.otherPipeline);
    const view = await graph({ node: digest('shared'), depth: 5, group: 'team', open: groupKey('team', organisation.otherTeamId) });
    expect(labels(view)).toEqual(['Other teams', 'ours', 'shared']);
  });
});

describe('files', () => {
  it('hold nodes, edges or both, and refuse nothing that a name may hold', async () => {
    await report([run('=cmd()', ['a"b\\N'], ['model'])]);
    const file = async (query: string) => {
      const answer = await route(getGraph)(new Request(`http://portal.test/?node=${digest('model')}&${query}`, { headers: { authorization: `Bearer ${organisation.pipeline.token}` } }), { params: Promise.resolve({}) });
      return { type: answer.headers.get('content-type'), name: answer.headers.get('content-disposition'), text: await answer.text() };
    };
    const lines = (text: string) => text.trim().split('\r\n');
    expect(lines((await file('format=csv')).text)).toHaveLength(3);
    expect(lines((await file('format=csv&part=nodes')).text)).toHaveLength(4);
    const both = lines((await file('format=csv&part=all')).text);
    expect([both.length, both[0]?.startsWith('record,id,type')]).toEqual([6, true]);
    expect(both.join('\n')).toContain("'=cmd()");
    expect(JSON.parse((await file('format=json')).text)).toHaveLength(2);
    expect(JSON.parse((await file('format=json&part=nodes')).text)).toHaveLength(3);
    expect(JSON.parse((await file('format=json&part=all')).text)).toMatchObject({ nodes: { length: 3 }, edges: { length: 2 } });
    const dot = await file('format=dot');
    expect([dot.type, dot.name]).toEqual(['text/vnd.graphviz; charset=utf-8', 'attachment; filename="lineage.dot"']);
    expect(dot.text).toContain('a\\"b\\\\N');
  });
});
