// The SLSA level of a model version, requirement by requirement, and what the next level lacks. Pure.
//
// The levels are those of SLSA 1.0 read for machine learning (docs/architecture.md): 1 version-controlled and logged, 2 built by a service that
// signs, 3 from a trusted definition in an isolated build, 4 all inputs verified and the build reproducible.
import { buildConflicts, dataSources, lineageDoubts, speakingProvenance, trainingCode, trainingInputs, validationHolds } from './domain.ts';
import type { VersionFacts } from './facts.ts';
import type { Slsa, SlsaRequirement } from './schema.ts';

/** The builder that is nothing but the wrapping command on somebody’s machine: it signs, and isolates nothing. */
const plainCommand = 'https://gatehouse.dev/builders/command/v1';

/** Another run of the same job from the same inputs, and what came of it. */
export type Reproduced = { readonly runId: string; readonly verdict: 'identical' | 'within_tolerance' | 'divergent' | 'not_comparable'; readonly reason: string };

type Judged = Pick<SlsaRequirement, 'verdict' | 'actual'> & { readonly references?: SlsaRequirement['references'] };
const passed = (actual: string, references: SlsaRequirement['references'] = []): Judged => ({ verdict: 'passed', actual, references });
const failed = (actual: string, references: SlsaRequirement['references'] = []): Judged => ({ verdict: 'failed', actual, references });
const unknown = (actual: string, references: SlsaRequirement['references'] = []): Judged => ({ verdict: 'not_evaluated', actual, references });

const some = (texts: readonly string[]): string => `${texts.slice(0, 3).join('; ')}${texts.length > 3 ? ` and ${texts.length - 3} more` : ''}`;

function reproducible(facts: VersionFacts, reproductions: readonly Reproduced[] | null): Judged {
  if (reproductions === null) return unknown('not looked for here');
  const link = ({ runId }: Reproduced) => ({ label: 'run', href: `/runs/${runId}` });
  const other = reproductions.find(({ verdict }) => verdict === 'divergent' || verdict === 'within_tolerance');
  if (other) return failed(other.reason, [link(other)]);
  const same = reproductions.filter(({ verdict }) => verdict === 'identical');
  // The second run must have attested these very bytes, too: an event could claim as much.
  for (const one of same) {
    const attested = facts.provenance.find(({ runId }) => runId === one.runId);
    if (attested) return passed(`${one.reason} The second run attests the same digest.`, [link(one), { label: 'evidence', href: `/evidence/${attested.evidenceId}` }]);
  }
  const [claimed] = same;
  if (claimed) return unknown('a second run reports the same digest, and no verified provenance of it says so', [link(claimed)]);
  return unknown('no other run of this job from the same inputs is known');
}

function isolatedEnvironment(facts: VersionFacts): Judged {
  const asked = facts.environment.filter(({ requirement }) => requirement === 'isolated' || requirement === 'no_privilege_escalation' || requirement === 'non_root');
  const references = asked.flatMap((one) => one.references).filter(({ href }, index, all) => all.findIndex((other) => other.href === href) === index).slice(0, 3);
  const bad = asked.filter(({ verdict }) => verdict === 'failed');
  if (bad.length > 0) return failed(some(bad.map(({ title, actual }) => `${title}: ${actual}`)), [...references]);
  const proven = asked.length > 0 && asked.every(({ verdict, strength }) => verdict === 'passed' && strength === 'proven');
  if (proven) return passed('the attested pod is isolated, non-root and cannot gain rights', [...references]);
  const provenance = speakingProvenance(facts);
  if (provenance === null) return unknown('no verified provenance names a builder');
  const evidence = [{ label: 'evidence', href: `/evidence/${provenance.evidenceId}` }];
  return provenance.builderId === plainCommand ? failed('the builder is the command on a machine of the team, and nothing attests that the environment is isolated', evidence) : passed(`as its builder ${provenance.builderId} promises`, evidence);
}

/** Every requirement, in order. `reproductions` are other runs from the same inputs; null where they were not looked for, which level 4 then lacks. */
export function slsaRequirements(facts: VersionFacts, reproductions: readonly Reproduced[] | null = null): SlsaRequirement[] {
  const { training } = facts;
  const provenance = speakingProvenance(facts);
  const code = trainingCode(facts);
  const conflicts = buildConflicts(facts);
  const run = training ? [{ label: 'run', href: `/runs/${training.id}` }] : [];
  const evidence = provenance ? [{ label: 'evidence', href: `/evidence/${provenance.evidenceId}` }] : [];
  const inputs = trainingInputs(facts);
  const unproven = inputs.filter(({ strength }) => strength !== 'proven');
  const unvalidated = dataSources(facts).filter(({ validations }) => !validationHolds(validations));
  const locked = facts.environment.find(({ requirement }) => requirement === 'dependencies_locked');
  const doubts = lineageDoubts(facts);
  const withoutDigest = facts.versions.filter(({ digest }) => digest === null);
  const of = (level: 1 | 2 | 3 | 4, id: string, title: string, remedy: string, judged: Judged): SlsaRequirement => ({ level, id, title, remedy, verdict: judged.verdict, actual: judged.actual, references: [...(judged.references ?? [])] });
  return [
    of(1, 'run_logged', 'The training run is recorded', 'Report the training run with `gatehouse run`.', training === null ? unknown('no run is known that produced these bytes') : passed(`${training.job}, ${training.state}`, run)),
    of(1, 'definition_versioned', 'Its code is under version control', 'Run it from a Git checkout, so that the commit is known.', code.commit === null ? unknown('no commit is known', run) : code.strength === 'contradicted' ? failed('two sources name different commits', [...run, ...evidence]) : passed(`commit ${code.commit.slice(0, 12)}`, code.strength === 'proven' ? evidence : run)),
    of(2, 'provenance_signed', 'Its provenance is signed by a trusted key', 'Sign with a key that security trusts: a verified provenance statement for these bytes.', provenance ? passed(`by ${provenance.builderId}`, evidence) : facts.provenanceReceived > 0 ? failed(`${facts.provenanceReceived} received, none of it holds`, facts.refusedProvenance.map(({ evidenceId }) => ({ label: 'evidence', href: `/evidence/${evidenceId}` }))) : unknown('no provenance was received')),
    of(3, 'commit_attested', 'The commit is attested', 'Attest the commit in the provenance (`gatehouse run` in a Git checkout does).', code.strength === 'proven' ? passed(code.commit ?? '', evidence) : code.strength === 'contradicted' ? failed('two sources name different commits', [...run, ...evidence]) : unknown('verified provenance names no commit', evidence)),
    of(3, 'checkout_clean', 'The checkout was clean', 'Run from a clean checkout.', code.dirty === false ? passed('without uncommitted changes', run) : code.dirty === true ? failed('with uncommitted changes', run) : unknown('nothing tells', run)),
    of(3, 'image_known', 'The container image is known by digest', 'Run in a container and report its image digest.', (training?.container ?? null) === null ? unknown('no image is known', run) : passed(training?.container ?? '', run)),
    of(3, 'build_isolated', 'The build is isolated', 'Run on a builder that isolates builds, under its own builder id and key, or attest the pod that it runs in.', isolatedEnvironment(facts)),
    of(4, 'inputs_attested', 'Every input is attested by digest', 'Name every input of the training run in its provenance, by digest.', inputs.length === 0 ? unknown('no input is known', run) : unproven.length > 0 ? (unproven.some(({ strength }) => strength === 'contradicted') ? failed : unknown)(`not attested: ${some(unproven.map(({ name }) => name))}`, [...run, ...evidence]) : passed(`${inputs.length} of ${inputs.length}`, evidence)),
    of(4, 'data_validated', 'All data behind it is validated', 'Validate each source under Data in a signed stage (`gatehouse run --validation`), and repeat what failed until it passes.', dataSources(facts).length === 0 ? unknown('no source of data is known') : unvalidated.length === 0 ? passed(`${dataSources(facts).length} sources passed`, []) : (unvalidated.some(({ validations }) => validations.length > 0) ? failed : unknown)(`no verified pass of ${some(unvalidated.map(({ version }) => version.name ?? version.digest ?? 'a dataset'))}`, unvalidated.slice(0, 3).map(({ version }) => ({ label: 'version', href: `/data/${version.id}` })))),
    of(4, 'dependencies_locked', 'Dependencies are locked by hash', 'Name the lock file in the provenance, or the image by digest in an attestation of the environment.', locked === undefined ? unknown('nothing is known of the environment') : locked.verdict === 'failed' ? failed(locked.actual, [...locked.references]) : locked.verdict === 'passed' && locked.strength === 'proven' ? passed(locked.actual, [...locked.references]) : unknown(locked.verdict === 'passed' ? `only claimed: ${locked.actual}` : locked.actual, [...locked.references])),
    of(4, 'lineage_complete', 'Its lineage is complete and without contradiction', 'Report every input by digest, and settle the contradictions listed.', facts.truncated ? unknown('the lineage is larger than is walked') : doubts.length + conflicts.length > 0 ? failed(some([...doubts, ...conflicts.map(({ text }) => text)])) : withoutDigest.length > 0 ? unknown(`no digest of ${some(withoutDigest.map(({ name, id }) => name ?? id))}`) : training === null || training.inputs.length === 0 ? unknown('no input of a training run is known') : passed(`${facts.versions.length} versions upstream, all by digest`)),
    of(4, 'reproducible', 'The build is reproducible', 'Run the training once more from the same inputs, sign its provenance, and compare: the artifact must have the same digest.', reproducible(facts, reproductions)),
  ];
}

const highest = 4;

/** The level that the evidence supports: a level counts only when all of it, and all below it, passed. */
export function slsaOf(facts: VersionFacts, reproductions: readonly Reproduced[] | null = null): Slsa {
  const requirements = slsaRequirements(facts, reproductions);
  const holds = (level: number): boolean => requirements.every((one) => one.level !== level || one.verdict === 'passed');
  let level = 0;
  while (level < highest && holds(level + 1)) level += 1;
  return { level, requirements, missing: requirements.filter((one) => one.level === level + 1 && one.verdict !== 'passed').map(({ remedy }) => remedy) };
}

/**
 * What policies see: levels up to 3. Level 4 takes a second run, which may come long after a decision; if it entered the frozen facts, making a
 * model more trustworthy would make its approvals stale.
 */
export function slsaForPolicy(facts: VersionFacts): { level: number; missing: string[] } {
  const { level, missing } = slsaOf(facts);
  return level >= 3 ? { level: 3, missing: [] } : { level, missing };
}
