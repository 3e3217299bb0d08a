// The scale test's data: loaded past every index and trigger, it leaves each as it was, and the portal works on it.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getImpact } from '#lib/impact/index.ts';
import { listRuns } from '#lib/runs/index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, must, personActor } from '#lib/testing/fixtures.ts';
import { seedScale, type Seeded } from '#scripts/seed-scale.ts';

const options = { runs: 3_000, assets: 50, until: Date.UTC(2026, 5, 1) };
const schema = `
  SELECT 'index' AS kind, indexname AS name, indexdef AS text FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'run_event_%'
  UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'run_event_%'
  UNION ALL SELECT 'trigger', tgrelid::regclass || ' ' || tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text NOT LIKE 'run_event_%' ORDER BY 1, 2, 3`;

let database: TestDatabase;
let owner: pg.Client;
let before: unknown[];
let seeded: Seeded;
beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  before = (await owner.query<Record<string, string>>(schema)).rows;
  seeded = await seedScale(database.ownerUrl, options, () => undefined);
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

const one = async <Row extends object>(text: string) => (await owner.query<Row>(text)).rows[0];

describe('the data of the scale test', () => {
  it('is as large as was asked for, with five edges and more to a run', () => {
    expect(seeded.rows.run).toBeGreaterThan(2_900);
    expect(Number(seeded.rows.run_asset) / Number(seeded.rows.run)).toBeGreaterThan(5);
    for (const table of ['run_event', 'model_version', 'deployment', 'promotion', 'facet']) expect(seeded.rows[table]).toBeGreaterThan(0);
  });

  it('leaves every index, constraint and trigger as it was', async () => {
    expect((await owner.query<Record<string, string>>(schema)).rows).toEqual(before);
  });

  it('holds real events: their digests are those of their bytes, and each is known once', async () => {
    expect(await one(`SELECT count(*)::int AS wrong FROM run_event WHERE digest <> 'sha256:' || encode(sha256(bytes), 'hex') OR convert_from(bytes, 'UTF8')::json -> 'run' ->> 'runId' <> run_id::text`)).toEqual({ wrong: 0 });
    expect(await one('SELECT (SELECT count(*) FROM event_key) = (SELECT count(*) FROM run_event) AS same')).toEqual({ same: true });
    expect(await one('SELECT count(*)::int AS elsewhere FROM run_event_rest')).toEqual({ elsewhere: 0 });
  });

  it('is used again by a power law, in chains and over teams', async () => {
    const fan = await one<{ most: number; middle: number }>('SELECT max(n)::int AS most, percentile_disc(0.5) WITHIN GROUP (ORDER BY n)::int AS middle FROM (SELECT count(*) AS n FROM run_asset WHERE direction = \'input\' GROUP BY asset_version_id) AS f');
    expect(fan?.most).toBeGreaterThan(50 * (fan?.middle ?? 0));
    expect(await one(`SELECT count(DISTINCT e.team_id) > 4 AS many FROM run_asset e JOIN asset a ON a.id = e.asset_id WHERE a.name = 'platform/base-image'`)).toEqual({ many: true });
  });

  it('is the portal’s to work with', async () => {
    const admin = await one<{ id: string }>(`SELECT id FROM person WHERE email = 'admin@scale.example'`);
    const auditor = personActor(admin?.id ?? '', [{ role: 'auditor', teamId: null }]);
    expect(must(await listRuns.execute(as(auditor), { state: 'failed', sort: '-duration' })).items.length).toBeGreaterThan(0);
    const image = await one<{ id: string }>(`SELECT s.asset_version_id AS id FROM asset a JOIN asset_sighting s ON s.asset_id = a.id WHERE a.name = 'platform/base-image'`);
    const answer = must(await getImpact.execute(as(auditor), { id: image?.id ?? '' }));
    expect('view' in answer && [answer.view.complete, answer.view.counts.modelVersions > 0, answer.view.counts.deployments.length > 0]).toEqual([true, true, true]);
  });

  it('does not mix with other data unless told to', async () => {
    await expect(seedScale(database.ownerUrl, options, () => undefined)).rejects.toThrow(/holds runs, people, assets already/);
  });

  it('is the same for the same numbers', async () => {
    const again = await createTestDatabase();
    const client = new pg.Client({ connectionString: again.ownerUrl });
    await client.connect();
    const fingerprint = `SELECT md5(string_agg(id::text || run_id || asset_version_id || direction, '' ORDER BY id)) AS edges, (SELECT md5(string_agg(digest, '' ORDER BY digest)) FROM run_event) AS events FROM run_asset`;
    expect((await seedScale(again.ownerUrl, options, () => undefined)).rows).toEqual(seeded.rows);
    expect((await client.query(fingerprint)).rows).toEqual((await owner.query(fingerprint)).rows);
    await client.end();
    await again.drop();
  });
});
