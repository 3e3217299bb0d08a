// The rules by which reports become findings. Pure: each takes what was read and returns what is wrong.
import type { SubjectEvidence } from '#lib/evidence/index.ts';
import type { NewFinding } from './raise.ts';
import type { Fact } from './schema.ts';
import type { ContradictionFacts, RunFacts } from './store.ts';

const SUPPLY_CHAIN = ['ML06:2023', 'AML.T0010', 'AML.M0013', 'AML.M0014'];
const POISONING = ['ML02:2023', 'AML.T0020', 'AML.M0025'];
const SUBSTITUTION = ['ML10:2023', 'AML.T0018', 'AML.T0076', 'AML.M0014'];

const text = (name: string, value: string): Fact => ({ name, value, unit: null });
const short = (digest: string): string => digest.slice(0, 19);

// --- Verification ------------------------------------------------------------------------------------------------------

type Cause = Pick<NewFinding, 'rule' | 'identity' | 'title' | 'detail' | 'recommendation' | 'severity' | 'references'> & { readonly facts?: readonly Fact[] };

export const UNTRUSTED_SIGNER = 'untrusted_signer';

/** The identity of "signed by a key that nobody confirmed": settled when somebody does. */
export const untrustedIdentity = (keyId: string): readonly (string | null)[] => [keyId, 'not trusted'];

const failedCheck = (evidence: SubjectEvidence, name: string) => evidence.checks.find((check) => check.name === name && check.verdict === 'failed') ?? null;

/** The cause that matters most; a piece of evidence that fails for several is one finding. */
function causeOf(evidence: SubjectEvidence): Cause {
  return tampered(evidence) ?? recordChanged(evidence) ?? mismatch(evidence) ?? foreignRun(evidence) ?? untrusted(evidence) ?? builder(evidence) ?? malformed(evidence);
}

function tampered(evidence: SubjectEvidence): Cause | null {
  const check = failedCheck(evidence, 'bytes');
  return check && {
    rule: 'stored_bytes_changed', identity: [evidence.evidenceId], severity: 'critical', references: SUPPLY_CHAIN,
    title: 'Stored evidence was changed in the database',
    detail: `Expected ${check.expected}; found ${check.actual}. Gatehouse itself never changes evidence, and its database role cannot: somebody with more rights did.`,
    recommendation: 'Treat the database as compromised: find out who holds the owner’s or a superuser’s rights and used them, restore the row from a backup, and compare exported audit proofs with the log.',
  };
}

/** The same finding that the comparison with the audit log raises (records.ts). */
function recordChanged(evidence: SubjectEvidence): Cause | null {
  const check = failedCheck(evidence, 'sealed_record');
  return check && {
    rule: 'evidence_record_changed', identity: [evidence.evidenceId], severity: 'critical', references: SUPPLY_CHAIN,
    title: 'Evidence was changed in the database',
    detail: `${check.actual}. Gatehouse itself never changes evidence, and its database role cannot: somebody with more rights did.`,
    recommendation: 'Treat the database as compromised: find out who holds the owner’s or a superuser’s rights and used them, restore the row from a backup, and compare exported audit proofs with the log.',
    facts: [text('evidence', evidence.evidenceId)],
  };
}

function mismatch(evidence: SubjectEvidence): Cause | null {
  const signature = evidence.signatures.find((outcome) => outcome.kind === 'mismatch');
  return signature?.kind !== 'mismatch' ? null : {
    rule: 'signature_mismatch', identity: [evidence.evidenceId], severity: 'critical', references: SUPPLY_CHAIN,
    title: 'A signature does not match what it signs',
    detail: `The evidence names the trusted key ${signature.key.keyId} (${signature.key.name}), and that key did not sign these bytes: the payload, its type or the signature was changed on the way, or somebody pretends to hold the key.`,
    recommendation: 'Do not use what this evidence speaks for. Compare the spooled file on the build machine with the bytes received; if they agree, the machine or its key is in wrong hands: revoke the key and rotate the token of the service account.',
    facts: [text('key id', signature.key.keyId)],
  };
}

function foreignRun(evidence: SubjectEvidence): Cause | null {
  const check = failedCheck(evidence, 'run_known');
  return check && {
    rule: 'foreign_run', identity: [evidence.runId], severity: 'high', references: SUPPLY_CHAIN,
    title: 'Evidence names a run of another team',
    detail: `${check.actual}. A statement may speak only for runs of the team that sends it.`,
    recommendation: 'Find out which pipeline of this team claims that run: a copied environment (GATEHOUSE_TOKEN beside a run id of another team) is the harmless cause, an attempt to speak for others the harmful one.',
  };
}

function untrusted(evidence: SubjectEvidence): Cause | null {
  const check = failedCheck(evidence, 'trusted_signer');
  if (!check) return null;
  const unusable = evidence.signatures.find((outcome) => outcome.kind === 'matches' && outcome.unusable !== null);
  if (unusable?.kind === 'matches') {
    const { key } = unusable;
    const revoked = key.state === 'revoked';
    const outside = unusable.unusable?.startsWith('not valid ') ?? false;
    return {
      rule: UNTRUSTED_SIGNER, identity: [key.keyId, revoked ? 'revoked' : outside ? 'outside its validity' : 'does not count'], severity: 'high', references: SUPPLY_CHAIN,
      title: revoked ? `Evidence rests on the revoked key “${key.name}”` : outside ? `Evidence is signed by the key “${key.name}” outside its validity` : `Evidence is signed by “${key.name}”, which the trust policy does not count`,
      detail: check.actual,
      recommendation: revoked
        ? 'Build again, with a key that is trusted, whatever these statements speak for; roll back deployments that rest on them. If the machine still signs with this key, replace it there.'
        : !outside ? 'Look at the trust policy that decided, which the evidence names: whether it still says what it should, and whether this signer belongs into it.'
        : 'Replace the key on the machine that signs, propose the new one under Settings, Trust keys, and have a second person confirm it.',
      facts: [text('key id', key.keyId)],
    };
  }
  const stranger = evidence.signatures.find((outcome) => outcome.kind === 'no_key');
  const hint = stranger?.hint ?? null;
  return {
    rule: UNTRUSTED_SIGNER, identity: hint === null ? ['no key id', 'not trusted'] : untrustedIdentity(hint), severity: 'high', references: SUPPLY_CHAIN,
    title: hint === null ? 'Evidence is signed by a key that nobody trusts' : `Evidence is signed by the key ${hint.slice(0, 16)}…, which nobody trusts`,
    detail: check.actual,
    recommendation: 'If the key is the pipeline’s own, propose its public half under Settings, Trust keys, and have a second person of security confirm it: the evidence is then verified again. If nobody knows the key, find out what sends with this service account and revoke its token.',
    facts: hint === null ? [] : [text('key id', hint)],
  };
}

function builder(evidence: SubjectEvidence): Cause | null {
  const check = failedCheck(evidence, 'builder');
  return check && {
    rule: 'builder_not_allowed', identity: [evidence.builderId, ...evidence.keyIds], severity: 'high', references: SUPPLY_CHAIN,
    title: 'Provenance names a builder that its signing key may not speak for',
    detail: check.actual,
    recommendation: 'If the builder is right, propose the key again with this builder.id among those it may speak for. If not, something builds outside the place it should: look at the run and at GATEHOUSE_BUILDER_ID on that machine.',
    facts: [text('builder.id', evidence.builderId ?? ''), ...evidence.keyIds.map((keyId) => text('key id', keyId))],
  };
}

function malformed(evidence: SubjectEvidence): Cause {
  const check = evidence.checks.find((one) => one.verdict === 'failed') ?? evidence.checks[0];
  return {
    rule: 'malformed_evidence', identity: [check?.name ?? null, evidence.receivedFrom], severity: 'high', references: SUPPLY_CHAIN,
    title: `Evidence cannot be read: the check ${check?.name ?? 'of its form'} fails`,
    detail: `Expected ${check?.expected ?? 'a DSSE envelope'}; found ${check?.actual ?? 'something else'}.`,
    recommendation: 'Look at what the service account sends: an attestation is one DSSE envelope with an in-toto statement (docs/wire-contract.md). The gatehouse command writes it; another producer must follow the same page.',
    facts: [],
  };
}

/** What is wrong with a piece of evidence that does not verify; null when it does. */
export function ofVerification(evidence: SubjectEvidence, verificationId: string, assetVersionId: string | null): NewFinding | null {
  if (evidence.verdict === 'passed') return null;
  // Its events may still be on their way.
  if (evidence.awaitsRun === true && !evidence.checks.some((check) => check.verdict === 'failed')) return null;
  const { facts = [], ...cause } = causeOf(evidence);
  const failing = evidence.checks.filter((check) => check.verdict === 'failed').map((check) => check.name);
  return {
    ...cause,
    teamId: evidence.teamId,
    source: 'verification',
    occurrence: `verification:${verificationId}`,
    facts: [...facts, text('failing checks', failing.join(', ') || 'see the evidence')],
    runId: evidence.runId,
    evidenceId: evidence.evidenceId,
    assetVersionId,
  };
}

// --- Validations -------------------------------------------------------------------------------------------------------

/** More findings than this of one statement are summed up in one. */
export const MOST_PER_STATEMENT = 200;

type ToldTest = { readonly name: string; readonly column: string | null; readonly status: 'warned' | 'failed'; readonly expected: string | null; readonly actual: string | null };

function toldTests(evidence: SubjectEvidence): ToldTest[] {
  if (evidence.predicate?.kind !== 'test_result') return [];
  const { gatehouse_tests: detailed, failedTests = [], warnedTests = [] } = evidence.predicate.value;
  const described = (detailed ?? []).flatMap(({ name, column, status, expected, actual }): ToldTest[] => (status === 'passed' ? [] : [{ name, column, status, expected, actual }]));
  const known = new Set(described.map((test) => test.name));
  const bare = (names: readonly string[], status: ToldTest['status']) => names.filter((name) => !known.has(name)).map((name) => ({ name, column: null, status, expected: null, actual: null }));
  return [...described, ...bare(failedTests, 'failed'), ...bare(warnedTests, 'warned')];
}

const claimed = (evidence: SubjectEvidence): string => (evidence.verdict === 'passed' ? '' : ' The statement itself does not verify, so this is a claim.');

/** One finding for each test that failed or warned, of evidence that verifies and of evidence that does not. */
export function ofValidation(evidence: SubjectEvidence, assetVersionId: string | null): NewFinding[] {
  const tests = toldTests(evidence);
  const [subject] = evidence.subjects;
  if (!subject || tests.length === 0) return [];
  const dataset = subject.name === '' ? short(subject.digest) : subject.name;
  const base = {
    teamId: evidence.teamId, source: 'validation' as const, occurrence: `evidence:${evidence.evidenceId}`, references: POISONING,
    runId: evidence.runId, evidenceId: evidence.evidenceId, assetVersionId,
  };
  const findings = tests.slice(0, MOST_PER_STATEMENT).map((test): NewFinding => ({
    ...base,
    rule: `test_${test.status}`,
    identity: [subject.digest, test.name, test.column],
    title: `${test.status === 'failed' ? 'Failed' : 'Warned'}: ${test.name}${test.column === null ? '' : ` of ${test.column}`}, in ${dataset}`,
    detail: `${test.expected === null ? 'The statement gives no details of this test.' : `Expected ${test.expected}; found ${test.actual ?? 'nothing'}.`}${claimed(evidence)}`,
    severity: test.status === 'failed' ? 'medium' : 'low',
    recommendation: test.status === 'failed'
      ? 'Do not train on this version. Compare it with the version before it under Data, find where the difference enters, and either repair the source or change the expectation in the validation, with a review.'
      : 'Look whether the difference from earlier versions is explained; if it is expected, widen the bounds in the validation, with a review.',
    facts: [text('dataset digest', subject.digest), ...(test.expected === null ? [] : [text('expected', test.expected)]), ...(test.actual === null ? [] : [text('actual', test.actual)])],
  }));
  const rest = tests.length - findings.length;
  if (rest > 0) {
    findings.push({
      ...base, rule: 'tests_beyond_limit', identity: [subject.digest], severity: tests.slice(MOST_PER_STATEMENT).some((test) => test.status === 'failed') ? 'medium' : 'low',
      title: `${rest} more tests failed or warned in ${dataset}`, detail: `Only the first ${MOST_PER_STATEMENT} are listed one by one; the statement holds all.${claimed(evidence)}`,
      recommendation: 'Open the evidence and read the statement: so many failures usually have one cause, such as a changed schema.', facts: [{ name: 'tests not listed', value: rest, unit: 'tests' }],
    });
  }
  return findings;
}

// --- Evaluations -------------------------------------------------------------------------------------------------------

type Bound = {
  readonly severity: 'high' | 'medium';
  readonly lowest: number;
  readonly highest: number;
  readonly unit: string;
  readonly what: string;
  /** What the metric compares, for people who do not know it by name. */
  readonly meaning: string;
  readonly kind: 'bias' | 'calibration';
};

/** Four fifths and its reciprocal for the ratio, a tenth for differences (AIF360's own limits); a twentieth for calibration. */
export const bounds: Readonly<Record<string, Bound>> = {
  disparate_impact: { severity: 'high', lowest: 0.8, highest: 1.25, unit: 'ratio', what: 'disparate impact', meaning: 'How often the group is selected, divided by how often the others are; 1 is even.', kind: 'bias' },
  statistical_parity_difference: { severity: 'high', lowest: -0.1, highest: 0.1, unit: 'difference of rates', what: 'statistical parity difference', meaning: 'How often the group is selected, less how often the others are; 0 is even.', kind: 'bias' },
  equal_opportunity_difference: { severity: 'high', lowest: -0.1, highest: 0.1, unit: 'difference of rates', what: 'equal opportunity difference', meaning: 'How often the model finds the positives of the group, less how often it finds those of the others; 0 is even.', kind: 'bias' },
  expected_calibration_error: { severity: 'medium', lowest: 0, highest: 0.05, unit: 'probability', what: 'expected calibration error', meaning: 'How far the predicted probabilities lie from the observed rates, on average; 0 is exact.', kind: 'calibration' },
};

const rounded = (value: number): string => String(Number(value.toPrecision(4)));

/** One finding for each metric and slice that lies outside its bounds. */
export function ofEvaluation(evidence: SubjectEvidence, assetVersionId: string | null): NewFinding[] {
  if (evidence.predicate?.kind !== 'evaluation') return [];
  const [model] = evidence.subjects;
  if (!model) return [];
  const { metrics, dataset } = evidence.predicate.value;
  return metrics.flatMap(({ name, slice, value, sampleCount }): NewFinding[] => {
    const bound = Object.hasOwn(bounds, name) ? bounds[name] : undefined;
    if (bound === undefined || (value >= bound.lowest && value <= bound.highest)) return [];
    const where = slice === null ? '' : ` for ${slice}`;
    return [{
      teamId: evidence.teamId, source: 'evaluation', rule: name, identity: [model.digest, name, slice], occurrence: `evidence:${evidence.evidenceId}`,
      title: `${bound.what[0]?.toUpperCase() ?? ''}${bound.what.slice(1)} ${rounded(value)}${where} is outside ${bound.lowest} to ${bound.highest}`,
      detail: `${bound.meaning} Measured on ${dataset.name} with ${sampleCount} samples.${sampleCount < 100 ? ' So few samples make the figure uncertain.' : ''}${claimed(evidence)}`,
      severity: bound.severity,
      recommendation: bound.kind === 'bias'
        ? `Do not promote without a decision about it: look at selection rate and true positive rate${where}, at how the group is represented in the training data, and at the threshold; then reweigh, collect, or accept with a named reason.`
        : 'Calibrate the scores (isotonic or Platt) on held-out data and evaluate again; thresholds and expected losses computed from uncalibrated scores are wrong.',
      references: bound.kind === 'bias' ? ['NIST MEASURE 2.11', 'ML08:2023'] : ['NIST MEASURE 2.11'],
      facts: [
        { name: bound.what, value, unit: bound.unit },
        { name: 'lowest allowed', value: bound.lowest, unit: bound.unit },
        { name: 'highest allowed', value: bound.highest, unit: bound.unit },
        { name: 'samples', value: sampleCount, unit: 'samples' },
        ...(slice === null ? [] : [text('slice', slice)]),
        text('evaluated on', dataset.digest),
      ],
      runId: evidence.runId, evidenceId: evidence.evidenceId, assetVersionId,
    }];
  });
}

// --- Contradictions ----------------------------------------------------------------------------------------------------

/** Two sources that disagree about one thing. */
export function ofContradiction(found: ContradictionFacts): NewFinding {
  const { id, teamId, kind, label, assetName, firstDigest, secondDigest, secondVersionId, runId } = found;
  const name = assetName ?? 'an asset';
  const digests = [...(firstDigest === null ? [] : [text('first digest', firstDigest)]), ...(secondDigest === null ? [] : [text('second digest', secondDigest)])];
  const base = { teamId, source: 'lineage' as const, rule: kind, identity: [id], occurrence: `contradiction:${id}`, facts: [...digests, ...(label === null ? [] : [text('label', label)])], runId, assetVersionId: secondVersionId, evidenceId: null };
  switch (kind) {
    case 'label_changed_digest':
      return {
        ...base, severity: 'high', references: POISONING,
        title: `${name} changed its content under the label ${label ?? ''}`,
        detail: `The label stood for ${firstDigest ?? 'unknown bytes'} and now stands for ${secondDigest ?? 'unknown bytes'}. Whoever refers to it by label trains on other data than before without any change of code or configuration.`,
        recommendation: 'Find out who replaced the data. Compare both versions under Data, quarantine the new one until its source is confirmed, and look under Lineage which models it already reached. A corrected delivery deserves a label of its own.',
      };
    case 'attested_digest_differs':
      return {
        ...base, severity: 'critical', references: SUBSTITUTION,
        title: `${name}: the attested digest differs from the reported one`,
        detail: `One source says ${firstDigest ?? 'unknown bytes'}, another ${secondDigest ?? 'unknown bytes'}, for the same output of the same run.`,
        recommendation: 'Do not deploy either version. Fetch the artifact from where it is stored and compute its digest; whichever source disagrees with the bytes was changed after the run.',
      };
    case 'registry_differs':
      return {
        ...base, severity: 'critical', references: SUBSTITUTION,
        title: `${name}: the registry holds other bytes than the run produced`,
        detail: `The run produced ${firstDigest ?? 'unknown bytes'}; the registry holds ${secondDigest ?? 'unknown bytes'}.`,
        recommendation: 'Treat it as model substitution: stop deployments of this version, compare the file in the registry with the run’s output, and look at who could write to the registry’s storage.',
      };
  }
}

// --- Runs --------------------------------------------------------------------------------------------------------------

/** A run that failed; the runs of one job that keep failing are one finding, which then weighs more. */
export function ofFailedRun(run: RunFacts): NewFinding | null {
  if (run.state !== 'failed' && run.state !== 'aborted') return null;
  const ending = run.signal !== null ? `was ended by ${run.signal}` : run.exitCode !== null ? `ended with exit code ${run.exitCode}` : run.state;
  return {
    teamId: run.teamId, source: 'run', rule: 'run_failed', identity: [run.jobId], occurrence: `run:${run.id}`,
    title: `Runs of ${run.jobName} fail`,
    detail: `The latest ${ending}${run.message === null ? '' : `: ${run.message}`}`,
    severity: run.failuresInARow >= 3 ? 'medium' : 'low',
    recommendation: 'Open the run: its log, its inputs and what differs from the last run that completed are on one page. A failure that begins with a new input version or a new package is not chance.',
    references: ['NIST MANAGE 1.3'],
    facts: [
      { name: 'failures in a row', value: run.failuresInARow, unit: 'runs' },
      ...(run.exitCode === null ? [] : [{ name: 'exit code', value: run.exitCode, unit: null }]),
      ...(run.durationMilliseconds === null ? [] : [{ name: 'duration', value: Math.round(run.durationMilliseconds), unit: 'ms' }]),
    ],
    runId: run.id, assetVersionId: null, evidenceId: null,
  };
}
