// A run with very many stages: its line is read from the first thousand, and says that there are more.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportBatch } from '#lib/ingest/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { listRuns } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
});
afterAll(() => database.drop());

const stages = (parent: string, from: number, count: number) => Array.from({ length: count }, (_, n) => ({
  eventType: from + n === 3 ? 'FAIL' : 'COMPLETE', eventTime: new Date(Date.UTC(2026, 0, 1) + (from + n) * 1000).toISOString(), job: { namespace: 'jobs', name: `wide.part-${(from + n) % 7}` },
  run: { runId: newId(), facets: { parent: { run: { runId: parent }, job: { namespace: 'jobs', name: 'wide' } } } }, inputs: [], outputs: [],
}));
const report = async (events: readonly object[]) => { expect(must(await reportBatch.execute(as(organisation.pipeline), { bytes: Buffer.from(JSON.stringify(events)) })).value.failed_events).toEqual([]); };
const execution = async () => must(await listRuns.execute(as(organisation.engineer), { level: 'executions' })).items[0];

describe('the stages of a run', () => {
  it('are counted up to a thousand, and more than that is said', async () => {
    const parent = newId();
    await report(stages(parent, 0, 500));
    await report(stages(parent, 500, 500));
    expect(await execution()).toMatchObject({ state: 'failed', failure: 'wide.part-3 failed', stages: { total: 1000, more: false, failed: 1 } });
    await report(stages(parent, 1000, 1));
    expect((await execution())?.stages).toMatchObject({ total: 1000, more: true });
  });
});
