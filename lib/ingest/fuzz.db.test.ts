// Whatever is sent to the endpoints that take reports: never a 5xx, never a refusal without a reason, and what was answered with 201 is stored.
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POST as postAttestation } from '#app/api/v1/attestations/route.ts';
import { POST as postBatch } from '#app/api/v1/lineage/batch/route.ts';
import { POST as postEvent } from '#app/api/v1/lineage/route.ts';
import { POST as postProfile } from '#app/api/v1/profiles/route.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { getAsset, getAssetVersion, getColumns, getGraph } from '#lib/lineage/index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, type Organisation } from '#lib/testing/fixtures.ts';

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

const send = (handler: typeof postEvent, body: Uint8Array | string, headers: Record<string, string> = {}) =>
  handler(new Request('http://portal.test/', { method: 'POST', headers: { authorization: `Bearer ${organisation.pipeline.token}`, 'content-type': 'application/json', ...headers }, body: Buffer.from(body as string) as unknown as BodyInit }), { params: Promise.resolve({}) });

const facet = { _producer: 'x', _schemaURL: 'y' };
const valid = {
  eventType: 'COMPLETE', eventTime: '2026-01-01T00:00:00Z', producer: 'https://example.test', schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  run: { runId: '3f5e83fa-3480-44ff-99c5-ff943904e5e8', facets: { parent: { ...facet, run: { runId: '4f5e83fa-3480-44ff-99c5-ff943904e5e8' }, job: { namespace: 'jobs', name: 'flights' } }, environmentVariables: { ...facet, environmentVariables: [{ name: 'A', value: 'b' }] }, executionParameters: { ...facet, parameters: [{ key: 'depth', value: '3' }] }, gatehouse_execution: { ...facet, git: { commit: 'c0ffee', dirty: false, remote: 'https://git.example/x' }, container: { imageDigest: `sha256:${'c'.repeat(64)}` }, packageLock: { name: 'lock', digest: `sha256:${'d'.repeat(64)}` } } } },
  job: { namespace: 'jobs', name: 'train', facets: { gatehouse_stage: { ...facet, pipeline: 'flights', stage: 'train' }, sourceCodeLocation: { ...facet, type: 'git', url: 'https://git.example/x', version: 'c0ffee' }, sourceCode: { ...facet, language: 'python', sourceCode: 'print(1)' } } },
  inputs: [{ namespace: 'lake', name: 'raw', facets: { version: { ...facet, datasetVersion: `sha256:${'a'.repeat(64)}` }, datasetType: { ...facet, datasetType: 'DATASET' }, symlinks: { ...facet, identifiers: [{ namespace: 'hive', name: 'shop.raw', type: 'TABLE' }] } }, inputFacets: { dataQualityAssertions: { ...facet, assertions: [] } } }],
  outputs: [{ namespace: 'lake', name: 'model', facets: { gatehouse_digest: { ...facet, algorithm: 'sha256', digest: 'b'.repeat(64), sizeBytes: 3, label: 'v1' } } }],
};

const columns = { total: { inputFields: [{ namespace: 'lake', name: 'orders', field: 'price', transformations: [{ type: 'DIRECT', subtype: 'IDENTITY', masking: false }] }], transformationType: 'IDENTITY' } };
const columnFacets = { columnLineage: { ...facet, fields: columns, dataset: [{ namespace: 'lake', name: 'orders', field: 'day' }] }, lineage: { ...facet, fields: columns, inputs: [{ namespace: 'lake', name: 'orders' }] }, schema: { ...facet, fields: [{ name: 'total', type: 'INT', fields: [{ name: 'inner', type: 'TEXT' }] }] } };
const { run: _run, ...withoutRun } = valid;
const ofTheJob = { ...withoutRun, job: { ...valid.job, facets: { ...valid.job.facets, lineage: { ...facet, entries: [{ namespace: 'lake', name: 'model', type: 'DATASET', fields: columns }] } } }, outputs: [{ ...valid.outputs[0], facets: { ...valid.outputs[0]?.facets, ...columnFacets } }] };
const validJob = { ...ofTheJob, schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent' };
const validDataset = { eventTime: valid.eventTime, producer: valid.producer, schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent', dataset: { namespace: 'lake', name: 'raw', facets: { ...valid.inputs[0]?.facets, ...columnFacets } } };

// As JSON texts, so that what JSON.stringify would never write can be written too.
const hostile = fc.oneof(
  fc.constantFrom(
    'null', 'true', '0', '-0', '1e400', '-1e400', '1E-400', '9007199254740993', `1${'0'.repeat(500)}`, '""', '[]', '{}', '[[]]', '"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"',
    '"+275760-09-13T00:00:00Z"', '"-271821-04-20T00:00:00Z"', '"0000-00-00T00:00:00Z"', '"9999-12-31T23:59:60Z"', '"infinity"', '"now()"', '"2026-01-01T00:00:00.123456789012345678901234567890Z"',
    '{"__proto__":{"toString":1}}', '{"constructor":{"prototype":{}}}', '{"toJSON":1}', '{"then":{}}', '{"length":1e9}', '{"":{}}', '{"\\u0000":{}}', '{"\\ud800":{"\\udfff":"\\udead"}}', '{"a":{},"a":{}}',
    '"\'; DROP TABLE run; --"', '"{\\"a\\":1}"', '"\\\\x00"', '"\\u202e\\ufeff"', '"%00"', '"sha256:"', `"sha256:${'A'.repeat(64)}"`, `"${'x'.repeat(5000)}"`, `"${'\u{1F600}'.repeat(700)}"`, `"${'\\u0000'.repeat(50)}"`,
    `${'['.repeat(120)}${']'.repeat(120)}`, `${'{"a":'.repeat(99)}1${'}'.repeat(99)}`, `${'['.repeat(100_000)}`, 'NaN', 'undefined', "'single'", '01', '{a:1}', '"\t"', '[1,]',
  ),
  fc.json(),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => JSON.stringify(text)),
);

/** Every place in a value, as a path. */
function placesIn(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, member]) => placesIn(member, [...path, key]))];
}
const marker = (n: number) => `@@${n}@@`;

/** A valid event of any kind with hostile values in some places. */
const mutated = fc.oneof({ weight: 4, arbitrary: mutations(valid) }, { weight: 2, arbitrary: mutations(validJob) }, { weight: 2, arbitrary: mutations(validDataset) });

function mutations(event: object): fc.Arbitrary<string> {
  return fc.array(fc.tuple(fc.constantFrom(...placesIn(event).slice(1)), hostile, fc.boolean()), { minLength: 1, maxLength: 3 }).map((changes) => {
    const copy = structuredClone(event) as Record<string, unknown>;
    for (const [n, [path, , add]] of changes.entries()) {
      let at: Record<string, unknown> | undefined = copy;
      for (const key of path.slice(0, -1)) at = typeof at === 'object' && at !== null ? (at[key] as Record<string, unknown> | undefined) : undefined;
      if (typeof at === 'object' && at !== null) at[add ? `added-${n}` : (path.at(-1) ?? '')] = marker(n);
    }
    return changes.reduce((text, [, value], n) => text.replace(`"${marker(n)}"`, () => value), JSON.stringify(copy));
  });
}

/** A valid event with its bytes damaged. */
const damaged = fc.array(fc.tuple(fc.nat({ max: JSON.stringify(valid).length - 1 }), fc.nat({ max: 255 }), fc.constantFrom('replace', 'insert', 'cut')), { minLength: 1, maxLength: 4 }).map((changes) => {
  let bytes = Buffer.from(JSON.stringify(valid));
  for (const [at, byte, how] of changes) {
    if (how === 'cut') bytes = bytes.subarray(0, at);
    else if (how === 'insert') bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at)]);
    else if (at < bytes.length) bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at + 1)]);
  }
  return bytes;
});

const anything = fc.oneof({ weight: 6, arbitrary: mutated }, { weight: 2, arbitrary: damaged }, { weight: 1, arbitrary: hostile }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) });

const isStored = async (digest: string) => (await admin.query('SELECT 1 FROM run_event WHERE digest = $1', [digest])).rowCount === 1;

/** What was answered how often: printed, so that a reader sees that something was tried. */
function tell(endpoint: string, counts: ReadonlyMap<number, number>) {
  process.stdout.write(`${endpoint}: ${[...counts].sort(([a], [b]) => a - b).map(([status, n]) => `${n} × ${status}`).join(', ')}\n`);
}

/** Whatever was taken can be read again: every version with its columns, and the names. */
async function readAll() {
  const { rows: versions } = await admin.query<{ id: string }>('SELECT id FROM asset_version ORDER BY id LIMIT 400');
  for (const { id } of versions) {
    for (const answer of [await getAssetVersion.execute(as(organisation.engineer), { id }), await getColumns.execute(as(organisation.engineer), { id }), await getGraph.execute(as(organisation.engineer), { node: `version:${id}`, shape: 'columns', depth: 3 })]) {
      if (!answer.ok) expect(answer.error.kind).toBe('not_found');
    }
  }
  const { rows: assets } = await admin.query<{ id: string }>('SELECT id FROM asset ORDER BY id LIMIT 400');
  for (const { id } of assets) expect((await getAsset.execute(as(organisation.engineer), { id })).ok).toBe(true);
  process.stdout.write(`read again: ${versions.length} versions, ${assets.length} names\n`);
}

describe('hostile bodies', () => {
  it('to the event endpoint: 2,500 of them, none answered with a 5xx, all that were taken are stored', async () => {
    const counts = new Map<number, number>();
    await fc.assert(fc.asyncProperty(anything, async (body) => {
      const answer = await send(postEvent, body);
      counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
      expect([201, 400, 413, 422]).toContain(answer.status);
      if (answer.status === 201) expect(await isStored(sha256(Buffer.from(body as string)))).toBe(true);
      else expect(await answer.json()).toMatchObject({ status: answer.status, detail: expect.stringMatching(/./) as string });
    }), { numRuns: 2500 });
    tell('POST /api/v1/lineage', counts);
    await readAll();
    for (const status of [201, 400, 422]) expect(counts.get(status), `answers with ${status}: ${JSON.stringify([...counts])}`).toBeGreaterThan(100);
  }, 300_000);

  it('to the batch endpoint: 300 batches, none answered with a 5xx, and what is not named as failed is stored', async () => {
    const counts = new Map<number, number>();
    await fc.assert(fc.asyncProperty(fc.array(fc.oneof({ weight: 5, arbitrary: mutated }, { weight: 1, arbitrary: hostile }), { maxLength: 6 }), async (elements) => {
      const answer = await send(postBatch, `[${elements.join(',')}]`);
      counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
      expect([200, 204, 400, 413]).toContain(answer.status);
      if (answer.status === 400) return;
      const failed = answer.status === 200 ? ((await answer.json()) as { failed_events: { index: number; reason: string }[] }).failed_events : [];
      expect(failed.every(({ reason }) => reason !== '')).toBe(true);
      for (const [index, element] of elements.entries()) {
        if (!failed.some((one) => one.index === index)) expect(await isStored(sha256(element))).toBe(true);
      }
    }), { numRuns: 300 });
    tell('POST /api/v1/lineage/batch', counts);
    expect(counts.get(200), JSON.stringify([...counts])).toBeGreaterThan(20);
  }, 300_000);

  it.each([['attestations', postAttestation], ['profiles', postProfile]] as const)('to the endpoint of %s: 400 of them, none answered with a 5xx, and every refusal has its reason', async (name, handler) => {
    const counts = new Map<number, number>();
    const shaped = fc.record({ payload: hostile, payloadType: hostile, signatures: hostile, model: hostile, role: hostile, windowStart: hostile, sampleCount: hostile, features: hostile, prediction: hostile }, { requiredKeys: [] })
      .map((fields) => `{${Object.entries(fields).map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`);
    await fc.assert(fc.asyncProperty(fc.oneof(shaped, anything), async (body) => {
      const answer = await send(handler, body);
      counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
      expect([200, 201, 400, 404, 409, 413, 415, 422]).toContain(answer.status);
      if (answer.status >= 400) expect(await answer.json()).toMatchObject({ status: answer.status, detail: expect.stringMatching(/./) as string });
    }), { numRuns: 400 });
    tell(`POST /api/v1/${name}`, counts);
  }, 300_000);

  it('packed, mislabelled or oversized: each has its own answer', async () => {
    const text = JSON.stringify(valid);
    expect((await send(postEvent, gzipSync(text), { 'content-encoding': 'gzip' })).status).toBe(201);
    expect((await send(postEvent, text, { 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await send(postEvent, gzipSync(text).subarray(0, 60), { 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await send(postEvent, text, { 'content-encoding': 'br' })).status).toBe(415);
    expect((await send(postEvent, gzipSync(Buffer.alloc(20_000_000, ' ')), { 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await send(postEvent, Buffer.alloc(5 * 1024 * 1024 + 1, ' '))).status).toBe(413);
    expect((await send(postEvent, '')).status).toBe(400);
  });
});
