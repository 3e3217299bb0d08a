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

describe('the gate is told', () => {
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
