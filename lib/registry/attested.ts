// What verified evidence says about an artifact, its training run and its data, in the words of this domain.
import {
  evidenceForSubject, evidenceNow, EVALUATION_TYPE, PROVENANCE_TYPE, STAGE_BUILD_TYPE, stageParameters, TEST_RESULT_TYPE, verifiedEvaluations, verifiedProvenance, verifiedTestResults,
  type EvaluationPredicate, type ProvenancePredicate, type SubjectEvidence, type TestResultPredicate,
} from '#lib/evidence/index.ts';
import type { ReadTx } from '#lib/db/client.ts';
import type { AttestedRun, Evaluation, Proof, Validation } from './facts.ts';
import { digestsWithEvidence, provenanceNaming } from './store/lineage.ts';

const byAge = <T extends Proof>(proofs: readonly T[]): T[] => [...proofs].sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : a.receivedAt > b.receivedAt ? 1 : a.evidenceDigest < b.evidenceDigest ? -1 : 1));

const proof = ({ evidenceId, evidenceDigest, receivedAt, keyIds }: Pick<SubjectEvidence, keyof Proof>): Proof => ({ evidenceId, evidenceDigest, receivedAt, keyIds });

function attestedRun(evidence: Pick<SubjectEvidence, keyof Proof | 'runId' | 'subjects'>, provenance: ProvenancePredicate): AttestedRun {
  const { buildDefinition, runDetails } = provenance;
  const stage = buildDefinition.buildType === STAGE_BUILD_TYPE ? stageParameters.safeParse(buildDefinition.externalParameters) : null;
  return {
    ...proof(evidence),
    runId: evidence.runId,
    builderId: runDetails.builder.id,
    pipeline: stage?.success ? stage.data.pipeline : null,
    stage: stage?.success ? stage.data.stage : null,
    parameters: stage?.success ? stage.data.parameters : {},
    startedOn: runDetails.metadata?.startedOn ?? null,
    finishedOn: runDetails.metadata?.finishedOn ?? null,
    dependencies: (buildDefinition.resolvedDependencies ?? []).map(({ name, uri, digest }) => ({
      name: name ?? uri ?? '',
      uri: uri ?? null,
      digest: digest && Object.hasOwn(digest, 'sha256') ? `sha256:${digest['sha256'] ?? ''}` : null,
      commit: digest && Object.hasOwn(digest, 'gitCommit') ? (digest['gitCommit'] ?? null) : null,
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
  const all = await evidenceNow(tx, await provenanceNaming(tx, teamId, runId, PROVENANCE_TYPE));
  return byAge(all.flatMap((evidence) =>
    evidence.verdict !== 'passed' || evidence.predicate?.kind !== 'provenance' || evidence.subjects.some((subject) => subject.digest === digest) ? [] : [attestedRun(evidence, evidence.predicate.value)]));
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
  readonly evaluations: Evaluation[];
  /** Evaluations among the evidence that does not hold. */
  readonly claimedEvaluations: Evaluation[];
};

/** What a team's evidence says about an artifact: what holds, and what is only claimed. */
export async function evidenceAboutArtifact(tx: ReadTx, teamId: string, digest: string): Promise<ArtifactEvidence> {
  const all = await evidenceForSubject(tx, { digest, teamId });
  return {
    all,
    evidenceIds: all.map(({ evidenceId }) => evidenceId),
    provenanceReceived: all.filter(({ predicateType }) => predicateType === PROVENANCE_TYPE).length,
    provenance: byAge(verifiedProvenance(all, digest).map((evidence) => attestedRun(evidence, evidence.provenance))),
    evaluations: byAge(verifiedEvaluations(all, digest).map((evidence) => evaluation(evidence, evidence.evaluation))),
    claimedEvaluations: byAge(all.flatMap((evidence) => (evidence.verdict === 'failed' && evidence.predicateType === EVALUATION_TYPE && evidence.predicate?.kind === 'evaluation' ? [evaluation(evidence, evidence.predicate.value)] : []))),
  };
}
