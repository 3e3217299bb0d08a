// Reporting runs over HTTP: what is answered, what is stored, and whose it is.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { POST as postBatch } from '#app/api/v1/lineage/batch/route.ts';
import { POST as postEvent } from '#app/api/v1/lineage/route.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { newId } from '#lib/kernel/ids.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, type Organisation } from '#lib/testing/fixtures.ts';
import { emptyLineage } from '#lib/testing/lineage-tables.ts';
import { reportEvent } from './index.ts';

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
  await admin.query('DELETE FROM pgboss.job');
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

type Body = string | object;
const send = (handler: typeof postEvent, path: string) => (body: Body, token: string | null = organisation.pipeline.token) =>
  handler(
    new Request(`http://portal.test${path}`, {
      method: 'POST',
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
    { params: Promise.resolve({}) },
  );
const report = (body: Body, token?: string | null) => send(postEvent, '/api/v1/lineage')(body, token);
const reportBatch = (body: Body, token?: string | null) => send(postBatch, '/api/v1/lineage/batch')(body, token);

const hex = (letter: string) => letter.repeat(64);
const dataset = (name: string, digest: string | null, label: string | null = null) => ({
  namespace: 'lake', name, facets: digest ? { gatehouse_digest: { algorithm: 'sha256', digest, sizeBytes: 5, label } } : label ? { version: { datasetVersion: label } } : {},
});
const event = (runId: string, eventType: string, second: number, more: object = {}) => ({
  eventType, eventTime: `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`, producer: 'https://example.test', run: { runId }, job: { namespace: 'jobs', name: 'train' }, ...more,
});
const rows = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) => (await admin.query<Row>(text, values)).rows;
const theRun = async (id: string) => (await rows<{ state: string; started_at: Date; ended_at: Date | null; team_id: string }>('SELECT * FROM run WHERE id = $1', [id]))[0];
const edgesOf = (id: string) => rows<{ direction: string; name: string; digest: string | null }>('SELECT e.direction, a.name, v.digest FROM run_asset e JOIN asset a ON a.id = e.asset_id JOIN asset_version v ON v.id = e.asset_version_id WHERE e.run_id = $1 ORDER BY 1, 2, 3', [id]);
const queued = async (name: string) => (await rows<{ data: Record<string, string> }>('SELECT data FROM pgboss.job WHERE name = $1', [name])).map((row) => row.data);
const audited = (requestOutcome: string) => rows<{ action: string; subject_id: string | null; team_id: string; actor_id: string; after: Record<string, unknown> }>('SELECT * FROM audit_event WHERE outcome = $1 ORDER BY number DESC LIMIT 5', [requestOutcome]);

describe('one event', () => {
  it('is answered as Marquez answers it: 201 and nothing', async () => {
    const answer = await report(event(newId(), 'START', 0));
    expect([answer.status, await answer.text()]).toEqual([201, '']);
  });

  it('is kept byte for byte, under the digest of its bytes', async () => {
    const text = ` {"unknown":[1,2.50,"\\u00e9"], ${JSON.stringify(event(newId(), 'START', 0)).slice(1)}\n`;
    await report(text);
    expect(await rows('SELECT digest, bytes FROM run_event')).toEqual([{ digest: sha256(text), bytes: Buffer.from(text) }]);
  });

  it('sent twice is one event', async () => {
    const body = event(newId(), 'COMPLETE', 9, { outputs: [dataset('model', hex('a'))] });
    await report(body);
    expect((await report(body)).status).toBe(201);
    expect(await rows('SELECT 1 FROM run_event')).toHaveLength(1);
    expect(await rows('SELECT 1 FROM run_asset')).toHaveLength(1);
  });

  it('is audited with its digest', async () => {
    const id = newId();
    const text = JSON.stringify(event(id, 'START', 0));
    await report(text);
    expect((await audited('done'))[0]).toMatchObject({ action: 'ingest.reportEvent', subject_id: id, team_id: organisation.teamId, actor_id: organisation.pipeline.id, after: { digest: sha256(text), duplicate: false } });
  });

  it('takes the right to report: anonymous 401, a person 403, a deployer 403', async () => {
    expect((await report(event(newId(), 'START', 0), null)).status).toBe(401);
    expect((await report(event(newId(), 'START', 0), organisation.deployer.token)).status).toBe(403);
    const byPerson = await reportEvent.execute(as(organisation.engineer), { bytes: Buffer.from(JSON.stringify(event(newId(), 'START', 0))) });
    expect(byPerson).toMatchObject({ ok: false, error: { kind: 'forbidden' } });
    expect(await rows('SELECT 1 FROM run_event')).toEqual([]);
  });
});

describe('a run', () => {
  it('has its inputs while it still runs', async () => {
    const id = newId();
    await report(event(id, 'START', 0, { inputs: [dataset('raw', hex('a'))] }));
    expect((await theRun(id))?.state).toBe('running');
    expect(await edgesOf(id)).toEqual([{ direction: 'input', name: 'raw', digest: `sha256:${hex('a')}` }]);
  });

  it('keeps its edges through an empty FAIL and a COMPLETE without datasets', async () => {
    const id = newId();
    await report(event(id, 'START', 0, { inputs: [dataset('raw', hex('a'))] }));
    await report(event(id, 'FAIL', 5));
    expect((await theRun(id))?.state).toBe('failed');
    expect(await edgesOf(id)).toHaveLength(1);
  });

  it('that ended takes a late START for its beginning and stays ended', async () => {
    const id = newId();
    await report(event(id, 'COMPLETE', 9));
    await report(event(id, 'START', 3));
    const run = await theRun(id);
    expect([run?.state, run?.started_at.toISOString(), run?.ended_at?.toISOString()]).toEqual(['complete', '2026-01-01T00:00:03.000Z', '2026-01-01T00:00:09.000Z']);
  });

  it('of one job with other inputs the second time shows both edges, each at its own run', async () => {
    const [first, second] = [newId(), newId()];
    await report(event(first, 'COMPLETE', 1, { inputs: [dataset('raw', hex('a'))] }));
    await report(event(second, 'COMPLETE', 2, { inputs: [dataset('raw', hex('b'))] }));
    expect(await edgesOf(first)).toEqual([{ direction: 'input', name: 'raw', digest: `sha256:${hex('a')}` }]);
    expect(await edgesOf(second)).toEqual([{ direction: 'input', name: 'raw', digest: `sha256:${hex('b')}` }]);
  });

  it('that failed is told to the outbox once', async () => {
    const id = newId();
    await report(event(id, 'START', 0));
    await report(event(id, 'FAIL', 1));
    await report(event(id, 'FAIL', 2));
    expect(await queued('runs.run_failed')).toEqual([{ runId: id }]);
  });

  it('whose parent never reports itself has that parent all the same, in the state of its stages', async () => {
    const [parentId, one, two] = [newId(), newId(), newId()];
    const parent = { parent: { run: { runId: parentId }, job: { namespace: 'jobs', name: 'flights' } } };
    await report(event(one, 'START', 1, { run: { runId: one, facets: parent } }));
    expect((await theRun(parentId))?.state).toBe('running');
    await report(event(one, 'COMPLETE', 4, { run: { runId: one, facets: parent } }));
    await report(event(two, 'START', 5, { run: { runId: two, facets: parent } }));
    await report(event(two, 'FAIL', 8));
    const run = await theRun(parentId);
    expect([run?.state, run?.started_at.toISOString(), run?.ended_at?.toISOString()]).toEqual(['failed', '2026-01-01T00:00:01.000Z', '2026-01-01T00:00:08.000Z']);
  });
});

describe('a run belongs to the team that first reported it', () => {
  it('so another team’s event for it is refused, audited for the owner, and changes nothing', async () => {
    const id = newId();
    await report(event(id, 'COMPLETE', 1));
    const answer = await report(event(id, 'FAIL', 2, { outputs: [dataset('model', hex('e'))] }), organisation.otherPipeline.token);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ code: 'ingest.foreign_run', errors: [{ path: 'run.runId' }] });
    expect((await theRun(id))?.state).toBe('complete');
    expect(await edgesOf(id)).toEqual([]);
    expect(await rows('SELECT 1 FROM asset')).toEqual([]);
    expect((await audited('refused'))[0]).toMatchObject({ action: 'ingest.reportEvent', subject_id: id, team_id: organisation.teamId, actor_id: organisation.otherPipeline.id });
  });

  it('also when both report it in the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = newId();
      const answers = await Promise.all([report(event(id, 'START', 1)), report(event(id, 'START', 2), organisation.otherPipeline.token)]);
      expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409]);
      expect(await rows('SELECT DISTINCT team_id FROM run_event WHERE run_id = $1', [id])).toHaveLength(1);
    }
  });

  it('but one that was only named as a parent gives way to the team that really runs it', async () => {
    const [parentId, id] = [newId(), newId()];
    await report(event(id, 'START', 1, { run: { runId: id, facets: { parent: { run: { runId: parentId }, job: { namespace: 'jobs', name: 'flights' } } } } }));
    expect((await report(event(parentId, 'START', 0), organisation.otherPipeline.token)).status).toBe(201);
    expect((await theRun(parentId))?.team_id).toBe(organisation.otherTeamId);
    expect((await report(event(parentId, 'COMPLETE', 9))).status).toBe(409);
  });

  it('which the database holds even against the application', async () => {
    const id = newId();
    await report(event(id, 'START', 0));
    const application = new pg.Client({ connectionString: database.applicationUrl });
    await application.connect();
    await expect(application.query('UPDATE run SET team_id = $1', [organisation.otherTeamId])).rejects.toThrow(/keeps its team/);
    await application.end();
  });
});

describe('versions and labels', () => {
  it('with the same bytes under two names are one version', async () => {
    await report(event(newId(), 'COMPLETE', 1, { outputs: [dataset('raw', hex('a')), dataset('copy', hex('a'))] }));
    expect(await rows('SELECT digest FROM asset_version')).toEqual([{ digest: `sha256:${hex('a')}` }]);
    expect(await rows('SELECT 1 FROM asset_sighting')).toHaveLength(2);
  });

  it('a label that gets a new digest is a contradiction, recorded and told', async () => {
    const [first, second] = [newId(), newId()];
    await report(event(first, 'COMPLETE', 1, { outputs: [dataset('raw', hex('a'), '2001-01')] }));
    await report(event(second, 'COMPLETE', 2, { outputs: [dataset('raw', hex('b'), '2001-01')] }));
    const [found, ...more] = await rows<{ id: string; label: string; run_id: string }>('SELECT * FROM contradiction');
    expect([found?.label, found?.run_id, more]).toEqual(['2001-01', second, []]);
    expect(await queued('lineage.contradiction_recorded')).toEqual([{ contradictionId: found?.id }]);
  });

  it('a contradiction is seen when both come in the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      await Promise.all([...'abcd'].map((letter) => report(event(newId(), 'COMPLETE', 1, { outputs: [dataset(`set-${round}`, hex(letter), 'v1')] }))));
      expect(await rows('SELECT 1 FROM contradiction WHERE asset_id = (SELECT id FROM asset WHERE name = $1)', [`set-${round}`])).toHaveLength(3);
    }
  });

  it('a digest without a label contradicts nothing, nor does the same label of another asset', async () => {
    await report(event(newId(), 'COMPLETE', 1, { outputs: [dataset('raw', hex('a'), 'v1'), dataset('other', hex('b'), 'v1'), dataset('raw', hex('c')), dataset('raw', null, 'v1')] }));
    expect(await rows('SELECT 1 FROM contradiction')).toEqual([]);
  });

  it('another team’s dataset event does not change what a name is', async () => {
    await report({ eventTime: '2026-01-01T00:00:00Z', dataset: { namespace: 'lake', name: 'raw', facets: { documentation: { description: 'ours' } } } });
    await report({ eventTime: '2026-01-02T00:00:00Z', dataset: { namespace: 'lake', name: 'raw', facets: { documentation: { description: 'theirs' }, datasetType: { datasetType: 'MODEL' } } } }, organisation.otherPipeline.token);
    expect(await rows('SELECT kind FROM asset')).toEqual([{ kind: 'dataset' }]);
    expect(await rows('SELECT body FROM facet')).toEqual([{ body: { description: 'ours' } }]);
    expect(await rows('SELECT 1 FROM run_event')).toHaveLength(2);
  });
});

describe('secrets', () => {
  it('of environment variables reach no table', async () => {
    const id = newId();
    await report(event(id, 'START', 0, { run: { runId: id, facets: { environmentVariables: { environmentVariables: [{ name: 'DB_PASSWORD', value: 'correct-horse' }, { name: 'PATH', value: '/usr/bin' }] } } } }));
    const [kept] = await rows<{ everything: string }>(`SELECT (SELECT string_agg(body::text, ' ') FROM facet) || (SELECT string_agg(convert_from(bytes, 'UTF8'), ' ') FROM run_event) || (SELECT string_agg(canonical, ' ') FROM audit_event) AS everything`);
    expect(kept?.everything).toContain('/usr/bin');
    expect(kept?.everything).not.toContain('correct-horse');
  });
});

describe('a batch', () => {
  it('that is taken whole is answered with 204', async () => {
    const ids = Array.from({ length: 20 }, newId);
    const answer = await reportBatch(ids.flatMap((id) => [event(id, 'START', 1), event(id, 'COMPLETE', 2)]));
    expect(answer.status).toBe(204);
    expect(await rows(`SELECT 1 FROM run WHERE state = 'complete'`)).toHaveLength(20);
    expect((await reportBatch('[]')).status).toBe(204);
  });

  it('is taken in part: what is wrong is named, the rest is stored', async () => {
    const [own, foreign] = [newId(), newId()];
    await report(event(foreign, 'START', 0), organisation.otherPipeline.token);
    const deep = `{"a":${'['.repeat(500)}${']'.repeat(500)}}`;
    const answer = await reportBatch(`[${JSON.stringify(event(own, 'START', 1))}, {"run":{}}, ${JSON.stringify(event(foreign, 'FAIL', 1))}, 7, {"a":1,"a":2}, ${deep}]`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      status: 'partial_success',
      summary: { received: 6, successful: 1, failed: 5, retriable: 0, non_retriable: 5 },
      failed_events: [{ index: 1, retriable: false }, { index: 2, reason: expect.stringContaining('another team') as string }, { index: 3 }, { index: 4, reason: expect.stringContaining('"a"') as string }, { index: 5, reason: expect.stringContaining('nested') as string }],
    });
    expect((await theRun(own))?.state).toBe('running');
    expect((await theRun(foreign))?.state).toBe('running');
    expect((await audited('refused'))[0]).toMatchObject({ action: 'ingest.reportBatch', subject_id: foreign, team_id: organisation.otherTeamId });
  });

  it('keeps each event as the bytes that were sent for it', async () => {
    const texts = [`{ "eventType":"START" ,${JSON.stringify(event(newId(), 'START', 1)).slice('{"eventType":"START",'.length)}`, JSON.stringify(event(newId(), 'START', 2))];
    await reportBatch(` [ ${texts.join(' , ')} ] `);
    expect((await rows<{ bytes: Buffer; digest: string }>('SELECT bytes, digest FROM run_event ORDER BY event_time')).map((row) => [row.bytes.toString(), row.digest])).toEqual(texts.map((text) => [text, sha256(text)]));
  });

  it.each([
    ['{}', 422], ['null', 422], ['"text"', 422], ['[', 400], ['[{},]', 400], ['[{}}]', 400], ['[1 2]', 400], ['', 400], ['nonsense', 400],
  ])('%j is answered with %i', async (body, status) => {
    expect((await reportBatch(body)).status).toBe(status);
  });

  it('of too many events is answered with 413', async () => {
    expect((await reportBatch(`[${'{},'.repeat(10_000)}{}]`)).status).toBe(413);
  });

  it('tells those who wait for changes when a team reads a version for the first time, also by several runs at once, and not again', async () => {
    const read = (seconds: number, token: string) => reportBatch(Array.from({ length: 3 }, () => event(newId(), 'START', seconds, { inputs: [dataset('wanted', hex('d'))] })), token);
    const noted = async () => (await rows<{ n: number }>(`SELECT count(*)::int AS n FROM watched_change c WHERE c.keys IS NULL OR (SELECT id FROM asset_version WHERE digest = $1) = ANY (c.keys)`, [`sha256:${hex('d')}`]))[0]?.n;
    await admin.query('TRUNCATE watched_change');
    await read(1, organisation.pipeline.token);
    expect(await noted()).toBe(1);
    await read(2, organisation.pipeline.token);
    expect(await noted()).toBe(1);
    await read(3, organisation.otherPipeline.token);
    expect(await noted()).toBe(2);
  });

  it('keeps what is said of runs that are new beside runs that are known', async () => {
    const [known, fresh] = [newId(), newId()];
    const said = (id: string, eventType: string, second: number, outputs: object[]) => event(id, eventType, second, { run: { runId: id, facets: { nominalTime: { nominalStartTime: `2026-01-0${second}T00:00:00Z` } } }, inputs: [dataset('set', hex('1'))], outputs });
    await report(said(known, 'START', 1, []));
    await reportBatch([said(known, 'COMPLETE', 2, [dataset('one', hex('a'))]), said(fresh, 'START', 1, []), said(fresh, 'COMPLETE', 2, [dataset('two', hex('b'))])]);
    for (const [id, output] of [[known, 'one'], [fresh, 'two']] as const) {
      expect((await edgesOf(id)).map(({ direction, name }) => [direction, name])).toEqual([['input', 'set'], ['output', output]]);
      expect(await rows(`SELECT body ->> 'nominalStartTime' AS start FROM facet WHERE subject_kind = 'run' AND subject_id = $1`, [id])).toEqual([{ start: '2026-01-02T00:00:00Z' }]);
      expect(await rows(`SELECT f.name FROM facet f JOIN run_asset e ON e.id = f.subject_id WHERE f.subject_kind = 'run_asset' AND e.run_id = $1`, [id])).toEqual([{ name: 'gatehouse_digest' }, { name: 'gatehouse_digest' }]);
    }
  });

  it('of ten thousand events is stored at once', async () => {
    const runs = Array.from({ length: 5000 }, newId);
    const body = runs.flatMap((id, n) => [event(id, 'START', 1, { inputs: [dataset(`set-${n % 97}`, null, String(n % 13))] }), event(id, 'COMPLETE', 2, { outputs: [dataset('model', sha256(id).slice(7))] })]);
    expect((await reportBatch(body)).status).toBe(204);
    expect(await rows(`SELECT count(*)::int AS n FROM run_asset`)).toEqual([{ n: 10_000 }]);
  });
});
