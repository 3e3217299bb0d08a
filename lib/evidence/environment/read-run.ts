// The environment of one run, from everything that speaks of it: attestations, provenance, reports, the run's own events.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { id } from '#lib/kernel/ids.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { ENVIRONMENT_TYPE, type ProvenancePredicate } from '../format/statement.ts';
import { PROVENANCE_TYPES, provenanceIn } from '../provenance.ts';
import { evidenceNow, type SubjectEvidence } from '../statements.ts';
import * as store from '../store/environment.ts';
import { environmentChecks, environmentInProvenance, imageOfPod, requirementsOf, type EnvironmentDocument, type EnvironmentSource, type RequirementView } from './checks.ts';
import { trainingControls, type RunReport } from './controls.ts';
import { meetsRestricted } from './pod.ts';
import { at, fieldsOf, textOf } from './read.ts';
import { runEnvironmentView, type RunEnvironmentView } from './schema.ts';

const MOST_EVIDENCE = 20;
const MOST_REPORTS = 20;

const wordedDigest = (digest: Readonly<Record<string, string>> | undefined): string | null => {
  const [first] = Object.entries(digest ?? {});
  return first ? `${first[0]}:${first[1]}` : null;
};

const dependenciesOf = ({ buildDefinition }: ProvenancePredicate): EnvironmentDocument['dependencies'] =>
  (buildDefinition.resolvedDependencies ?? []).map(({ name, uri, digest }) => ({ name: name ?? uri ?? 'without a name', digest: wordedDigest(digest) }));

/** What a statement says about an environment; null where it says nothing of it. */
function documentOf(evidence: SubjectEvidence): EnvironmentDocument | null {
  if (evidence.predicate?.kind === 'environment') {
    const { pod, networkPolicies, imageDigest } = evidence.predicate.value;
    return { pod, networkPolicies: networkPolicies ?? null, imageDigest: imageDigest ?? null, dependencies: null };
  }
  const provenance = provenanceIn(evidence.predicate);
  if (provenance === null) return null;
  const { pod, networkPolicies } = environmentInProvenance(provenance.buildDefinition.internalParameters);
  return { pod, networkPolicies, imageDigest: imageOfPod(pod), dependencies: dependenciesOf(provenance) };
}

async function sourcesOf(tx: ReadTx, run: { id: string; teamId: string }, execution: unknown): Promise<EnvironmentSource[]> {
  // Environments first: provenance says less, and a flood of it must not push them out.
  const ids = [...(await store.naming(tx, run.teamId, run.id, [ENVIRONMENT_TYPE], MOST_EVIDENCE)), ...(await store.naming(tx, run.teamId, run.id, PROVENANCE_TYPES, MOST_EVIDENCE))];
  const evidence = await evidenceNow(tx, ids);
  const passedOnce = await store.everPassed(tx, evidence.filter(({ verdict }) => verdict === 'failed').map(({ evidenceId }) => evidenceId));
  const image = textOf(at(execution, 'container', 'imageDigest'));
  const signed = evidence.flatMap((one): EnvironmentSource[] => {
    const document = documentOf(one);
    // A statement is believed about the run that it names, and no other.
    if (document === null || one.runId !== run.id) return [];
    const kind = one.predicate?.kind === 'environment' ? 'attestation' : 'provenance';
    const standing = one.verdict === 'passed' ? 'proven' : passedOnce.has(one.evidenceId) ? 'stale' : 'claimed';
    return [{ kind, standing, at: one.receivedAt, label: kind === 'attestation' ? 'attestation of the environment' : 'provenance', href: `/evidence/${one.evidenceId}`, checks: environmentChecks({ ...document, imageDigest: document.imageDigest ?? image }) }];
  });
  const reports = (await store.reportsOf(tx, run.id, MOST_REPORTS)).map(({ document, receivedAt, receivedFromName }): EnvironmentSource => ({
    kind: 'report', standing: 'claimed', at: receivedAt, label: `report of ${receivedFromName}`, href: `/runs/${run.id}#isolation`,
    checks: environmentChecks({ pod: document['pod'], networkPolicies: Array.isArray(document['networkPolicies']) ? document['networkPolicies'] : null, imageDigest: textOf(document['imageDigest']) ?? image, dependencies: null }),
  }));
  const lock = fieldsOf(at(execution, 'packageLock'));
  const told = image !== null || lock !== null;
  const events: EnvironmentSource[] = told ? [{
    kind: 'events', standing: 'claimed', at: '', label: 'events of the run', href: `/runs/${run.id}#environment`,
    checks: environmentChecks({ networkPolicies: null, imageDigest: image, dependencies: lock === null ? null : [{ name: textOf(lock['name']) ?? 'package-lock.json', digest: textOf(lock['digest']) }] }),
  }] : [];
  return [...signed, ...reports, ...events];
}

export type RunEnvironment = { readonly sources: readonly EnvironmentSource[]; readonly requirements: readonly RequirementView[] };

/** What is known of a run's environment: for each requirement one verdict, judged now. `run` is one that the caller may see. */
export async function environmentOfRun(tx: ReadTx, run: { readonly id: string; readonly teamId: string }): Promise<RunEnvironment> {
  const sources = await sourcesOf(tx, run, await store.executionFacet(tx, run.id));
  return { sources, requirements: requirementsOf(sources) };
}

/** The four controls of the training stage for one run (docs/verification.md, Environments), each passed, failed, not evaluated or stale, with a link. */
export async function trainingControlsOfRun(tx: ReadTx, run: { readonly id: string; readonly teamId: string }): Promise<ReturnType<typeof trainingControls>> {
  return trainingControls(run.id, (await environmentOfRun(tx, run)).requirements, await store.runReport(tx, run.id));
}

function view(runId: string, { sources, requirements }: RunEnvironment, report: RunReport): RunEnvironmentView {
  const pods = sources.filter(({ kind, checks }) => kind !== 'events' && checks.some(({ name }) => name === 'pod'));
  return {
    runId,
    requirements: requirements.map((one) => ({ ...one, references: one.references.map((reference) => ({ ...reference })) })),
    restricted: pods.length === 0 ? null : pods.every(({ checks }) => meetsRestricted(checks)),
    sources: sources.map((source) => ({ ...source, checks: source.checks.map((check) => ({ ...check })) })),
    controls: trainingControls(runId, requirements, report),
  };
}

export const getRunEnvironment = query({
  name: 'evidence.getRunEnvironment',
  summary: 'What is known of the environment of a run: isolated, non-root, read-only, limited, ephemeral, locked, check by check',
  input: z.strictObject({ id }),
  output: runEnvironmentView,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const run = await store.runOf(tx, teams, input.id);
    if (run === null) return notFound('run');
    return ok(view(run.id, await environmentOfRun(tx, run), await store.runReport(tx, run.id)));
  },
  http: { method: 'GET', path: '/api/v1/runs/{id}/environment', tag: 'Runs', body: 'none' },
});
