// The run list's pages: with any filters and any order they are those of sorting everything, in both directions.
import type pg from 'pg';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/kernel/ids.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { behindTheScenes } from '#lib/testing/drift-models.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { listRuns } from './index.ts';
import { runSorts } from './schema.ts';

type Stored = { id: string; team_id: string; state: string; pipeline: string; stage: string | null; parent_run_id: string | null; started_at: Date; duration_milliseconds: number | null };

/** Fifty moments over eleven weeks, some of them at the turn of one. */
const step = (n: number) => new Date(Date.UTC(2026, 0, 5) + n * 36 * 3_600_000);

/** Before and after every week that is told apart. */
const unlikely = [new Date(Date.UTC(1980, 0, 1)), new Date(Date.UTC(2151, 1, 1))];

let database: TestDatabase;
let organisation: Organisation;
let admin: pg.Client;
let all: Stored[];
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  admin = await behindTheScenes(database.adminUrl);
  const jobs = ['a', 'b', 'c'].flatMap((pipeline) => [null, 'train', 'clean'].map((stage) => ({ id: newId(), pipeline, stage })));
  for (const [n, { id, pipeline, stage }] of jobs.entries()) await admin.query('INSERT INTO job (id, team_id, namespace, name, pipeline, stage) VALUES ($1, $2, $3, $4, $5, $6)', [id, n % 4 === 3 ? organisation.otherTeamId : organisation.teamId, 'jobs', `${pipeline}.${stage ?? ''}`, pipeline, stage]);
  for (let n = 0; n < 220; n += 1) {
    const job = jobs[(n * 7) % jobs.length];
    const state = ['complete', 'complete', 'failed', 'running', 'aborted'][(n * 11) % 5] ?? '';
    // Over months, with some in weeks that cannot be true.
    const started = n % 50 === 7 ? new Date(Date.UTC(1975, n % 12, 1)) : n % 50 === 8 ? new Date(Date.UTC(2150 + (n % 3), n % 12, 1)) : step((n * 37) % 50);
    await admin.query('INSERT INTO run (id, team_id, job_id, parent_run_id, state, state_rank, state_event_time, started_at, ended_at, reported_by) VALUES ($1, $2, $3, $4, $5, 1, now(), $6, $7, $8)',
      [newId(), n % 9 === 0 ? organisation.otherTeamId : organisation.teamId, job?.id, job?.stage === null ? null : newId(), state, started, state === 'running' ? null : new Date(started.getTime() + ((n * 13) % 17) * 1000), organisation.pipeline.id]);
  }
  all = (await admin.query<Stored>('SELECT r.*, j.pipeline, j.stage FROM run r JOIN job j ON j.id = r.job_id')).rows;
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

const filter = fc.record({
  state: fc.option(fc.subarray(['complete', 'failed', 'running', 'aborted', 'unknown'], { minLength: 1 })), pipeline: fc.option(fc.subarray(['a', 'b', 'c', 'none'], { minLength: 1 })), stage: fc.option(fc.subarray(['train', 'clean'], { minLength: 1 })),
  level: fc.option(fc.constantFrom('executions', 'stages')), from: fc.option(fc.oneof(fc.nat(50).map(step), fc.constantFrom(...unlikely))), to: fc.option(fc.oneof(fc.nat(50).map(step), fc.constantFrom(...unlikely))),
});

describe('the run list', () => {
  it('pages through exactly what fits, in order, forwards and back', async () => {
    await fc.assert(fc.asyncProperty(filter, fc.constantFrom(...runSorts), fc.boolean(), fc.integer({ min: 3, max: 40 }), async (asked, sort, everybody, limit) => {
      const reader = everybody ? organisation.security : organisation.engineer;
      const value = (run: Stored) => (sort.endsWith('duration') ? (run.duration_milliseconds ?? 0) : run.started_at.getTime());
      const sign = sort.startsWith('-') ? -1 : 1;
      const expected = all.filter((run) =>
        (everybody || run.team_id === organisation.teamId) && (!asked.state || asked.state.includes(run.state)) && (!asked.pipeline || asked.pipeline.includes(run.pipeline)) && (!asked.stage || asked.stage.includes(run.stage ?? ''))
        && (!asked.level || (asked.level === 'executions') === (run.parent_run_id === null)) && (asked.from === null || run.started_at >= asked.from) && (asked.to === null || run.started_at < asked.to)
        && (!sort.endsWith('duration') || run.duration_milliseconds !== null))
        // Names are looked up among the jobs that the reader may see.
        .sort((x, y) => sign * (value(x) - value(y) || (x.id < y.id ? -1 : 1)));
      const visibleJobs = new Set((await admin.query<{ id: string }>('SELECT r.id FROM run r JOIN job j ON j.id = r.job_id WHERE j.team_id = $1', [organisation.teamId])).rows.map((row) => row.id));
      const ids = expected.filter((run) => everybody || (!asked.pipeline && !asked.stage) || visibleJobs.has(run.id)).map((run) => run.id);
      const query = { sort, limit, ...(asked.state && { state: asked.state.join(',') }), ...(asked.pipeline && { pipeline: asked.pipeline.join(',') }), ...(asked.stage && { stage: asked.stage.join(',') }), ...(asked.level && { level: asked.level }), ...(asked.from !== null && { from: asked.from.toISOString() }), ...(asked.to !== null && { to: asked.to.toISOString() }) };
      const seen: string[] = [];
      let page = must(await listRuns.execute(as(reader), query as never));
      const first = page.items.map((run) => run.id);
      let second: string | null = null;
      for (;;) {
        seen.push(...page.items.map((run) => run.id));
        if (page.older === null) break;
        page = must(await listRuns.execute(as(reader), { ...query, after: page.older } as never));
        second ??= page.newer;
      }
      expect(seen).toEqual(ids);
      if (second !== null) expect(must(await listRuns.execute(as(reader), { ...query, before: second } as never)).items.map((run) => run.id)).toEqual(first);
    }), { numRuns: 100 });
  });
});
