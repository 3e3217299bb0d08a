// Kubernetes' AdmissionReview (admission.k8s.io/v1): what is to run, which models it serves, and what stands in its way before anybody is asked. Pure.
// What a request and its answer hold: kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers, "Webhook request and response".
import { canonicalJson, type Json } from '#lib/kernel/canonical-json.ts';
import { pinnedDigest, podChecks, type PodCheck } from '#lib/evidence/index.ts';
import type { Environment } from '#lib/policy/index.ts';

/** Marks a pod that serves a model: `"true"`. */
export const SERVES_LABEL = 'gatehouse.dev/serves-model';
/** Digests of the models that a pod serves, `sha256:…`, separated by commas; `image`: the model is in the image, and each container's image digest is the model's. */
export const MODEL_ANNOTATION = 'gatehouse.dev/model-digest';
/** The endpoint at which it serves, as deployments name it. */
export const ENDPOINT_ANNOTATION = 'gatehouse.dev/endpoint';

export type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields | null => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null);
const at = (value: unknown, ...path: readonly string[]): unknown => path.reduce<unknown>((current, key) => { const fields = fieldsOf(current); return fields !== null && Object.hasOwn(fields, key) ? fields[key] : undefined; }, value);
const textAt = (value: unknown, ...path: readonly string[]): string | null => { const found = at(value, ...path); return typeof found === 'string' && found !== '' ? found : null; };

export type Review = {
  readonly uid: string;
  readonly dryRun: boolean;
  readonly operation: string;
  readonly kind: string;
  readonly subResource: string;
  readonly namespace: string | null;
  readonly object: unknown;
  readonly oldObject: unknown;
};

/** Reads a request; null where it is none that could be answered (without a uid there is nobody to answer). */
export function reviewOf(body: unknown): Review | null {
  const request = at(body, 'request');
  const uid = textAt(request, 'uid');
  if (at(body, 'apiVersion') !== 'admission.k8s.io/v1' || at(body, 'kind') !== 'AdmissionReview' || uid === null || uid.length > 200) return null;
  const [group, version, kind] = ['group', 'version', 'kind'].map((key) => at(request, 'kind', key));
  return {
    uid,
    // Whatever is not clearly a real request is treated as one: it is decided and recorded.
    dryRun: at(request, 'dryRun') === true,
    operation: textAt(request, 'operation') ?? '',
    kind: typeof kind === 'string' ? `${typeof group === 'string' ? group : '?'}/${typeof version === 'string' ? version : '?'}/${kind}` : '',
    subResource: textAt(request, 'subResource') ?? '',
    namespace: textAt(request, 'namespace'),
    object: at(request, 'object'),
    oldObject: at(request, 'oldObject'),
  };
}

/** Where each kind keeps the pod that it makes. */
const templates: Readonly<Record<string, readonly string[]>> = {
  '/v1/Pod': [],
  '/v1/PodTemplate': ['template'],
  '/v1/ReplicationController': ['spec', 'template'],
  'apps/v1/Deployment': ['spec', 'template'],
  'apps/v1/StatefulSet': ['spec', 'template'],
  'apps/v1/DaemonSet': ['spec', 'template'],
  'apps/v1/ReplicaSet': ['spec', 'template'],
  'batch/v1/Job': ['spec', 'template'],
  'batch/v1/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
};

const isServing = (pod: unknown): boolean => at(pod, 'metadata', 'labels', SERVES_LABEL) === 'true' || at(pod, 'metadata', 'annotations', MODEL_ANNOTATION) !== undefined;

/** What of a pod decides about it: an update that leaves this alone (a finalizer, a status, a count of replicas) starts nothing. */
const essence = (pod: unknown): string => canonicalJson([at(pod, 'spec') ?? null, ...[SERVES_LABEL].map((key) => at(pod, 'metadata', 'labels', key) ?? null), ...[MODEL_ANNOTATION, ENDPOINT_ANNOTATION].map((key) => at(pod, 'metadata', 'annotations', key) ?? null)] as Json);

/** What must hold of a pod that serves a model: the profile "restricted", and these besides. */
const besides: readonly string[] = ['pod', 'read_only_root', 'limits', 'image_pinned', 'secrets_by_reference', 'debug_container'];
export const controlsOf = (pod: unknown): PodCheck[] => podChecks(pod).filter(({ name, standard, verdict }) => (standard !== null || besides.includes(name)) && (verdict === 'failed' || (verdict === 'not_evaluated' && besides.includes(name))));

const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** More models than this are served by no pod. */
const mostModels = 10;

export type NamespaceRule = { readonly environment: Environment; /** Every pod must name its model, not only those that are marked. */ readonly everyPod: boolean };

/** What is left to decide: either an answer, or digests about which to ask. */
export type Assessment =
  | { readonly settled: true; readonly allowed: boolean; readonly reasons: readonly string[]; readonly warnings: readonly string[] }
  | { readonly settled: false; readonly environment: Environment; readonly digests: readonly string[]; readonly endpoint: string | null; readonly warnings: readonly string[] };

const allow = (...warnings: string[]): Assessment => ({ settled: true, allowed: true, reasons: [], warnings });
const refuse = (reasons: readonly string[], warnings: readonly string[] = []): Assessment => ({ settled: true, allowed: false, reasons, warnings });

function digestsOf(pod: unknown): { readonly digests: readonly string[] } | { readonly problem: string } {
  const annotation = at(pod, 'metadata', 'annotations', MODEL_ANNOTATION);
  if (annotation === undefined) return { problem: `It serves a model and does not say which: give the digest in the annotation ${MODEL_ANNOTATION}.` };
  if (typeof annotation !== 'string') return { problem: `The annotation ${MODEL_ANNOTATION} is no text.` };
  const named = [...new Set(annotation.split(',').map((part) => part.trim()))];
  const images = named.includes('image') ? ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) => { const containers = at(pod, 'spec', list); return Array.isArray(containers) ? containers.map((container) => pinnedDigest(textAt(container, 'image') ?? '')) : []; }) : [];
  if (images.includes(null)) return { problem: 'The model is said to be in the image, and an image is not named by its digest.' };
  const digests = [...new Set([...named.filter((one) => one !== 'image'), ...images.flatMap((image) => image ?? [])])];
  if (digests.length === 0 || digests.length > mostModels || !digests.every((one) => DIGEST.test(one))) return { problem: `The annotation ${MODEL_ANNOTATION} holds up to ${mostModels} digests, sha256: and 64 lower-case hexadecimal digits, separated by commas, or \`image\`.` };
  return { digests };
}

/** Judges what can be judged from the request alone. `rules` says which namespace is which environment. */
export function assess(review: Review, rules: ReadonlyMap<string, NamespaceRule>): Assessment {
  if (review.operation === 'DELETE') return allow();
  if (review.operation !== 'CREATE' && review.operation !== 'UPDATE') return refuse([`The operation ${review.operation || '(none)'} is not judged here: send CREATE and UPDATE alone.`]);
  if (review.subResource === 'status') return allow();
  const path = Object.hasOwn(templates, review.kind) ? templates[review.kind] : undefined;
  if (!path || !['', 'ephemeralcontainers', 'resize'].includes(review.subResource)) return refuse([`${review.kind || 'An object without a kind'}${review.subResource === '' ? '' : ` (${review.subResource})`} is not judged here: send pods and what makes pods.`]);
  const pod = at(review.object, ...path);
  const before = review.operation === 'UPDATE' ? at(review.oldObject, ...path) : undefined;
  if (fieldsOf(pod) === null || fieldsOf(at(pod, 'spec')) === null) return refuse(['There is no pod in what was sent.']);
  if (fieldsOf(before) !== null && essence(pod) === essence(before)) return allow();
  const rule = rules.get(review.namespace ?? '');
  // Taking the mark off what served a model does not make it something else.
  const serving = isServing(pod) || isServing(before) || rule?.everyPod === true;
  if (!serving) return allow();
  if (!rule) return refuse([`The namespace ${review.namespace ?? '(none)'} stands for no environment: whoever operates Gatehouse names it in ADMISSION_NAMESPACES.`]);
  const controls = controlsOf(pod).map(({ name, expected, actual }) => `${name}: asked for is ${expected}; found ${actual}.`);
  const named = digestsOf(pod);
  const problems = 'problem' in named ? [named.problem] : [];
  const endpoint = at(pod, 'metadata', 'annotations', ENDPOINT_ANNOTATION);
  if (endpoint !== undefined && typeof endpoint !== 'string') problems.push(`The annotation ${ENDPOINT_ANNOTATION} is no text.`);
  // Experiments are told, not stopped; an unknown model is stopped there, too.
  const lenient = rule.environment === 'sandbox';
  if (problems.length > 0 || (controls.length > 0 && !lenient)) return refuse([...problems, ...controls]);
  return { settled: false, environment: rule.environment, digests: 'digests' in named ? named.digests : [], endpoint: typeof endpoint === 'string' ? endpoint : null, warnings: controls };
}

/** Kubernetes cuts warnings beyond this, and drops them when they are too much together. */
const longestWarning = 250;
const mostWarnings = 12;
const longestMessage = 4_000;
const printable = (text: string): string => [...text.toWellFormed()].filter((character) => character >= ' ' && character !== '\u007f').join('');

export type ReviewAnswer = {
  readonly apiVersion: 'admission.k8s.io/v1';
  readonly kind: 'AdmissionReview';
  readonly response: { readonly uid: string; readonly allowed: boolean; readonly status?: { readonly code: number; readonly reason: string; readonly message: string }; readonly warnings?: readonly string[] };
};

/** The answer as Kubernetes reads it. */
export const reviewAnswer = (uid: string, allowed: boolean, reasons: readonly string[], warnings: readonly string[] = [], code = 403): ReviewAnswer => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  response: {
    uid,
    allowed,
    ...(allowed ? {} : { status: { code, reason: code === 403 ? 'Forbidden' : 'ServiceUnavailable', message: printable(reasons.join(' ')).slice(0, longestMessage) } }),
    ...(warnings.length === 0 ? {} : { warnings: warnings.slice(0, mostWarnings).map((warning) => printable(warning).slice(0, longestWarning)) }),
  },
});

/** Reads ADMISSION_NAMESPACES: `payments=production, fraud=staging, lab=sandbox`, with `!` after the environment where every pod must name its model. Throws what is wrong with it. */
export function namespaceRules(text: string, isEnvironment: (name: string) => name is Environment): ReadonlyMap<string, NamespaceRule> {
  const rules = new Map<string, NamespaceRule>();
  for (const part of text.split(',').map((each) => each.trim()).filter((each) => each !== '')) {
    const match = /^([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\s*=\s*([^!\s]+)(!?)$/.exec(part);
    const [, namespace = '', name = '', mark = ''] = match ?? [];
    if (!match || !isEnvironment(name) || rules.has(namespace)) throw new Error(`ADMISSION_NAMESPACES: '${part}' is not NAMESPACE=ENVIRONMENT, or names a namespace again`);
    rules.set(namespace, { environment: name, everyPod: mark === '!' });
  }
  return rules;
}
