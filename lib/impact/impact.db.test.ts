// The blast radius as readers see it: complete, honest about what is restricted, plain about what is not complete.
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readTransaction } from '#lib/db/client.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { downstreamClosure, upstreamClosure } from '#lib/lineage/index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { behindTheScenes } from '#lib/testing/drift-models.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { emptyLineage } from '#lib/testing/lineage-tables.ts';
import { getImpact, type ImpactItem, type ImpactView } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let admin: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  admin = await behindTheScenes(database.adminUrl);
});
beforeEach(async () => {
  await admin.query('TRUNCATE deployment, promotion, evidence_snapshot, model_version, model CASCADE');
  await emptyLineage(admin);
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

type Edge = { readonly run: number; readonly version: number; readonly direction: 'input' | 'output' };
type Graph = { readonly runIds: readonly string[]; readonly versionIds: readonly string[]; readonly assetIds: readonly string[] };

/** Writes a graph past the application: `teams` says whose each run is. */
async function written(runs: number, versions: number, edges: readonly Edge[], teams: (run: number) => string = () => organisation.teamId): Promise<Graph> {
  const [runIds, versionIds, assetIds] = [Array.from({ length: runs }, () => newId()), Array.from({ length: versions }, () => newId()), Array.from({ length: versions }, () => newId())];
  const job = newId();
  await admin.query(`INSERT INTO job (id, team_id, namespace, name) VALUES ($1, $2, 'jobs', $3)`, [job, organisation.teamId, job]);
  await admin.query(`INSERT INTO asset (id, namespace, name, kind, team_id) SELECT id, 'lake', 'name-' || n, 'dataset', team::uuid FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS a (id, team, n)`, [assetIds, versionIds.map((_, n) => teams(edges.find((edge) => edge.version === n)?.run ?? 0))]);
  await admin.query(`INSERT INTO asset_version (id, digest) SELECT id, 'sha256:' || md5(id::text) || md5(id::text || 'x') FROM unnest($1::uuid[]) AS v (id)`, [versionIds]);
  await admin.query(`INSERT INTO asset_sighting (asset_id, asset_version_id, first_seen_at) SELECT a, v, now() FROM unnest($1::uuid[], $2::uuid[]) AS s (a, v)`, [assetIds, versionIds]);
  await admin.query(`INSERT INTO run (id, team_id, job_id, state, state_rank, state_event_time, started_at, reported_by) SELECT id, team::uuid, $3, 'complete', 2, now(), now(), $4 FROM unnest($1::uuid[], $2::text[]) AS r (id, team)`, [runIds, runIds.map((_, n) => teams(n)), job, organisation.pipeline.id]);
  await admin.query(`INSERT INTO run_asset (id, run_id, asset_version_id, asset_id, direction, team_id) SELECT gen_random_uuid(), r, v, a, d, t::uuid FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[]) AS e (r, v, a, d, t) ON CONFLICT DO NOTHING`,
    [edges.map(({ run }) => runIds[run]), edges.map(({ version }) => versionIds[version]), edges.map(({ version }) => assetIds[version]), edges.map(({ direction }) => direction), edges.map(({ run }) => teams(run))]);
  return { runIds, versionIds, assetIds };
}

async function published(versionId: string, name: string, teamId = organisation.teamId): Promise<string> {
  const [model, id] = [newId(), newId()];
  await admin.query('INSERT INTO model (id, team_id, name) VALUES ($1, $2, $3)', [model, teamId, name]);
  await admin.query(`INSERT INTO model_version (id, model_id, team_id, version, asset_version_id, digest, published_by) SELECT $1, $2, $3, 1, v.id, v.digest, $5 FROM asset_version v WHERE v.id = $4`, [id, model, teamId, versionId, organisation.pipeline.id]);
  return id;
}

const deployed = (modelVersionId: string, environment: string, endpoint: string, ended = false) => admin.query(
  `INSERT INTO deployment (id, team_id, model_version_id, digest, environment, endpoint, promotion_id, deployed_by, ended_at) SELECT $1, team_id, id, digest, $3, $4, CASE WHEN $3 = 'production' THEN gen_random_uuid() END, $5, CASE WHEN $6 THEN now() END FROM model_version WHERE id = $2`,
  [newId(), modelVersionId, environment, endpoint, organisation.deployer.id, ended]);
const asked = (modelVersionId: string, environment: string, state: string) => admin.query(
  `INSERT INTO promotion (id, team_id, model_version_id, environment, artifact_digest, snapshot_id, snapshot_digest, policy_version_id, policy_digest, results, verdict, state, requested_by, reason, expires_at)
   SELECT $1, team_id, id, $3, digest, gen_random_uuid(), 'd', gen_random_uuid(), 'p', '[]', 'passed', $4, $5, 'why', now() + interval '1 day' FROM model_version WHERE id = $2`, [newId(), modelVersionId, environment, state, organisation.engineer.id]);

const impact = async (id: string, direction: 'downstream' | 'upstream', actor: Actor = organisation.security, more: object = {}): Promise<ImpactView> => {
  const answer = must(await getImpact.execute(as(actor), { id, direction, ...more }));
  if (!('view' in answer)) throw new Error('not a page');
  return answer.view;
};
const exported = async (id: string, direction: string, actor: { token: string } = organisation.pipeline, format = 'json'): Promise<string> => {
  const { route } = await import('#lib/http.ts');
  const answer = await route(getImpact)(new Request(`http://portal.test/?direction=${direction}&format=${format}`, { headers: { authorization: `Bearer ${actor.token}` } }), { params: Promise.resolve({ id }) });
  return answer.text();
};

/** What a person with pencil and paper would find. */
function naive(edges: readonly Edge[], start: number, direction: 'downstream' | 'upstream'): { runs: Set<number>; versions: Set<number> } {
  const [into, outOf] = direction === 'downstream' ? (['input', 'output'] as const) : (['output', 'input'] as const);
  const found = { runs: new Set<number>(), versions: new Set([start]) };
  for (let grown = true; grown;) {
    grown = false;
    for (const edge of edges) {
      const before = found.runs.size + found.versions.size;
      if (edge.direction === into && found.versions.has(edge.version)) found.runs.add(edge.run);
      if (edge.direction === outOf && found.runs.has(edge.run)) found.versions.add(edge.version);
      grown ||= found.runs.size + found.versions.size > before;
    }
  }
  return found;
}

describe('the blast radius', () => {
  it('equals a naive closure on any graph, counted, exported, and for rules', async () => {
    const edge = fc.record({ run: fc.nat(11), version: fc.nat(14), direction: fc.constantFrom('input' as const, 'output' as const) });
    await fc.assert(fc.asyncProperty(fc.array(edge, { minLength: 1, maxLength: 45 }), fc.nat(14), fc.constantFrom('downstream' as const, 'upstream' as const), async (edges, start, direction) => {
      await emptyLineage(admin);
      const graph = await written(12, 15, edges);
      const id = graph.versionIds[start] ?? '';
      const expected = naive(edges, start, direction);
      const runs = new Set([...expected.runs].map((n) => graph.runIds[n]));
      const versions = new Set([...expected.versions].map((n) => graph.versionIds[n]));
      const view = await impact(id, direction);
      expect([view.complete, view.counts.runs, view.counts.versions, view.counts.restricted]).toEqual([true, runs.size, versions.size - 1, 0]);
      // With little time it is walked in batches instead of by one statement, to the same end.
      expect((await impact(id, direction, organisation.security, { seconds: '1.9' })).counts).toEqual(view.counts);
      const closure = await readTransaction({ actorKind: 'system', actorId: null, requestId: 'test-request' }, (tx) => (direction === 'downstream' ? downstreamClosure : upstreamClosure)(tx, id));
      expect([new Set(closure.runs), new Set(closure.versions), closure.truncated]).toEqual([runs, versions, false]);
      const { items, complete } = edges.some((each) => each.version === start) ? JSON.parse(await exported(id, direction)) as { items: ImpactItem[]; complete: boolean } : { items: null, complete: true };
      expect(complete).toBe(true);
      if (items) expect(new Set(items.map((item) => `${item.type} ${item.id}`))).toEqual(new Set([...[...runs].map((one) => `run ${one ?? ''}`), ...[...versions].filter((one) => one !== id).map((one) => `version ${one ?? ''}`)]));
    }), { numRuns: 40 });
  });

  it('counts and lists model versions, deployments that run now, and open promotions, by environment', async () => {
    const graph = await written(2, 3, [{ run: 0, version: 0, direction: 'input' }, { run: 0, version: 1, direction: 'output' }, { run: 1, version: 1, direction: 'input' }, { run: 1, version: 2, direction: 'output' }]);
    const model = await published(graph.versionIds[2] ?? '', 'delay');
    await deployed(model, 'production', 'scoring');
    await deployed(model, 'staging', 'trial');
    await deployed(model, 'staging', 'old', true);
    await asked(model, 'production', 'open');
    await asked(model, 'staging', 'rejected');
    const view = await impact(graph.versionIds[0] ?? '', 'downstream');
    expect(view.counts).toMatchObject({
      runs: 2, versions: 2, modelVersions: 1, deployments: [{ environment: 'production', count: 1 }, { environment: 'staging', count: 1 }], endedDeployments: 1, openPromotions: [{ environment: 'production', count: 1 }], restricted: 0,
    });
    expect(view.deployments.map(({ environment, endpoint }) => [environment, endpoint])).toEqual([['production', 'scoring'], ['staging', 'trial']]);
    expect(view.modelVersions).toMatchObject([{ model: 'delay', version: 1, environments: ['production', 'staging'] }]);
    const csv = await exported(graph.versionIds[0] ?? '', 'downstream', organisation.pipeline, 'csv');
    expect(csv.trim().split('\r\n').map((line) => line.split(',')[0])).toEqual(['type', 'model_version', 'deployment', 'deployment', 'deployment', 'promotion', 'version', 'version', 'run', 'run']);
  });

  it('upstream ends where data came in', async () => {
    const graph = await written(3, 3, [{ run: 0, version: 0, direction: 'input' }, { run: 0, version: 1, direction: 'output' }, { run: 1, version: 1, direction: 'output' }, { run: 2, version: 1, direction: 'input' }, { run: 2, version: 2, direction: 'output' }]);
    await published(graph.versionIds[2] ?? '', 'made-of-it');
    const view = await impact(graph.versionIds[2] ?? '', 'upstream');
    expect(view.counts.modelVersions).toBe(0);
    expect((await impact(graph.versionIds[2] ?? '', 'downstream')).counts.modelVersions).toBe(1);
    expect(view.counts).toMatchObject({ ingestionVersions: 1, ingestionRuns: 1 });
    expect(new Set(view.ingestion.map(({ type, id }) => `${type} ${id}`))).toEqual(new Set([`version ${graph.versionIds[0] ?? ''}`, `run ${graph.runIds[1] ?? ''}`]));
  });

  it('goes on through what the reader may not see, counts that, and says nothing of it', async () => {
    const theirs = (run: number) => (run === 1 ? organisation.otherTeamId : organisation.teamId);
    const graph = await written(3, 4, [
      { run: 0, version: 0, direction: 'input' }, { run: 0, version: 1, direction: 'output' }, { run: 1, version: 1, direction: 'input' }, { run: 1, version: 2, direction: 'output' }, { run: 1, version: 3, direction: 'output' }, { run: 2, version: 3, direction: 'input' },
    ], theirs);
    await published(graph.versionIds[2] ?? '', 'secret-model', organisation.otherTeamId);
    const view = await impact(graph.versionIds[0] ?? '', 'downstream', organisation.engineer);
    // Their run, their version and their model version; version 3 was used by our run 2.
    expect(view.counts).toMatchObject({ runs: 2, versions: 2, modelVersions: 0, restricted: 3 });
    const everything = JSON.stringify(view) + (await exported(graph.versionIds[0] ?? '', 'downstream'));
    for (const secret of ['secret-model', graph.runIds[1] ?? '', graph.versionIds[2] ?? '']) expect(everything).not.toContain(secret);
    expect(await exported(graph.versionIds[0] ?? '', 'downstream', organisation.pipeline, 'csv')).toContain('restricted,,,3 of teams that you may not see');
    expect((await impact(graph.versionIds[0] ?? '', 'downstream')).counts).toMatchObject({ runs: 3, versions: 3, modelVersions: 1, restricted: 0 });
  });

  it('of what may not be seen looks like that of what is not there', async () => {
    const graph = await written(1, 1, [{ run: 0, version: 0, direction: 'input' }], () => organisation.otherTeamId);
    for (const id of [graph.versionIds[0] ?? '', newId()]) expect(await getImpact.execute(as(organisation.engineer), { id })).toMatchObject({ ok: false, error: { kind: 'not_found' } });
    expect(await getImpact.execute(as(organisation.engineer), { id: 'nonsense' })).toMatchObject({ ok: false, error: { kind: 'invalid' } });
  });

  it('says plainly that it is not complete when the time limit came first, with what is known so far', async () => {
    const links = Array.from({ length: 400 }, (_, n): Edge[] => [{ run: n, version: n, direction: 'input' }, { run: n, version: n + 1, direction: 'output' }]).flat();
    const graph = await written(400, 401, links);
    const cut = await impact(graph.versionIds[0] ?? '', 'downstream', organisation.security, { seconds: '0.001' });
    expect(cut.complete).toBe(false);
    expect(cut.counts.runs).toBeLessThan(400);
    expect(await impact(graph.versionIds[0] ?? '', 'downstream')).toMatchObject({ complete: true, counts: { runs: 400, versions: 400 } });
  });

  it('tells how far it is, line by line, and ends with the answer', async () => {
    const graph = await written(1, 2, [{ run: 0, version: 0, direction: 'input' }, { run: 0, version: 1, direction: 'output' }]);
    const lines = (await exported(graph.versionIds[0] ?? '', 'downstream', organisation.pipeline, 'progress')).trim().split('\n').map((line) => JSON.parse(line) as { reached?: number; answer?: ImpactView });
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.at(-1)?.answer).toMatchObject({ complete: true, counts: { runs: 1, versions: 1 } });
  });

  it('leaves nothing behind in its connection', async () => {
    const graph = await written(1, 2, [{ run: 0, version: 0, direction: 'input' }, { run: 0, version: 1, direction: 'output' }]);
    for (let n = 0; n < 3; n += 1) expect((await impact(graph.versionIds[0] ?? '', 'downstream')).counts).toMatchObject({ runs: 1, versions: 1 });
    expect((await impact(graph.versionIds[1] ?? '', 'downstream')).counts).toMatchObject({ runs: 0, versions: 0 });
  });
});
