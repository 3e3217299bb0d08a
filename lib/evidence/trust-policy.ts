// Trust policies: which of a team's policies decides about a piece of evidence, and what a policy trusts once its keys and certificates are read. Pure.
//
// docs/verification.md (Trust policies) explains the rule to people.
import { createHash } from 'node:crypto';
import { certificatesFromPem, describeCertificate, type Certificate } from '#lib/evidence/sigstore/certificate.ts';
import { publicGoodRoot } from '#lib/evidence/sigstore/public-good.ts';
import { readTrustedRoot, type TrustedRoot } from '#lib/evidence/sigstore/trusted-root.ts';
import { counted, few } from '#lib/evidence/text.ts';
import { pipelineScope, trustPolicyContent, type PipelineScope, type TrustPolicyContent } from '#lib/evidence/trust-policy-schema.ts';
import { readPublicKey, type PublicKeyFacts } from '#lib/evidence/trust.ts';
import { canonicalJson, digestOf, type Json } from '#lib/kernel/canonical-json.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';
import { z } from 'zod';

/** A version of a policy that is in force: active, or revoked and not replaced. `content` is as it is stored, and not believed before it is read. */
export type StoredPolicy = {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly digest: string;
  readonly content: unknown;
  readonly state: 'active' | 'revoked';
  readonly endedAt: string | null;
  readonly endReason: string | null;
};

/** A signer that the team no longer trusts, under any policy. */
export type Revocation = { readonly kind: 'key' | 'certificate' | 'identity'; readonly signerId: string; readonly since: string | null; readonly reason: string; readonly revokedAt: string };

/** The pipeline and the type of a piece of evidence, as far as the portal knows them. */
export type About = { readonly pipeline: { readonly namespace: string; readonly name: string } | null; readonly predicateType: string | null };

// --- what a policy covers ------------------------------------------------------------------------------------------------

type Scope = { readonly pipeline: PipelineScope | null; readonly predicateTypes: readonly string[] };

const coversPipeline = (scope: PipelineScope | null, pipeline: About['pipeline']): boolean => {
  if (scope === null) return true;
  if (pipeline === null || scope.namespace !== pipeline.namespace) return false;
  return 'name' in scope ? scope.name === pipeline.name : pipeline.name.startsWith(scope.namePrefix);
};
const coversType = ({ predicateTypes }: Scope, type: string | null): boolean => predicateTypes.length === 0 || (type !== null && predicateTypes.includes(type));

/** How narrow a policy is, to be compared in this order: its pipeline (an exact name, a longer prefix, a shorter one, none), then whether it names predicate types. */
export function narrowness({ pipeline, predicateTypes }: Scope): readonly [pipeline: number, types: number] {
  return [pipeline === null ? -1 : 'name' in pipeline ? Number.MAX_SAFE_INTEGER : pipeline.namePrefix.length, predicateTypes.length > 0 ? 1 : 0];
}

/** Digest of what a policy covers: policies with the same are versions of one. */
export const scopeKeyOf = ({ pipeline, predicateTypes }: Scope): string => digestOf({ pipeline, predicateTypes: [...new Set(predicateTypes)].sort() } as Json);

/** What a policy covers, in words. */
export function describeScope({ pipeline, predicateTypes }: Scope): string {
  const where = pipeline === null ? 'every pipeline' : 'name' in pipeline ? `the pipeline ${pipeline.namespace}/${pipeline.name}` : pipeline.namePrefix === '' ? `the pipelines of ${pipeline.namespace}` : `the pipelines of ${pipeline.namespace} that begin with ${pipeline.namePrefix}`;
  return predicateTypes.length === 0 ? where : `${where}, for ${few(predicateTypes, 3)}`;
}

/** Two scopes between which nothing decides: equally narrow, and there is evidence that both cover. */
export function collide(one: Scope, other: Scope): boolean {
  const [a, b] = [narrowness(one), narrowness(other)];
  if (a[0] !== b[0] || a[1] !== b[1]) return false;
  const [p, q] = [one.pipeline, other.pipeline];
  const samePipelines = p === null || q === null ? p === q : p.namespace === q.namespace && ('name' in p ? 'name' in q && p.name === q.name : 'namePrefix' in q && p.namePrefix === q.namePrefix);
  return samePipelines && (one.predicateTypes.length === 0 || one.predicateTypes.some((type) => other.predicateTypes.includes(type)));
}

// --- reading -------------------------------------------------------------------------------------------------------------

export type ReadSigner =
  | { readonly kind: 'key'; readonly name: string; readonly id: string; readonly facts: PublicKeyFacts }
  | { readonly kind: 'authority'; readonly name: string; readonly id: string; readonly certificates: readonly Certificate[]; readonly subjects: readonly string[] }
  | { readonly kind: 'identity'; readonly name: string; readonly id: string; readonly issuer: string; readonly subject: string; readonly match: 'exact' | 'prefix' };

/** A policy with everything in it read: keys, certificates, root. */
export type TrustPolicy = { readonly id: string; readonly name: string; readonly version: number; readonly digest: string; readonly content: TrustPolicyContent; readonly signers: readonly ReadSigner[]; readonly root: TrustedRoot | null };

const hex = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
export const certificateId = ({ der }: Certificate): string => hex(der);
/** An identity as revocations and reports name it: SHA-256 of issuer and subject. */
export const identityId = (issuer: string, subject: string): string => hex(canonicalJson({ issuer, subject }));

export const policyDigest = (content: TrustPolicyContent): string => digestOf(content as Json);

/** Reads the signers and the root of a policy's content, or says, by path, why one cannot be used. */
export function readSigners(content: TrustPolicyContent): Result<Pick<TrustPolicy, 'signers' | 'root'>, { readonly path: string; readonly message: string }> {
  const signers: ReadSigner[] = [];
  for (const [index, signer] of content.signers.entries()) {
    switch (signer.kind) {
      case 'key': {
        const facts = readPublicKey(signer.publicKeyPem);
        if (!facts.ok) return err({ path: `content.signers.${String(index)}.publicKeyPem`, message: facts.error });
        signers.push({ kind: 'key', name: signer.name, id: facts.value.keyId, facts: facts.value });
        break;
      }
      case 'authority': {
        const path = `content.signers.${String(index)}.certificatesPem`;
        if (/PRIVATE KEY/.test(signer.certificatesPem)) return err({ path, message: 'a private key is among it: consider it exposed, and paste certificates alone' });
        const read = certificatesFromPem(signer.certificatesPem);
        if (!read.ok) return err({ path, message: read.error });
        const [first] = read.value;
        if (first === undefined || read.value.length > 10) return err({ path, message: 'one to ten certificates are expected' });
        signers.push({ kind: 'authority', name: signer.name, id: certificateId(first), certificates: read.value, subjects: signer.subjects });
        break;
      }
      case 'identity':
        signers.push({ kind: 'identity', name: signer.name, id: identityId(signer.issuer, signer.subject), issuer: signer.issuer, subject: signer.subject, match: signer.match });
        break;
    }
  }
  const same = signers.findIndex(({ kind, id }, index) => signers.findIndex((other) => other.kind === kind && other.id === id) !== index);
  if (same >= 0) return err({ path: `content.signers.${String(same)}`, message: 'is in this policy already, under another name' });
  if (content.root === null) return ok({ signers, root: null });
  const root = content.root === 'public-good' ? publicGoodRoot() : readTrustedRoot(JSON.stringify(content.root));
  return root.ok ? ok({ signers, root: root.value }) : err({ path: 'content.root', message: root.error });
}

const MOST_AT_HAND = 200;
const atHand = new Map<string, Result<TrustPolicy, string>>();

/** Reads a stored policy: it must be what its digest names, and whole. Reading keys and certificates costs as much as signatures, so it is done once. */
export function readPolicy(stored: StoredPolicy): Result<TrustPolicy, string> {
  const known = alreadyRead.get(stored) ?? checked(stored);
  alreadyRead.set(stored, known);
  return known;
}
/** For one row read from the database: a sweep asks for it a hundred times. */
const alreadyRead = new WeakMap<StoredPolicy, Result<TrustPolicy, string>>();

function checked(stored: StoredPolicy): Result<TrustPolicy, string> {
  let computed: string;
  try {
    computed = digestOf(stored.content as Json);
  } catch {
    return err('its content is no JSON');
  }
  if (computed !== stored.digest) return err(`its content has the digest ${computed}, not ${stored.digest}: somebody changed it`);
  const name = `${stored.id} ${computed}`;
  const known = atHand.get(name);
  if (known !== undefined) return known;
  const read = parse(stored);
  if (atHand.size >= MOST_AT_HAND) atHand.clear();
  atHand.set(name, read);
  return read;
}

function parse({ id, name, version, digest, content }: StoredPolicy): Result<TrustPolicy, string> {
  const parsed = trustPolicyContent.safeParse(content);
  if (!parsed.success) return err(`its content is not understood: ${parsed.error.issues.slice(0, 2).map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`);
  const read = readSigners(parsed.data);
  return read.ok ? ok({ id, name, version, digest, content: parsed.data, ...read.value }) : err(`${read.error.path}: ${read.error.message}`);
}

// --- choosing ------------------------------------------------------------------------------------------------------------

export type Choice =
  /** No policy covers the evidence: the team's keys decide. */
  | { readonly kind: 'team_keys' }
  | { readonly kind: 'policy'; readonly policy: TrustPolicy; readonly revoked: string | null }
  /** Nothing passes. `awaitsRun`: because nobody has said yet which pipeline the named run belongs to. */
  | { readonly kind: 'none'; readonly reason: string; readonly policyId: string | null; readonly awaitsRun: boolean; readonly involved: readonly string[] };

const described = ({ name, version, digest }: Pick<StoredPolicy, 'name' | 'version' | 'digest'>): string => `“${name}”, version ${String(version)} (${digest})`;
export { described as describePolicy };

/** What a policy covers, read also where the rest of it cannot be used: a broken narrow policy must not let a wider one step in. */
function scopeOf(stored: StoredPolicy): ReadScope | null {
  const known = scopes.get(stored);
  if (known !== undefined) return known;
  const read = readScope(stored);
  scopes.set(stored, read);
  return read;
}
type ReadScope = Scope & { readonly standsAside: boolean };
const scopes = new WeakMap<StoredPolicy, ReadScope | null>();

function readScope({ content }: StoredPolicy): ReadScope | null {
  const whole = trustPolicyContent.safeParse(content);
  if (whole.success) return whole.data;
  const scope = scopeAlone.safeParse(content);
  return scope.success ? { ...scope.data, standsAside: false } : null;
}
const scopeAlone = z.object({ pipeline: pipelineScope.nullable(), predicateTypes: z.array(z.string()) });

/**
 * The policy that decides about a piece of evidence, whatever the order in which they are given: of those that cover its pipeline and its predicate
 * type, the one with the narrowest pipeline (an exact name before a prefix, a longer prefix before a shorter one, any before none); among
 * equals one that names the type before one that takes all. Where two remain, or the one cannot be read, none decides and nothing passes.
 * A policy that stands aside is as if it were not there. Where none covers the evidence, the team's keys decide.
 *
 * @param runKnown false where the evidence names a run that nobody has reported yet: then a policy for pipelines might cover it.
 */
export function choosePolicy(policies: readonly StoredPolicy[], about: About, runKnown: boolean): Choice {
  if (policies.length === 0) return { kind: 'team_keys' };
  const covering: { readonly policy: StoredPolicy; readonly scope: Scope }[] = [];
  for (const policy of policies.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const scope = scopeOf(policy);
    // What it covers cannot be told, so it covers everything.
    if (scope === null) return { kind: 'none', reason: `the policy ${described(policy)} cannot be read`, policyId: policy.id, awaitsRun: false, involved: [policy.digest] };
    if (scope.standsAside && policy.state === 'active') continue;
    if (!coversType(scope, about.predicateType)) continue;
    if (!runKnown && scope.pipeline !== null) {
      return { kind: 'none', reason: `the run that the evidence names was not reported so far, and the policy ${described(policy)} may hold for its pipeline`, policyId: null, awaitsRun: true, involved: policies.map(({ digest }) => digest).sort() };
    }
    if (coversPipeline(scope.pipeline, about.pipeline)) covering.push({ policy, scope });
  }
  covering.sort((a, b) => {
    const [x, y] = [narrowness(a.scope), narrowness(b.scope)];
    return y[0] - x[0] || y[1] - x[1] || (a.policy.id < b.policy.id ? -1 : 1);
  });
  const [first] = covering;
  if (first === undefined) return { kind: 'team_keys' };
  const [pipeline, types] = narrowness(first.scope);
  const equals = covering.filter(({ scope }) => narrowness(scope)[0] === pipeline && narrowness(scope)[1] === types);
  if (equals.length > 1) return { kind: 'none', reason: `${counted(equals.length, 'policy', 'policies')} are equally narrow: ${equals.map(({ policy }) => described(policy)).join(' and ')}`, policyId: null, awaitsRun: false, involved: equals.map(({ policy }) => policy.digest) };
  const { policy } = first;
  const read = readPolicy(policy);
  if (!read.ok) return { kind: 'none', reason: `the policy ${described(policy)} cannot be used: ${read.error}`, policyId: policy.id, awaitsRun: false, involved: [policy.digest] };
  return { kind: 'policy', policy: read.value, revoked: policy.state === 'active' ? null : `it was revoked at ${policy.endedAt ?? 'an unknown time'}: ${policy.endReason ?? 'no reason given'}` };
}

/** Revocations in one order, so that their digest does not depend on how they were read. */
const inOrder = (revocations: readonly Revocation[]): Revocation[] => [...revocations].sort((a, b) => { const [x, y] = [`${a.kind} ${a.signerId} ${a.since ?? ''}`, `${b.kind} ${b.signerId} ${b.since ?? ''}`]; return x < y ? -1 : x > y ? 1 : 0; });

/** The digest of what decided: equal exactly when the same evidence would be judged alike. Revocations belong to it as far as they can concern the policy. */
export function choiceDigest(teamId: string, choice: Exclude<Choice, { kind: 'team_keys' }>, revocations: readonly Revocation[]): string {
  if (choice.kind === 'none') return digestOf({ teamId, none: [...choice.involved].sort(), reason: choice.reason });
  const { policy, revoked } = choice;
  const known = digests.get(revocations) ?? new Map<string, string>();
  digests.set(revocations, known);
  const name = canonicalJson([teamId, policy.id, policy.digest, revoked]);
  const digest = known.get(name) ?? computed(teamId, policy, revoked, revocations);
  known.set(name, digest);
  return digest;
}
const digests = new WeakMap<readonly Revocation[], Map<string, string>>();

function computed(teamId: string, policy: TrustPolicy, revoked: string | null, revocations: readonly Revocation[]): string {
  const kinds = new Set(policy.signers.map(({ kind }) => kind));
  const keyIds = new Set(policy.signers.map(({ id }) => id));
  const concerned = revocations.filter(({ kind, signerId }) => (kind === 'key' ? keyIds.has(signerId) || kinds.has('authority') : kind === 'certificate' ? kinds.has('authority') || kinds.has('identity') : kinds.has('identity')));
  const named = inOrder(concerned).map(({ kind, signerId, since }) => ({ kind, signerId, since }));
  return digestOf({ teamId, policy: policy.digest, revoked, revocations: named });
}

/** Why a signer does not count when evidence was received at `at`; null where nothing speaks against it. The earliest revocation decides. */
export function revokedFor(revocations: readonly Revocation[], kind: Revocation['kind'], signerId: string, at: string): string | null {
  for (const { since, reason, revokedAt, ...revocation } of revocations) {
    if (revocation.kind !== kind || revocation.signerId !== signerId) continue;
    if (since === null || Date.parse(at) >= Date.parse(since)) return `revoked at ${revokedAt}${since === null ? '' : `, from ${since} on`}: ${reason}`;
  }
  return null;
}

/** A signer in words. */
export function describeSigner(signer: ReadSigner): string {
  switch (signer.kind) {
    case 'key':
      return `the key ${signer.id}`;
    case 'authority':
      return `certificates of ${few(signer.certificates.map(describeCertificate), 2)}${signer.subjects.length === 0 ? '' : ` for ${few(signer.subjects, 3)}`}`;
    case 'identity':
      return `${signer.subject}${signer.match === 'prefix' ? '…' : ''} as ${signer.issuer} knows it`;
  }
}

