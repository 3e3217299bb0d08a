// Environments of runs: reported, attested, contradicted, stale; and what the controls of training read.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTransaction } from '#lib/db/client.ts';
import { ENVIRONMENT_TYPE, STATEMENT_TYPE } from '#lib/evidence/format/statement.ts';
import { getRunEnvironment, reportEnvironment, revokeTrustKey, trainingControlsOfRun } from '#lib/evidence/index.ts';
import type { Json } from '#lib/kernel/canonical-json.ts';
import { newId } from '#lib/kernel/ids.ts';
import { getModelVersion } from '#lib/registry/index.ts';
import { makeKey } from '#lib/testing/attestations.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { digestOfText, makePipeline, type Pipeline } from '#lib/testing/pipeline.ts';

let database: TestDatabase;
let organisation: Organisation;
let pipeline: Pipeline;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  pipeline = makePipeline({ organisation });
  await pipeline.trust();
});
afterAll(() => database.drop());

const image = digestOfText('image');
const pod = (change: Record<string, unknown> = {}): Record<string, Json> => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name: 'train', namespace: 'ml', labels: { app: 'train' }, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"env":[{"name":"DB_PASSWORD","value":"hunter2"}]}' } },
  spec: {
    restartPolicy: 'Never', securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [{ name: 'train', image: `registry.example/train@${image}`, resources: { limits: { cpu: '2', memory: '4Gi' } }, securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }, env: [{ name: 'EPOCHS', value: '3' }] }],
    ...(change as Record<string, Json>),
  },
});
const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'closed', namespace: 'ml' }, spec: { podSelector: {}, policyTypes: ['Egress'] } };
const attestation = (runId: string, subject: string, document: Record<string, Json> = pod(), networkPolicies: Json = [policy]): Json => ({ _type: STATEMENT_TYPE, subject: [{ name: 'model', digest: { sha256: subject.replace('sha256:', '') } }], predicateType: ENVIRONMENT_TYPE, predicate: { runId, observedAt: '2026-03-01T10:00:00Z', pod: document, networkPolicies, imageDigest: image } });

const train = (tag: string) => pipeline.report({ stage: 'train', inputs: [{ name: 'flights', digest: digestOfText(`data ${tag}`) }], outputs: [{ name: 'model', digest: digestOfText(`model ${tag}`), kind: 'model' }], container: image });
const seen = async (id: string) => must(await getRunEnvironment.execute(as(organisation.engineer), { id }));
const verdicts = async (id: string) => Object.fromEntries((await seen(id)).requirements.map(({ requirement, verdict, strength }) => [requirement, `${verdict}, ${strength}`]));
const report = (id: string, document: Record<string, unknown> = pod(), more: object = { networkPolicies: [policy], imageDigest: image }) => reportEnvironment.execute(as(organisation.pipeline), { id, pod: document, ...more });

describe('a reported environment', () => {
  it('is claimed, requirement by requirement, and the same report again changes nothing', async () => {
    const { runId } = await train('reported');
    expect(await verdicts(runId)).toMatchObject({ isolated: 'not_evaluated, missing', dependencies_locked: 'passed, claimed' });
    expect(must(await report(runId)).value.known).toBe(false);
    expect(must(await report(runId)).value.known).toBe(true);
    expect(Object.values(await verdicts(runId))).toEqual(Array.from({ length: 10 }, () => 'passed, claimed'));
    expect((await seen(runId)).restricted).toBe(true);
  });

  it('keeps no secret, and says that one was there', async () => {
    const { runId } = await train('secret');
    const document = pod();
    const spec = document['spec'] as { containers: { env: unknown[] }[] };
    spec.containers[0]?.env.push({ name: 'DB_PASSWORD', value: 'hunter2' });
    must(await report(runId, document));
    expect((await verdicts(runId))['secrets']).toBe('failed, claimed');
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    const { rows } = await admin.query<{ text: string }>(`SELECT document::text AS text FROM run_environment WHERE run_id = $1`, [runId]);
    await admin.end();
    expect(rows).toHaveLength(1);
    expect(rows[0]?.text).not.toContain('hunter2');
    expect(rows[0]?.text).toContain('DB_PASSWORD');
  });

  it('of another team’s run looks like none, people may not report, and a reader of another team sees nothing', async () => {
    const { runId } = await train('foreign');
    expect(await reportEnvironment.execute(as(organisation.otherPipeline), { id: runId, pod: pod() })).toMatchObject({ error: { kind: 'not_found' } });
    expect(await reportEnvironment.execute(as(organisation.engineer), { id: runId, pod: pod() })).toMatchObject({ error: { kind: 'forbidden' } });
    expect(await report(newId())).toMatchObject({ error: { kind: 'not_found' } });
    expect(await getRunEnvironment.execute(as(organisation.otherEngineer), { id: runId })).toMatchObject({ error: { kind: 'not_found' } });
  });

  it('is bounded in number and in depth, and anything that is no pod is kept and fails', async () => {
    const { runId } = await train('bounded');
    let deep: unknown = {};
    for (let depth = 0; depth < 100; depth += 1) deep = { deep };
    expect(await report(runId, { containers: [deep] })).toMatchObject({ error: { code: 'evidence.too_deep' } });
    expect(must(await report(runId, { nothing: true })).value.checks[0]).toMatchObject({ name: 'pod', verdict: 'failed' });
    for (let number = 1; number < 20; number += 1) must(await report(runId, { nothing: number }));
    expect(await report(runId, { nothing: 'more' })).toMatchObject({ error: { code: 'evidence.too_many_environments' } });
    expect((await verdicts(runId))['isolated']).toBe('failed, claimed');
  });
});

describe('an attested environment', () => {
  it('is proven, also by the pod in the provenance itself, and speaks for no other run', async () => {
    const first = await train('attested');
    const second = await train('attested too');
    await pipeline.submit(attestation(first.runId, digestOfText('model attested')));
    expect(Object.values(await verdicts(first.runId))).toEqual(Array.from({ length: 10 }, () => 'passed, proven'));
    expect((await verdicts(second.runId))['isolated']).toBe('not_evaluated, missing');
  });

  it('that fails a check fails it, proven', async () => {
    const { runId } = await train('host');
    await pipeline.submit(attestation(runId, digestOfText('model host'), pod({ hostNetwork: true })));
    expect(await verdicts(runId)).toMatchObject({ isolated: 'failed, proven', network_egress: 'failed, proven', non_root: 'passed, proven' });
  });

  it('that a report contradicts is not passed', async () => {
    const { runId } = await train('contradicted');
    await pipeline.submit(attestation(runId, digestOfText('model contradicted')));
    must(await report(runId, pod({ hostPID: true })));
    expect(await verdicts(runId)).toMatchObject({ isolated: 'failed, contradicted', non_root: 'passed, proven' });
  });

  it('by a key that nobody trusts is a claim', async () => {
    const { runId } = await train('stranger');
    await pipeline.submit(attestation(runId, digestOfText('model stranger')), [makeKey()]);
    expect((await verdicts(runId))['isolated']).toBe('passed, claimed');
  });

  it('is stale when its key is revoked, and the controls of training say so with a link', async () => {
    const key = makeKey();
    const id = await pipeline.trust(key);
    const { runId } = await train('stale');
    await pipeline.submit(attestation(runId, digestOfText('model stale')), [key]);
    const controls = () => readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, (tx) => trainingControlsOfRun(tx, { id: runId, teamId: organisation.teamId }));
    expect((await controls()).map(({ control, verdict }) => [control, verdict])).toEqual([['isolated_environment', 'passed'], ['audit_logging', 'failed'], ['checkpointing', 'not_evaluated'], ['secrets_management', 'passed']]);
    must(await revokeTrustKey.execute(as(organisation.security), { id, reason: 'stolen' }));
    expect((await controls())[0]).toMatchObject({ verdict: 'stale', href: `/runs/${runId}#isolation` });
  });

  it('stands on the page of the model version, and a failing one takes its SLSA level 3', async () => {
    const version = await pipeline.goodVersion('environment');
    const slsa = async () => must(await getModelVersion.execute(as(organisation.engineer), { name: version.name, version: version.version }));
    expect((await slsa()).slsa.level).toBe(3);
    await pipeline.submit(attestation(version.runs.train.runId, version.digest, pod({ hostIPC: true })));
    const now = await slsa();
    expect(now.slsa.level).toBe(2);
    expect(now.environment.find(({ requirement }) => requirement === 'isolated')).toMatchObject({ verdict: 'failed', strength: 'proven' });
  });
});
