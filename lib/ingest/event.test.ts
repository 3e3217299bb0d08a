// Reading one event: what is tolerated, what is refused and by which name, and what of it is never kept.
import { describe, expect, it } from 'vitest';
import { readEvent } from './event.ts';

const runId = '3f5e83fa-3480-44ff-99c5-ff943904e5e8';
const base = { eventType: 'START', eventTime: '2026-01-01T00:00:00Z', producer: 'https://example.test', schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent', run: { runId }, job: { namespace: 'jobs', name: 'train' } };

const read = (event: unknown) => {
  const result = readEvent(typeof event === 'string' ? event : JSON.stringify(event));
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
const problem = (event: unknown) => {
  const result = readEvent(typeof event === 'string' ? event : JSON.stringify(event));
  if (result.ok) throw new Error('was taken');
  return result.error;
};

describe('an event is recognised', () => {
  it.each([
    ['by the tail of its schema', { ...base }, 'run'],
    ['by the tail that older producers write', { ...base, schemaURL: 'https://openlineage.io/spec/1-0-5/OpenLineage.json#/definitions/RunEvent' }, 'run'],
    ['without schema and producer', { ...base, schemaURL: undefined, producer: undefined }, 'run'],
    ['by structure where the schema says nothing', { ...base, schemaURL: 'https://example.test/mine' }, 'run'],
    ['as a run although its schema says job, so that a wrong label hides no run', { ...base, schemaURL: 'x#/$defs/JobEvent' }, 'run'],
    ['as a job', { ...base, run: undefined, schemaURL: 'x#/$defs/JobEvent' }, 'job'],
    ['as a dataset', { eventTime: base.eventTime, dataset: { namespace: 'lake', name: 'raw' } }, 'dataset'],
  ])('%s', (_, event, kind) => {
    expect(read(event).kind).toBe(kind);
  });
});

describe('tolerated are', () => {
  it('event types in any case, and none', () => {
    expect([read({ ...base, eventType: 'complete' }).type, read({ ...base, eventType: undefined }).type]).toEqual(['COMPLETE', 'OTHER']);
  });
  it('null where a list or facets may be missing', () => {
    expect(read({ ...base, inputs: null, outputs: null, run: { runId, facets: null }, job: { ...base.job, facets: { sql: null } } }).edges).toEqual([]);
  });
  it('the old name of the parent facet', () => {
    const parent = { run: { runId: runId.replace('3', '4') }, job: { namespace: 'jobs', name: 'flights' } };
    expect(read({ ...base, run: { runId, facets: { parentRun: parent } } }).run?.parent?.runId).toBe(runId.replace('3', '4'));
  });
  it('a run that names itself as its parent, which then has none', () => {
    expect(read({ ...base, run: { runId, facets: { parent: { run: { runId: runId.toUpperCase() }, job: base.job } } } }).run?.parent).toBeNull();
  });
  it('run ids in capitals, kept in small letters', () => {
    expect(read({ ...base, run: { runId: runId.toUpperCase() } }).run?.id).toBe(runId);
  });
});

describe('a name that is shown as another than it is', () => {
  it('is refused, of jobs, datasets and versions; right-to-left scripts and their marks are names like others', () => {
    expect(problem({ ...base, job: { namespace: 'jobs', name: 'report\u202egpj.exe' } }).errors[0]?.path).toBe('job.name');
    expect(problem({ ...base, inputs: [{ namespace: 'la\u2066ke', name: 'raw' }] }).errors[0]?.path).toBe('inputs.0.namespace');
    expect(problem({ ...base, inputs: [{ namespace: 'lake', name: 'raw', facets: { version: { datasetVersion: 'v1\u202d' } } }] }).errors[0]?.path).toBe('inputs.0.facets.version.datasetVersion');
    expect(read({ ...base, job: { namespace: 'וظائف', name: 'تدريب\u200f النموذج' } }).job?.name).toBe('تدريب\u200f النموذج');
  });
});

describe('numbers that a double cannot hold', () => {
  const sent = (version: string) => JSON.stringify({ ...base, run: { runId, facets: { scan: { snapshotId: '@', token: 'secret-of-mine' } } }, inputs: [{ namespace: 'lake', name: 'raw', facets: { version: { datasetVersion: '@' } } }] }).replaceAll('"@"', version);
  it('are two versions where they differ in the last digit', () => {
    expect(['4521889311223344556', '4521889311223344557'].map((version) => read(sent(version)).edges[0]?.version.label)).toEqual(['4521889311223344556', '4521889311223344557']);
  });
  it('keep their digits in facets, and in the kept event where a secret had to be removed from it', () => {
    const event = read(sent('4521889311223344556'));
    expect(event.run?.facets[0]?.body).toEqual({ snapshotId: '4521889311223344556', token: '[redacted]' });
    expect(JSON.parse(event.bytes.toString())).toMatchObject({ run: { facets: { scan: { snapshotId: '4521889311223344556' } } } });
  });
  it('stay as they were sent in an event without secrets', () => {
    const text = sent('1e400').replace('secret-of-mine', '').replace(',"token":""', '');
    expect(read(text).bytes.toString()).toBe(text);
  });
});

describe('facets', () => {
  it('that nobody knows are kept word for word', () => {
    const body = { nested: [{ deep: { value: 1.5 } }], 'a key': null };
    expect(read({ ...base, run: { runId, facets: { unheard_of: body } } }).run?.facets).toEqual([{ name: 'unheard_of', body }]);
  });
  it('called __proto__ or constructor are facets like others', () => {
    const text = JSON.stringify(base).replace(`"runId":"${runId}"`, `"runId":"${runId}","facets":{"__proto__":{"polluted":true},"constructor":{"a":1}}`);
    expect(read(text).run?.facets.map((facet) => facet.name)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
  it('with text that the database cannot hold are stored readable; the bytes stay as they are', () => {
    const event = read({ ...base, run: { runId, facets: { odd: { text: 'a\u0000b', 'k\u0000': '\ud800' } } } });
    expect(event.run?.facets[0]?.body).toEqual({ text: 'a\u2400b', 'k\u2400': '\ufffd' });
    expect(event.bytes.toString()).toContain('a\\u0000b');
  });
  it('of one use of a dataset stand beside those of the dataset', () => {
    const event = read({ ...base, inputs: [{ namespace: 'lake', name: 'raw', facets: { schema: { fields: [] } }, inputFacets: { dataQualityAssertions: { assertions: [] } } }] });
    expect(event.edges[0]?.facets.map((facet) => facet.name)).toEqual(['schema', 'inputFacets.dataQualityAssertions']);
  });
});

describe('refused is, by name of the field,', () => {
  it.each([
    ['run.runId', { ...base, run: { runId: 'run_id' } }],
    ['run.runId', { ...base, run: {} }],
    ['run', { ...base, run: 'x' }],
    ['eventTime', { ...base, eventTime: '+275760-09-13T00:00:00Z' }],
    ['eventTime', { ...base, eventTime: 1767225600 }],
    ['eventTime', { ...base, eventTime: undefined }],
    ['eventType', { ...base, eventType: 'COMPLETED' }],
    ['job', { ...base, job: undefined }],
    ['job.name', { ...base, job: { namespace: 'n', name: 'x'.repeat(2001) } }],
    ['job.name', { ...base, job: { namespace: 'n', name: 'a\u0000b' } }],
    ['job.namespace', { ...base, job: { namespace: '\ud800', name: 'x' } }],
    ['inputs', { ...base, inputs: {} }],
    ['inputs.1.name', { ...base, inputs: [{ namespace: 'n', name: 'd' }, { namespace: 'n' }] }],
    ['inputs', { ...base, inputs: Array.from({ length: 1001 }, (_, n) => ({ namespace: 'n', name: String(n) })) }],
    ['inputs.0.facets', { ...base, inputs: [{ namespace: 'n', name: 'd', facets: { version: { datasetVersion: 'a'.repeat(64) }, gatehouse_digest: { digest: 'b'.repeat(64) } } }] }],
    ['inputs.0.facets.gatehouse_digest.digest', { ...base, inputs: [{ namespace: 'n', name: 'd', facets: { gatehouse_digest: { digest: 'b'.repeat(63) } } }] }],
    ['run.facets.mine', { ...base, run: { runId, facets: { mine: 'text' } } }],
    ['run.facets.parent.run.runId', { ...base, run: { runId, facets: { parent: { run: { runId: 'x' }, job: base.job } } } }],
    ['run.facets', { ...base, run: { runId, facets: { ['f'.repeat(257)]: {} } } }],
    ['', []],
    ['', 'null'],
  ])('%s', (path, event) => {
    expect(problem(event)).toMatchObject({ kind: 'invalid', errors: [{ path }] });
  });

  it('the same key twice, nesting without end, and what is no JSON', () => {
    expect(problem('{"run":1,"run":2}').message).toContain('"run"');
    expect(problem(`{"a":${'['.repeat(200_000)}`).message).toContain('nested deeper');
    expect(problem('{"a":').kind).toBe('malformed');
    expect(problem('\ufeff{}').kind).toBe('malformed');
  });
});

describe('secrets', () => {
  const secretive = {
    ...base,
    run: { runId, facets: { environmentVariables: { environmentVariables: [{ name: 'AWS_SECRET_ACCESS_KEY', value: 'wJalrXUtnFEMI/K7MDENG' }, { name: 'HOME', value: '/home/pipeline' }, { name: 'INNOCENT', value: 'ghp_0123456789abcdefghij0123456789abcdef' }] } } },
    inputs: [{ namespace: 'postgres://reader:hunter2@db.example:5432', name: 'public.flights', facets: { dataSource: { uri: 'postgres://reader:hunter2@db.example/flights' } } }],
    extra: { password: 'hunter2' },
  };
  it('are in nothing that is kept: not in facets, not in names, not in the bytes', () => {
    const event = read(secretive);
    const kept = JSON.stringify(event) + event.bytes.toString();
    for (const secret of ['wJalrXUtnFEMI', 'hunter2', 'ghp_0123456789']) expect(kept).not.toContain(secret);
    expect(kept).toContain('/home/pipeline');
    expect(event.edges[0]?.namespace).toBe('postgres://db.example:5432');
  });
  it('change the bytes, not the digest: that is of what was sent, so a repetition is still known', async () => {
    const { sha256 } = await import('#lib/kernel/canonical-json.ts');
    const event = read(secretive);
    expect(event.digest).toBe(sha256(JSON.stringify(secretive)));
    expect(sha256(event.bytes)).not.toBe(event.digest);
  });
  it('that stand in variables of another shape go with the whole', () => {
    const event = read({ ...base, run: { runId, facets: { environmentVariables: { environmentVariables: { DATABASE: 'a value of any name' } } } } });
    expect(event.bytes.toString()).not.toContain('a value of any name');
  });
  it('that are not there leave the bytes as they came', () => {
    const text = ` ${JSON.stringify(base, null, 2)}\n`;
    expect(read(text).bytes.toString()).toBe(text);
  });
});
