// Attacks on separation of duties by hiding what lies upstream: behind another name, a bare label, a decoy, or the image that a run was made of.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTransaction } from '#lib/db/client.ts';
import { reportEvent } from '#lib/ingest/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import { ensureShippedPolicies } from '#lib/policy/index.ts';
import { runById } from '#lib/registry/store/lineage.ts';
import { readAhead, upstreamOf } from '#lib/registry/upstream.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { digestOfText, makePipeline, type Pipeline } from '#lib/testing/pipeline.ts';
import { anotherPerson } from '#lib/testing/promotion.ts';

let database: TestDatabase;
let organisation: Organisation;
let pipeline: Pipeline;
let admin: pg.Client;
let attacker: { id: string; email: string };
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  await ensureShippedPolicies();
  pipeline = makePipeline({ organisation });
  await pipeline.trust();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  const { id } = await anotherPerson(organisation, ['reviewer']);
  attacker = { id, email: (await admin.query<{ email: string }>('SELECT email FROM person WHERE id = $1', [id])).rows[0]?.email ?? '' };
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

type Data = { readonly namespace: string; readonly name: string; readonly label?: string; readonly digest?: string; readonly alsoCalled?: { readonly namespace: string; readonly name: string } };
const dataset = ({ namespace, name, label, digest, alsoCalled }: Data) => ({
  namespace, name, facets: {
    ...(label !== undefined && digest === undefined && { version: { datasetVersion: label } }), ...(digest !== undefined && { gatehouse_digest: { algorithm: 'sha256', digest: digestOfText(digest), label: label ?? null } }),
    ...(alsoCalled && { symlinks: { identifiers: [{ ...alsoCalled, type: 'TABLE' }] } }),
  },
});
let minute = 0;
async function report(job: string, inputs: readonly Data[], outputs: readonly Data[], more: { by?: string; image?: string } = {}): Promise<string> {
  minute += 1;
  const runId = newId();
  const event = {
    eventType: 'COMPLETE', eventTime: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(), job: { namespace: 'jobs', name: job },
    run: { runId, facets: { ...(more.by !== undefined && { gatehouse_execution: { triggeredBy: more.by } }), ...(more.image !== undefined && { containerImage: { image: `registry.example/train@${digestOfText(more.image)}` } }) } },
    inputs: inputs.map(dataset), outputs: outputs.map(dataset),
  };
  must(await reportEvent.execute(as(organisation.pipeline), { bytes: Buffer.from(JSON.stringify(event)) as never, contentType: 'application/json' }));
  return runId;
}

/** Trains a model from these inputs, publishes it, and tells by which rules the attacker is held to have had a hand in it. */
async function rulesAgainstAttacker(tag: string, inputs: readonly Data[], more: { image?: string } = {}): Promise<string[]> {
  const model = { name: `model-${tag}`, digest: digestOfText(`model ${tag}`), kind: 'model' };
  const runId = await report(`train-${tag}`, inputs, [{ namespace: 'flights', name: model.name, digest: `model ${tag}` }], more);
  const { modelVersionId } = await pipeline.publish(model, `hidden-${tag}`, runId);
  const { rows } = await admin.query<{ rule: string }>('SELECT DISTINCT rule FROM model_version_conflicts($1) WHERE person_id = $2 ORDER BY rule', [modelVersionId, attacker.id]);
  return rows.map((row) => row.rule);
}

describe('who had a hand in the data is found', () => {
  it('behind the other name that its own team gave it, though no digest joins the two', async () => {
    await report('etl', [], [{ namespace: 'hive', name: 'shop.raw', label: 'v7', alsoCalled: { namespace: 'lake', name: 'raw' } }], { by: attacker.email });
    expect(await rulesAgainstAttacker('symlink', [{ namespace: 'lake', name: 'raw', label: 'v7' }])).toEqual(['training_data']);
    expect(await rulesAgainstAttacker('other-label', [{ namespace: 'lake', name: 'raw', label: 'v8' }])).toEqual([]);
  });

  it('where it was written with its digest and read by its label alone', async () => {
    await report('etl', [], [{ namespace: 'lake', name: 'tidy', label: 'v1', digest: 'tidy one' }], { by: attacker.email });
    expect(await rulesAgainstAttacker('label', [{ namespace: 'lake', name: 'tidy', label: 'v1' }])).toEqual(['training_data']);
  });

  it('where it was written by its label alone and read with its digest, under either name', async () => {
    await report('etl', [], [{ namespace: 'lake', name: 'loose', label: 'v1' }], { by: attacker.email });
    expect(await rulesAgainstAttacker('digest', [{ namespace: 'lake', name: 'loose', label: 'v1', digest: 'loose one' }])).toEqual(['training_data']);
    await report('etl', [], [{ namespace: 'hive', name: 'shop.loose', label: 'v2', alsoCalled: { namespace: 'lake', name: 'loose' } }], { by: attacker.email });
    expect(await rulesAgainstAttacker('digest-elsewhere', [{ namespace: 'lake', name: 'loose', label: 'v2', digest: 'loose two' }])).toEqual(['training_data']);
  });

  it('and not where it wrote another content of a label under which something was read with a digest', async () => {
    await report('honest', [], [{ namespace: 'lake', name: 'twice', label: 'v1', digest: 'twice one' }]);
    await report('etl', [], [{ namespace: 'lake', name: 'twice', label: 'v1', digest: 'twice two' }], { by: attacker.email });
    await report('reader', [{ namespace: 'lake', name: 'twice', label: 'v1' }], []);
    expect(await rulesAgainstAttacker('other-content', [{ namespace: 'lake', name: 'twice', label: 'v1', digest: 'twice one' }])).toEqual([]);
  });

  it('beside a decoy with a digest under the same name', async () => {
    await report('etl', [], [{ namespace: 'lake', name: 'mixed', label: 'v2' }], { by: attacker.email });
    await report('honest', [], [{ namespace: 'lake', name: 'mixed', label: 'v1', digest: 'mixed one' }]);
    expect(await rulesAgainstAttacker('decoy', [{ namespace: 'lake', name: 'mixed', label: 'v1', digest: 'mixed one' }, { namespace: 'lake', name: 'mixed', label: 'v2' }])).toEqual(['training_data']);
  });

  it('in the image that the training ran in', async () => {
    await report('build-image', [], [{ namespace: 'image', name: 'registry.example/train', digest: 'the image' }], { by: attacker.email });
    expect(await rulesAgainstAttacker('image', [{ namespace: 'lake', name: 'clean', digest: 'clean' }], { image: 'the image' })).not.toEqual([]);
  });
});

/** What the gate is told of the run's training. */
async function upstreamOfRun(runId: string) {
  const made = (await admin.query<{ id: string }>(`SELECT asset_version_id AS id FROM run_asset WHERE run_id = $1 AND direction = 'output'`, [runId])).rows[0]?.id ?? '';
  return readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, async (tx) => {
    const training = await runById(tx, runId);
    if (!training) throw new Error('the run is not there');
    return upstreamOf(tx, await readAhead(tx, made), organisation.teamId, training);
  });
}

const quarantine = (which: string) => admin.query(`SET session_replication_role = replica; UPDATE asset_version SET state = 'quarantined' WHERE ${which}; SET session_replication_role = origin`);

describe('the gate is told', () => {
  it('of every content of a label that was read alone, in quarantine or not, and the label stays without digest', async () => {
    const etl = await report('etl-3', [], [{ namespace: 'lake', name: 'bare', label: 'v1', digest: 'bare one' }]);
    const overwrite = await report('etl-4', [], [{ namespace: 'lake', name: 'bare', label: 'v1', digest: 'bare two' }]);
    await quarantine(`digest = '${digestOfText('bare two')}'`);
    const upstream = await upstreamOfRun(await report('train-bare', [{ namespace: 'lake', name: 'bare', label: 'v1' }], [{ namespace: 'flights', name: 'model-bare', digest: 'model bare' }]));
    expect(upstream.versions.map(({ label, digest, quarantined }) => [label ?? digest, quarantined]).sort()).toEqual([[digestOfText('bare one'), false], [digestOfText('bare two'), true], ['v1', false]].sort());
    expect(upstream.runs.map(({ id }) => id)).toEqual(expect.arrayContaining([etl, overwrite]));
    // A word without a digest makes nobody the producer of a version: rules about where data came from ask of the label itself.
    expect(upstream.versions.find(({ digest }) => digest === null)?.producers).toEqual([]);
  });

  it('of who wrote by a label alone what was read with a digest, and that it is in quarantine', async () => {
    const etl = await report('etl-5', [], [{ namespace: 'lake', name: 'named', label: 'v1' }]);
    const training = await report('train-named', [{ namespace: 'lake', name: 'named', label: 'v1', digest: 'named one' }], [{ namespace: 'flights', name: 'model-named', digest: 'model named' }]);
    const before = await upstreamOfRun(training);
    expect(before.runs.map(({ id }) => id)).toContain(etl);
    expect(before.versions.map(({ digest }) => digest)).toEqual([digestOfText('named one')]);
    expect(before.versions[0]?.producers).toEqual([]);
    expect(before.labels).toHaveLength(1);
    await quarantine(`id = '${before.labels[0] ?? ''}'`);
    expect((await upstreamOfRun(training)).versions.some(({ quarantined, digest }) => quarantined && digest === null)).toBe(true);
  });

  it('of the producers under another name, and of inputs beside a decoy', async () => {
    await report('etl-2', [], [{ namespace: 'hive', name: 'shop.seen', label: 'v1', alsoCalled: { namespace: 'lake', name: 'seen' } }]);
    const inputs: Data[] = [{ namespace: 'lake', name: 'seen', label: 'v1' }, { namespace: 'lake', name: 'seen', label: 'v0', digest: 'seen zero' }];
    const runId = await report('train-gate', inputs, [{ namespace: 'flights', name: 'model-gate', digest: 'model gate' }]);
    const made = (await admin.query<{ id: string }>(`SELECT asset_version_id AS id FROM run_asset WHERE run_id = $1 AND direction = 'output'`, [runId])).rows[0]?.id ?? '';
    const upstream = await readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, async (tx) => {
      const training = await runById(tx, runId);
      if (!training) throw new Error('the run is not there');
      return upstreamOf(tx, await readAhead(tx, made), organisation.teamId, training);
    });
    expect(upstream.versions.map(({ label, digest }) => label ?? digest).sort()).toEqual([digestOfText('seen zero'), 'v1'].sort());
    expect(upstream.versions.find(({ label }) => label === 'v1')?.producers).toHaveLength(1);
  });
});
