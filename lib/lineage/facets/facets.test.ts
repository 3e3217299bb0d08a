// Standard facets in the versions in use, in the shapes that clients are known to send, and whatever else may come.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { facetTitle, knownFacets, plainFacts, readFacet, specificationOf, type KnownFacet } from './index.ts';

const read = (name: string, body: unknown): KnownFacet => {
  const reading = readFacet(name, body);
  if (reading.state !== 'read') throw new Error(`${name} was not read: ${JSON.stringify(reading)}`);
  return reading.facet;
};

describe('a facet of a dataset', () => {
  it('schema: fields with types, and fields within fields', () => {
    expect(read('schema', { _producer: 'p', fields: [{ name: 'a', type: 'INT' }, { name: 'b', fields: [{ name: 'c', type: 'STRING', description: 'inner' }] }] })).toEqual({
      kind: 'schema', fields: [{ name: 'a', type: 'INT', description: null, depth: 0 }, { name: 'b', type: null, description: null, depth: 0 }, { name: 'c', type: 'STRING', description: 'inner', depth: 1 }],
    });
  });
  it('version and datasetType: the words as they are, a number as text', () => {
    expect(read('version', { datasetVersion: 17 })).toEqual({ kind: 'facts', facts: [['Version', '17']] });
    expect(read('datasetType', { datasetType: 'FILE', subType: 'MODEL' })).toMatchObject({ facts: [['Type', 'FILE'], ['Subtype', 'MODEL']] });
  });
  it('dataQualityMetrics, also of inputs, also with numbers as text', () => {
    expect(read('inputFacets.dataQualityMetrics', { rowCount: '3', columnMetrics: { delay: { nullCount: 1, quantiles: { 0.5: 4, 0.1: 1 } } } })).toMatchObject({ kind: 'metrics', rowCount: 3, bytes: null, columns: [{ name: 'delay', nullCount: 1, max: null, quantiles: [{ at: '0.1', value: 1 }, { at: '0.5', value: 4 }] }] });
  });
  it('dataQualityAssertions: failed ones first, with severity, expected and actual', () => {
    expect(read('dataQualityAssertions', { assertions: [{ assertion: 'unique', success: true }, { assertion: 'not_null', success: false, column: 'delay', severity: 'warn', expected: 0, actual: '7' }] })).toMatchObject({ kind: 'checks', checks: [{ name: 'not_null', passed: false, column: 'delay', severity: 'warn', expected: '0', actual: '7' }, { name: 'unique', passed: true }] });
  });
  it('columnLineage: transformations of each input, and the older one of each field', () => {
    const input = { namespace: 'n', name: 't', field: 'a' };
    expect(read('columnLineage', { fields: { x: { inputFields: [{ ...input, transformations: [{ type: 'DIRECT', subtype: 'IDENTITY', masking: true }] }] }, y: { inputFields: [input], transformationType: 'MASKED', transformationDescription: 'sha' } }, dataset: [{ ...input, transformations: [{ type: 'INDIRECT', subtype: 'FILTER' }] }] })).toMatchObject({
      kind: 'columnLineage', fields: [{ name: 'x', inputs: [{ field: 'a', transformations: [{ subtype: 'IDENTITY', masking: true }] }] }, { name: 'y', inputs: [{ transformations: [{ type: 'MASKED', description: 'sha' }] }] }], dataset: [{ transformations: [{ subtype: 'FILTER' }] }],
    });
  });
  it('lineage: entries of a job, the drafts’ name for them, and the inputs of a dataset; no input at all is said', () => {
    const entry = { namespace: 'n', name: 'out', type: 'DATASET', inputs: [{ namespace: 'n', name: 'in', type: 'DATASET', field: 'a', transformations: [{ type: 'DIRECT' }] }, { type: 'JOB', runId: 'r' }], fields: { b: { inputs: [{ namespace: 'n', name: 'in', type: 'DATASET', field: 'a' }] } } };
    const expected = { kind: 'lineage', entries: [{ name: 'out', hasNoSource: false, inputs: [{ name: 'in', field: 'a' }, { type: 'JOB', name: null, runId: 'r' }], fields: [{ name: 'b', inputs: [{ field: 'a' }] }] }] };
    expect(read('lineage', { entries: [entry] })).toMatchObject(expected);
    expect(read('lineage', { lineage: [entry] })).toMatchObject(expected);
    expect(read('lineage', { inputs: [], fields: {} })).toMatchObject({ entries: [{ name: null, hasNoSource: true, inputs: [] }] });
  });
  it('symlinks, lifecycle, statistics', () => {
    expect(read('symlinks', { identifiers: [{ namespace: 'hive', name: 'db.t', type: 'TABLE' }, 7] })).toEqual({ kind: 'symlinks', identifiers: [{ namespace: 'hive', name: 'db.t', type: 'TABLE' }] });
    expect(read('lifecycleStateChange', { lifecycleStateChange: 'RENAME', previousIdentifier: { namespace: 'n', name: 'old' } })).toMatchObject({ facts: [['Change', 'RENAME'], ['Before', 'n / old']] });
    expect(read('outputFacets.outputStatistics', { rowCount: 5, size: 100 })).toMatchObject({ kind: 'metrics', rowCount: 5, bytes: 100 });
  });
});

describe('a facet of a job', () => {
  it('sourceCodeLocation, jobType, ownership, tags', () => {
    expect(read('sourceCodeLocation', { type: 'git', url: 'https://git.example/x', version: 'c0ffee', pullRequestNumber: 42 })).toMatchObject({ kind: 'sourceCodeLocation', version: 'c0ffee', pullRequestNumber: '42', branch: null });
    expect(read('jobType', { processingType: 'STREAMING', integration: 'FLINK', emissionPattern: { eventTrigger: 'TIME_BASED', eventContentMode: 'ACCUMULATIVE', windowDuration: 300 } })).toMatchObject({ facts: [['Processing', 'STREAMING'], ['Integration', 'FLINK'], ['Job type', null], ['Events are sent', 'TIME_BASED, ACCUMULATIVE, every 300 s']] });
    expect(read('ownership', { owners: [{ name: 'team:fraud', type: 'MAINTAINER' }] })).toEqual({ kind: 'owners', owners: [{ name: 'team:fraud', type: 'MAINTAINER' }] });
    expect(read('tags', { tags: [{ key: 'pii', value: true, source: 'SPARK' }] })).toEqual({ kind: 'tags', tags: [{ key: 'pii', value: 'true', source: 'SPARK', field: null }] });
  });
});

describe('a facet of a run', () => {
  it('parent and root, under both names', () => {
    const reference = (id: string) => ({ run: { runId: id }, job: { namespace: 'n', name: id } });
    for (const name of ['parent', 'parentRun']) expect(read(name, { ...reference('P'), root: reference('R') })).toMatchObject({ kind: 'parent', parent: { runId: 'p', name: 'P' }, root: { runId: 'r' } });
    expect(read('parent', { ...reference('p'), root: 'none' })).toMatchObject({ root: null });
  });
  it('nominalTime, errorMessage, processing_engine', () => {
    expect(read('nominalTime', { nominalStartTime: '2026-01-01T00:00:00Z' })).toMatchObject({ facts: [['From', '2026-01-01T00:00:00Z'], ['To', null]] });
    expect(read('errorMessage', { message: 'no', programmingLanguage: 'JAVA', stackTrace: 'at x' })).toEqual({ kind: 'error', message: 'no', programmingLanguage: 'JAVA', stackTrace: 'at x' });
    expect(read('processing_engine', { version: '3.5', name: 'spark' })).toMatchObject({ facts: [['Engine', 'spark'], ['Version', '3.5'], ['Adapter', null]] });
  });
  it('executionParameters: any value, and a key or a name', () => {
    expect(read('executionParameters', { parameters: [{ key: 'depth', name: 'depth', value: 3 }, { name: 'layers', value: [1, 2] }, { value: 'lost' }] })).toMatchObject({ kind: 'parameters', parameters: [{ key: 'depth', name: null, value: '3' }, { key: 'layers', value: '[1,2]' }] });
  });
  it('test: a skipped one has not passed and not failed', () => {
    expect(read('test', { tests: [{ name: 'a', status: 'PASS' }, { name: 'b', status: 'skipped' }, { name: 'c', status: 'fail', severity: 'error', expected: '1', actual: '0' }] })).toMatchObject({ checks: [{ name: 'c', passed: false }, { name: 'b', passed: null }, { name: 'a', passed: true }] });
  });
  it('environmentVariables', () => {
    expect(read('environmentVariables', { environmentVariables: [{ name: 'A', value: '1' }] })).toEqual({ kind: 'environment', variables: [{ name: 'A', value: '1' }] });
  });
});

describe('what engines and platforms report', () => {
  it('subset: places, partitions and conditions in words', () => {
    const compare = (field: string, comparison: string, value?: string) => ({ type: 'compare', comparison, left: { type: 'field', field }, right: { type: 'literal', value } });
    expect(read('inputFacets.subset', { inputCondition: { type: 'location', locations: ['s3://a/1', 's3://a/2'] } })).toEqual({ kind: 'facts', facts: [['Location', 's3://a/1'], ['Location', 's3://a/2']] });
    expect(read('inputFacets.subset', { inputCondition: { type: 'partition', partitions: [{ identifier: 'p1', dimensions: { day: '2026-01-01', country: 'NL' } }, { dimensions: { day: 2 } }] } })).toMatchObject({ facts: [['Partition p1', 'day = 2026-01-01, country = NL'], ['Partition', 'day = 2']] });
    expect(read('outputFacets.subset', { outputCondition: { type: 'binary', operator: 'AND', left: compare('country', 'EQUAL', 'NL'), right: { type: 'binary', operator: 'OR', left: compare('day', 'GREATER_EQUAL_THAN', '1'), right: compare('day', 'LIKE') } } })).toMatchObject({ facts: [['Where', 'country = NL and (day ≥ 1 or day like …)']] });
    expect(readFacet('subset', { condition: { type: 'sample' } })).toEqual({ state: 'unreadable', reason: 'the facet: says neither places, partitions nor a condition' });
  });
  it('Iceberg’s scans and commits, with ids whose digits were kept as text', () => {
    expect(read('inputFacets.icebergScanReport', { snapshotId: '4521889311223344556', filter: 'a = 1', projectedFieldNames: ['a', 'b'], scanMetrics: { totalPlanningDuration: 1200, resultDataFiles: 3, skipped: 'x' }, metadata: { 'engine-name': 'spark' } }))
      .toMatchObject({ facts: [['Snapshot', '4521889311223344556'], ['Filter', 'a = 1'], ['Schema', null], ['Columns read', 'a, b'], ['Total planning duration', '1,200 ms'], ['Result data files', '3'], ['engine-name', 'spark']] });
    expect(read('outputFacets.icebergCommitReport', { operation: 'append', snapshotId: 7, sequenceNumber: 2, commitMetrics: { addedDVs: 1 } })).toMatchObject({ facts: [['Operation', 'append'], ['Snapshot', '7'], ['Sequence number', '2'], ['Added DVs', '1']] });
  });
  it('extractionError: how much could not be analysed, and why', () => {
    expect(read('extractionError', { totalTasks: 2, failedTasks: 1, errors: [{ errorMessage: 'no', task: 'CREATE TYPE', taskNumber: 0 }] })).toEqual({ kind: 'extraction', totalTasks: 2, failedTasks: 1, errors: [{ message: 'no', task: 'CREATE TYPE', taskNumber: '0', stackTrace: null }] });
  });
  it('Google Cloud’s facets, as words', () => {
    expect(read('gcp_lineage', { _producer: 'p', displayName: 'Churn', origin: { name: 'projects/p', sourceType: 'DATAPROC' } })).toEqual({ kind: 'facts', facts: [['Display name', 'Churn'], ['Origin name', 'projects/p'], ['Origin source type', 'DATAPROC']] });
  });
  it('jobDependencies: how runs follow one another, and when this one may begin', () => {
    expect(read('jobDependencies', { upstream: [{ job: { namespace: 'n', name: 'a' }, run: { runId: 'R' }, dependency_type: 'DIRECT_INVOCATION', status_trigger_rule: 'EXECUTE_ON_SUCCESS' }], trigger_rule: 'ALL_SUCCESS' })).toMatchObject({ rule: 'ALL_SUCCESS', upstream: [{ name: 'a', runId: 'r', how: 'DIRECT_INVOCATION, EXECUTE_ON_SUCCESS' }], downstream: [] });
  });
  it('positions of columns, properties of a catalogue, and documentation that is Markdown', () => {
    expect(read('schema', { fields: [{ name: 'b', ordinal_position: 2 }, { name: 'a', ordinal_position: 1 }] })).toMatchObject({ fields: [{ name: 'a' }, { name: 'b' }] });
    expect(read('catalog', { framework: 'iceberg', catalogProperties: { 'io-impl': 'S3' } })).toMatchObject({ facts: expect.arrayContaining([['io-impl', 'S3']]) as unknown });
    expect([read('documentation', { description: '# A', contentType: 'text/markdown' }), read('documentation', { description: '# A' })]).toMatchObject([{ markdown: true }, { markdown: false }]);
  });
});

describe('whatever else comes', () => {
  it('is unknown where nobody specified it, and unreadable with a reason where it has another shape', () => {
    expect(readFacet('toString', {})).toEqual({ state: 'unknown' });
    expect(readFacet('airflow_version', {})).toEqual({ state: 'unknown' });
    expect(readFacet('schema', { fields: 'all' })).toMatchObject({ state: 'unreadable', reason: expect.stringMatching(/./) as string });
    expect(readFacet('environmentVariables', { environmentVariables: '[redacted]' })).toEqual({ state: 'unreadable', reason: 'environmentVariables: must be a list' });
    expect(readFacet('dataQualityAssertions', { assertions: [{ assertion: 'unique', success: 'yes' }] })).toEqual({ state: 'unreadable', reason: 'assertions: has no entry in the expected shape' });
  });
  it('is told as names and values where it is flat, and left as it came where it is not', () => {
    expect(plainFacts({ _producer: 'p', properties: { 'spark.master': 'yarn', 'spark.tags': ['a', 2] }, restored: 0, gone: null })).toEqual([['properties › spark.master', 'yarn'], ['properties › spark.tags', 'a, 2'], ['restored', '0'], ['gone', 'null']]);
    for (const body of [null, 'x', [1], {}, { _producer: 'p' }, { plan: [{ a: 1 }] }, { plan: [] }, { a: { b: { c: { d: 1 } } } }, { text: 'x'.repeat(301) }, Object.fromEntries(Array.from({ length: 61 }, (_, n) => [n, n]))]) expect(plainFacts(body)).toBeNull();
    fc.assert(fc.property(fc.jsonValue(), (body) => { const facts = plainFacts(body); expect(facts === null || facts.length > 0).toBe(true); }));
  });
  it('has a name in words where it is a standard one', () => {
    expect(knownFacets.filter((name) => facetTitle(name) === null)).toEqual([]);
    expect([facetTitle('outputFacets.outputStatistics'), facetTitle('spark_properties'), facetTitle('toString')]).toEqual(['How much was written', null, null]);
  });
  it('is never an exception', () => {
    fc.assert(fc.property(fc.constantFrom(...knownFacets), fc.anything(), (name, body) => { expect(['read', 'unreadable']).toContain(readFacet(name, body).state); }), { numRuns: 2000 });
    const keys = fc.constantFrom('fields', 'identifiers', 'entries', 'inputs', 'lineage', 'tags', 'owners', 'tests', 'parameters', 'assertions', 'columnMetrics', 'run', 'job', 'root', 'name', 'type', 'message', 'query');
    fc.assert(fc.property(fc.constantFrom(...knownFacets), fc.dictionary(keys, fc.oneof(fc.jsonValue(), fc.array(fc.dictionary(keys, fc.jsonValue())))), (name, body) => { expect(['read', 'unreadable']).toContain(readFacet(name, body).state); }), { numRuns: 2000 });
  });
  it('says which specification it follows where it does', () => {
    expect(specificationOf({ _schemaURL: 'https://openlineage.io/spec/facets/1-0-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet' })).toBe('SchemaDatasetFacet 1-0-1');
    expect([specificationOf({ _schemaURL: 7 }), specificationOf(null), specificationOf({})]).toEqual([null, null, null]);
  });
});
