// Filling in the materials of runs that were stored before materials were read: all of them, once, as known since the event came, and no more than the kept bytes tell.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#lib/kernel/ids.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { emptyLineage } from '#lib/testing/lineage-tables.ts';
import { fillMaterials, materialsProgress, reportBatch } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let admin: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
});
beforeEach(async () => {
  await emptyLineage(admin);
  await admin.query('DELETE FROM backfill');
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

const event = (n: number, type: string, more: object = {}) => ({
  eventType: type, eventTime: new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString(), job: { namespace: 'jobs', name: 'train', facets: { sourceCodeLocation: { type: 'git', repoUrl: 'https://git.example/x.git', version: `commit-${n}` }, sourceCode: { language: 'python', sourceCode: `print(${n})` } } },
  run: { runId: newId(), facets: { executionParameters: { parameters: [{ key: 'depth', value: n }] }, ...more } }, inputs: [], outputs: [],
});
const report = async (events: readonly object[]) => { expect(must(await reportBatch.execute(as(organisation.pipeline), { bytes: Buffer.from(JSON.stringify(events)) })).value.failed_events).toEqual([]); };
const behind = (sql: string) => admin.query(`BEGIN; SET LOCAL session_replication_role = replica; ${sql}; COMMIT`);
const edges = async () => (await admin.query<{ line: string }>(`SELECT e.run_id || ' ' || a.kind || ' ' || a.name || ' ' || coalesce(v.digest, v.label) AS line FROM run_asset e JOIN asset a ON a.id = e.asset_id JOIN asset_version v ON v.id = e.asset_version_id WHERE e.direction = 'material' ORDER BY 1`)).rows.map((row) => row.line);
const all = () => fillMaterials({ again: false, told: () => true });

describe('filling in materials', () => {
  it('gives runs the very edges that they would have had, as known since their events came, and adds nothing the second time', async () => {
    await report([event(1, 'START'), event(2, 'COMPLETE'), event(3, 'COMPLETE')]);
    const told = await edges();
    expect(told.length).toBeGreaterThanOrEqual(9);
    await behind(`DELETE FROM run_asset; DELETE FROM asset_sighting; DELETE FROM asset_version; DELETE FROM asset; UPDATE run_event SET received_at = received_at - interval '1 hour'`);
    const progress = await all();
    expect(await edges()).toEqual(told);
    expect(progress).toMatchObject({ looked: 3, added: told.length, withoutBytes: 0, finishedAt: expect.any(String) as string });
    expect((await admin.query(`SELECT 1 FROM run_asset WHERE first_received_at > now() - interval '30 minutes'`)).rowCount).toBe(0);
    expect((await admin.query(`SELECT 1 FROM asset_sighting WHERE first_seen_at > now() - interval '30 minutes'`)).rowCount).toBe(0);
    expect((await admin.query(`SELECT 1 FROM audit_event WHERE action = 'ingest.fillMaterials'`)).rowCount).toBe(1);
    expect(await fillMaterials({ again: true, told: () => true })).toMatchObject({ looked: 3, added: 0 });
    expect(await edges()).toEqual(told);
  });

  it('is done for good, and leaves runs alone that came since', async () => {
    await report([event(1, 'COMPLETE')]);
    await all();
    await report([event(2, 'COMPLETE')]);
    expect(await all()).toMatchObject({ looked: 1 });
  });

  it('goes on where it was ended, in pieces of their own', async () => {
    await report(Array.from({ length: 5 }, (_, n) => event(n, 'COMPLETE')));
    const told = await edges();
    await behind('DELETE FROM run_asset');
    // Padding makes each event a piece: no two fit into the bytes of one.
    await behind(`UPDATE run_event SET bytes = bytes || convert_to(repeat(' ', 17000000), 'UTF8') WHERE id IN (SELECT id FROM run_event ORDER BY id LIMIT 2)`);
    const ended = await fillMaterials({ again: false, told: () => false });
    expect(ended).toMatchObject({ looked: 1, finishedAt: null });
    expect(await materialsProgress()).toMatchObject({ looked: 1, finishedAt: null });
    expect(await all()).toMatchObject({ looked: 5 });
    // Of the two whose bytes are not what was received, the text of the code is not believed.
    expect(told.filter((line) => !line.includes('source code'))).toEqual((await edges()).filter((line) => !line.includes('source code')));
    expect((await edges()).length).toBe(told.length - 2);
  });

  it('passes by what retention emptied, and says so', async () => {
    await report([event(1, 'COMPLETE'), event(2, 'COMPLETE')]);
    await behind(`DELETE FROM run_asset; UPDATE run_event SET bytes = '', bytes_removed_at = now() WHERE id = (SELECT min(id::text)::uuid FROM run_event)`);
    expect(await all()).toMatchObject({ looked: 2, withoutBytes: 1 });
  });
});
