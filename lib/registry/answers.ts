// The five answers of a model version from the facts. Pure.
import { buildConflicts, dataSources, speakingProvenance, trainingCode, trainingInputs, validationHolds } from './domain.ts';
import { disagreements, firstOnEachDataset } from './evaluation.ts';
import type { Evaluation, VersionFacts } from './facts.ts';
import type { Answer, AnswerPart, Strength } from './schema.ts';

const order: readonly Strength[] = ['contradicted', 'missing', 'claimed', 'proven'];
/** The weakest of several: an answer is as good as its worst part. */
const weakest = (strengths: readonly Strength[]): Strength => order.find((candidate) => strengths.includes(candidate)) ?? 'missing';

const part = (label: string, value: string, strength: Strength, more: Partial<Omit<AnswerPart, 'label' | 'value' | 'strength'>> = {}): AnswerPart => ({ label, value, strength, digest: null, note: null, references: [], ...more });
const evidenceLink = (evidenceId: string) => ({ label: 'evidence', href: `/evidence/${evidenceId}` });
const runLink = (runId: string) => ({ label: 'run', href: `/runs/${runId}` });
const versionLink = (versionId: string) => ({ label: 'version', href: `/data/${versionId}` });

/** What people decided and where it runs: recorded by the portal itself. */
export type Outcome = {
  readonly approvals: readonly { readonly promotionId: string; readonly environment: string; readonly person: string; readonly role: string; readonly verdict: string; readonly at: string }[];
  readonly promotions: number;
  readonly deployments: readonly { readonly id: string; readonly environment: string; readonly endpoint: string; readonly digest: string; readonly current: boolean }[];
  /** Evaluation statements that were received and are not verified. */
  readonly claimedEvaluations: readonly Evaluation[];
};

const dataKinds = ['dataset', 'features', 'model'];

/**
 * What the run itself attested, where it attested other bytes than these: which data and which code it used is proven all the same. That these
 * bytes are not its output is the last answer, and that one is contradicted.
 */
const asTheRunAttested = (facts: VersionFacts): VersionFacts => (facts.provenance.length === 0 && facts.otherProvenance.length > 0 ? { ...facts, provenance: facts.otherProvenance } : facts);

function dataAnswer(facts: VersionFacts): Answer {
  const inputs = trainingInputs(facts).filter(({ kind }) => dataKinds.includes(kind));
  const changedLabels = facts.contradictions.filter(({ kind }) => kind === 'label_changed_digest');
  const provenance = speakingProvenance(facts);
  const parts = inputs.map(({ name, digest, strength, versionId, attestedDigest }) =>
    part(name, digest ?? 'no digest', digest === null ? 'claimed' : strength, {
      digest,
      note: strength === 'contradicted' ? `the attestation names ${attestedDigest ?? 'another version'}` : null,
      references: [...(versionId ? [versionLink(versionId)] : []), ...(strength === 'proven' && provenance ? [evidenceLink(provenance.evidenceId)] : [])],
    }),
  );
  for (const { version, validations } of dataSources(facts)) {
    const results = [...new Set(validations.map(({ result }) => result))].sort();
    const first = validations[0];
    parts.push(part(`validation of ${version.name ?? version.digest ?? 'a dataset'}`, results.length === 0 ? 'no verified result' : results.join(' and '), results.length === 0 ? 'missing' : results.length > 1 && !validationHolds(validations) ? 'contradicted' : 'proven', { references: first ? [evidenceLink(first.evidenceId)] : [] }));
  }
  const conflicts = buildConflicts(facts).filter(({ about }) => about === 'material');
  parts.push(...conflicts.map(({ text, evidenceIds }) => part('two attestations disagree', text, 'contradicted', { references: evidenceIds.slice(0, 4).map(evidenceLink) })));
  parts.push(...changedLabels.map(({ text }) => part('label', text, 'contradicted')));
  const strength = inputs.length === 0 ? 'missing' : weakest([...inputs.map((input): Strength => (input.digest === null ? 'claimed' : input.strength)), ...changedLabels.map((): Strength => 'contradicted'), ...conflicts.map((): Strength => 'contradicted')]);
  const count = inputs.filter((input) => input.strength === 'proven').length;
  const summary = inputs.length === 0 ? 'No dataset version is known.' : changedLabels.length > 0 ? 'A label changed its digest.' : conflicts.length > 0 ? 'Two attestations name different data.' : `${count} of ${inputs.length} dataset versions attested.`;
  return { id: 'data', question: 'Which dataset versions produced it?', strength, summary, parts };
}

function codeAnswer(facts: VersionFacts): Answer {
  const code = trainingCode(facts);
  const provenance = speakingProvenance(facts);
  const references = provenance && code.attestedCommit !== null ? [evidenceLink(provenance.evidenceId)] : facts.training ? [runLink(facts.training.id)] : [];
  const parts = [part('training code', code.commit ?? 'unknown', code.strength, { note: code.strength === 'contradicted' && code.commit !== code.attestedCommit ? `the attestation names commit ${code.attestedCommit ?? ''}` : code.dirty === true ? 'with uncommitted changes' : null, references })];
  parts.push(...buildConflicts(facts).filter(({ about }) => about === 'commit').map(({ text, evidenceIds }) => part('two attestations disagree', text, 'contradicted', { references: evidenceIds.slice(0, 4).map(evidenceLink) })));
  if (code.remote !== null) parts.push(part('repository', code.remote, 'claimed'));
  const summary = code.commit === null ? 'No commit is known.' : `Commit ${code.commit.slice(0, 12)}${code.dirty === true ? ', with uncommitted changes' : code.dirty === false ? ', clean' : ''}.`;
  return { id: 'code', question: 'Which code, at which commit?', strength: code.strength, summary, parts };
}

function jobAnswer(facts: VersionFacts): Answer {
  const { training } = facts;
  const provenance = speakingProvenance(facts);
  const question = 'Which job trained it, where, and who answers for it?';
  if (!training && !provenance) return { id: 'job', question, strength: 'missing', summary: 'No run is known that produced these bytes.', parts: [] };
  const attested = provenance !== null && (training === null || provenance.runId === training.id);
  const differs = provenance !== null && training !== null && provenance.runId !== null && provenance.runId !== training.id;
  const evidence = provenance ? [evidenceLink(provenance.evidenceId)] : [];
  const [pretended] = provenance ? [] : facts.refusedProvenance;
  const job = differs || pretended ? 'contradicted' : attested ? 'proven' : 'claimed';
  const parts = [
    part('job', training?.job ?? `${provenance?.pipeline ?? '?'}.${provenance?.stage ?? '?'}`, job, { note: differs ? `the attestation names run ${provenance.runId ?? ''}` : null, references: [...(training ? [runLink(training.id)] : []), ...evidence] }),
    pretended
      ? part('builder', pretended.builderId, 'contradicted', { note: `the statement names it, and none of the keys that speak for it signed: ${pretended.reason}`, references: [evidenceLink(pretended.evidenceId)] })
      : part('builder', provenance?.builderId ?? 'unknown', provenance ? 'proven' : 'missing', { references: evidence }),
  ];
  if (training) {
    const { responsiblePerson } = training;
    // The portal itself knows whose token reported the run.
    parts.push(part('answers for it', responsiblePerson ? `${responsiblePerson.name}, for ${training.reportedByName}` : training.reportedByName, responsiblePerson ? 'proven' : 'claimed'));
    if (training.triggeredBy !== null) parts.push(part('triggered by', training.triggeredBy, 'claimed'));
    if (training.container !== null) parts.push(part('container image', training.container, 'claimed', { digest: training.container }));
    const lock = provenance?.dependencies.find(({ name }) => name === 'package-lock.json')?.digest ?? null;
    const lockStrength = lock !== null && training.packageLock !== null && lock !== training.packageLock ? 'contradicted' : lock !== null ? 'proven' : 'claimed';
    if (lock !== null || training.packageLock !== null) parts.push(part('lock file', lock ?? training.packageLock ?? '', lockStrength, { digest: lock ?? training.packageLock }));
    if (training.runtime.length > 0) parts.push(part('runtime', training.runtime.map(({ name, version }) => `${name} ${version}`).join(', '), 'claimed'));
    if (training.operatingSystem !== null) parts.push(part('operating system', training.operatingSystem, 'claimed'));
    if (training.seed !== null) parts.push(part('seed', training.seed, 'claimed'));
  }
  const strength = weakest(parts.filter(({ label }) => ['job', 'builder', 'answers for it', 'lock file'].includes(label)).map((each) => each.strength));
  const summary = pretended ? `${training?.job ?? 'A run'}; somebody else than its builder signed for it.` : `${training?.job ?? provenance?.stage ?? 'A run'}${training?.responsiblePerson ? `, ${training.responsiblePerson.name} answers for it` : ''}.`;
  return { id: 'job', question, strength, summary, parts };
}

const joined = (names: readonly string[]): string => [...new Set(names)].join(' and ');
const headline = ['auc', 'brier', 'accuracy'];

function metricsAnswer(facts: VersionFacts, outcome: Outcome): Answer {
  const proven = firstOnEachDataset(facts.evaluations)[0] ?? null;
  const evaluation = proven ?? firstOnEachDataset(outcome.claimedEvaluations)[0] ?? null;
  const disagree = disagreements(facts.evaluations);
  const strength: Strength = disagree.length > 0 ? 'contradicted' : proven ? 'proven' : evaluation ? 'claimed' : 'missing';
  const overall = (evaluation?.metrics ?? []).filter(({ name, slice }) => slice === null && headline.includes(name));
  const parts = [
    ...overall.map(({ name, value, sampleCount }) => part(name, `${Number(value.toPrecision(4))} on ${sampleCount} samples`, proven ? 'proven' : 'claimed', { references: evaluation ? [evidenceLink(evaluation.evidenceId)] : [] })),
    ...(evaluation ? [part('evaluated on', evaluation.dataset.name, proven ? 'proven' : 'claimed', { digest: evaluation.dataset.digest })] : []),
    ...disagree.map((text) => part('evaluations disagree', text, 'contradicted')),
    ...outcome.approvals.map(({ promotionId, environment, person, role, verdict, at }) => part(`${verdict === 'approve' ? 'approved' : 'rejected'} for ${environment}`, `${person} as ${role}`, 'proven', { note: at, references: [{ label: 'request', href: `/approvals/${promotionId}` }] })),
  ];
  const approvers = outcome.approvals.filter(({ verdict }) => verdict === 'approve').map(({ person }) => person);
  const refusers = outcome.approvals.filter(({ verdict }) => verdict === 'reject').map(({ person }) => person);
  const decided = approvers.length > 0 ? `approved by ${joined(approvers)}` : refusers.length > 0 ? `rejected by ${joined(refusers)}` : outcome.promotions > 0 ? 'nobody has decided on it yet' : 'promotion was never asked for';
  const summary = evaluation ? `${overall[0] ? `${overall[0].name} ${Number(overall[0].value.toPrecision(4))}; ` : ''}${decided}.` : `No evaluation; ${decided}.`;
  return { id: 'metrics', question: 'Which metrics and checks justified it, and who approved?', strength, summary, parts };
}

function artifactAnswer(facts: VersionFacts, outcome: Outcome): Answer {
  const provenance = speakingProvenance(facts);
  const produced = facts.training !== null;
  const registry: Strength = provenance ? 'proven' : facts.otherProvenance.length > 0 ? 'contradicted' : produced ? 'claimed' : 'missing';
  const attested = facts.otherProvenance[0]?.subjects.map(({ digest }) => digest).join(', ');
  const parts = [
    part('registry', facts.artifact.digest, registry, {
      digest: facts.artifact.digest,
      note: registry === 'contradicted' ? `the run attested ${attested ?? 'other bytes'}` : null,
      references: [versionLink(facts.artifact.versionId), ...(provenance ? [evidenceLink(provenance.evidenceId)] : [])],
    }),
    ...outcome.deployments.map(({ id, environment, endpoint, digest, current }) =>
      part(`${environment} · ${endpoint}${current ? '' : ' (ended)'}`, digest, digest !== facts.artifact.digest ? 'contradicted' : registry === 'proven' ? 'proven' : 'claimed', { digest, references: [{ label: 'deployment', href: `/deployments#${id}` }] }),
    ),
  ];
  const strength = weakest(parts.map((each) => each.strength));
  const running = outcome.deployments.filter(({ current }) => current).length;
  const where = running === 0 ? 'it runs nowhere' : `it runs on ${running} endpoint${running === 1 ? '' : 's'}`;
  const summary = registry === 'proven' ? `Exactly what the run attested; ${where}.` : registry === 'contradicted' ? 'The run attested other bytes.' : registry === 'claimed' ? `An event names it as output, no attestation does; ${where}.` : `No run is known to have produced it; ${where}.`;
  return { id: 'artifact', question: 'Is it, in the registry and wherever it runs, exactly what the job produced?', strength, summary, parts };
}

/** The five answers, in the order of the questions. */
export function fiveAnswers(facts: VersionFacts, outcome: Outcome): Answer[] {
  const run = asTheRunAttested(facts);
  return [dataAnswer(run), codeAnswer(run), jobAnswer(run), metricsAnswer(facts, outcome), artifactAnswer(facts, outcome)];
}
