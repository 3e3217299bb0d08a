// What verified evidence says about an artifact, its training run and its data, in the words of this domain.
import {
  buildersSpokenFor, commitOf, evidenceForSubject, evidenceNow, EVALUATION_TYPE, isProvenanceType, PROVENANCE_TYPES, provenanceIn, stageOf, TEST_RESULT_TYPE, verifiedEvaluations, verifiedProvenance, verifiedTestResults,
  type EvaluationPredicate, type ProvenancePredicate, type SubjectEvidence, type TestResultPredicate,
} from '#lib/evidence/index.ts';
import type { ReadTx } from '#lib/db/client.ts';
import type { AttestedRun, Evaluation, Proof, RefusedProvenance, Validation } from './facts.ts';
import { digestsWithEvidence, provenanceNaming } from './store/lineage.ts';

const byAge = <T extends Proof>(proofs: readonly T[]): T[] => [...proofs].sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : a.receivedAt > b.receivedAt ? 1 : a.evidenceDigest < b.evidenceDigest ? -1 : 1));

const proof = ({ evidenceId, evidenceDigest, receivedAt, keyIds }: Pick<SubjectEvidence, keyof Proof>): Proof => ({ evidenceId, evidenceDigest, receivedAt, keyIds });

/** The name in `gatehouse:<namespace>/<name>`: materials of v0.2 have a URI and no name. */
const assetNameIn = (uri: string | undefined): string | null => (uri?.startsWith('gatehouse:') === true ? uri.slice(uri.indexOf('/') + 1) || null : null);

function attestedRun(evidence: Pick<SubjectEvidence, keyof Proof | 'runId' | 'subjects'>, provenance: ProvenancePredicate): AttestedRun {
  const { buildDefinition, runDetails } = provenance;
  const stage = stageOf(provenance);
  return {
    ...proof(evidence),
    runId: evidence.runId,
    builderId: runDetails.builder.id,
    pipeline: stage?.pipeline ?? null,
    stage: stage?.stage ?? null,
    parameters: stage?.parameters ?? {},
    startedOn: runDetails.metadata?.startedOn ?? null,
    finishedOn: runDetails.metadata?.finishedOn ?? null,
    dependencies: (buildDefinition.resolvedDependencies ?? []).map((dependency) => ({
      name: dependency.name ?? assetNameIn(dependency.uri) ?? dependency.uri ?? '',
      uri: dependency.uri ?? null,
      digest: dependency.digest && Object.hasOwn(dependency.digest, 'sha256') ? `sha256:${dependency.digest['sha256'] ?? ''}` : null,
      commit: commitOf(dependency),
    })),
    subjects: evidence.subjects.map(({ name, digest }) => ({ name, digest })),
  };
}

function evaluation(evidence: Pick<SubjectEvidence, keyof Proof | 'runId'>, predicate: EvaluationPredicate): Evaluation {
  const { dataset, metrics, threshold, evaluatedOn } = predicate;
  return {
    ...proof(evidence),
    runId: evidence.runId,
    evaluatedOn,
    dataset: { name: dataset.name, digest: dataset.digest },
    threshold,
    metrics: metrics.map(({ name, slice, value, sampleCount, higherIsBetter }) => ({ name, slice, value, sampleCount, higherIsBetter })),
  };
}

/** Verified provenance of a run that does not have this digest among its subjects: the run attested something else. */
export async function otherProvenanceOf(tx: ReadTx, teamId: string, runId: string, digest: string): Promise<AttestedRun[]> {
  const all = await evidenceNow(tx, await provenanceNaming(tx, teamId, runId, PROVENANCE_TYPES));
  return byAge(all.flatMap((evidence) => {
    const provenance = evidence.verdict === 'passed' ? provenanceIn(evidence.predicate) : null;
    return provenance === null || evidence.subjects.some((subject) => subject.digest === digest) ? [] : [attestedRun(evidence, provenance)];
  }));
}

function testsOf(result: TestResultPredicate): Pick<Validation, 'passedTests' | 'otherTests'> {
  const told = result.gatehouse_tests?.map(({ name, column, status }) => ({ key: column === null ? name : `${name} of ${column}`, passed: status === 'passed' }));
  if (told) return { passedTests: told.flatMap(({ key, passed }) => (passed ? [key] : [])), otherTests: told.flatMap(({ key, passed }) => (passed ? [] : [key])) };
  return { passedTests: result.passedTests ?? [], otherTests: [...(result.failedTests ?? []), ...(result.warnedTests ?? [])] };
}

/** Which of these digests have any test result at all, so that only those are looked at closely. */
export const testedDigests = (tx: ReadTx, digests: readonly string[]): Promise<ReadonlySet<string>> => digestsWithEvidence(tx, digests, TEST_RESULT_TYPE);

/** Verified test results about dataset versions, by digest: for each, those of the teams that it is given with. */
export async function validationsAbout(tx: ReadTx, asked: readonly { readonly digest: string; readonly teamIds: readonly string[] }[]): Promise<ReadonlyMap<string, Validation[]>> {
  const found = new Map<string, Validation[]>();
  for (const teamId of new Set(asked.flatMap(({ teamIds }) => teamIds))) {
    const digests = [...new Set(asked.flatMap((one) => (one.teamIds.includes(teamId) ? [one.digest] : [])))];
    for (const [digest, results] of await verifiedTestResults(tx, digests, teamId)) {
      const validations = results.map((evidence) => ({ ...proof(evidence), result: evidence.testResult.result, ...testsOf(evidence.testResult) }));
      found.set(digest, byAge([...(found.get(digest) ?? []), ...validations]));
    }
  }
  return found;
}

export type ArtifactEvidence = {
  readonly all: readonly SubjectEvidence[];
  readonly evidenceIds: readonly string[];
  /** How many provenance statements the team's accounts sent, whether they hold or not. */
  readonly provenanceReceived: number;
  /** Verified provenance with this digest among its subjects, earliest first. */
  readonly provenance: AttestedRun[];
  readonly refusedProvenance: RefusedProvenance[];
  readonly evaluations: Evaluation[];
  /** Evaluations among the evidence that does not hold. */
  readonly claimedEvaluations: Evaluation[];
};

/** Provenance that somebody other than the builder signed. Where nobody may speak for the builder yet, it is merely unsigned; where its key was revoked, that is told elsewhere. */
function refused(all: readonly SubjectEvidence[], spokenFor: ReadonlySet<string>): RefusedProvenance[] {
  return all.flatMap(({ evidenceId, verdict, predicateType, builderId, checks, signatures }) => {
    const signer = checks.find(({ name, verdict: held }) => (name === 'trusted_signer' || name === 'builder') && held === 'failed');
    const once = signatures.some((outcome) => outcome.kind === 'matches' && outcome.unusable !== null);
    return verdict === 'failed' && isProvenanceType(predicateType) && builderId !== null && spokenFor.has(builderId) && signer !== undefined && !once ? [{ evidenceId, builderId, reason: signer.actual }] : [];
  }).slice(0, 5);
}

/** What a team's evidence says about an artifact: what holds, and what is only claimed. */
export async function evidenceAboutArtifact(tx: ReadTx, teamId: string, digest: string): Promise<ArtifactEvidence> {
  const all = await evidenceForSubject(tx, { digest, teamId });
  const provenance = byAge(verifiedProvenance(all, digest).map((evidence) => attestedRun(evidence, evidence.provenance)));
  return {
    all,
    refusedProvenance: provenance.length > 0 ? [] : refused(all, await buildersSpokenFor(tx, teamId)),
    evidenceIds: all.map(({ evidenceId }) => evidenceId),
    provenanceReceived: all.filter(({ predicateType }) => isProvenanceType(predicateType)).length,
    provenance,
    evaluations: byAge(verifiedEvaluations(all, digest).map((evidence) => evaluation(evidence, evidence.evaluation))),
    claimedEvaluations: byAge(all.flatMap((evidence) => (evidence.verdict === 'failed' && evidence.predicateType === EVALUATION_TYPE && evidence.predicate?.kind === 'evaluation' ? [evaluation(evidence, evidence.predicate.value)] : []))),
  };
}
