// What the facts about a model version amount to: the five answers, the SLSA level, and the policy's input document. Pure.
import { buildDisagreements, type Disagreement } from '#lib/evidence/index.ts';
import type { Environment, PolicyContent, PolicyInput } from '#lib/policy/index.ts';
import { assuranceLimits, assuranceOf } from './assurance.ts';
import { sourcesApproved } from './inventory.ts';
import { biasOf, comparisonOf, disagreements, firstOnEachDataset, overallOf, sortedMetrics } from './evaluation.ts';
import type { AttestedRun, Evaluation, UpstreamVersion, Validation, VersionFacts } from './facts.ts';
import { cardsFor, metadataFor } from './metadata.ts';
import { slsaForPolicy } from './slsa.ts';

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const sorted = (texts: Iterable<string>): string[] => [...new Set(texts)].sort();
const short = (digest: string | null): string => (digest === null ? 'no digest' : digest.slice(0, 19));

/** Kinds of asset that a model learns from: data, and other models where it starts from one. */
const dataKinds = ['dataset', 'features', 'model'];
const isData = ({ kind }: UpstreamVersion): boolean => dataKinds.includes(kind);

/** What is asked of the same facts many times over, and takes a look at everything upstream. */
const inputsOfFacts = new WeakMap<VersionFacts, TrainingInput[]>();
const sourcesOfVersions = new WeakMap<VersionFacts['versions'], { readonly runs: VersionFacts['runs']; readonly training: VersionFacts['training']; readonly sources: Source[] }>();

/** The provenance that speaks for the training run: the earliest that names it, else the earliest there is. */
export const speakingProvenance = (facts: VersionFacts): AttestedRun | null => facts.provenance.find(({ runId }) => runId !== null && runId === facts.training?.id) ?? facts.provenance[0] ?? null;

export type TrainingInput = {
  readonly name: string;
  readonly kind: string;
  readonly versionId: string | null;
  readonly digest: string | null;
  readonly strength: 'proven' | 'claimed' | 'contradicted';
  /** What the other source says, where the two disagree. */
  readonly attestedDigest: string | null;
};

/**
 * What the training run consumed. Proven: verified provenance of that run names the digest. Contradicted: it names
 * another digest under this name, or none of the reported ones.
 */
export function trainingInputs(facts: VersionFacts): TrainingInput[] {
  const known = inputsOfFacts.get(facts);
  if (known) return known;
  const inputs = findTrainingInputs(facts);
  inputsOfFacts.set(facts, inputs);
  return inputs;
}

function findTrainingInputs(facts: VersionFacts): TrainingInput[] {
  const { training } = facts;
  const versions = new Map(facts.versions.map((version) => [version.id, version]));
  const attested = speakingProvenance(facts)?.dependencies.filter(({ digest, commit }) => digest !== null && commit === null) ?? [];
  const attestedDigests = new Set(attested.map(({ digest }) => digest));
  const attestedNames = new Map(attested.toReversed().map((dependency) => [dependency.name, dependency]));
  const reported = (training?.inputs ?? []).flatMap((id): TrainingInput[] => {
    const version = versions.get(id);
    if (!version) return [];
    const name = training?.inputNames[id] ?? version.name ?? short(version.digest);
    const byDigest = attestedDigests.has(version.digest);
    const byName = attestedNames.get(name);
    const base = { name, kind: version.kind, versionId: id, digest: version.digest };
    if (version.digest !== null && byDigest) return [{ ...base, strength: 'proven', attestedDigest: null }];
    if (byName && version.digest !== null) return [{ ...base, strength: 'contradicted', attestedDigest: byName.digest }];
    return [{ ...base, strength: 'claimed', attestedDigest: null }];
  });
  const known = new Set(reported.flatMap(({ digest, attestedDigest }) => [digest, attestedDigest]));
  const onlyAttested = attested
    .filter(({ digest, name }) => !known.has(digest) && name !== 'package-lock.json')
    .map((dependency): TrainingInput => ({ name: dependency.name, kind: 'dataset', versionId: null, digest: dependency.digest, strength: 'proven', attestedDigest: null }));
  return [...reported, ...onlyAttested].sort((a, b) => byText(a.name, b.name) || byText(a.digest ?? '', b.digest ?? ''));
}

export type Source = { readonly version: UpstreamVersion; readonly validations: readonly Validation[] };

/**
 * The datasets at which validation is asked for. Going up from the artifact, a dataset with a verified test result
 * answers for what it was made from; where none has one, that is the dataset nothing known was made from.
 */
export function dataSources({ versions, runs, training }: Pick<VersionFacts, 'versions' | 'runs' | 'training'>): Source[] {
  // Facts are copied as they are gathered, and their lists are not.
  const known = sourcesOfVersions.get(versions);
  if (known && known.runs === runs && known.training === training) return known.sources;
  const sources = findDataSources({ versions, runs, training });
  sourcesOfVersions.set(versions, { runs, training, sources });
  return sources;
}

function findDataSources(facts: Pick<VersionFacts, 'versions' | 'runs' | 'training'>): Source[] {
  const versions = new Map(facts.versions.flatMap((version) => (isData(version) ? [[version.id, version]] : [])));
  const runs = new Map(facts.runs.map((run) => [run.id, run]));
  const sources = new Map<string, Source>();
  const seen = new Set<string>();
  const waiting = [...(facts.training?.inputs ?? [])];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const version = versions.get(id);
    if (!version || seen.has(id)) continue;
    seen.add(id);
    const upstream = version.producers.flatMap((runId) => runs.get(runId)?.inputs ?? []).filter((input) => versions.has(input));
    const answers = version.kind === 'dataset' && version.validations.length > 0;
    if (answers || upstream.length === 0) sources.set(id, { version, validations: version.validations });
    else waiting.push(...upstream);
  }
  return [...sources.values()].sort((a, b) => byText(a.version.digest ?? '', b.version.digest ?? '') || byText(a.version.id, b.version.id));
}

/** One piece of evidence for each result: the earliest, so that validating again changes nothing. */
function earliestOfEachResult(validations: readonly Validation[]): Validation[] {
  const ordered = [...validations].sort((a, b) => byText(a.receivedAt, b.receivedAt) || byText(a.evidenceDigest, b.evidenceDigest));
  return ordered.filter((validation, index) => ordered.findIndex(({ result }) => result === validation.result) === index);
}

/**
 * Whether a dataset's results amount to a pass: the newest is PASSED, and every test that ever failed or warned was
 * passed by a later result. Leaving a failed test out of the next validation does not help.
 */
export function validationHolds(validations: readonly Validation[]): boolean {
  const ordered = [...validations].sort((a, b) => byText(a.receivedAt, b.receivedAt) || byText(a.evidenceDigest, b.evidenceDigest));
  if (ordered.at(-1)?.result !== 'PASSED') return false;
  return ordered.every(({ result, otherTests }, index) => {
    const later = new Set(ordered.slice(index + 1).flatMap(({ passedTests }) => passedTests));
    return (result === 'PASSED' || otherTests.length > 0) && otherTests.every((test) => later.has(test));
  });
}

/** Where verified provenance of different builders (or of one run) says different things about the making of this artifact. */
export const buildConflicts = (facts: VersionFacts): Disagreement[] => buildDisagreements(facts.provenance);

export type Code = { readonly commit: string | null; readonly strength: 'proven' | 'claimed' | 'missing' | 'contradicted'; readonly dirty: boolean | null; readonly remote: string | null; readonly attestedCommit: string | null };

/** The commit of the training code: as attested, else as reported; contradicted where the two differ. */
export function trainingCode(facts: VersionFacts): Code {
  const attestedCommit = speakingProvenance(facts)?.dependencies.find(({ commit }) => commit !== null)?.commit ?? null;
  const git = facts.training?.git ?? null;
  const reported = git?.commit ?? null;
  const rest = { dirty: git?.dirty ?? null, remote: git?.remote ?? null, attestedCommit };
  if (buildConflicts(facts).some(({ about }) => about === 'commit')) return { commit: reported ?? attestedCommit, strength: 'contradicted', ...rest };
  if (attestedCommit !== null && reported !== null && attestedCommit !== reported) return { commit: reported, strength: 'contradicted', ...rest };
  if (attestedCommit !== null) return { commit: attestedCommit, strength: 'proven', ...rest };
  return { commit: reported, strength: reported === null ? 'missing' : 'claimed', ...rest };
}

/** Contradictions that make the lineage itself doubtful; a label that changed is a finding, which people can judge. */
export function lineageDoubts(facts: VersionFacts): string[] {
  const inputs = trainingInputs(facts).filter(({ strength }) => strength === 'contradicted').map(({ name, digest, attestedDigest }) => `input ${name}: reported ${short(digest)}, attested ${short(attestedDigest)}`);
  const code = trainingCode(facts);
  const conflicts = buildConflicts(facts).map(({ text }) => `two attestations of the same bytes disagree, ${text}`);
  const commit = code.strength === 'contradicted' && code.commit !== code.attestedCommit ? [`commit: reported ${code.commit?.slice(0, 12) ?? ''}, attested ${code.attestedCommit?.slice(0, 12) ?? ''}`] : [];
  return sorted([...inputs, ...commit, ...conflicts, ...facts.contradictions.filter(({ kind }) => kind !== 'label_changed_digest').map(({ text }) => text)]);
}

/** The training run completed and consumed something, every version upstream has a digest, and nothing was cut off. */
export const lineageComplete = ({ training, truncated, versions }: Omit<VersionFacts, 'metadata'>): boolean => training !== null && training.state === 'complete' && !truncated && training.inputs.length > 0 && versions.every(({ digest }) => digest !== null);

function lineageOf(facts: VersionFacts): PolicyInput['lineage'] {
  if (!facts.training) return null;
  const withoutDigest = facts.versions.filter(({ digest }) => digest === null).map(({ name, label, id }) => `${name ?? id}${label === null ? '' : ` ${label}`}`);
  return {
    complete: lineageComplete(facts),
    truncated: facts.truncated,
    runs: sorted(facts.runs.map(({ id }) => id)),
    inputs: trainingInputs(facts).map(({ name, kind, digest, strength }) => ({ name, kind, digest, strength: strength === 'proven' ? ('proven' as const) : ('claimed' as const) })),
    withoutDigest: sorted(withoutDigest),
    quarantined: sorted(facts.versions.flatMap(({ quarantined, digest, id }) => (quarantined ? [digest ?? id] : []))),
    contradictions: lineageDoubts(facts),
  };
}

function dataOf(facts: VersionFacts): PolicyInput['data'] {
  if (!facts.training) return null;
  const sources = dataSources(facts).map(({ version, validations }) => {
    const first = earliestOfEachResult(validations);
    const results = sorted(first.map(({ result }) => result));
    return {
      name: version.name ?? short(version.digest),
      digest: version.digest,
      validation: validations.length === 0 ? null : { results, passed: validationHolds(validations), evidence: sorted(first.map(({ evidenceDigest }) => evidenceDigest)) },
    };
  });
  return { sources, allValidated: sources.length > 0 && sources.every(({ validation }) => validation?.passed === true) };
}

function provenanceOf(facts: VersionFacts): PolicyInput['provenance'] {
  const spoken = speakingProvenance(facts);
  const speaking = spoken ?? facts.otherProvenance[0] ?? null;
  if (!speaking) return null;
  const model = speaking.subjects.find(({ name }) => name === facts.version.modelName) ?? speaking.subjects[0];
  return {
    evidence: [speaking.evidenceDigest],
    subjectDigest: spoken ? facts.artifact.digest : (model?.digest ?? ''),
    runId: speaking.runId,
    builderId: speaking.builderId,
    keyIds: sorted(speaking.keyIds),
    pipeline: speaking.pipeline,
    stage: speaking.stage,
  };
}

/** What runs in the environment now, with its verified evaluations. */
export type Incumbent = { readonly version: number; readonly versionId: string; readonly digest: string; readonly evaluations: readonly Evaluation[] };

/** The input document of the policy: the frozen facts. The same facts give the same bytes, whenever they are gathered. */
export function policyInputOf(facts: VersionFacts, environment: Environment, incumbent: Incumbent | null, exceptions: PolicyInput['exceptions'] = [], parameters: PolicyContent['parameters'] = {}): PolicyInput {
  const evaluation = firstOnEachDataset(facts.evaluations)[0] ?? null;
  const code = trainingCode(facts);
  const { training } = facts;
  const slsa = slsaForPolicy(facts);
  const finding = (severity: string) =>
    facts.findings
      .filter((candidate) => candidate.severity === severity)
      .map(({ id, title }) => ({ id, severity, title }))
      .sort((a, b) => byText(a.id, b.id));
  return {
    format: 'https://gatehouse.dev/policy-input/v1',
    environment,
    model: { id: facts.version.modelId, name: facts.version.modelName, version: facts.version.number, versionId: facts.version.id, teamId: facts.version.teamId },
    artifact: { digest: facts.artifact.digest, quarantined: facts.artifact.quarantined, publishedBy: facts.version.publishedBy },
    provenance: provenanceOf(facts),
    signature: { received: facts.provenanceReceived, verified: facts.provenance.length },
    training: training && {
      runId: training.id,
      job: training.job,
      state: training.state,
      reportedBy: training.reportedBy,
      triggeredBy: training.triggeredBy,
      container: training.container,
      packageLock: training.packageLock,
      seed: training.seed,
      parameters: Object.fromEntries(Object.entries(training.parameters).sort(([a], [b]) => byText(a, b))),
    },
    code: { commit: code.commit, strength: code.strength === 'proven' ? 'proven' : code.commit === null ? null : 'claimed', dirty: code.dirty, remote: code.remote },
    lineage: lineageOf(facts),
    data: dataOf(facts),
    evaluation: evaluation && {
      evidence: [evaluation.evidenceDigest],
      dataset: { name: evaluation.dataset.name, digest: evaluation.dataset.digest },
      metrics: sortedMetrics(evaluation.metrics).map(({ name, slice, value, sampleCount, higherIsBetter }) => ({ name, slice, value, sampleCount, higherIsBetter })),
      overall: overallOf(evaluation.metrics),
      contradictions: disagreements(facts.evaluations),
    },
    bias: evaluation && biasOf(evaluation.metrics),
    production: incumbent && { version: incumbent.version, versionId: incumbent.versionId, digest: incumbent.digest },
    comparison: incumbent && comparisonOf(facts.evaluations, incumbent.evaluations),
    exceptions,
    opa: [],
    slsa,
    assurance: { ...assuranceOf(facts.assurance ?? null, environment, training?.container ?? null, assuranceLimits(parameters)), cards: cardsFor(facts.metadata), dataSources: sourcesApproved(facts) },
    metadata: metadataFor(facts.metadata, environment),
    findings: { critical: finding('critical'), high: finding('high') },
  };
}
