// What sources beside the pipeline say about a model version: scans, endpoints, incidents, repetitions, change windows. Gathered here, and judged as members of the policy's input document.
import type { ReadTx } from '#lib/db/client.ts';
import { evidenceForSubject, TEST_RESULT_TYPE, VULNERABILITIES_TYPES, type SubjectEvidence } from '#lib/evidence/index.ts';
import { openIncidentsFor } from '#lib/incidents/index.ts';
import { assuranceDefaults, nothingKnown, type PolicyContent, type PolicyInput } from '#lib/policy/index.ts';
import { newestAttempt, type Attempt } from '#lib/runs/index.ts';
import { changeWindowNow, type WindowNow } from '#lib/windows/index.ts';
import { scanOfTestResult, scanOfVulnerabilities, scanSeverities, scanVerdict, type Scan, type ScanLimits } from './scans.ts';
import { endpointNow, endpointsOfModel, environmentsWithWindow, momentOf, type EndpointRow } from './store/assurance.ts';

type Assurance = PolicyInput['assurance'];

/** What was gathered, before it is known for which environment and by which limits it is judged. */
export type AssuranceFacts = {
  /** The moment of the transaction by the database's clock: what decides whether something is still fresh. It is in no document. */
  readonly now: string;
  readonly artifactScans: readonly Scan[];
  readonly containerScans: readonly Scan[];
  readonly endpoints: readonly EndpointRow[];
  /** In words; null where the lineage was cut off, so that nobody can say what is upstream. */
  readonly incidents: readonly string[] | null;
  readonly attempt: Attempt | null;
  readonly windows: Readonly<Record<string, WindowNow>>;
};

type Subject = { readonly teamId: string; readonly modelId: string; readonly digest: string; readonly assetVersionId: string };
type Known = { readonly evidence: readonly SubjectEvidence[]; readonly training: { readonly id: string; readonly container: string | null } | null; readonly upstream: readonly string[]; readonly truncated: boolean };

/** Verified scans among evidence about one digest. What does not verify counts for nothing, neither for nor against. */
export function scansAmong(evidence: readonly SubjectEvidence[], digest: string): Scan[] {
  return evidence.flatMap((one): Scan[] => {
    const { verdict, predicate, predicateType, statement, evidenceId, evidenceDigest, receivedAt, subjects } = one;
    if (verdict !== 'passed' || predicate === null || !subjects.some((subject) => subject.digest === digest)) return [];
    if (predicate.kind === 'vulnerabilities' && (VULNERABILITIES_TYPES as readonly string[]).includes(predicateType ?? '')) return [scanOfVulnerabilities({ evidenceId, evidenceDigest, receivedAt }, statement?.predicate)];
    if (predicate.kind !== 'test_result' || predicateType !== TEST_RESULT_TYPE) return [];
    const { result, configuration, passedTests = [], failedTests = [], warnedTests = [], gatehouse_tests: told = [] } = predicate.value;
    const otherTests = [...failedTests, ...warnedTests, ...told.filter(({ status }) => status !== 'passed').map(({ name }) => name)];
    const scan = scanOfTestResult({ evidenceId, evidenceDigest, receivedAt }, { result, configuration, passedTests, otherTests: [...new Set(otherTests)] });
    return scan ? [scan] : [];
  });
}

/** Gathers what sources beside the pipeline say, as it is in this transaction. */
export async function gatherAssurance(tx: ReadTx, { teamId, modelId, digest, assetVersionId }: Subject, { evidence, training, upstream, truncated }: Known): Promise<AssuranceFacts> {
  const now = await momentOf(tx);
  const container = training?.container ?? null;
  const windows: Record<string, WindowNow> = {};
  for (const environment of await environmentsWithWindow(tx)) {
    const window = await changeWindowNow(tx, environment, now);
    if (window) windows[environment] = window;
  }
  return {
    now,
    artifactScans: scansAmong(evidence, digest),
    containerScans: container === null ? [] : scansAmong(await evidenceForSubject(tx, { digest: container, teamId }), container),
    endpoints: await endpointsOfModel(tx, teamId, modelId),
    incidents: truncated ? null : await openIncidentsFor(tx, { teamId, modelId, versionIds: [assetVersionId, ...upstream] }),
    attempt: training === null ? null : await newestAttempt(tx, training.id, digest),
    windows,
  };
}

export type AssuranceLimits = ScanLimits & { readonly endpointFreshDays: number; readonly reproductionFreshDays: number };

/** The limits by which facts are judged: parameters of the deciding policy, which two people agreed on, else the defaults. */
export function assuranceLimits(parameters: PolicyContent['parameters'] = {}): AssuranceLimits {
  const days = (name: 'scanFreshDays' | 'endpointFreshDays' | 'reproductionFreshDays'): number => {
    const value = Object.hasOwn(parameters, name) ? parameters[name]?.value : undefined;
    return typeof value === 'number' && value > 0 ? value : assuranceDefaults[name];
  };
  const asked = Object.hasOwn(parameters, 'scanSeverityThreshold') ? parameters['scanSeverityThreshold']?.value : undefined;
  return { freshDays: days('scanFreshDays'), threshold: scanSeverities.find((severity) => severity === asked && severity !== 'none') ?? assuranceDefaults.scanSeverityThreshold, endpointFreshDays: days('endpointFreshDays'), reproductionFreshDays: days('reproductionFreshDays') };
}

const within = (moment: string | null, days: number, now: string): boolean => moment !== null && Date.parse(now) - Date.parse(moment) < days * 86_400_000;

/** One answer for all endpoints; null where there is none, or one that nobody has reported about in time. */
export function endpointVerdict(endpoints: readonly EndpointRow[], freshDays: number, now: string): Assurance['endpoint'] {
  if (endpoints.length === 0 || endpoints.some(({ isPublic, reportedAt }) => isPublic === null || !within(reportedAt, freshDays, now))) return null;
  const exposed = endpoints.filter(({ isPublic }) => isPublic === true);
  const detail = endpoints.map(({ endpoint, isPublic, wafRule }) => `${endpoint}: ${isPublic ? (wafRule === null ? 'public without a rule' : `public, behind ${wafRule}`) : 'private'}`).join('; ').slice(0, 2_000);
  return { public: exposed.length > 0, wafRule: exposed.length > 0 && exposed.every(({ wafRule }) => wafRule !== null), detail };
}

/** The member `assurance` of the input document for an environment. */
export function assuranceOf(facts: AssuranceFacts | null, environment: string, container: string | null, limits: AssuranceLimits): Assurance {
  if (facts === null) return nothingKnown;
  const { now, attempt, incidents } = facts;
  const scanned = container === null ? null : scanVerdict(facts.containerScans, limits, now);
  const window = facts.windows[environment];
  return {
    ...nothingKnown,
    scan: scanVerdict(facts.artifactScans, limits, now),
    container: scanned && container !== null ? { digest: container, scanPassed: scanned.clean && scanned.fresh, detail: `${scanned.tool}: ${scanned.detail}${scanned.fresh ? '' : ', too old'}` } : null,
    endpoint: endpointVerdict(facts.endpoints.filter((endpoint) => endpoint.environment === environment), limits.endpointFreshDays, now),
    incidents: incidents && { open: [...incidents] },
    reproducibility: attempt && { matched: attempt.matched, fresh: within(attempt.endedAt, limits.reproductionFreshDays, now), detail: attempt.matched ? '' : `run ${attempt.runId}` },
    changeWindow: window ? { open: window.open, name: window.name } : null,
  };
}

/**
 * The document as it is to be judged at the very moment of a deployment: the change window as it stands, and the one
 * endpoint on which it would run (null: none was named, and all endpoints of the model count, as in the request).
 */
export async function atDeployment(tx: ReadTx, input: PolicyInput, facts: AssuranceFacts | null, endpoint: string | null, parameters: PolicyContent['parameters'] = {}): Promise<PolicyInput> {
  if (facts === null || endpoint === null) return input;
  const row = await endpointNow(tx, input.model.teamId, input.environment, endpoint);
  return { ...input, assurance: { ...input.assurance, endpoint: endpointVerdict([row], assuranceLimits(parameters).endpointFreshDays, facts.now) } };
}
