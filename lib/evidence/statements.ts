// What verified evidence says, for the domains that decide with it. Everything is verified again on the stored bytes when it is used:
// a row changed behind the portal's back, or a key revoked a moment ago, counts for nothing, whatever the last recorded verdict was.
import type { ReadTx } from '#lib/db/client.ts';
import type { Predicate, Subject } from './decode.ts';
import { EVALUATION_TYPE, TEST_RESULT_TYPE, type EvaluationPredicate, type ProvenancePredicate, type Statement, type TestResultPredicate } from './format/statement.ts';
import { judgeStored, trustOf, type JudgedEvidence } from './judge.ts';
import { doubt, recordChecks } from './sealed.ts';
import { isProvenanceType, provenanceIn } from './provenance.ts';
import type { Check, Verdict } from './schema.ts';
import type { SignatureOutcome } from './signatures.ts';
import type { ListedEvidence } from './store/evidence.ts';
import * as store from './store/evidence.ts';

/** More about one subject is not read: a flood of attestations must not stop a decision. The newest count. */
const MOST_PER_SUBJECT = 500;

/** One piece of evidence about a subject, judged now. */
export type SubjectEvidence = {
  readonly evidenceId: string;
  /** Digest of the stored bytes, as recorded when they were received. */
  readonly evidenceDigest: string;
  readonly teamId: string;
  readonly receivedAt: string;
  readonly predicateType: string | null;
  /** The run that the statement names, also where it failed. */
  readonly runId: string | null;
  /** Passed only when the latest recorded verification and the one made now both passed. */
  readonly verdict: Verdict;
  readonly checks: readonly Check[];
  /** Ids of the trusted keys that signed. */
  readonly keyIds: readonly string[];
  /** What became of each signature; empty where they could not be tried. */
  readonly signatures: readonly SignatureOutcome[];
  /** As provenance names it, whoever signed. */
  readonly builderId: string | null;
  /** The service account that sent it. */
  readonly receivedFrom: string;
  readonly trustDigest: string;
  /** No verdict yet: which policy decides depends on the pipeline of a run that nobody has reported so far. It counts as failed meanwhile. */
  readonly awaitsRun?: boolean;
  /** What it says, where it can be read: a mere claim unless the verdict is passed. */
  readonly statement: Statement | null;
  readonly predicate: Predicate | null;
  readonly subjects: readonly Subject[];
};

/** Evidence that holds: its statement may be believed as far as its signer is. */
export type VerifiedStatement = SubjectEvidence & { readonly verdict: 'passed'; readonly statement: Statement; readonly predicate: Predicate };

const holds = (evidence: SubjectEvidence): evidence is VerifiedStatement => evidence.verdict === 'passed' && evidence.statement !== null && evidence.predicate !== null;

const appraisal = ({ row, decoded, report }: JudgedEvidence<ListedEvidence>, sealed: Check | undefined): SubjectEvidence => ({
  evidenceId: row.id,
  evidenceDigest: row.digest,
  teamId: row.teamId,
  receivedAt: row.receivedAt,
  predicateType: decoded.predicateType,
  runId: decoded.runId,
  verdict: row.verdict === 'passed' && report.verdict === 'passed' && sealed !== undefined && sealed.verdict !== 'failed' ? 'passed' : 'failed',
  checks: sealed === undefined ? report.checks : [...report.checks, sealed],
  keyIds: report.signers.map((signer) => signer.keyId),
  signatures: report.signatures,
  builderId: decoded.builderId,
  receivedFrom: row.receivedFrom,
  trustDigest: report.trustDigest,
  awaitsRun: report.awaitsRun,
  statement: decoded.statement?.ok ? decoded.statement.value : null,
  predicate: decoded.predicate?.ok ? decoded.predicate.value : null,
  subjects: decoded.subjects,
});

/** What was changed behind the portal’s back. */
const changed = (evidence: readonly SubjectEvidence[]): string[] => evidence.filter(({ checks }) => checks.some(({ name, verdict }) => verdict === 'failed' && (name === 'bytes' || name === 'sealed_record'))).map(({ evidenceId }) => evidenceId);

/** Judges each team's evidence with that team's trust; the order stays. */
async function appraiseAll(tx: ReadTx, rows: readonly ListedEvidence[]): Promise<SubjectEvidence[]> {
  const appraised = new Map<string, SubjectEvidence>();
  const sealed = await recordChecks(tx, rows);
  for (const [teamId, own] of Map.groupBy(rows, (row) => row.teamId)) {
    for (const judged of await judgeStored(tx, own, await trustOf(tx, teamId))) appraised.set(judged.row.id, appraisal(judged, sealed.get(judged.row.id)));
  }
  doubt(changed([...appraised.values()]));
  return rows.flatMap((row) => appraised.get(row.id) ?? []);
}

/** Evidence about one artifact, all of a team's: what holds may be believed, the rest is only claimed. Newest first. */
export async function evidenceForSubject(tx: ReadTx, { digest, teamId }: About): Promise<SubjectEvidence[]> {
  const all = await store.evidenceAbout(tx, [teamId], [digest], { predicateType: null, verdict: null }, MOST_PER_SUBJECT);
  // A flood of claims must not push out what holds: that is asked for by itself.
  const holding = all.length < MOST_PER_SUBJECT ? [] : await store.evidenceAbout(tx, [teamId], [digest], { predicateType: null, verdict: 'passed' }, MOST_PER_SUBJECT);
  const known = new Set(all.map(({ id }) => id));
  const appraised = await appraiseAll(tx, [...all, ...holding.filter(({ id }) => !known.has(id))]);
  // The table of subjects only finds; what the signed statement names decides.
  return appraised.filter(({ verdict, subjects }) => verdict === 'failed' || subjects.some((subject) => subject.digest === digest));
}

type About = { readonly digest: string; readonly teamId: string };

export type VerifiedProvenance = VerifiedStatement & { readonly provenance: ProvenancePredicate; readonly builderId: string };
export type VerifiedEvaluation = VerifiedStatement & { readonly evaluation: EvaluationPredicate };
export type VerifiedTestResult = VerifiedStatement & { readonly testResult: TestResultPredicate };

const holdsAbout = (evidence: readonly SubjectEvidence[], digest: string): VerifiedStatement[] =>
  evidence.filter(holds).filter(({ subjects }) => subjects.some((subject) => subject.digest === digest));

/** Who built this artifact, from what and how: the verified SLSA provenance among the evidence, v0.2 in the words of v1. The builder is one that the signing key may speak for. */
export const verifiedProvenance = (evidence: readonly SubjectEvidence[], digest: string): VerifiedProvenance[] =>
  holdsAbout(evidence, digest).flatMap((statement) => {
    const provenance = isProvenanceType(statement.predicateType) ? provenanceIn(statement.predicate) : null;
    return provenance === null ? [] : [{ ...statement, provenance, builderId: provenance.runDetails.builder.id }];
  });

/** The verified evaluations of a model's digest among the evidence. */
export const verifiedEvaluations = (evidence: readonly SubjectEvidence[], digest: string): VerifiedEvaluation[] =>
  holdsAbout(evidence, digest).flatMap((statement) =>
    statement.predicateType === EVALUATION_TYPE && statement.predicate.kind === 'evaluation' ? [{ ...statement, evaluation: statement.predicate.value }] : []);

/**
 * The validations of datasets that hold now for a team: signed by a key that this team trusts, unchanged since they were received, and
 * not about another team's run. By digest, newest first; at most 500 for each digest asked for.
 */
export async function verifiedTestResults(tx: ReadTx, digests: readonly string[], teamId: string): Promise<ReadonlyMap<string, VerifiedTestResult[]>> {
  const rows = await store.evidenceAbout(tx, [teamId], digests, { predicateType: TEST_RESULT_TYPE, verdict: 'passed' }, MOST_PER_SUBJECT * digests.length);
  const evidence = await appraiseAll(tx, rows);
  return new Map(digests.map((digest) => [digest, holdsAbout(evidence, digest).flatMap((statement) =>
    statement.predicateType === TEST_RESULT_TYPE && statement.predicate.kind === 'test_result' ? [{ ...statement, testResult: statement.predicate.value }] : [])]));
}

/** Pieces of evidence, judged now; those that are not there are left out. */
export const evidenceNow = async (tx: ReadTx, evidenceIds: readonly string[]): Promise<SubjectEvidence[]> => appraiseAll(tx, await store.evidenceListed(tx, evidenceIds));

/** The builders in whose name an active key of the team may sign. */
export const buildersSpokenFor = async (tx: ReadTx, teamId: string): Promise<ReadonlySet<string>> => new Set((await trustOf(tx, teamId)).trust.keys.flatMap(({ state, builderIds }) => (state === 'active' ? builderIds : [])));
