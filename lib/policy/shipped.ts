// The policies that the product ships: sandbox records, staging warns, production blocks.
import { assuranceParameters } from './assurance-defaults.ts';
import type { EnvironmentTier, PolicyContent, PolicyRule, RuleLevel } from './schema.ts';

type Unlevelled = Omit<PolicyRule, 'level'>;

const origin: Unlevelled[] = [
  {
    id: 'artifact-equals-attested',
    title: 'The artifact is exactly what the training run attested',
    requires: ['provenance.subjectDigest'],
    expression: 'provenance.subjectDigest == artifact.digest',
    expected: { cel: 'artifact.digest' },
    actual: 'provenance.subjectDigest',
    remedy: 'Run the training stage through `gatehouse run` with --output for the model and a signing key, and publish the file it wrote.',
  },
  {
    id: 'provenance-signed-by-trusted-key',
    title: 'Its provenance is signed by a trusted key',
    requires: ['signature.received'],
    expression: 'signature.verified > 0 && provenance != null && size(provenance.keyIds) > 0',
    expected: 'at least one provenance statement verified with an active key of the team',
    actual: '"%s of %s statements verified".format([string(signature.verified), string(signature.received)])',
    remedy: 'Have security trust the pipeline’s key (Settings → Trust keys), or sign with one that is trusted. Evidence received before is verified again.',
  },
  {
    id: 'artifact-usable',
    title: 'Neither the artifact nor anything it was made from is quarantined',
    requires: ['lineage.quarantined'],
    expression: '!artifact.quarantined && size(lineage.quarantined) == 0',
    expected: 'none in quarantine',
    actual: 'artifact.quarantined ? "the artifact itself" : size(lineage.quarantined) == 0 ? "none" : lineage.quarantined.join(", ")',
    remedy: 'Retrain without the quarantined versions, or have the quarantine lifted.',
  },
  {
    id: 'lineage-complete',
    title: 'What the model was made from is known completely',
    requires: ['lineage.complete'],
    expression: 'lineage.complete && size(lineage.inputs) > 0 && lineage.inputs.all(i, i.digest != null)',
    expected: 'the training run, and a digest for every version upstream',
    actual: 'lineage.complete ? "%s inputs, %s runs".format([string(size(lineage.inputs)), string(size(lineage.runs))]) : lineage.truncated ? "too large to follow to its end" : size(lineage.withoutDigest) > 0 ? "without digest: " + lineage.withoutDigest.join(", ") : "incomplete"',
    remedy: 'Report every stage with `gatehouse run`, naming inputs and outputs as files so that they get digests.',
  },
  {
    id: 'no-contradictions',
    title: 'No two sources disagree about its lineage',
    requires: ['lineage.contradictions'],
    expression: 'size(lineage.contradictions) == 0',
    expected: 'no contradictions',
    actual: 'size(lineage.contradictions) == 0 ? "none" : lineage.contradictions.join(", ")',
    remedy: 'Open the contradiction: a label that changed its digest, or bytes other than the attested ones. Find out which is right, and retrain from it.',
  },
];

const quality: Unlevelled[] = [
  {
    id: 'data-validated',
    title: 'Every raw dataset it was made from passed validation',
    requires: ['data.sources'],
    expression: 'size(data.sources) > 0 && data.allValidated && data.sources.all(s, s.validation != null && s.validation.passed)',
    expected: 'a verified test result PASSED for each',
    actual: 'data.sources.exists(s, s.validation == null || !s.validation.passed) ? data.sources.filter(s, s.validation == null || !s.validation.passed).map(s, s.name + (s.validation == null ? ": no result" : ": " + s.validation.results.join(" and "))).join(", ") : "%s of %s passed".format([string(size(data.sources)), string(size(data.sources))])',
    remedy: 'Validate the dataset in its ingestion stage: `gatehouse run --validation NAME=FILE`. Data that failed must be corrected at its source: new bytes are a new version.',
  },
  {
    id: 'auc-at-least-minimum',
    title: 'It ranks well enough (AUC)',
    requires: ['evaluation.overall.auc'],
    expression: 'evaluation.overall.auc >= parameters.minimumAuc',
    expected: { cel: '"at least " + string(parameters.minimumAuc)' },
    actual: 'evaluation.overall.auc',
    remedy: 'Improve the model, or evaluate it with `gatehouse run --evaluation NAME=FILE` where the metric is missing.',
  },
  {
    id: 'calibration-error-bounded',
    title: 'Its probabilities are calibrated',
    requires: ['evaluation.overall.expected_calibration_error'],
    expression: 'evaluation.overall.expected_calibration_error <= parameters.maximumCalibrationError',
    expected: { cel: '"at most " + string(parameters.maximumCalibrationError)' },
    actual: 'evaluation.overall.expected_calibration_error',
    remedy: 'Calibrate the model, or report expected_calibration_error in the evaluation where it is missing.',
  },
  {
    id: 'evaluations-agree',
    title: 'Its evaluations do not disagree',
    requires: ['evaluation.contradictions'],
    expression: 'size(evaluation.contradictions) == 0',
    expected: 'one value for each metric on one dataset',
    actual: 'size(evaluation.contradictions) == 0 ? "none disagree" : evaluation.contradictions.join(", ")',
    remedy: 'Two verified evaluations of these bytes on the same dataset gave different values. Find out which run is right before anything is decided.',
  },
  {
    id: 'not-worse-than-production',
    title: 'It is not worse than what runs now, on the same data',
    requires: [],
    expression: 'production == null || production.digest == artifact.digest || comparison.metrics.auc.worseBy <= parameters.largestAucLoss',
    expected: { cel: 'production == null ? "nothing runs there yet" : "AUC at most %s below version %s, on one dataset".format([string(parameters.largestAucLoss), string(production.version)])' },
    actual: 'production == null ? "first version in this environment" : production.digest == artifact.digest ? "the same bytes" : comparison == null ? "not comparable: no dataset on which both were evaluated" : "%s against %s".format([string(comparison.metrics.auc.candidate), string(comparison.metrics.auc.production)])',
    remedy: 'Evaluate the version that runs now on the same holdout dataset, so that the two can be compared; if it is worse, improve the model.',
  },
];

const fairness: Unlevelled[] = [
  {
    id: 'disparate-impact-bounded',
    title: 'Disparate impact is within bounds in every group',
    requires: ['bias.disparateImpact'],
    expression: 'bias.disparateImpact.minimum >= parameters.minimumDisparateImpact && bias.disparateImpact.maximum <= parameters.maximumDisparateImpact',
    expected: { cel: '"from %s to %s".format([string(parameters.minimumDisparateImpact), string(parameters.maximumDisparateImpact)])' },
    actual: '"%s to %s, worst: %s".format([string(bias.disparateImpact.minimum), string(bias.disparateImpact.maximum), bias.disparateImpact.worst])',
    remedy: 'Look at the group’s data and threshold. Where the metric is missing, report disparate_impact for each group in the evaluation.',
  },
  {
    id: 'group-differences-bounded',
    title: 'Differences between groups are small',
    requires: ['bias.difference'],
    expression: 'bias.difference.largest <= parameters.largestGroupDifference',
    expected: { cel: '"within ±" + string(parameters.largestGroupDifference)' },
    actual: '"%s, worst: %s".format([string(bias.difference.largest), bias.difference.worst])',
    remedy: 'Look at the group’s data and threshold. Where the metric is missing, report statistical_parity_difference and equal_opportunity_difference in the evaluation.',
  },
];

const security: Unlevelled[] = [
  {
    id: 'no-open-critical-or-high-findings',
    title: 'No critical or high finding is open on its lineage',
    requires: ['lineage.complete'],
    expression: 'size(findings.critical) == 0 && size(findings.high) == 0',
    expected: 'none open',
    actual: 'size(findings.critical) + size(findings.high) == 0 ? "none" : (findings.critical + findings.high).map(f, f.severity + ": " + f.title).join(", ")',
    remedy: 'Resolve the findings, or have security accept them with a reason.',
  },
];

const documented: Unlevelled[] = [
  {
    id: 'required-metadata',
    title: 'It comes with the metadata that the environment requires',
    requires: ['metadata'],
    expression: 'size(metadata.missing) == 0',
    expected: { cel: 'size(metadata.required) == 0 ? "nothing is required" : metadata.required.join(", ").replace("_", " ")' },
    actual: 'size(metadata.missing) == 0 ? "all there" : metadata.missing.join("; ")',
    remedy: 'The page of the model version says, under metadata, what lacks and where it is added. What an environment requires is set by two people under settings, environments.',
  },
];

const slsa: Unlevelled = {
  id: 'slsa-level-at-least',
  title: 'Its build reaches the SLSA level that is asked for',
  requires: ['slsa.level'],
  expression: 'slsa.level >= parameters.minimumSlsaLevel',
  expected: { cel: '"level " + string(parameters.minimumSlsaLevel)' },
  actual: 'size(slsa.missing) == 0 ? "level " + string(slsa.level) : "level " + string(slsa.level) + ", missing: " + slsa.missing.join(" ")',
  remedy: 'The page of the model version says what the next level lacks: a clean checkout, a container known by digest, a builder that isolates builds.',
};
const slsaLevel = (value: number): PolicyContent['parameters'] => ({ minimumSlsaLevel: { value, meaning: 'Smallest SLSA build level of the training.' } });

/** Rules whose sources a portal may not have yet: without one they read not evaluated, and block. */
const strict: Unlevelled[] = [
  { id: 'artifact-scan-clean', title: 'A fresh scan of the artifact found nothing', requires: ['assurance.scan'], expression: 'assurance.scan.clean && assurance.scan.fresh', expected: 'clean and fresh', actual: 'assurance.scan.detail + (assurance.scan.fresh ? "" : ", too old") + " (" + assurance.scan.tool + ")"', remedy: 'Have the artifact scanned by its digest, and send the signed report as evidence (docs/policies.md, Scans).' },
  { id: 'training-container-scanned', title: 'The training ran in a container whose scan passed', requires: ['assurance.container', 'training.container'], expression: 'assurance.container.scanPassed && assurance.container.digest == training.container', expected: 'a passed scan of this very image', actual: 'assurance.container.digest != training.container ? "another image" : assurance.container.scanPassed ? "passed: " + assurance.container.detail : "did not pass: " + assurance.container.detail', remedy: 'Scan the image by its digest, and send the signed report as evidence (docs/policies.md, Scans).' },
  { id: 'data-sources-approved', title: 'Every data source upstream is approved', requires: ['assurance.dataSources'], expression: 'size(assurance.dataSources.unapproved) == 0', expected: 'all approved', actual: 'size(assurance.dataSources.unapproved) == 0 ? "all" : assurance.dataSources.unapproved.join(", ")', remedy: 'Have the source approved, or train without it.' },
  { id: 'cards-complete', title: 'Model card and datasheets are complete', requires: ['assurance.cards'], expression: 'size(assurance.cards.modelCardMissing) == 0 && size(assurance.cards.datasheetsMissing) == 0', expected: 'nothing missing', actual: 'size(assurance.cards.modelCardMissing) + size(assurance.cards.datasheetsMissing) == 0 ? "complete" : (assurance.cards.modelCardMissing + assurance.cards.datasheetsMissing).join(", ")', remedy: 'Fill in what is missing.' },
  { id: 'endpoint-guarded', title: 'Its endpoint is not public without a firewall rule', requires: ['assurance.endpoint'], expression: '!assurance.endpoint.public || assurance.endpoint.wafRule', expected: 'private, or behind a rule', actual: 'assurance.endpoint.detail', remedy: 'Put a firewall rule before the endpoint, or make it private, and have the deployer’s account report it again.' },
  { id: 'no-open-incident', title: 'No incident is open on it or upstream', requires: ['assurance.incidents'], expression: 'size(assurance.incidents.open) == 0', expected: 'none', actual: 'size(assurance.incidents.open) == 0 ? "none" : assurance.incidents.open.join(", ")', remedy: 'Close the incident first.' },
  { id: 'reproducibility-verified', title: 'It was built again, byte for byte, not long ago', requires: ['assurance.reproducibility'], expression: 'assurance.reproducibility.matched && assurance.reproducibility.fresh', expected: 'the same bytes, in time', actual: '(assurance.reproducibility.matched ? "the same bytes" : "other bytes") + (assurance.reproducibility.detail == "" ? "" : " in " + assurance.reproducibility.detail) + (assurance.reproducibility.fresh ? "" : ", too long ago")', remedy: 'Run the training again from the recorded inputs and compare.' },
  { id: 'change-window-open', title: 'The change window is open', requires: ['assurance.changeWindow'], expression: 'assurance.changeWindow.open', expected: 'open', actual: 'assurance.changeWindow.name + (assurance.changeWindow.open ? ": open" : ": closed")', remedy: 'Ask again when the window is open (Settings → Change windows says when); or have two people of security change it.' },
];

const commit: Unlevelled = {
  id: 'training-commit-known-and-clean',
  title: 'The training code is a known commit without local changes',
  requires: ['code.commit', 'code.dirty'],
  expression: 'code.commit.matches("^[0-9a-f]{40}([0-9a-f]{24})?$") && !code.dirty',
  expected: 'a commit, nothing uncommitted',
  actual: 'code.commit == null ? "unknown" : code.commit.substring(0, 12) + (code.dirty == null ? ", state unknown" : code.dirty ? ", with uncommitted changes" : ", clean")',
  remedy: 'Run the stage from a clean checkout of a commit.',
};

const withLevel = (level: RuleLevel) => [...origin, ...quality, ...fairness, ...security, ...documented].map((rule): PolicyRule => ({ ...rule, level }));

const parameters: PolicyContent['parameters'] = {
  minimumAuc: { value: 0.6, meaning: 'Smallest area under the ROC curve over the whole dataset.', marks: [{ metric: 'auc', bound: 'minimum' }] },
  maximumCalibrationError: { value: 0.1, meaning: 'Largest expected calibration error over the whole dataset.', marks: [{ metric: 'expected_calibration_error', bound: 'maximum' }] },
  largestAucLoss: { value: 0.02, meaning: 'How far below the running version’s AUC, on the same dataset, a new version may be.' },
  minimumDisparateImpact: { value: 0.8, meaning: 'The four-fifths rule: a group’s selection rate against the reference group’s.', marks: [{ metric: 'disparate_impact', bound: 'minimum' }] },
  maximumDisparateImpact: { value: 1.25, meaning: 'The four-fifths rule the other way round.', marks: [{ metric: 'disparate_impact', bound: 'maximum' }] },
  largestGroupDifference: { value: 0.1, meaning: 'Largest absolute statistical parity or equal opportunity difference of a group.', marks: [{ metric: 'statistical_parity_difference', bound: 'magnitude' }, { metric: 'equal_opportunity_difference', bound: 'magnitude' }] },
};

/** Content of the shipped policy of each tier: what an environment of that tier begins with. */
export const shippedPolicies: Record<EnvironmentTier, PolicyContent> = {
  sandbox: { title: 'Sandbox: everything recorded, nothing refused', rules: [...withLevel('record'), { ...commit, level: 'record' }, { ...slsa, level: 'record' }], parameters: { ...parameters, ...slsaLevel(2) }, approvals: [], requestValidDays: 30 },
  staging: { title: 'Staging: what production would refuse is said', rules: [...withLevel('warn'), { ...commit, level: 'warn' }, { ...slsa, level: 'warn' }], parameters: { ...parameters, ...slsaLevel(2) }, approvals: [], requestValidDays: 30 },
  production: {
    title: 'Production: the strict boundary',
    rules: [...withLevel('block'), { ...commit, level: 'warn' }, { ...slsa, level: 'warn' }],
    parameters: { ...parameters, ...slsaLevel(3) },
    approvals: [{ role: 'reviewer', count: 1 }, { role: 'security', count: 1 }],
    requestValidDays: 14,
  },
};

/**
 * The whole set for production, every rule blocking: for organisations that have connected every source. It is offered
 * in the editor, and holds after two people of security made it the policy; a source that is missing then blocks.
 */
export const strictProduction: PolicyContent = {
  ...shippedPolicies.production,
  title: 'Production: every rule blocks',
  parameters: { ...shippedPolicies.production.parameters, ...assuranceParameters },
  rules: [...origin, ...quality, ...fairness, ...security, ...documented, commit, slsa, ...strict].map((rule): PolicyRule => ({ ...rule, level: 'block' })),
  tests: [
    { name: 'A version about which only what the portal itself knows is known is blocked by every source that is missing', expect: { verdict: 'blocked', rules: Object.fromEntries(strict.map(({ id }) => [id, 'not_evaluated' as const])) } },
    {
      name: 'A version about which everything is known and good passes',
      changes: {
        slsa: { level: 3, missing: [] },
        assurance: {
          scan: { clean: true, fresh: true, tool: 'scanner' }, container: { digest: `sha256:${'c'.repeat(64)}`, scanPassed: true }, dataSources: { unapproved: [] }, cards: { modelCardMissing: [], datasheetsMissing: [] },
          endpoint: { public: true, wafRule: true }, incidents: { open: [] }, reproducibility: { matched: true, fresh: true }, changeWindow: { open: true, name: 'always' },
        },
      },
      expect: { verdict: 'passed' },
    },
    { name: 'A disparate impact below four fifths fails', changes: { 'bias.disparateImpact.minimum': 0.79 }, expect: { rules: { 'disparate-impact-bounded': 'failed' } } },
    { name: 'An artifact other than the attested one fails', changes: { 'provenance.subjectDigest': `sha256:${'0'.repeat(64)}` }, expect: { rules: { 'artifact-equals-attested': 'failed' } } },
  ],
};
