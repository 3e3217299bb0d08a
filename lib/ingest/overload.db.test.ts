// Overload: more reports than there are places, a database without free connections, one that does not move on. Each answers 503 with Retry-After, in time; never 429, never silence, and nothing that was answered with 201 is lost.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { createOrganisation, type Organisation } from '#lib/testing/fixtures.ts';
import { newId } from '#lib/kernel/ids.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { pool } from '#lib/db/client.ts';
import type { POST as PostEvent } from '#app/api/v1/lineage/route.ts';

let database: TestDatabase;
let organisation: Organisation;
let admin: pg.Client;
let postEvent: typeof PostEvent;
let postBatch: typeof PostEvent;
beforeAll(async () => {
  // Small, so that it is reached; the settings are read once.
  vi.stubEnv('INGEST_MAX_REQUESTS', '8');
  vi.stubEnv('INGEST_ANSWER_SECONDS', '1');
  vi.stubEnv('DATABASE_POOL_SIZE', '2');
  database = await createTestDatabase();
  organisation = await createOrganisation();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  ({ POST: postEvent } = await import('#app/api/v1/lineage/route.ts'));
  ({ POST: postBatch } = await import('#app/api/v1/lineage/batch/route.ts'));
});
afterAll(async () => {
  await admin.end();
  await database.drop();
  vi.unstubAllEnvs();
});

const event = (n: number) => JSON.stringify({ eventType: 'COMPLETE', eventTime: '2026-01-01T00:00:00Z', run: { runId: newId() }, job: { namespace: 'jobs', name: `job-${n}` } });
async function send(handler: typeof postEvent, body: string) {
  const began = performance.now();
  const answer = await handler(new Request('http://portal.test/', { method: 'POST', headers: { authorization: `Bearer ${organisation.pipeline.token}` }, body }), { params: Promise.resolve({}) });
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), milliseconds: performance.now() - began, body };
}
const stored = async (body: string) => (await admin.query('SELECT 1 FROM run_event WHERE digest = $1', [sha256(body)])).rowCount === 1;

describe('overload', () => {
  it('of 200 reports at once: those beyond the places are told to come again at once, and none is lost that was taken', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => send(postEvent, event(n))));
    const counts = Map.groupBy(answers, (answer) => answer.status);
    expect([...counts.keys()].sort()).toEqual([201, 503]);
    for (const refused of counts.get(503) ?? []) expect(refused.retryAfter).toBe('1');
    for (const taken of counts.get(201) ?? []) expect(await stored(taken.body)).toBe(true);
    expect(counts.get(201)?.length).toBeGreaterThanOrEqual(8);
    // Repeating what was refused, as clients do, brings all of it in.
    let waiting = (counts.get(503) ?? []).map((answer) => answer.body);
    for (let round = 0; waiting.length > 0 && round < 100; round += 1) {
      const again = await Promise.all(waiting.slice(0, 8).map((body) => send(postEvent, body)));
      waiting = [...again.filter((answer) => answer.status !== 201).map((answer) => answer.body), ...waiting.slice(8)];
    }
    expect(waiting).toEqual([]);
  });

  it('without a free connection: 503 in time, and 201 when there is one again', async () => {
    const taken = [await pool().connect(), await pool().connect()];
    const answer = await send(postEvent, event(1));
    expect([answer.status, answer.retryAfter]).toEqual([503, '1']);
    expect(answer.milliseconds).toBeLessThan(3000);
    for (const client of taken) client.release();
    expect((await send(postEvent, event(2))).status).toBe(201);
  });

  it('behind a lock that somebody holds: 503 in time, the place is kept until the work has ended, and sending it again is harmless', async () => {
    const body = event(3);
    expect((await send(postEvent, event(3).replace('COMPLETE', 'START'))).status).toBe(201);
    await admin.query('BEGIN; LOCK TABLE run_event IN ACCESS EXCLUSIVE MODE');
    const answer = await send(postEvent, body);
    expect([answer.status, answer.retryAfter]).toEqual([503, '1']);
    expect(answer.milliseconds).toBeLessThan(3000);
    await admin.query('COMMIT');
    expect((await send(postEvent, body)).status).toBe(201);
    expect(await stored(body)).toBe(true);
  });

  it('of batches is answered alike', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => send(postBatch, `[${event(n)}]`)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([204, 503]));
  });
});
