// Attestations that disagree about the same bytes, and artifacts that are not what their run attested: each one finding, linked to every side, and settled when it is so no more.
import { buildDisagreements, commitOf, evaluationDisagreements, evidenceForSubject, evidenceNow, provenanceIn, verifiedEvaluations, verifiedProvenance, type BuildClaim, type Disagreement, type SubjectEvidence } from '#lib/evidence/index.ts';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import type { CommandContext } from '#lib/kernel/context.ts';
import { raiseFinding, settleFinding, type NewFinding } from './raise.ts';
import * as store from './store.ts';

export const BUILDS_DISAGREE = 'builds_disagree';
export const EVALUATIONS_DISAGREE = 'evaluations_disagree';
export const REGISTRY_DIFFERS = 'registry_differs_from_run';

const SUBSTITUTION = ['ML10:2023', 'AML.T0018', 'AML.T0076', 'AML.M0014'];
const short = (digest: string): string => digest.slice(0, 19);

const claimOf = ({ evidenceId, runId, builderId, provenance }: ReturnType<typeof verifiedProvenance>[number]): BuildClaim => ({
  evidenceId, runId, builderId,
  dependencies: (provenance.buildDefinition.resolvedDependencies ?? []).map((dependency) => ({ name: dependency.name ?? dependency.uri ?? '', digest: dependency.digest && Object.hasOwn(dependency.digest, 'sha256') ? `sha256:${dependency.digest['sha256'] ?? ''}` : null, commit: commitOf(dependency) })),
});

/** Everything that contradicts something about one thing; `sides` are the pieces of evidence that do. */
type Contradicted = Pick<NewFinding, 'teamId' | 'source' | 'rule' | 'identity' | 'title' | 'detail' | 'recommendation' | 'severity' | 'references' | 'facts'> & { readonly sides: readonly string[]; readonly assetVersionId: string | null; readonly runId: string | null };

/** What the sides were judged with: when trust changes, the same disagreement is news again. */
const occurrence = (evidenceId: string, all: readonly SubjectEvidence[]): string => `disagreement:${evidenceId}:${all.find((one) => one.evidenceId === evidenceId)?.trustDigest.slice(7, 23) ?? ''}`;

/** Raises a contradiction once for each of its sides, so that the page of either leads to it; or settles it where there is none. */
async function bring(tx: WriteTx, context: CommandContext, about: Pick<NewFinding, 'teamId' | 'source' | 'rule' | 'identity'>, found: Contradicted | null, all: readonly SubjectEvidence[], settledBecause: string): Promise<boolean> {
  if (found === null) return settleFinding(tx, context, about, settledBecause);
  let changed = false;
  for (const evidenceId of found.sides.slice(0, 20)) {
    const { sides: _, ...report } = found;
    const { outcome } = await raiseFinding(tx, context, { ...report, evidenceId, occurrence: occurrence(evidenceId, all) });
    changed = changed || outcome !== 'known';
  }
  return changed;
}

const facts = (digest: string, found: readonly Disagreement[], sides: readonly string[]): NewFinding['facts'] => [
  { name: 'digest', value: digest, unit: null },
  ...found.slice(0, 5).map(({ text }) => ({ name: 'they disagree about', value: text, unit: null })),
  ...sides.slice(0, 10).map((evidenceId) => ({ name: 'evidence', value: `/evidence/${evidenceId}`, unit: null })),
];

/** Compares all verified statements of a team about one digest. Returns whether anything was raised or settled. */
export async function compareAbout(tx: WriteTx, context: CommandContext, teamId: string, digest: string, assetVersionId: string | null): Promise<boolean> {
  const all = await evidenceForSubject(tx, { digest, teamId });
  const builds = buildDisagreements(verifiedProvenance(all, digest).map(claimOf));
  const evaluations = evaluationDisagreements(verifiedEvaluations(all, digest).map(({ evidenceId, evaluation }) => ({ evidenceId, dataset: evaluation.dataset, metrics: evaluation.metrics })));
  const sidesOf = (found: readonly Disagreement[]): string[] => [...new Set(found.flatMap(({ evidenceIds }) => evidenceIds))].sort();
  const about = (rule: string) => ({ teamId, source: 'lineage' as const, rule, identity: [digest] });
  const base = { severity: 'critical' as const, references: SUBSTITUTION, assetVersionId, runId: null };
  const first = await bring(tx, context, about(BUILDS_DISAGREE), builds.length === 0 ? null : {
    ...about(BUILDS_DISAGREE), ...base, sides: sidesOf(builds), facts: facts(digest, builds, sidesOf(builds)),
    title: `Attestations disagree about how ${short(digest)}… was made`,
    detail: `Verified provenance says different things about the same bytes: ${builds.slice(0, 5).map(({ text }) => text).join('; ')}. The same bytes cannot have been made of both, so one builder did not do what it signs, or its key is in other hands.`,
    recommendation: 'Do not promote what these statements speak for. Open both, compare builder, commit and materials, and rebuild from the commit that was reviewed; revoke the key of the builder whose statement does not hold up.',
  }, all, 'the statements that hold no longer disagree');
  const second = await bring(tx, context, about(EVALUATIONS_DISAGREE), evaluations.length === 0 ? null : {
    ...about(EVALUATIONS_DISAGREE), ...base, severity: 'high', sides: sidesOf(evaluations), facts: facts(digest, evaluations, sidesOf(evaluations)),
    title: `Evaluations of ${short(digest)}… disagree`,
    detail: `The same bytes were measured on the same data with different results: ${evaluations.slice(0, 5).map(({ text }) => text).join('; ')}.`,
    recommendation: 'Evaluate once more in a clean environment and compare: either the evaluation is not deterministic (fix its seed), or somebody signs figures that were not measured. Revoke the key of whoever signed what cannot be repeated.',
  }, all, 'the evaluations that hold no longer disagree');
  return first || second;
}

/** Whether a run’s verified provenance names a registered artifact among its outputs. */
async function attestedOutputs(tx: ReadTx, evidenceIds: readonly string[]): Promise<{ all: SubjectEvidence[]; holding: SubjectEvidence[] }> {
  const all = await evidenceNow(tx, evidenceIds);
  return { all, holding: all.filter((evidence) => evidence.verdict === 'passed' && provenanceIn(evidence.predicate) !== null) };
}

/** Compares each model version that names this run (or whose artifact it reported) with what the run attested as its output. */
export async function compareWithRegistry(tx: WriteTx, context: CommandContext, teamId: string, runId: string): Promise<boolean> {
  const versions = await store.versionsOfRun(tx, teamId, runId);
  if (versions.length === 0) return false;
  const { all, holding } = await attestedOutputs(tx, await store.provenanceOfRun(tx, teamId, runId));
  let changed = false;
  for (const { id, modelName, number, digest, assetVersionId } of versions) {
    const about = { teamId, source: 'lineage' as const, rule: REGISTRY_DIFFERS, identity: [id] };
    // Any run that attests these bytes will do: which one the publisher named is only a claim.
    const agreeing = verifiedProvenance(await evidenceForSubject(tx, { digest, teamId }), digest).length > 0;
    const outputs = [...new Set(holding.flatMap(({ subjects }) => subjects.map((subject) => subject.digest)))];
    const sides = holding.map(({ evidenceId }) => evidenceId).sort();
    const found = holding.length === 0 || agreeing ? null : {
      ...about, severity: 'critical' as const, references: SUBSTITUTION, sides, assetVersionId, runId,
      title: `${modelName} ${number}: the registry holds other bytes than its run attested`,
      detail: `The run attested ${outputs.slice(0, 3).join(', ')}; the registry holds ${digest}.`,
      recommendation: 'Treat it as model substitution: stop deployments of this version, compare the file in the registry with the run’s output, and look at who could write to the registry’s storage. Publish the attested file as a new version.',
      facts: [{ name: 'registered', value: digest, unit: null }, ...outputs.slice(0, 5).map((output) => ({ name: 'attested', value: output, unit: null })), { name: 'model version', value: `/models/${encodeURIComponent(modelName)}/${number}`, unit: null }, ...sides.slice(0, 5).map((evidenceId) => ({ name: 'evidence', value: `/evidence/${evidenceId}`, unit: null }))],
    };
    if (await bring(tx, context, about, found, all, agreeing ? 'verified provenance of the run names these bytes' : 'no verified provenance of the run is left that names other bytes')) changed = true;
  }
  return changed;
}
