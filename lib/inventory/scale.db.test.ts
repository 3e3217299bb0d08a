// The inventory over much: ten thousand versions upstream, and a run that reads thousands, in a few statements each.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTransaction } from '#lib/db/client.ts';
import { listFindings } from '#lib/findings/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { dataSourcesOf, handleRunsReported, handleSourceChanged, inventoryUpstream, listDataAccess, proposeSource } from './index.ts';

const many = 10_000;
let database: TestDatabase;
let organisation: Organisation;
let admin: pg.Client;
const runId = newId();
const ingestId = newId();
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  const { teamId, pipeline } = organisation;
  await admin.query('BEGIN');
  await admin.query('SET LOCAL session_replication_role = replica');
  await admin.query(`INSERT INTO job (id, team_id, namespace, name, stage) VALUES (gen_random_uuid(), $1, 'n', 'train', 'train'), (gen_random_uuid(), $1, 'n', 'bring', 'ingest')`, [teamId]);
  for (const [id, job] of [[runId, 'train'], [ingestId, 'bring']]) await admin.query(`INSERT INTO run (id, team_id, job_id, state, state_rank, state_event_time, started_at, reported_by) SELECT $1, $2, id, 'complete', 3, now(), now(), $3 FROM job WHERE name = $4`, [id, teamId, pipeline.id, job]);
  await admin.query(`INSERT INTO asset (id, namespace, name, kind, team_id) SELECT gen_random_uuid(), 'n', 'part/' || g, 'dataset', $1 FROM generate_series(1, $2) g`, [teamId, many]);
  await admin.query(`INSERT INTO asset_version (id, digest) SELECT id, 'sha256:' || encode(sha256(name::bytea), 'hex') FROM asset`);
  await admin.query(`INSERT INTO asset_sighting (asset_id, asset_version_id, first_seen_at) SELECT id, id, now() FROM asset`);
  await admin.query(`INSERT INTO run_asset (id, run_id, asset_version_id, asset_id, direction, team_id) SELECT gen_random_uuid(), $1, id, id, 'input', $2 FROM asset`, [runId, teamId]);
  // All but a hundred were brought in.
  await admin.query(`INSERT INTO run_asset (id, run_id, asset_version_id, asset_id, direction, team_id) SELECT gen_random_uuid(), $1, id, id, 'output', $2 FROM asset ORDER BY name LIMIT $3`, [ingestId, teamId, many - 100]);
  await admin.query('COMMIT');
  await admin.query('ANALYZE');
}, 300_000);
afterAll(async () => {
  await admin.end();
  await database.drop();
});

describe('ten thousand versions', () => {
  it('read by one run are recorded and judged, and no more than fifty of them are findings of their own', async () => {
    const { sourceId } = must(await proposeSource.execute(as(organisation.engineer), { teamId: organisation.teamId, name: 'Parts', description: 'Many.', classification: 'restricted', uses: ['training'], names: [{ namespace: 'n', name: 'part/', prefix: true }], ingestion: [{ namespace: 'n', name: 'bring' }] })).value;
    await handleRunsReported({ runIds: [runId] });
    expect(must(await listDataAccess.execute(as(organisation.engineer), { sourceId, format: 'json' })).items).toHaveLength(many);
    const counts = await admin.query<{ rule: string; count: number }>(`SELECT rule, count(*)::int AS count FROM finding WHERE source = 'inventory' AND state = 'open' GROUP BY 1 ORDER BY 1`);
    expect(counts.rows[0]?.rule).toBe('no_approved_ingestion');
    expect(counts.rows[0]?.count).toBeGreaterThan(0);
    expect(counts.rows[0]?.count).toBeLessThanOrEqual(100);
    expect(counts.rows[1]).toEqual({ rule: 'unapproved_source', count: 1 });
    await handleSourceChanged({ sourceId });
    expect(must(await listFindings.execute(as(organisation.security), { source: ['inventory'], limit: 200 })).items.length).toBeLessThanOrEqual(101);
  }, 300_000);

  it('upstream of a model are told to the policy in seconds', async () => {
    const ids = (await admin.query<{ id: string }>('SELECT id FROM asset_version')).rows.map(({ id }) => id);
    const upstream = { teamId: organisation.teamId, trainingInputs: ids, truncated: false, runs: [{ id: runId, inputs: ids }, { id: ingestId, inputs: [] }], versions: ids.map((id) => ({ id, digest: `sha256:${id}`, name: 'part', kind: 'dataset', producers: [ingestId] })) };
    const began = performance.now();
    const facts = await readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, (tx) => inventoryUpstream(tx, upstream));
    const milliseconds = performance.now() - began;
    expect(facts.belonging).toHaveLength(many);
    expect(facts.belonging.filter(({ ingested }) => !ingested)).toHaveLength(100);
    expect(dataSourcesOf(upstream, facts)?.unapproved).toHaveLength(101);
    expect(milliseconds).toBeLessThan(10_000);
  }, 60_000);
});
