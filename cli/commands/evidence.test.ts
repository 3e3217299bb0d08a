// Rules of signed evidence: what each statement says, that it verifies, and what is never signed.
import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, gatehouse, makeBench, TOKEN } from '#cli/testing/command.ts';
import { eventsIn, statementsIn } from '#cli/testing/events.ts';
import { startPortal, type TestPortal } from '#cli/testing/portal.ts';
import { profile } from '#lib/drift/schema.ts';
import { IN_TOTO_PAYLOAD_TYPE, pae, parseEnvelope } from '#lib/evidence/format/dsse.ts';
import { EVALUATION_TYPE, evaluationPredicate, PROVENANCE_TYPE, provenancePredicate, stageParameters, TEST_RESULT_TYPE, testResultPredicate } from '#lib/evidence/format/statement.ts';
import { missing } from '#cli/testing/tools.ts';

const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');
const BASE = ['run', '--pipeline', 'flights', '--stage', 'train'];

let bench: Bench;
let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
  bench = makeBench({ GATEHOUSE_URL: portal.url, GATEHOUSE_TOKEN: TOKEN });
  await gatehouse(bench, ['keygen', '--out', 'key.pem']);
  bench.environment['GATEHOUSE_KEY'] = 'key.pem';
});
afterEach(async () => {
  await portal.close();
  bench.remove();
});
const publicKey = () => readFileSync(join(bench.folder, 'key.pem.pub'), 'utf8');
const statements = () => statementsIn(portal.arrivals, publicKey());
const put = (name: string, value: unknown) => { writeFileSync(join(bench.folder, `${name}.source`), typeof value === 'string' || value instanceof Buffer ? value : JSON.stringify(value)); };
/** A command that writes the given files from what `put` prepared. */
const writing = (...names: string[]) => ['sh', '-c', names.map((name) => `cp ${name}.source ${name}`).join(' && ')];
const validation = { result: 'WARNED', tests: [{ name: 'rows', column: null, status: 'passed', expected: '> 0', actual: '10' }, { name: 'nulls', column: 'delay', status: 'warned', expected: '0', actual: '2' }] };
const evaluation = (digest: string) => ({ dataset: { name: 'test-set', digest }, metrics: [{ name: 'auc', slice: null, value: 0.81, sampleCount: 100, higherIsBetter: true }], threshold: 0.5 });
const feature = { name: 'distance', kind: 'numeric', count: 4, nullCount: 0, edges: [0, 10], counts: [1, 2, 1], mean: 5, standardDeviation: 3, minimum: -1, maximum: 11 };
const window = { role: 'window', windowStart: '2001-01-01T00:00:00Z', windowEnd: '2001-02-01T00:00:00Z', sampleCount: 4, features: [feature], prediction: { ...feature, name: 'prediction' }, performance: [] };

describe('provenance', () => {
  it.skipIf(missing('git'))('of a successful run names every output, input, source and lock file, and verifies', async () => {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: bench.folder, env: { ...process.env, HOME: bench.folder } });
    git('init', '-q', '-b', 'main');
    git('config', 'user.email', 'a@b.c');
    git('config', 'user.name', 'a');
    git('remote', 'add', 'origin', 'https://user:secretpassword@git.example/team/flights.git');
    writeFileSync(join(bench.folder, '.gitignore'), 'spool\n*.pem*\n*.source\n');
    writeFileSync(join(bench.folder, 'requirements.txt'), 'numpy==1.26.4\n');
    git('add', '.gitignore', 'requirements.txt');
    git('commit', '-qm', 'first');
    writeFileSync(join(bench.folder, 'in'), 'in');
    const { code, stderr } = await gatehouse(bench, [...BASE, '--input', 'raw=in', '--output', 'model=m', '--output', 'report=r', '--param', 'lr=0.1', '--', 'sh', '-c', 'printf m > m; printf r > r']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/COMPLETE in \d+\.\d s: 1 input, 2 outputs; 1 statement signed with key [0-9a-f]{16}\n/);
    const [statement, ...others] = statements();
    expect(others).toEqual([]);
    expect(statement).toMatchObject({ predicateType: PROVENANCE_TYPE, subject: [{ name: 'model', digest: { sha256: sha256('m') } }, { name: 'report', digest: { sha256: sha256('r') } }] });
    const { buildDefinition, runDetails } = provenancePredicate.parse(statement?.predicate);
    expect(buildDefinition.buildType).toBe('https://gatehouse.dev/build-types/pipeline-stage/v1');
    expect(stageParameters.parse(buildDefinition.externalParameters)).toEqual({ pipeline: 'flights', stage: 'train', parameters: { lr: '0.1' }, command: ['sh', '-c', 'printf m > m; printf r > r'] });
    expect(buildDefinition.internalParameters).toEqual({ namespace: 'flights' });
    const commit = git('rev-parse', 'HEAD').toString().trim();
    expect(buildDefinition.resolvedDependencies).toEqual([
      { name: 'raw', uri: 'gatehouse:flights/raw', digest: { sha256: sha256('in') } },
      { name: 'source', uri: 'git+https://git.example/team/flights.git@main', digest: { gitCommit: commit } },
      { name: 'requirements.txt', digest: { sha256: sha256('numpy==1.26.4\n') } },
    ]);
    const [started, ended] = eventsIn(portal.arrivals);
    expect(runDetails).toEqual({
      builder: { id: 'https://gatehouse.dev/builders/command/v1', version: { gatehouse: expect.any(String) as string } },
      metadata: { invocationId: ended?.run.runId, startedOn: started?.eventTime, finishedOn: ended?.eventTime },
      byproducts: [{ name: 'log', digest: { sha256: sha256('') } }],
    });
    expect(ended?.job.facets['sourceCodeLocation']).toMatchObject({ type: 'git', url: 'https://git.example/team/flights.git', version: commit, branch: 'main' });
    expect(ended?.run.facets['gatehouse_execution']).toMatchObject({ git: { commit, branch: 'main', dirty: false, remote: 'https://git.example/team/flights.git' }, packageLock: { name: 'requirements.txt', digest: `sha256:${sha256('numpy==1.26.4\n')}` }, packages: [{ name: 'numpy', version: '1.26.4' }], packagesTruncated: false });
    expect(portal.arrivals.map(({ body }) => body.toString()).join('')).not.toContain('secretpassword');
  });

  it.skipIf(missing('openssl')).each(['ecdsa-p256', 'ed25519'])('signed with %s verifies by openssl, and its key id is that of the public key', async (type) => {
    await gatehouse(bench, ['keygen', '--out', 'other.pem', '--type', type]);
    await gatehouse(bench, [...BASE, '--output', 'o=o', '--', 'sh', '-c', 'echo x > o'], { environment: { GATEHOUSE_KEY: 'other.pem' } });
    const envelope = parseEnvelope(portal.arrivals.at(-1)?.body ?? '');
    if (!envelope.ok) throw new Error(envelope.error.message);
    const { payloadType, payload, signatures } = envelope.value;
    expect(payloadType).toBe(IN_TOTO_PAYLOAD_TYPE);
    expect(signatures).toHaveLength(1);
    const path = (name: string) => join(bench.folder, name);
    writeFileSync(path('signed'), pae(payloadType, payload));
    writeFileSync(path('signature'), signatures[0]?.sig ?? '');
    const verifyArgs = type === 'ed25519' ? ['pkeyutl', '-verify', '-pubin', '-inkey', path('other.pem.pub'), '-rawin', '-in', path('signed'), '-sigfile', path('signature')] : ['dgst', '-sha256', '-verify', path('other.pem.pub'), '-signature', path('signature'), path('signed')];
    expect(execFileSync('openssl', verifyArgs).toString()).toMatch(/Verified OK|Signature Verified Successfully/);
    const der = execFileSync('openssl', ['pkey', '-pubin', '-in', path('other.pem.pub'), '-outform', 'DER']);
    expect(signatures[0]?.keyid).toBe(createHash('sha256').update(der).digest('hex'));
  });

  it('is not made for a failed run, nor for one without outputs', async () => {
    await gatehouse(bench, [...BASE, '--output', 'o=o', '--', 'sh', '-c', 'echo x > o; exit 1']);
    await gatehouse(bench, [...BASE, '--', 'true']);
    expect(statements()).toEqual([]);
  });

  it('does not verify with another key or after one changed byte', async () => {
    await gatehouse(bench, [...BASE, '--output', 'o=o', '--', 'sh', '-c', 'echo x > o']);
    await gatehouse(bench, ['keygen', '--out', 'stranger.pem']);
    const envelope = parseEnvelope(portal.arrivals.at(-1)?.body ?? '');
    if (!envelope.ok) throw new Error(envelope.error.message);
    const { payloadType, payload, signatures } = envelope.value;
    const signature = signatures[0]?.sig ?? new Uint8Array();
    const holds = (key: string, body: Uint8Array) => verify('sha256', pae(payloadType, body), createPublicKey(readFileSync(join(bench.folder, key))), signature);
    expect(holds('key.pem.pub', payload)).toBe(true);
    expect(holds('stranger.pem.pub', payload)).toBe(false);
    expect(holds('key.pem.pub', payload.map((byte, at) => (at === 100 ? byte ^ 1 : byte)))).toBe(false);
  });
});

describe('a validation', () => {
  it('becomes a signed test result and an assertions facet of the dataset', async () => {
    put('v.json', validation);
    writeFileSync(join(bench.folder, 'in'), 'in');
    writeFileSync(join(bench.folder, 'rules.yaml'), 'rules');
    const { code } = await gatehouse(bench, [...BASE, '--input', 'raw=in', '--input', 'rules=rules.yaml', '--type', 'rules=configuration', '--validation', 'raw=v.json', '--', ...writing('v.json')]);
    expect(code).toBe(0);
    const [statement] = statements();
    expect(statement).toMatchObject({ predicateType: TEST_RESULT_TYPE, subject: [{ name: 'raw', digest: { sha256: sha256('in') } }] });
    const predicate = testResultPredicate.parse(statement?.predicate);
    expect(predicate).toMatchObject({ result: 'WARNED', passedTests: ['rows'], warnedTests: ['nulls'], failedTests: [], gatehouse_tests: validation.tests });
    expect(predicate.configuration).toContainEqual({ name: 'rules', digest: { sha256: sha256('rules') } });
    expect(eventsIn(portal.arrivals)[1]?.inputs[0]?.inputFacets?.['dataQualityAssertions']).toMatchObject({
      assertions: [
        { assertion: 'rows', success: true, expected: '> 0', actual: '10' },
        { assertion: 'nulls', success: false, column: 'delay', severity: 'warn', expected: '0', actual: '2' },
      ],
    });
  });

  it('of an output stands on the output', async () => {
    put('v.json', validation);
    put('out', 'out');
    await gatehouse(bench, [...BASE, '--output', 'clean=out', '--validation', 'clean=v.json', '--', ...writing('v.json', 'out')]);
    expect(eventsIn(portal.arrivals)[1]?.outputs[0]?.facets).toHaveProperty('dataQualityAssertions');
    expect(statements().map(({ predicateType }) => predicateType)).toEqual([PROVENANCE_TYPE, TEST_RESULT_TYPE]);
  });

  it('that failed is signed too, when the command then exits with an error', async () => {
    put('v.json', { result: 'FAILED', tests: [{ name: 'rows', column: null, status: 'failed', expected: '> 0', actual: '0' }] });
    writeFileSync(join(bench.folder, 'in'), 'in');
    const { code } = await gatehouse(bench, [...BASE, '--input', 'raw=in', '--validation', 'raw=v.json', '--', 'sh', '-c', 'cp v.json.source v.json; exit 4']);
    expect(code).toBe(4);
    expect(statements().map(({ predicate }) => predicate?.['result'])).toEqual(['FAILED']);
  });
});

describe('an evaluation', () => {
  it('becomes a signed statement about the model, with run and time', async () => {
    writeFileSync(join(bench.folder, 'm'), 'model');
    writeFileSync(join(bench.folder, 't'), 'test');
    put('e.json', evaluation(`sha256:${sha256('test')}`));
    const { code } = await gatehouse(bench, [...BASE, '--input', 'model=m', '--input', 'test-set=t', '--type', 'model=model', '--evaluation', 'model=e.json', '--', ...writing('e.json')]);
    expect(code).toBe(0);
    const [statement] = statements();
    expect(statement).toMatchObject({ predicateType: EVALUATION_TYPE, subject: [{ name: 'model', digest: { sha256: sha256('model') } }] });
    const ended = eventsIn(portal.arrivals)[1];
    expect(ended?.run.facets['gatehouse_metrics']).toMatchObject({ metrics: [{ name: 'auc', slice: null, value: 0.81, dataset: 'test-set' }] });
    expect(evaluationPredicate.parse(statement?.predicate)).toEqual({ ...evaluation(`sha256:${sha256('test')}`), runId: ended?.run.runId, evaluatedOn: ended?.eventTime });
  });

  const model = () => { writeFileSync(join(bench.folder, 'm'), 'model'); };
  const evaluate = (command: readonly string[]) => gatehouse(bench, [...BASE, '--input', 'model=m', '--output', 'out=out', '--evaluation', 'model=e.json', '--', ...command]);

  it.each<[string, unknown, string]>([
    ['has a wrong field', { ...evaluation(`sha256:${'a'.repeat(64)}`), metrics: [{ name: 'auc', value: 'high', sampleCount: 1 }] }, 'metrics[0].value: '],
    ['misspells a field', { ...evaluation(`sha256:${'a'.repeat(64)}`), treshold: 1 }, 'treshold'],
    ['is not JSON', '{"metrics": [}', 'not valid JSON'],
    ['holds NaN', '{"metrics": [{"value": NaN}]}', 'NaN is not JSON: write null or leave the entry out'],
    ['has a key twice', '{"dataset": {}, "dataset": {}}', 'the key "dataset" stands twice'],
    ['is not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'the document is not UTF-8'],
  ])('that %s fails the run with 65, and says what is wrong', async (_, content, message) => {
    model();
    put('e.json', content);
    put('out', 'out');
    const { code, stderr } = await evaluate(writing('e.json', 'out'));
    expect(code).toBe(65);
    expect(stderr).toContain('FAIL: the evaluation of "model" (e.json): ');
    expect(stderr).toContain(message);
    expect(eventsIn(portal.arrivals)[1]?.eventType).toBe('FAIL');
    expect(statements()).toEqual([]);
  });

  it('that the command did not write is not its evidence: exit code 65', async () => {
    model();
    put('out', 'out');
    writeFileSync(join(bench.folder, 'e.json'), JSON.stringify(evaluation(`sha256:${'a'.repeat(64)}`)));
    const stale = await evaluate(writing('out'));
    expect([stale.code, stale.stderr]).toEqual([65, expect.stringContaining('the file is from before this run; the command did not write it') as string]);
    const missing = await gatehouse(bench, [...BASE, '--input', 'model=m', '--evaluation', 'model=none.json', '--', 'true']);
    expect([missing.code, missing.stderr]).toEqual([65, expect.stringContaining('(none.json): no such file or folder') as string]);
  });

  it('may not claim other bytes of a dataset than the run saw: exit code 65', async () => {
    model();
    writeFileSync(join(bench.folder, 't'), 'test');
    put('e.json', evaluation(`sha256:${'b'.repeat(64)}`));
    const { code, stderr } = await gatehouse(bench, [...BASE, '--input', 'model=m', '--input', 'test-set=t', '--evaluation', 'model=e.json', '--', ...writing('e.json')]);
    expect(code).toBe(65);
    expect(stderr).toContain(`but "test-set" is sha256:${sha256('test')} in this run`);
  });

  it('that is missing says nothing more when the command itself failed', async () => {
    model();
    const { code, stderr } = await evaluate(['sh', '-c', 'exit 5']);
    expect(code).toBe(5);
    expect(stderr).toContain('FAIL: exit code 5\n');
  });
});

describe('a profile', () => {
  it('is sent with its model and run, references before windows', async () => {
    writeFileSync(join(bench.folder, 'm'), 'model');
    put('w.json', window);
    put('r.json', { ...window, role: 'reference' });
    const { code } = await gatehouse(bench, [...BASE, '--input', 'model=m', '--profile', 'model=w.json', '--profile', 'model=r.json', '--', ...writing('w.json', 'r.json')]);
    expect(code).toBe(0);
    const sent = portal.arrivals.filter(({ path }) => path === '/api/v1/profiles').map(({ body }) => profile.parse(JSON.parse(body.toString())));
    expect(sent.map(({ role }) => role)).toEqual(['reference', 'window']);
    expect(sent[0]).toMatchObject({ model: { digest: `sha256:${sha256('model')}` }, runId: eventsIn(portal.arrivals)[1]?.run.runId, features: [feature] });
  });

  it('that does not add up fails the run with 65', async () => {
    writeFileSync(join(bench.folder, 'm'), 'model');
    put('w.json', { ...window, features: [{ ...feature, counts: [1, 1, 1] }] });
    const { code, stderr } = await gatehouse(bench, [...BASE, '--input', 'model=m', '--profile', 'model=w.json', '--', ...writing('w.json')]);
    expect(code).toBe(65);
    expect(stderr).toContain('features[0].counts: the counts add up neither to count');
  });
});

describe('the signing key', () => {
  const runWith = (environment: Record<string, string>) => gatehouse(bench, [...BASE, '--output', 'o=o', '--', 'sh', '-c', 'echo x > o'], { environment });

  it('that others can read is used with a warning', async () => {
    chmodSync(join(bench.folder, 'key.pem'), 0o644);
    const { code, stderr } = await runWith({});
    expect(code).toBe(0);
    expect(stderr).toContain('warning: the signing key key.pem can be read by other users (mode 0644); run chmod 600 on it');
    expect(statements()).toHaveLength(1);
  });

  it('may be encrypted, and opens with its password alone', async () => {
    await gatehouse(bench, ['keygen', '--out', 'locked.pem'], { environment: { GATEHOUSE_KEY_PASSWORD: 'correct horse' } });
    expect(readFileSync(join(bench.folder, 'locked.pem'), 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    expect((await runWith({ GATEHOUSE_KEY: 'locked.pem', GATEHOUSE_KEY_PASSWORD: 'correct horse' })).code).toBe(0);
    expect(await runWith({ GATEHOUSE_KEY: 'locked.pem', GATEHOUSE_KEY_PASSWORD: 'wrong' })).toMatchObject({ code: 64, stderr: expect.stringContaining('does not open with GATEHOUSE_KEY_PASSWORD') as string });
    expect(await runWith({ GATEHOUSE_KEY: 'locked.pem' })).toMatchObject({ code: 64, stderr: expect.stringContaining('is encrypted; set GATEHOUSE_KEY_PASSWORD') as string });
  });

  it.each([
    ['-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n', 'is not a private key in PEM'],
    ['nothing', 'is not a private key in PEM'],
    [generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'is of a type that is not used here: ECDSA P-256 and Ed25519 are'],
  ])('that cannot sign stops the run before it starts (%#)', async (pem, message) => {
    writeFileSync(join(bench.folder, 'bad.pem'), pem);
    expect(await runWith({ GATEHOUSE_KEY: 'bad.pem' })).toMatchObject({ code: 64, stderr: expect.stringContaining(message) as string });
    expect(portal.arrivals).toEqual([]);
  });

  it('is not the public one', async () => {
    expect(await runWith({ GATEHOUSE_KEY: 'key.pem.pub' })).toMatchObject({ code: 64, stderr: expect.stringContaining('is a public key') as string });
  });
});
