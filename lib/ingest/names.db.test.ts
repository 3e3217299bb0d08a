// Names that are one thing: whose word counts, in whatever order it comes; declared datasets; code, image and configuration as versions.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readTransaction } from '#lib/db/client.ts';
import { getImpact } from '#lib/impact/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { downstreamClosure, getAsset, getAssetVersion, getGraph, listAssets, listAssetVersions, upstreamClosure, type GraphView } from '#lib/lineage/index.ts';
import { getRun } from '#lib/runs/index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { emptyLineage } from '#lib/testing/lineage-tables.ts';
import { reportBatch, reportEvent } from './index.ts';

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

type Named = { namespace: string; name: string };
const path: Named = { namespace: 's3://lake', name: 'sales/2026' };
const table: Named = { namespace: 'hive', name: 'shop.sales' };
const dataset = ({ namespace, name }: Named, more: { digest?: string; label?: string; symlinks?: readonly Named[]; ended?: true } = {}) => ({
  namespace, name,
  facets: {
    ...(more.digest ? { gatehouse_digest: { algorithm: 'sha256', digest: more.digest.repeat(64), label: more.label ?? null } } : more.label ? { version: { datasetVersion: more.label } } : {}),
    ...(more.symlinks ? { symlinks: { identifiers: more.symlinks.map((other) => ({ ...other, type: 'TABLE' })) } } : {}),
    ...(more.ended ? { symlinks: { _deleted: true } } : {}),
  },
});
let second = 0;
const run = (job: string, inputs: object[], outputs: object[], more: { run?: object; job?: object; type?: string } = {}) => {
  second += 1;
  return { eventType: more.type ?? 'COMPLETE', eventTime: new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString(), run: { runId: newId(), facets: more.run ?? {} }, job: { namespace: 'jobs', name: job, facets: more.job ?? {} }, inputs, outputs };
};
const report = async (event: object, actor: Actor = organisation.pipeline) => must(await reportEvent.execute(as(actor), { bytes: Buffer.from(JSON.stringify(event)) }));
const idOf = async (named: Named, actor: Actor = organisation.auditor) => must(await listAssets.execute(as(actor), { q: named.name })).items.find((asset) => asset.name === named.name && asset.namespace === named.namespace)?.id ?? '';
const asset = async (named: Named, actor: Actor = organisation.auditor) => must(await getAsset.execute(as(actor), { id: await idOf(named) }));
const graph = async (named: Named, actor: Actor = organisation.auditor) => drawn(must(await getGraph.execute(as(actor), { node: `asset:${await idOf(named)}`, depth: 6 })));
function drawn(view: GraphView): string[] {
  const label = (id: string) => view.nodes.find((node) => node.id === id)?.label ?? '?';
  return view.edges.map((edge) => `${label(edge.from)} → ${label(edge.to)}`).sort();
}
const contradictions = async () => (await admin.query<{ label: string; versions: string[] }>(
  `select c.label, array_agg(distinct v.digest order by v.digest) as versions from contradiction c join asset_version v on v.id in (c.first_version_id, c.second_version_id) group by c.label`)).rows.map((row) => [row.label, row.versions.map((digest) => digest.slice(7, 8)).join('')]);

describe('symlinks', () => {
  it('join what one job wrote under a path with what another read as a table, in any order', async () => {
    const events = [
      run('write', [], [dataset(path)]),
      run('read', [dataset(table)], [dataset({ namespace: 'hive', name: 'shop.report' })]),
      run('catalogue', [dataset(path, { symlinks: [table] })], []),
    ];
    await fc.assert(fc.asyncProperty(fc.shuffledSubarray(events, { minLength: 3 }), fc.constantFrom(...events), async (shuffled, again) => {
      await emptyLineage(admin);
      for (const event of [...shuffled, again]) await report(event);
      const edges = await graph(path);
      expect(await graph(table)).toEqual(edges);
      expect(edges.map((edge) => edge.replace(/(sales\/2026|shop\.sales)/, 'the data'))).toEqual(expect.arrayContaining(['read → shop.report', 'the data → read', 'write → the data', 'the data → catalogue']));
      expect(edges).toHaveLength(4);
    }), { numRuns: 20 });
    expect((await asset(path)).names.sameAs.map((name) => name.name)).toEqual(['shop.sales', 'sales/2026']);
    expect(must(await listAssetVersions.execute(as(organisation.engineer), { id: await idOf(path) })).items).toHaveLength(1);
  });

  it('and what a run was made of are followed to the end by the blast radius and by what rules rest on', async () => {
    const git = { gatehouse_execution: { git: { commit: 'a'.repeat(40), branch: 'main', dirty: false, remote: 'https://git.example/shop.git' } } };
    const report2 = { namespace: 'hive', name: 'shop.report' };
    await report(run('write', [], [dataset(path)], { run: git }));
    await report(run('read', [dataset(table)], [dataset(report2, { digest: 'b' })]));
    await report(run('catalogue', [], [dataset(path, { symlinks: [table] })]));
    const { rows: [code] } = await admin.query<{ id: string }>(`select asset_version_id as id from run_asset where direction = 'material'`);
    const { rows: [made] } = await admin.query<{ id: string }>(`select id from asset_version where digest = $1`, [`sha256:${'b'.repeat(64)}`]);
    if (!code || !made) throw new Error('the commit and the report are not there');
    const down = must(await getImpact.execute(as(organisation.engineer), { id: code.id, direction: 'downstream' }));
    expect(down).toMatchObject({ view: { complete: true, counts: { runs: 2 } } });
    const up = must(await getImpact.execute(as(organisation.engineer), { id: made.id, direction: 'upstream' }));
    expect(up).toMatchObject({ view: { complete: true, counts: { runs: 3 } } });
    const system = { actorKind: 'system', actorId: null, requestId: newId() } as const;
    expect((await readTransaction(system, (tx) => upstreamClosure(tx, made.id))).versions).toContain(code.id);
    expect((await readTransaction(system, (tx) => downstreamClosure(tx, code.id))).versions).toContain(made.id);
  });

  it('keep versions apart that labels tell apart', async () => {
    await report(run('write', [], [dataset(path, { label: '1', symlinks: [table] })]));
    await report(run('read', [dataset(table, { label: '2' })], []));
    await report(run('read again', [dataset(table, { label: '1' })], []));
    const view = must(await getGraph.execute(as(organisation.engineer), { node: `asset:${await idOf(path)}`, depth: 6 }));
    expect(view.nodes.filter((node) => node.type === 'version')).toHaveLength(2);
    expect(drawn(view).filter((edge) => edge.includes('write') || edge.endsWith('read again'))).toHaveLength(2);
  });

  it('through a third name that nobody reports', async () => {
    const other: Named = { namespace: 'gs://lake', name: 'sales' };
    await report(run('write', [], [dataset(path, { symlinks: [table] })]));
    await report(run('read', [dataset(other, { symlinks: [table] })], []));
    expect((await asset(other)).names.sameAs).toHaveLength(2);
    expect((await asset(other)).names.claims).toEqual([expect.objectContaining({ name: table.name, standing: 'not_reported' })]);
  });

  it('make one label with two digests under two names a contradiction, whichever comes last', async () => {
    const events = [run('write', [], [dataset(path, { digest: 'a', label: 'v1' })]), run('copy', [], [dataset(table, { digest: 'b', label: 'v1' })]), run('catalogue', [dataset(path, { symlinks: [table] })], [])];
    await fc.assert(fc.asyncProperty(fc.shuffledSubarray(events, { minLength: 3 }), fc.boolean(), async (shuffled, together) => {
      await emptyLineage(admin);
      if (together) await Promise.all(shuffled.map((event) => report(event)));
      else for (const event of shuffled) await report(event);
      expect(await contradictions()).toEqual([['v1', 'ab']]);
    }), { numRuns: 30 });
    expect((await asset(table)).contradictions).toHaveLength(1);
    expect(must(await listAssetVersions.execute(as(organisation.engineer), { id: await idOf(path) })).items.map((version) => [version.digest !== null, version.contradicted]).sort()).toEqual([[false, false], [true, true], [true, true]]);
  });

  it('end where a later event deletes the facet, and an earlier one that comes later does not revive them', async () => {
    const claim = run('catalogue', [dataset(path, { symlinks: [table] })], []);
    const end = run('catalogue', [dataset(path, { ended: true })], []);
    await report(run('read', [dataset(table)], []));
    await report(end);
    await report(claim);
    expect((await asset(path)).names.sameAs).toHaveLength(1);
    await report(run('catalogue', [dataset(path, { symlinks: [table] })], []));
    expect((await asset(path)).names.sameAs).toHaveLength(2);
  });

  it('of what cannot be read are passed over, and the event is taken', async () => {
    for (const symlinks of [{ identifiers: 'no' }, { identifiers: [null, 7, {}, { namespace: '', name: 'x' }, { namespace: 'x'.repeat(600), name: 'y' }] }, {}]) await report(run('odd', [{ ...path, facets: { symlinks } }], []));
    expect((await asset(path)).names.claims).toEqual([]);
  });
});

describe('another team', () => {
  const theirs: Named = { namespace: 'lake', name: 'their-own' };

  it('cannot make its dataset ours: our graph, our versions and our contradictions stay as they are', async () => {
    await report(run('write', [], [dataset(path, { digest: 'a', label: 'v1' })]));
    const before = [await graph(path), await asset(path, organisation.engineer)];
    await report(run('attack', [], [dataset(theirs, { digest: 'b', label: 'v1', symlinks: [path] })]), organisation.otherPipeline);
    expect([await graph(path), await asset(path, organisation.engineer)]).toEqual(before);
    expect(await contradictions()).toEqual([]);
    expect((await asset(theirs)).names.claims).toEqual([expect.objectContaining({ name: path.name, standing: 'not_confirmed' })]);
    // Whoever may see both is told of the claim.
    expect((await asset(path)).names.claimedBy).toEqual([expect.objectContaining({ name: theirs.name, team: 'search' })]);
  });

  it('cannot speak for a name of ours', async () => {
    await report(run('write', [], [dataset(path)]));
    await report(run('attack', [dataset(path, { symlinks: [theirs] })], [dataset(theirs)]), organisation.otherPipeline);
    expect((await asset(path)).names).toMatchObject({ sameAs: [{ name: path.name }], claims: [] });
    expect((await admin.query('select 1 from asset_symlink')).rowCount).toBe(0);
  });

  it('cannot split what we joined by taking the name between for its own', async () => {
    const other: Named = { namespace: 'gs://lake', name: 'sales' };
    await report(run('seize', [], [dataset(table)]), organisation.otherPipeline);
    await report(run('write', [], [dataset(path, { symlinks: [table] })]));
    await report(run('read', [dataset(other, { symlinks: [table] })], []));
    expect((await asset(other)).names.sameAs.map((name) => name.name).sort()).toEqual(['sales', 'sales/2026']);
  });

  it('and ours are one where each says so', async () => {
    await report(run('write', [], [dataset(path, { symlinks: [theirs] })]));
    await report(run('mirror', [dataset(theirs, { symlinks: [path] })], []), organisation.otherPipeline);
    expect((await asset(path)).names.sameAs).toHaveLength(2);
    expect(await graph(path)).toHaveLength(2);
    // What a reader may not see stays unseen: neither the name nor the run.
    expect((await asset(path, organisation.engineer)).names.sameAs.map((name) => name.name)).toEqual([path.name]);
    expect(await graph(path, organisation.engineer)).toEqual(['sales/2026 → Other teams', 'write → sales/2026']);
  });
});

describe('a job event', () => {
  it('declares inputs and outputs, which are no edges of any run', async () => {
    const declared = { eventTime: '2026-01-01T00:00:00Z', job: { namespace: 'jobs', name: 'planned', facets: { documentation: { description: 'Every night.' } } }, inputs: [dataset(path)], outputs: [dataset(table)] };
    await report(declared);
    expect((await admin.query('select 1 from run_asset')).rowCount).toBe(0);
    expect((await asset(path)).declaredBy).toEqual([expect.objectContaining({ name: 'planned', direction: 'input', hasRun: false })]);
    const event = run('planned', [], []);
    await report(event);
    await report({ ...declared, eventTime: '2025-01-01T00:00:00Z' });
    const detail = must(await getRun.execute(as(organisation.engineer), { id: event.run.runId }));
    expect(detail).toMatchObject({ inputs: [], outputs: [], declared: [{ direction: 'input', name: path.name, at: '2026-01-01T00:00:00.000Z' }, { direction: 'output', name: table.name }], declaredJobFacets: { documentation: { description: 'Every night.' } } });
    expect((await asset(path)).declaredBy[0]?.hasRun).toBe(true);
  });
});

describe('what a run was made of', () => {
  const commit = 'c0ffee'.repeat(7).slice(0, 40);
  const image = `sha256:${'e'.repeat(64)}`;

  it('is a node of its own kind: commit, source text, image, parameters, lock file', async () => {
    const event = run('train', [dataset(path, { digest: 'a' })], [dataset({ namespace: 'lake', name: 'model' }, { digest: 'b' })], {
      run: {
        gatehouse_execution: { git: { commit, branch: 'main', dirty: false, remote: 'https://someone:secret@git.example/flights.git' }, container: { imageDigest: image }, packageLock: { name: 'package-lock.json', digest: `sha256:${'f'.repeat(64)}` } },
        executionParameters: { parameters: [{ key: 'depth', value: '3' }, { key: 'rate', value: '0.1' }] },
      },
      job: { sourceCodeLocation: { type: 'git', url: 'https://git.example/flights/', version: commit }, sourceCode: { language: 'python', sourceCode: 'print(1)' } },
    });
    await report(event);
    const view = must(await getGraph.execute(as(organisation.engineer), { node: `run:${event.run.runId}`, depth: 1 }));
    expect(view.nodes.filter((node) => node.type === 'version').map((node) => [node.kind, node.label, node.detail]).sort()).toEqual([
      ['code', 'https://git.example/flights', commit],
      ['code', 'train source code', expect.any(String) as string],
      ['configuration', 'package-lock.json', 'ffffffffffff'],
      ['configuration', 'train parameters', expect.any(String) as string],
      ['dataset', 'model', 'bbbbbbbbbbbb'],
      ['dataset', 'sales/2026', 'aaaaaaaaaaaa'],
      ['image', 'container image', 'eeeeeeeeeeee'],
    ]);
    const detail = must(await getRun.execute(as(organisation.engineer), { id: event.run.runId }));
    expect([detail.inputs.map((edge) => edge.name), detail.materials.map((edge) => edge.kind).sort()]).toEqual([['sales/2026'], ['code', 'code', 'configuration', 'configuration', 'image']]);
  });

  it('is one node for all runs of it: the same commit, and the same parameters in another order', async () => {
    const of = (parameters: object[], url: string) => run('train', [], [], { run: { executionParameters: { parameters } }, job: { sourceCodeLocation: { url, version: commit } } });
    await report(of([{ key: 'a', value: 1 }, { key: 'b', value: 2 }], 'https://git.example/flights'));
    await report(of([{ key: 'b', value: 2 }, { key: 'a', value: 1 }], 'https://git.example/flights/blob/main/train.py'));
    expect((await admin.query('select 1 from asset_version')).rowCount).toBe(2);
    const code = must(await listAssets.execute(as(organisation.engineer), { kind: 'code' })).items[0];
    const version = must(await getAssetVersion.execute(as(organisation.engineer), { id: code?.latest?.versionId ?? '' }));
    expect(version.consumers).toHaveLength(2);
  });

  it('of a changed working copy is not the commit', async () => {
    await report(run('train', [], [], { run: { gatehouse_execution: { git: { commit, dirty: true, remote: 'https://git.example/flights' } } } }));
    expect((await admin.query<{ label: string }>('select label from asset_version')).rows).toEqual([{ label: `${commit}+dirty` }]);
  });

  it('that is no such thing is none: broken facets, progress reports, numbers that JSON cannot say', async () => {
    await report(run('train', [], [], { run: { gatehouse_execution: { git: 7, container: { imageDigest: 'latest' }, packageLock: [] }, executionParameters: { parameters: 'none' } }, job: { sourceCodeLocation: { version: { commit } }, sourceCode: { sourceCode: 5 } } }));
    await report(run('train', [], [], { type: 'RUNNING', run: { executionParameters: { parameters: [{ key: 'a', value: 1 }] } } }));
    expect((await admin.query('select 1 from run_asset')).rowCount).toBe(0);
    const huge = JSON.stringify(run('train', [], [], { run: { executionParameters: { parameters: [{ key: 'a', value: '@' }] } } })).replace('"@"', '1e999');
    expect((await reportEvent.execute(as(organisation.pipeline), { bytes: Buffer.from(huge) })).ok).toBe(true);
  });
});

describe('a batch', () => {
  it('of claims, names and labels at once is what they are singly', async () => {
    const events = [run('write', [], [dataset(path, { digest: 'a', label: 'v1', symlinks: [table] })]), run('copy', [], [dataset(table, { digest: 'b', label: 'v1' })])];
    must(await reportBatch.execute(as(organisation.pipeline), { bytes: Buffer.from(JSON.stringify(events)) }));
    expect(await contradictions()).toEqual([['v1', 'ab']]);
  });
});
