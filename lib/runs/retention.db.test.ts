// Events over time: partitions by month, one event once for all time, and bytes that are removed only where nothing that counts needs them.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { reportBatch, reportEvent } from '#lib/ingest/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { behindTheScenes } from '#lib/testing/drift-models.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { emptyLineage } from '#lib/testing/lineage-tables.ts';
import { getRun, getRunEvent, prepareEventPartitions, removeOldEventBytes, reportOldEventBytes } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let admin: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  admin = await behindTheScenes(database.adminUrl);
});
beforeEach(async () => {
  await admin.query('TRUNCATE model_version, model, evidence CASCADE');
  await emptyLineage(admin);
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

const dataset = (n: number) => ({ namespace: 'lake', name: `data-${n}`, facets: { gatehouse_digest: { algorithm: 'sha256', digest: `sha256:${String(n).padStart(64, '0')}` } } });
type Said = { readonly id?: string; readonly parent?: string; readonly inputs?: readonly number[]; readonly outputs?: readonly number[] };
const told = ({ id = newId(), parent, inputs = [], outputs = [] }: Said) => ({
  eventType: 'COMPLETE', eventTime: '2026-01-01T00:00:00Z', job: { namespace: 'jobs', name: 'job' },
  run: { runId: id, facets: parent === undefined ? {} : { parent: { run: { runId: parent }, job: { namespace: 'jobs', name: 'whole' } } } }, inputs: inputs.map(dataset), outputs: outputs.map(dataset),
});
const report = async (said: readonly Said[]) => {
  const answer = must(await reportBatch.execute(as(organisation.pipeline), { bytes: Buffer.from(JSON.stringify(said.map(told))) })).value;
  expect(answer.failed_events).toEqual([]);
};
/** Everything was received so many days ago. */
const aged = async (days: number) => {
  await admin.query('UPDATE run_event SET received_at = received_at - make_interval(days => $1)', [days]);
  await admin.query('UPDATE run SET first_received_at = first_received_at - make_interval(days => $1), last_received_at = last_received_at - make_interval(days => $1)', [days]);
};
const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
const rows = async <Row extends object>(text: string, values: unknown[] = []) => (await admin.query<Row>(text, values)).rows;
const runsWithoutBytes = async () => new Set((await rows<{ run_id: string }>('SELECT run_id FROM run_event WHERE bytes_removed_at IS NOT NULL')).map((row) => row.run_id));
async function publish(n: number): Promise<void> {
  const model = newId();
  await admin.query('INSERT INTO model (id, team_id, name) VALUES ($1, $2, $3)', [model, organisation.teamId, model]);
  await admin.query(`INSERT INTO model_version (id, model_id, team_id, version, asset_version_id, digest, published_by) SELECT $1, $2, $3, 1, id, digest, $4 FROM asset_version WHERE digest = $5`, [newId(), model, organisation.teamId, organisation.pipeline.id, `sha256:${String(n).padStart(64, '0')}`]);
}

describe('events by month', () => {
  it('lie in the partition of the month in which they were received', async () => {
    await report([{}]);
    const [row] = await rows<{ table: string }>('SELECT tableoid::regclass::text AS table FROM run_event');
    expect(row?.table).toBe(`run_event_${new Date().toISOString().slice(0, 7).replace('-', '_')}`);
  });

  it('are one event for all time: the same bytes months later change nothing', async () => {
    const bytes = Buffer.from(JSON.stringify(told({ outputs: [1] })));
    expect(must(await reportEvent.execute(as(organisation.pipeline), { bytes })).value.duplicate).toBe(false);
    await aged(100);
    expect(must(await reportEvent.execute(as(organisation.pipeline), { bytes })).value.duplicate).toBe(true);
    expect(await rows('SELECT 1 FROM run_event')).toHaveLength(1);
  });

  it('are one event also when the same bytes arrive twice at once', async () => {
    const bytes = Buffer.from(JSON.stringify(told({ outputs: [1] })));
    const answers = await Promise.all(Array.from({ length: 6 }, () => reportEvent.execute(as(organisation.pipeline), { bytes })));
    for (const answer of answers) must(answer);
    expect(await rows('SELECT 1 FROM run_event')).toHaveLength(1);
  });

  it('of a month without a partition are kept all the same, and move when the partition is made', async () => {
    await report([{}]);
    await aged(-300);
    expect(await rows(`SELECT tableoid::regclass::text AS table FROM run_event`)).toEqual([{ table: 'run_event_rest' }]);
    await admin.query('SELECT make_event_partition(received_at) FROM run_event');
    const [row] = await rows<{ table: string }>('SELECT tableoid::regclass::text AS table FROM run_event');
    expect(row?.table).toMatch(/^run_event_\d{4}_\d\d$/);
  });

  it('have partitions ahead of time, made once, with an audit event', async () => {
    await emptyLineage(admin);
    const ahead = `run_event_${new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() + 3, 1)).toISOString().slice(0, 7).replace('-', '_')}`;
    await admin.query(`DROP TABLE ${ahead}`);
    expect(await prepareEventPartitions()).toEqual([ahead]);
    expect(await prepareEventPartitions()).toEqual([]);
    expect(await rows(`SELECT "after" FROM audit_event WHERE action = 'runs.prepareEventPartitions'`)).toEqual([{ after: { partitions: [ahead] } }]);
    // The portal's own role can make no other table.
    const application = new pg.Client({ connectionString: database.applicationUrl });
    await application.connect();
    await expect(application.query(`SELECT make_event_partition(now() - interval '10 years')`)).rejects.toThrow(/permission denied/);
    await application.end();
  });
});

describe('retention', () => {
  it('empties the bytes of what nothing needs, says so, and keeps rows, edges, facets and audit', async () => {
    const [kept, stage, gone] = [newId(), newId(), newId()];
    const parent = newId();
    await report([{ id: kept, inputs: [1], outputs: [2], parent }, { id: stage, parent }, { id: gone, inputs: [8], outputs: [9] }]);
    await publish(2);
    await aged(100);
    const everything = () => rows(`SELECT (SELECT count(*) FROM run_event) AS events, (SELECT count(*) FROM run_asset) AS edges, (SELECT count(*) FROM facet) AS facets, (SELECT count(*) FROM event_key) AS keys`);
    const before = await everything();
    expect(await reportOldEventBytes(ago(60))).toMatchObject({ oldEvents: 3, keptEvents: 2, removedEvents: 1 });
    expect(await runsWithoutBytes()).toEqual(new Set());
    expect(await removeOldEventBytes(ago(120))).toMatchObject({ oldEvents: 0, removedEvents: 0 });
    expect(await removeOldEventBytes(ago(60))).toMatchObject({ oldEvents: 3, keptEvents: 2, removedEvents: 1 });
    expect(await runsWithoutBytes()).toEqual(new Set([gone]));
    expect(await everything()).toEqual(before);
    expect(await rows(`SELECT "after" ->> 'removedEvents' AS removed, reason FROM audit_event WHERE action = 'runs.removeOldEventBytes'`)).toEqual([{ removed: '1', reason: 'retention by the operator’s policy' }]);
    const detail = must(await getRun.execute(as(organisation.engineer), { id: gone }));
    expect(detail.events).toMatchObject([{ redacted: false, removedAt: expect.any(String) as string }]);
    expect(await getRunEvent.execute(as(organisation.engineer), { id: gone, digest: detail.events[0]?.digest ?? '' })).toMatchObject({ ok: false, error: { kind: 'not_found' } });
    expect(await removeOldEventBytes(ago(60))).toMatchObject({ oldEvents: 2, removedEvents: 0 });
  });

  it('never touches what was received in the last thirty days, whatever is asked', async () => {
    await report([{ outputs: [1] }]);
    await expect(removeOldEventBytes(ago(29))).rejects.toThrow();
    expect(await runsWithoutBytes()).toEqual(new Set());
  });

  it('cannot be done without an audit event', async () => {
    await report([{ outputs: [1] }]);
    await aged(100);
    const application = new pg.Client({ connectionString: database.applicationUrl });
    await application.connect();
    await expect(application.query(`SELECT remove_event_bytes(now() - interval '60 days')`)).rejects.toThrow(/audit event/);
    await expect(application.query(`UPDATE run_event SET bytes = ''`)).rejects.toThrow(/permission denied/);
    await application.end();
    expect(await runsWithoutBytes()).toEqual(new Set());
  });

  it('keeps the runs that evidence names', async () => {
    const named = newId();
    await report([{ id: named, outputs: [1] }, { outputs: [2] }]);
    await aged(100);
    await admin.query(`INSERT INTO evidence (id, team_id, digest, bytes, media_type, size_bytes, received_from, run_id) VALUES ($1, $2, 'sha256:x', '', 'text', 0, $3, $4)`, [newId(), organisation.teamId, organisation.pipeline.id, named]);
    expect(await removeOldEventBytes(ago(60))).toMatchObject({ keptEvents: 1, removedEvents: 1 });
    expect(await runsWithoutBytes()).not.toContain(named);
  });

  it('on any graph keeps every run that a registered model is reached from, or reaches', async () => {
    const edge = fc.record({ run: fc.nat(7), version: fc.nat(9), direction: fc.constantFrom('input' as const, 'output' as const) });
    await fc.assert(fc.asyncProperty(fc.array(edge, { minLength: 1, maxLength: 25 }), fc.nat(9), async (edges, model) => {
      await admin.query('TRUNCATE model_version, model CASCADE');
      await emptyLineage(admin);
      const ids = Array.from({ length: 8 }, () => newId());
      const of = (run: number, direction: string) => edges.filter((each) => each.run === run && each.direction === direction).map((each) => each.version);
      await report(ids.map((id, run) => ({ id, inputs: of(run, 'input'), outputs: of(run, 'output') })));
      await publish(model);
      await aged(100);
      const reached = new Set<string>();
      for (const [into, outOf] of [['input', 'output'], ['output', 'input']] as const) {
        const versions = new Set([model]);
        const runs = new Set<number>();
        for (let size = -1; size < versions.size + runs.size;) {
          size = versions.size + runs.size;
          for (const each of edges) {
            if (each.direction === into && versions.has(each.version)) runs.add(each.run);
            if (each.direction === outOf && runs.has(each.run)) versions.add(each.version);
          }
        }
        if (edges.some((each) => each.version === model)) for (const run of runs) reached.add(ids[run] ?? '');
      }
      await removeOldEventBytes(ago(60));
      expect(await runsWithoutBytes()).toEqual(new Set(ids.filter((id) => !reached.has(id))));
    }), { numRuns: 25 });
  });
});
