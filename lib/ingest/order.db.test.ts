// Order of arrival and repetition change nothing: any order of a set of events, singly, in batches or at once, gives the same tables.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { emptyLineage, lineageDump } from '#lib/testing/lineage-tables.ts';
import { reportBatch, reportEvent } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let admin: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

const report = async (event: string) => must(await reportEvent.execute(as(organisation.pipeline), { bytes: Buffer.from(event) })).value;
const reportAll = async (events: readonly string[]) => must(await reportBatch.execute(as(organisation.pipeline), { bytes: Buffer.from(`[${events.join(',')}]`) })).value;

const runId = (n: number) => `0000000${n}-0000-4000-8000-00000000000${n}`;
const parentId = '00000009-0000-4000-8000-000000000009';
const oneOf = fc.constantFrom;
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

// Few values, so that events often speak of the same things, at the same time, and disagree.
const version = oneOf(
  {}, {},
  { version: { datasetVersion: 'v1' } },
  { version: { datasetVersion: `sha256:${'a'.repeat(64)}` } },
  { gatehouse_digest: { algorithm: 'sha256', digest: 'a'.repeat(64), sizeBytes: 10, label: 'v1' } },
  { gatehouse_digest: { algorithm: 'sha256', digest: 'b'.repeat(64), sizeBytes: 20, label: 'v1' } },
  { gatehouse_digest: { algorithm: 'sha256', digest: 'b'.repeat(64), sizeBytes: 21 } },
);
/** Other names: of each other, and of a table that no event speaks of itself. */
const symlinks = maybe(fc.uniqueArray(oneOf('raw', 'features', 'model', 'table'), { minLength: 1, maxLength: 2 }).map((names) => names.map((name) => ({ namespace: 'lake', name, type: 'TABLE' }))));
const dataset = fc.record({
  namespace: fc.constant('lake'),
  name: oneOf('raw', 'features', 'model'),
  facets: fc.tuple(version, maybe(oneOf('DATASET', 'FEATURES', 'MODEL')), maybe(oneOf('one', 'two')), fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: symlinks }))
    .map(([identity, kind, text, identifiers]) => ({ ...identity, ...(kind ? { datasetType: { datasetType: kind } } : {}), ...(text ? { documentation: { description: text } } : {}), ...(identifiers ? { symlinks: { identifiers } } : {}) })),
});
const eventTime = oneOf('2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000000001Z', '2026-01-01T00:00:01Z', '2026-01-01T01:00:02+01:00', '2026-01-01T00:00:03');
const parent = { run: { runId: parentId }, job: { namespace: 'jobs', name: 'flights' } };

const runEvent = fc.record({
  eventType: maybe(oneOf('START', 'RUNNING', 'COMPLETE', 'FAIL', 'ABORT', 'OTHER', 'complete')),
  eventTime,
  run: fc.record({ runId: oneOf(runId(1), runId(2), parentId), facets: fc.tuple(fc.boolean(), maybe(oneOf('1', '2', '3'))).map(([hasParent, seed]) => ({ ...(hasParent ? { parent } : {}), ...(seed ? { seed: { seed }, executionParameters: { parameters: [{ key: 'seed', value: seed }] } } : {}) })) }),
  job: fc.record({ namespace: fc.constant('jobs'), name: oneOf('train', 'train-again'), facets: maybe(oneOf({ gatehouse_stage: { pipeline: 'flights', stage: 'train' } }, { gatehouse_stage: { pipeline: 'Flüge', stage: 'train' } }, { sourceCodeLocation: { version: 'c0ffee' } }, { sourceCodeLocation: { url: 'https://git.example/flights.git', version: 'c0ffee' }, sourceCode: { sourceCode: 'print(1)' } })) }),
  inputs: fc.array(dataset, { maxLength: 2 }),
  outputs: fc.array(dataset, { maxLength: 2 }),
});
const event = fc.oneof(
  { weight: 8, arbitrary: runEvent },
  { weight: 1, arbitrary: fc.record({ eventTime, dataset }) },
  { weight: 1, arbitrary: fc.record({ eventTime, job: fc.record({ namespace: fc.constant('jobs'), name: fc.constant('train'), facets: oneOf({ documentation: { description: 'a' } }, { documentation: { description: 'b' } }) }), inputs: fc.array(dataset, { maxLength: 2 }), outputs: fc.array(dataset, { maxLength: 1 }) }) },
).map((value) => JSON.stringify(value));

/** Events, and the same events in another order with some of them repeated, cut into pieces. */
const scenario = fc.array(event, { minLength: 2, maxLength: 9 }).chain((events) =>
  fc.record({
    events: fc.constant(events),
    shuffled: fc.tuple(fc.shuffledSubarray(events, { minLength: events.length }), fc.array(oneOf(...events), { maxLength: 4 })).chain(([all, again]) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length })),
    cut: fc.nat({ max: events.length }),
  }));

describe('any order of the same events', () => {
  it('gives the same runs, states, edges, facets, versions and contradictions', async () => {
    await fc.assert(fc.asyncProperty(scenario, async ({ events, shuffled, cut }) => {
      await emptyLineage(admin);
      for (const one of events) await report(one);
      const singly = await lineageDump(admin);

      await emptyLineage(admin);
      for (const one of shuffled.slice(0, cut)) await report(one);
      await reportAll(shuffled.slice(cut));
      expect(await lineageDump(admin)).toEqual(singly);
    }), { numRuns: 100 });
  });

  it('gives the same when all arrive at once', async () => {
    await fc.assert(fc.asyncProperty(scenario, async ({ events, shuffled }) => {
      await emptyLineage(admin);
      await reportAll(events);
      const together = await lineageDump(admin);

      await emptyLineage(admin);
      await Promise.all(shuffled.map(report));
      expect(await lineageDump(admin)).toEqual(together);
    }), { numRuns: 60 });
  });
});
