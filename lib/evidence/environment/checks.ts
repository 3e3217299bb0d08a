// The environment of a run: what each source says about it, check by check, and what that amounts to. Pure.
import { counted, few } from '#lib/evidence/text.ts';
import { egressCheck } from './network.ts';
import { environmentRequirements, pinnedDigest, podChecks, podOf, type EnvironmentRequirement, type PodCheck } from './pod.ts';
import { at, fieldsOf, listOf, textOf } from './read.ts';

/** What a source says about an environment. Every part may be missing. */
export type EnvironmentDocument = {
  /** Pod or PodSpec, v1 JSON; undefined where none is known. */
  readonly pod?: unknown;
  /** NetworkPolicy objects; null where none were given. */
  readonly networkPolicies: readonly unknown[] | null;
  /** Digest of the image that the training is said to have run in. */
  readonly imageDigest: string | null;
  /** What the build is said to depend on, beside its data; null where nothing is said. */
  readonly dependencies: readonly { readonly name: string; readonly digest: string | null }[] | null;
};

const SHA256 = /^sha256:[0-9a-f]{64}$/;
/** Files by which package managers lock what they install, by hash. */
const LOCK_FILES = /(?:^|[/\\])(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|poetry\.lock|uv\.lock|pdm\.lock|pylock(?:\.[\w-]+)?\.toml|Pipfile\.lock|pixi\.lock|conda-lock\.ya?ml|requirements[\w.-]*\.(?:lock|txt)|Cargo\.lock|go\.sum|Gemfile\.lock|composer\.lock|flake\.lock|renv\.lock|Manifest\.toml)$/i;

/** The pod and its network policies as provenance may carry them: `kubernetes` in `internalParameters` (v1) or `invocation.environment` (v0.2). */
export function environmentInProvenance(internalParameters: unknown): Pick<EnvironmentDocument, 'pod' | 'networkPolicies'> {
  const kubernetes = at(internalParameters, 'kubernetes');
  const policies = at(kubernetes, 'networkPolicies');
  return { pod: fieldsOf(at(kubernetes, 'pod')) ?? undefined, networkPolicies: Array.isArray(policies) ? listOf(policies) : null };
}

function dependencyChecks(dependencies: EnvironmentDocument['dependencies']): PodCheck[] {
  const base = { requirement: 'dependencies_locked', standard: null } as const;
  const lock = { ...base, name: 'lock_file', expected: 'a lock file, known by its digest' };
  const digests = { ...base, name: 'dependencies_by_digest', expected: 'every dependency named by digest' };
  if (dependencies === null) return [{ ...lock, verdict: 'not_evaluated', actual: 'nothing is said about dependencies' }, { ...digests, verdict: 'not_evaluated', actual: 'nothing is said about dependencies' }];
  const locks = dependencies.filter(({ name, digest }) => LOCK_FILES.test(name) && digest !== null);
  const open = dependencies.filter(({ digest }) => digest === null).map(({ name }) => name.slice(0, 200));
  return [
    locks.length > 0 ? { ...lock, verdict: 'passed', actual: few(locks.map(({ name, digest }) => `${name} ${digest ?? ''}`), 3) } : { ...lock, verdict: 'not_evaluated', actual: dependencies.length === 0 ? 'no dependency is named' : `none among the ${counted(dependencies.length, 'dependency', 'dependencies')} named` },
    dependencies.length === 0 ? { ...digests, verdict: 'not_evaluated', actual: 'no dependency is named' } : open.length === 0 ? { ...digests, verdict: 'passed', actual: `all ${dependencies.length} are` } : { ...digests, verdict: 'failed', actual: `without one: ${few(open)}` },
  ];
}

/** Every check of one source. A source that knows no pod leaves the checks of pods out. */
export function environmentChecks(document: EnvironmentDocument): PodCheck[] {
  const image = document.imageDigest !== null && SHA256.test(document.imageDigest) ? document.imageDigest : null;
  const pod = document.pod === undefined ? [] : [...podChecks(document.pod, { imageDigest: image }), egressCheck(podOf(document.pod), document.networkPolicies)];
  const own = document.dependencies === null && document.pod !== undefined ? [] : dependencyChecks(document.dependencies);
  const named: PodCheck[] = document.pod === undefined && document.imageDigest !== null ? [{ name: 'image_named', requirement: 'dependencies_locked', standard: null, verdict: image === null ? 'failed' : 'passed', expected: 'the image is named by its SHA-256 digest', actual: document.imageDigest.slice(0, 300) }] : [];
  return [...pod, ...own, ...named];
}

/** One source of what is known about an environment. */
export type EnvironmentSource = {
  readonly kind: 'attestation' | 'provenance' | 'report' | 'events';
  /** Proven: signed, and it holds now. Stale: it held once, and its signer is trusted no more. */
  readonly standing: 'proven' | 'claimed' | 'stale';
  readonly at: string;
  readonly label: string;
  readonly href: string;
  readonly checks: readonly PodCheck[];
};

export type RequirementVerdict = 'passed' | 'failed' | 'not_evaluated' | 'stale';

export type RequirementView = {
  readonly requirement: EnvironmentRequirement;
  readonly title: string;
  readonly verdict: RequirementVerdict;
  readonly strength: 'proven' | 'claimed' | 'missing' | 'contradicted';
  readonly expected: string;
  readonly actual: string;
  readonly references: readonly { readonly label: string; readonly href: string }[];
};

const titles: Readonly<Record<EnvironmentRequirement, readonly [title: string, expected: string]>> = {
  isolated: ['Isolated from the host', 'nothing of the host is shared, and the restricted pod security standard holds'],
  non_root: ['Runs as non-root', 'no container can run as root'],
  read_only_root: ['Read-only root file system', 'no container can change its image'],
  no_privilege_escalation: ['No privilege escalation', 'no container can gain rights'],
  limits: ['Resources limited', 'CPU and memory of every container are limited'],
  read_only_data: ['Data mounted read-only', 'no storage that outlives the run can be written'],
  ephemeral: ['Ephemeral', 'the environment ends with the run and leaves nothing behind'],
  dependencies_locked: ['Dependencies locked by hash', 'images, packages and materials are named by digest'],
  network_egress: ['Network egress limited', 'only named destinations can be reached'],
  secrets: ['Secrets by reference', 'no secret is written into the environment'],
};

/** What the checks of one source say about a requirement: one that fails decides; one that passes is needed. */
function told(checks: readonly PodCheck[]): { verdict: PodCheck['verdict']; actual: string } {
  const failed = checks.filter(({ verdict }) => verdict === 'failed');
  if (failed.length > 0) return { verdict: 'failed', actual: few(failed.map(({ actual }) => actual), 3) };
  const passed = checks.filter(({ verdict }) => verdict === 'passed');
  // An image by digest locks what is installed in it; which digest it should be may not be known.
  const locked = passed.some(({ name }) => name === 'image_pinned' || name === 'image_named');
  const open = checks.filter(({ name, verdict }) => verdict === 'not_evaluated' && name !== 'image_digest' && !(locked && (name === 'lock_file' || name === 'dependencies_by_digest')));
  if (open.length > 0 || passed.length === 0) return { verdict: 'not_evaluated', actual: few((open.length > 0 ? open : checks).map(({ actual }) => actual), 3) };
  return { verdict: 'passed', actual: checks.length === 1 ? (passed[0]?.actual ?? '') : `all ${passed.length} checks passed` };
}

/**
 * What all sources together say. What is proven decides over what is claimed, and what fails anywhere is not passed: a report that admits a
 * weakness counts also beside an attestation that denies it, and the two are then contradicted.
 */
export function requirementsOf(sources: readonly EnvironmentSource[]): RequirementView[] {
  return environmentRequirements.map((requirement): RequirementView => {
    const [title, expected] = titles[requirement];
    const heard = sources.flatMap((source) => {
      const own = source.checks.filter((check) => check.requirement === requirement);
      return own.length === 0 ? [] : [{ source, ...told(own) }];
    });
    const refer = (some: typeof heard) => some.slice(0, 5).map(({ source: { label, href } }) => ({ label, href }));
    const answer = (verdict: RequirementVerdict, strength: RequirementView['strength'], some: typeof heard, actual = few([...new Set(some.map((one) => one.actual))], 3)): RequirementView => ({ requirement, title, verdict, strength, expected, actual, references: refer(some) });
    const by = (standing: EnvironmentSource['standing'], verdict: PodCheck['verdict']) => heard.filter((one) => one.source.standing === standing && one.verdict === verdict);
    const [provenFailed, provenPassed, claimedFailed, claimedPassed] = [by('proven', 'failed'), by('proven', 'passed'), by('claimed', 'failed'), by('claimed', 'passed')];
    const stale = heard.filter(({ source, verdict }) => source.standing === 'stale' && verdict !== 'not_evaluated');
    if (provenFailed.length > 0) return answer('failed', 'proven', provenFailed);
    if (provenPassed.length > 0 && claimedFailed.length > 0) return answer('failed', 'contradicted', [...claimedFailed, ...provenPassed], `an attestation says that it holds, a report that it does not: ${few(claimedFailed.map(({ actual }) => actual), 3)}`);
    if (provenPassed.length > 0) return answer('passed', 'proven', provenPassed);
    if (claimedFailed.length > 0) return answer('failed', 'claimed', claimedFailed);
    if (stale.length > 0) return answer('stale', 'missing', stale, 'what proved it is signed by a key that is trusted no more');
    if (claimedPassed.length > 0) return answer('passed', 'claimed', claimedPassed);
    return answer('not_evaluated', 'missing', heard, heard.length === 0 ? 'nothing is known' : few([...new Set(heard.map((one) => one.actual))], 3));
  });
}

/** The image that a pod runs, where its containers agree on one digest. */
export function imageOfPod(document: unknown): string | null {
  const digests = new Set((podOf(document)?.containers ?? []).filter(({ kind }) => kind === 'regular').map(({ fields }) => pinnedDigest(textOf(fields['image']) ?? '')));
  const [only] = digests;
  return digests.size === 1 && only !== undefined ? only : null;
}
