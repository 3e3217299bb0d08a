// What a pipeline says about the environment of one of its runs: kept without secrets, and only ever a claim.
import { announce } from '#lib/kernel/announce.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { digestOf, type Json } from '#lib/kernel/canonical-json.ts';
import { command } from '#lib/kernel/command.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { newId } from '#lib/kernel/ids.ts';
import { redactJson } from '#lib/kernel/redact.ts';
import { ok } from '#lib/kernel/result.ts';
import { evidenceFailure } from '../errors.ts';
import * as store from '../store/environment.ts';
import { environmentChecks } from './checks.ts';
import { at, fieldsOf, type Fields } from './read.ts';
import { environmentReported, reportEnvironmentInput, type EnvironmentReported } from './schema.ts';

const MOST_REPORTS = 20;
const MOST_DEPTH = 60;

const deeper = (value: unknown, depth: number): boolean => depth > MOST_DEPTH || (typeof value === 'object' && value !== null && Object.values(value).some((member) => deeper(member, depth + 1)));

/** Of the metadata only what the checks read: annotations may repeat the whole pod, secrets and all. */
function slimMetadata(metadata: unknown): Fields {
  const annotations = Object.entries(fieldsOf(at(metadata, 'annotations')) ?? {}).filter(([key]) => key.startsWith('container.apparmor.security.beta.kubernetes.io/'));
  const kept = Object.fromEntries(['name', 'namespace', 'uid', 'labels'].flatMap((key) => { const value = at(metadata, key); return value === undefined ? [] : [[key, value]]; }));
  return { ...kept, ...(annotations.length > 0 ? { annotations: Object.fromEntries(annotations) } : {}) };
}

/** The pod as it is kept: its specification and what names it, secrets removed by name and by pattern. */
export function keptPod(pod: Fields): Fields {
  const spec = fieldsOf(pod['spec']);
  return redactJson(spec === null ? pod : { ...(pod['metadata'] === undefined ? {} : { metadata: slimMetadata(pod['metadata']) }), spec }) as Fields;
}

const keptPolicy = (policy: Fields): Fields => redactJson({ metadata: slimMetadata(policy['metadata']), spec: policy['spec'] ?? {} }) as Fields;

/**
 * Takes the pod (and network policies) that a run of the service account’s team runs in. It is kept without secrets and shown as a claim: what is
 * to be proven comes as a signed statement (docs/wire-contract.md, Environments). The same report again changes nothing.
 *
 * Errors: 404 for a run of another team, 409 `evidence.too_many_environments` beyond twenty different reports of one run, 422 for what is nested too deeply.
 */
export const reportEnvironment = command({
  name: 'evidence.reportEnvironment',
  summary: 'Report the Kubernetes pod and network policies that a run runs in',
  input: reportEnvironmentInput,
  output: environmentReported,
  permission: 'run.report',
  subjectTable: 'run_environment',
  resource: async (tx, { id }) => {
    const run = await store.runOf(tx, 'all', id);
    return run ? ok(run) : notFound('run');
  },
  scope: ({ teamId }) => ({ kind: 'team', teamId }),
  run: async (tx, { pod, networkPolicies, imageDigest }, run, { actor }) => {
    if (actor.kind !== 'service') return notFound('run');
    if ([pod, ...(networkPolicies ?? [])].some((document) => deeper(document, 0))) return evidenceFailure('invalid', 'evidence.too_deep', `The document is nested more than ${MOST_DEPTH} levels deep.`, { errors: [{ path: 'pod', message: 'nested too deeply' }] });
    const document = { pod: keptPod(pod), networkPolicies: networkPolicies === null ? null : networkPolicies.map(keptPolicy), imageDigest };
    const digest = digestOf(document as Json);
    const checks = environmentChecks({ ...document, dependencies: null }).map((check) => ({ ...check }));
    const known = await store.knownReport(tx, run.id, digest);
    const answer = (reportId: string, before: boolean) => ok(audited({ reportId, digest, known: before, checks }, { subjectTable: 'run_environment', subjectId: reportId, teamId: run.teamId, after: { runId: run.id, digest, known: before } }));
    if (known) return answer(known.id, true);
    if ((await store.reportsOf(tx, run.id, MOST_REPORTS)).length >= MOST_REPORTS) return evidenceFailure('conflict', 'evidence.too_many_environments', `This run has ${MOST_REPORTS} different reports of its environment already.`);
    const row = { id: newId(), runId: run.id, teamId: run.teamId, digest, document, receivedFrom: actor.id };
    const inserted = await store.insertReport(tx, row) ?? await store.knownReport(tx, run.id, digest);
    announce('runs', run.teamId);
    return answer(inserted?.id ?? row.id, false);
  },
  http: {
    method: 'POST', path: '/api/v1/runs/{id}/environment', tag: 'Runs', body: 'json', admission: 'bounded',
    status: (output: EnvironmentReported) => (output.known ? 200 : 201),
    present: ({ known: _, ...answer }: EnvironmentReported) => answer,
  },
});
