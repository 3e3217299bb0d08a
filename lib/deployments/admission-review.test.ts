// AdmissionReview of Kubernetes: what is judged from the request alone, for every kind that makes pods, and for requests made to slip through.
import { describe, expect, it } from 'vitest';
import type { Environment } from '#lib/policy/index.ts';
import { assess, ENDPOINT_ANNOTATION, MODEL_ANNOTATION, namespaceRules, reviewAnswer, reviewOf, SERVES_LABEL } from './admission-review.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const image = `registry.example/serve@sha256:${'b'.repeat(64)}`;
const isEnvironment = (name: string): name is Environment => ['sandbox', 'staging', 'production'].includes(name);
const rules = namespaceRules('payments=production, fraud = staging, lab=sandbox, vault=production!', isEnvironment);

type Json = Record<string, unknown>;
const container = (changes: Json = {}) => ({ name: 'serve', image, securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }, resources: { limits: { cpu: '1', memory: '1Gi' } }, ...changes });
const pod = ({ annotations = { [MODEL_ANNOTATION]: digest }, labels = { [SERVES_LABEL]: 'true' }, containers = [container()], ...spec }: { annotations?: Json; labels?: Json; containers?: unknown[] } & Json = {}) => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name: 'serve-7d4', labels, annotations },
  spec: { containers, securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }, restartPolicy: 'Always', serviceAccountName: 'serve', ...spec },
});
const review = (object: unknown, changes: Json = {}, kind: Json = { group: '', version: 'v1', kind: 'Pod' }) => ({
  apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview',
  request: {
    uid: '705ab4f5-6393-11e8-b7cc-42010a800002', kind, resource: { group: '', version: 'v1', resource: 'pods' }, requestKind: kind, name: 'serve-7d4', namespace: 'payments', operation: 'CREATE',
    userInfo: { username: 'system:serviceaccount:kube-system:replicaset-controller', groups: ['system:serviceaccounts'] }, object, oldObject: null, options: { apiVersion: 'meta.k8s.io/v1', kind: 'CreateOptions' }, dryRun: false, ...changes,
  },
});
const judged = (body: unknown) => {
  const read = reviewOf(body);
  if (read === null) throw new Error('not a review');
  return assess(read, rules);
};
const refusal = (body: unknown): string => {
  const answer = judged(body);
  expect(answer).toMatchObject({ settled: true, allowed: false });
  return answer.settled ? answer.reasons.join(' ') : '';
};

describe('what is asked about', () => {
  it('a pod that serves a model: its digests in the environment of its namespace', () => {
    expect(judged(review(pod()))).toEqual({ settled: false, environment: 'production', digests: [digest], endpoint: null, warnings: [] });
    const other = `sha256:${'c'.repeat(64)}`;
    expect(judged(review(pod({ annotations: { [MODEL_ANNOTATION]: `${digest}, ${other},${digest}`, [ENDPOINT_ANNOTATION]: 'cards' } }), { namespace: 'fraud' }))).toMatchObject({ environment: 'staging', digests: [digest, other], endpoint: 'cards' });
  });

  it('a model in the image: the digest of every image', () => {
    expect(judged(review(pod({ annotations: { [MODEL_ANNOTATION]: 'image' } })))).toMatchObject({ digests: [`sha256:${'b'.repeat(64)}`] });
  });

  it.each<[string, string, (template: unknown) => unknown]>([
    ['apps', 'Deployment', (template) => ({ spec: { replicas: 2, template } })],
    ['apps', 'StatefulSet', (template) => ({ spec: { template } })],
    ['apps', 'DaemonSet', (template) => ({ spec: { template } })],
    ['apps', 'ReplicaSet', (template) => ({ spec: { template } })],
    ['batch', 'Job', (template) => ({ spec: { template } })],
    ['batch', 'CronJob', (template) => ({ spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } } })],
  ])('the template of %s %s, whose pods would otherwise never come', (group, kind, wrap) => {
    expect(judged(review(wrap(pod()), {}, { group, version: 'v1', kind }))).toMatchObject({ settled: false, digests: [digest] });
    expect(refusal(review(wrap(pod({ hostNetwork: true })), {}, { group, version: 'v1', kind }))).toMatch(/host_namespaces/);
  });

  it('nothing of a pod that serves no model, unless every pod of the namespace must name one', () => {
    const plain = pod({ annotations: {}, labels: {}, containers: [{ name: 'x', image: 'busybox:latest', securityContext: { privileged: true } }] });
    expect(judged(review(plain))).toEqual({ settled: true, allowed: true, reasons: [], warnings: [] });
    expect(refusal(review(plain, { namespace: 'vault' }))).toMatch(/does not say which/);
  });
});

describe('a pod that serves a model is refused', () => {
  it.each<[string, unknown, RegExp]>([
    ['without a digest', pod({ annotations: {} }), /does not say which/],
    ['with a tag for a digest', pod({ annotations: { [MODEL_ANNOTATION]: 'v1' } }), /sha256: and 64/],
    ['with a digest in capitals', pod({ annotations: { [MODEL_ANNOTATION]: digest.toUpperCase() } }), /sha256: and 64/],
    ['with an empty annotation', pod({ annotations: { [MODEL_ANNOTATION]: '' } }), /sha256: and 64/],
    ['with an annotation of another type', pod({ annotations: { [MODEL_ANNOTATION]: [digest] } }), /is no text/],
    ['with more models than anybody serves', pod({ annotations: { [MODEL_ANNOTATION]: Array.from({ length: 11 }, (_, n) => `sha256:${String(n).padStart(64, '0')}`).join(',') } }), /up to 10/],
    ['with an image by tag', pod({ containers: [container({ image: 'registry.example/serve:latest' })] }), /image_pinned/],
    ['with a model in an image by tag', pod({ annotations: { [MODEL_ANNOTATION]: 'image' }, containers: [container({ image: 'serve:1' })] }), /not named by its digest/],
    ['as root', pod({ securityContext: { runAsUser: 0 } }), /run_as_non_root/],
    ['privileged', pod({ containers: [container({ securityContext: { privileged: true } })] }), /privileged/],
    ['with a root file system to write to', pod({ containers: [container({ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } })] }), /read_only_root/],
    ['without limits', pod({ containers: [container({ resources: {} })] }), /limits/],
    ['with the host’s file system', pod({ volumes: [{ name: 'host', hostPath: { path: '/' } }] }), /host_path/],
    ['with an init container that is none of that', pod({ initContainers: [{ name: 'fetch', image: 'curl:latest' }] }), /init container fetch/],
    ['without containers', pod({ containers: [] }), /pod: /],
  ])('%s', (_name, object, expected) => {
    expect(refusal(review(object))).toMatch(expected);
  });

  it('with a container attached to it later', () => {
    const attached = pod({ ephemeralContainers: [{ name: 'debugger', image: 'busybox' }] });
    expect(refusal(review(attached, { operation: 'UPDATE', subResource: 'ephemeralcontainers', oldObject: pod() }))).toMatch(/debug_container/);
  });

  it('in a namespace that stands for no environment', () => {
    expect(refusal(review(pod(), { namespace: 'elsewhere' }))).toMatch(/stands for no environment/);
    expect(refusal(review(pod(), { namespace: undefined }))).toMatch(/stands for no environment/);
    expect(refusal(review(pod(), { namespace: '__proto__' }))).toMatch(/stands for no environment/);
  });

  it('in a sandbox only for its model: how it runs is warned of', () => {
    const careless = judged(review(pod({ hostNetwork: true }), { namespace: 'lab' }));
    expect(careless).toMatchObject({ settled: false, environment: 'sandbox' });
    expect(careless.warnings.join()).toMatch(/host_namespaces/);
    expect(refusal(review(pod({ annotations: {} }), { namespace: 'lab' }))).toMatch(/does not say which/);
  });
});

describe('an update', () => {
  const update = (object: unknown, oldObject: unknown, changes: Json = {}) => review(object, { operation: 'UPDATE', oldObject, ...changes });

  it('that starts nothing passes, so that what is stopped can be cleaned away', () => {
    const careless = pod({ hostNetwork: true });
    expect(judged(update({ ...careless, metadata: { ...careless.metadata, finalizers: [] } }, careless))).toMatchObject({ settled: true, allowed: true });
    const wrap = (replicas: number) => ({ spec: { replicas, template: careless } });
    expect(judged(update(wrap(5), wrap(2), { kind: { group: 'apps', version: 'v1', kind: 'Deployment' } }))).toMatchObject({ settled: true, allowed: true });
    expect(judged(review(null, { operation: 'DELETE', oldObject: careless }))).toMatchObject({ settled: true, allowed: true });
    expect(judged(update(careless, pod(), { subResource: 'status' }))).toMatchObject({ settled: true, allowed: true });
  });

  it('of the model, the image or the endpoint is judged as a new pod is', () => {
    expect(judged(update(pod({ annotations: { [MODEL_ANNOTATION]: `sha256:${'d'.repeat(64)}` } }), pod()))).toMatchObject({ settled: false });
    expect(refusal(update(pod({ containers: [container({ image: 'serve:2' })] }), pod()))).toMatch(/image_pinned/);
  });

  it('that takes the mark off does not make it something else', () => {
    expect(refusal(update(pod({ annotations: {}, labels: {} }), pod()))).toMatch(/does not say which/);
  });
});

describe('a request that is made to slip through', () => {
  it.each<[string, unknown]>([
    ['of another kind', review({ spec: { template: pod() } }, {}, { group: 'example.com', version: 'v1', kind: 'Deployment' })],
    ['of a kind that objects inherit', review(pod(), {}, { group: '', version: 'v1', kind: 'constructor' })],
    ['of another version', review(pod(), {}, { group: '', version: 'v2', kind: 'Pod' })],
    ['without a kind', review(pod(), { kind: null })],
    ['without an object', review(null)],
    ['with a list for an object', review([pod()])],
    ['with a text for a spec', review({ ...pod(), spec: 'none' })],
    ['to connect', review(pod(), { operation: 'CONNECT' })],
    ['without an operation', review(pod(), { operation: undefined })],
    ['of a subresource that is not judged', review(pod(), { subResource: 'binding' })],
    ['with containers that are no list', review(pod({ containers: { 0: container() } as unknown as unknown[] }))],
  ])('%s is refused', (_name, body) => {
    expect(judged(body)).toMatchObject({ settled: true, allowed: false });
  });

  it.each<[string, unknown]>([
    ['nothing', null], ['a list', []], ['an older version', { ...review(pod()), apiVersion: 'admission.k8s.io/v1beta1' }], ['no request', { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' }],
    ['no uid', review(pod(), { uid: undefined })], ['a number for a uid', review(pod(), { uid: 7 })], ['another kind', { ...review(pod()), kind: 'Review' }],
  ])('%s is no review at all', (_name, body) => {
    expect(reviewOf(body)).toBeNull();
  });

  it('never throws, whatever stands where', () => {
    for (const value of [null, 0, '', [], {}, true, 'x', Number.NaN]) {
      for (const key of ['kind', 'object', 'oldObject', 'namespace', 'operation', 'subResource', 'dryRun']) expect(() => judged(review(pod(), { [key]: value }))).not.toThrow();
      for (const key of ['metadata', 'spec']) expect(() => judged(review({ ...pod(), [key]: value }))).not.toThrow();
    }
  });

  it('is a dry run only if it says so', () => {
    expect([true, false, 'true', 1, undefined].map((dryRun) => reviewOf(review(pod(), { dryRun }))?.dryRun)).toEqual([true, false, false, false, false]);
  });
});

describe('an answer', () => {
  it('repeats the uid, and says why not within what Kubernetes shows', () => {
    expect(reviewAnswer('u', true, [])).toEqual({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: 'u', allowed: true } });
    const refused = reviewAnswer('u', false, ['No.\nNo\u0000 way.', 'x'.repeat(9_000)], Array.from({ length: 40 }, () => 'w'.repeat(400)));
    expect(refused.response).toMatchObject({ uid: 'u', allowed: false, status: { code: 403, reason: 'Forbidden' } });
    expect(refused.response.status?.message.length).toBeLessThanOrEqual(4_000);
    expect(refused.response.status?.message).toMatch(/^No.No way/);
    expect(refused.response.warnings?.length).toBeLessThanOrEqual(12);
    expect((refused.response.warnings ?? []).every((warning) => warning.length <= 256)).toBe(true);
  });
});

describe('the namespaces', () => {
  it.each(['payments', 'payments=', '=production', 'payments=prod', 'payments=production,payments=staging', 'PAYMENTS=production', 'a b=production'])('%s is refused', (text) => {
    expect(() => namespaceRules(text, isEnvironment)).toThrow(/ADMISSION_NAMESPACES/);
  });
  it('may be none', () => {
    expect(namespaceRules('', isEnvironment).size).toBe(0);
  });
});
