// Verification under a trust policy: who signed, whether each signer counts and why, and whether enough of them do. Pure.
//
// The checks of form, signatures, certificates and logs are those of every other verification; what is added are `trust_policy`, one `signer_N` for
// each signature, and the two that decide: `trusted_signer` and `builder`.
import { createPublicKey } from 'node:crypto';
import { context, NOT_YET, required, shownChecks, verdictOf, type Judged } from '#lib/evidence/checks.ts';
import type { Decoded, Form } from '#lib/evidence/decode.ts';
import { pae, type Envelope, type EnvelopeSignature } from '#lib/evidence/format/dsse.ts';
import { signatureCovers, verifyingKey, type VerifyingKey } from '#lib/evidence/format/public-key.ts';
import { readBundle } from '#lib/evidence/format/sigstore-bundle.ts';
import { repeatWith } from '#lib/evidence/independent-bundle.ts';
import { verifyModelSignature } from '#lib/evidence/model-signature.ts';
import { trySignatures, type SignatureOutcome } from '#lib/evidence/signatures.ts';
import { certificatesFromPem, chainTo, describeCertificate, readCertificate, type Certificate } from '#lib/evidence/sigstore/certificate.ts';
import { noTrust, type SignerTrust } from '#lib/evidence/sigstore/trust.ts';
import { companyCertificate, verifyBundle, type BundleReport } from '#lib/evidence/sigstore/verify-bundle.ts';
import { counted, few } from '#lib/evidence/text.ts';
import { certificateId, choiceDigest, describePolicy, describeScope, identityId, revokedFor, type Choice, type ReadSigner, type Revocation, type TrustPolicy } from '#lib/evidence/trust-policy.ts';
import type { TrustedKey } from '#lib/evidence/trust.ts';
import { bytesCheck, formChecks, parametersCheck, predicateCheck, runKnown, signatureCheck, subjectDigestCheck, subjectsKnown, type Facts, type Report } from '#lib/evidence/verify.ts';
import { subjectChecks, unsigned } from '#lib/evidence/verify-other.ts';

/** Who made one signature, and whether it counts. */
export type Signatory = {
  readonly kind: 'key' | 'certificate' | 'identity';
  /** The policy's signer that it is; null where it is none. */
  readonly signer: string | null;
  /** In words. */
  readonly description: string;
  /** Two signatures with the same one, or with the same key, are of one signer. */
  readonly identity: string;
  readonly key: VerifyingKey;
  readonly counts: boolean;
  readonly why: string;
};

type Deciding = Exclude<Choice, { readonly kind: 'team_keys' }>;
export type PolicyReport = Report & { readonly signatories: readonly Signatory[] };

/** Verifies what was decoded under the policy that was chosen for it, or says that none could be. Never throws on input. */
export function verifyByPolicy(decoded: Decoded, choice: Deciding, revocations: readonly Revocation[], teamId: string, facts: Facts): PolicyReport {
  const barred = choice.kind === 'none' ? choice.reason : (choice.revoked ?? outsideWindow(choice.policy, facts.receivedAt));
  const signed = choice.kind === 'none' ? unjudged(decoded) : decoded.form.kind === 'dsse' ? envelope(decoded, choice.policy, barred, revocations, facts) : decoded.form.kind === 'bundle' ? bundle(decoded, decoded.form, choice.policy, barred, revocations, facts) : { ...NOBODY, judged: unsigned(decoded.form.kind, decoded) };
  const { signatories } = signed;
  const isList = decoded.form.kind === 'checksums' || decoded.form.kind === 'detached_signature';
  const all = [
    bytesCheck(decoded, facts),
    policyCheck(choice, barred),
    ...signed.judged,
    ...signatories.map(signerCheck),
    ...(isList && choice.kind === 'policy' ? [] : [enough(choice, barred, signatories, facts)]),
    ...(decoded.statement === null && decoded.form.kind !== 'dsse' ? [] : [...builderCheck(decoded, choice, signatories), ...parametersCheck(decoded)]),
    ...(decoded.form.kind === 'dsse' ? [subjectsKnown(decoded, facts), runKnown(decoded, facts)] : subjectChecks(decoded, facts)),
  ];
  const counting = signatories.filter(({ counts }) => counts);
  const format = decoded.form.kind === 'bundle' ? (decoded.form.model ? 'model_signature' : 'sigstore_bundle') : decoded.form.kind;
  return {
    verdict: verdictOf(all),
    trustDigest: choiceDigest(teamId, choice, revocations),
    checks: shownChecks(format === 'dsse' ? all : repeatWith(format, all)),
    signers: counting.map((signatory) => asKey(signatory, choice)),
    signatures: signed.outcomes,
    signatories,
  };
}

type Signed = { readonly judged: readonly Judged[]; readonly signatories: readonly Signatory[]; readonly outcomes: readonly SignatureOutcome[] };
const NOBODY: Omit<Signed, 'judged'> = { signatories: [], outcomes: [] };

const unjudged = (decoded: Decoded): Signed => ({ ...NOBODY, judged: decoded.form.kind === 'dsse' ? formChecks(decoded) : [required('signature', 'not_evaluated', 'a signature by a signer of the policy', `${NOT_YET}no policy decides`)] });

function outsideWindow({ content: { validFrom, validUntil } }: TrustPolicy, receivedAt: string): string | null {
  if (validFrom !== null && Date.parse(receivedAt) < Date.parse(validFrom)) return `it is not valid before ${validFrom}, and the evidence was received at ${receivedAt}`;
  if (validUntil !== null && Date.parse(receivedAt) >= Date.parse(validUntil)) return `it is not valid since ${validUntil}, and the evidence was received at ${receivedAt}`;
  return null;
}

function policyCheck(choice: Deciding, barred: string | null): Judged {
  const expected = 'one trust policy that holds for this evidence and is in force: the narrowest that covers its pipeline and predicate type';
  if (choice.kind === 'none') return required('trust_policy', choice.awaitsRun ? 'not_evaluated' : 'failed', expected, choice.awaitsRun ? `${NOT_YET}${choice.reason}` : choice.reason);
  const shown = `${describePolicy(choice.policy)}, for ${describeScope(choice.policy.content)}`;
  return barred === null ? required('trust_policy', 'passed', expected, shown) : required('trust_policy', 'failed', expected, `${shown}: ${barred}`);
}

/** Each signer, and why it counts or not. It decides nothing by itself: how many count does. */
const signerCheck = ({ description, counts, why }: Signatory, index: number): Judged =>
  context(`signer_${String(index + 1)}`, counts ? 'passed' : 'not_evaluated', 'a signer of the policy', `${description}: ${counts ? 'counts' : 'does not count'}, ${why}`);

/** How many different signers there are: signatures that share an identity or a key are of one. */
export function distinct(signatories: readonly Signatory[]): number {
  const parents = new Map<string, string>();
  const rootOf = (name: string): string => {
    const parent = parents.get(name);
    return parent === undefined || parent === name ? name : rootOf(parent);
  };
  for (const { identity, key } of signatories) {
    const [a, b] = [rootOf(`identity ${identity}`), rootOf(`key ${key.keyId}`)];
    parents.set(a, a);
    parents.set(b, a);
  }
  return new Set([...parents.keys()].map(rootOf)).size;
}

function enough(choice: Deciding, barred: string | null, signatories: readonly Signatory[], { receivedAt }: Facts): Judged {
  if (choice.kind === 'none') {
    const expected = 'signed by those whom a trust policy names';
    return choice.awaitsRun ? required('trusted_signer', 'not_evaluated', expected, `${NOT_YET}${choice.reason}`) : required('trusted_signer', 'failed', expected, `nobody can be trusted: ${choice.reason}`);
  }
  const { threshold } = choice.policy.content;
  const expected = `signed by at least ${counted(threshold, 'different signer')} of the policy “${choice.policy.name}”, not revoked when the evidence was received at ${receivedAt}`;
  if (barred !== null) return required('trusted_signer', 'failed', expected, `the policy does not hold: ${barred}`);
  const counting = signatories.filter(({ counts }) => counts);
  const found = distinct(counting);
  if (found >= threshold) return required('trusted_signer', 'passed', expected, `${counted(found, 'signer')}: ${few(counting.map(({ description }) => description))}`);
  const reasons = signatories.filter(({ counts }) => !counts).map(({ description, why }) => `${description} does not count, ${why}`);
  return required('trusted_signer', 'failed', expected, few([`${counted(found, 'signer')} of ${String(threshold)}${counting.length === 0 ? '' : `: ${few(counting.map(({ description }) => description))}`}`, ...reasons, ...(signatories.length === 0 ? ['no signature is by a signer of the policy'] : [])], 4));
}

/** Provenance alone: the (signer, builder.id) pair must be allowed, for as many different signers as the policy asks for. */
function builderCheck({ predicate, builderId }: Decoded, choice: Deciding, signatories: readonly Signatory[]): Judged[] {
  const expected = 'a builder.id that the signers may speak for under the policy';
  if (predicate === null || !predicate.ok) return [required('builder', 'not_evaluated', expected, `${NOT_YET}the predicate could not be read`)];
  if (builderId === null) return [];
  const shown = builderId.slice(0, 500);
  const counting = signatories.filter(({ counts }) => counts);
  if (choice.kind === 'none' || counting.length === 0) return [required('builder', 'not_evaluated', expected, `${NOT_YET}no signer of a policy signed; the statement names ${shown}`)];
  const { builders, threshold } = choice.policy.content;
  const speaking = counting.filter(({ signer }) => builders.some((pair) => pair.signer === signer && pair.builderId === builderId));
  if (distinct(speaking) >= threshold) return [required('builder', 'passed', expected, `${shown}, allowed for ${few(speaking.map(({ signer, description }) => signer ?? description))}`)];
  const allowed = [...new Set(builders.filter(({ signer }) => counting.some((one) => one.signer === signer)).map((pair) => `${pair.builderId} (${pair.signer})`))];
  return [required('builder', 'failed', expected, `${shown}, for which ${String(distinct(speaking))} of ${String(threshold)} may speak; allowed for who signed: ${allowed.length === 0 ? 'none' : few(allowed)}`)];
}

/** A signer as the rest of the portal knows signers: by its key. */
function asKey({ key, signer, description }: Signatory, choice: Deciding): TrustedKey {
  const builderIds = choice.kind === 'none' ? [] : choice.policy.content.builders.filter((pair) => pair.signer === signer).map(({ builderId }) => builderId);
  return { id: '', name: signer ?? description, keyId: key.keyId, publicKeyPem: key.key.export({ type: 'spki', format: 'pem' }).toString(), algorithm: key.kind, builderIds, state: 'active', validFrom: null, validUntil: null, revokedAt: null };
}

type KeySigner = Extract<ReadSigner, { kind: 'key' }>;
type AuthoritySigner = Extract<ReadSigner, { kind: 'authority' }>;
type IdentitySigner = Extract<ReadSigner, { kind: 'identity' }>;
const keysOf = ({ signers }: TrustPolicy): KeySigner[] => signers.filter((signer) => signer.kind === 'key');
const authoritiesOf = ({ signers }: TrustPolicy): AuthoritySigner[] => signers.filter((signer) => signer.kind === 'authority');
const identitiesOf = ({ signers }: TrustPolicy): IdentitySigner[] => signers.filter((signer) => signer.kind === 'identity');

const keyObjects = new WeakMap<KeySigner, VerifyingKey | null>();
function keyObjectOf(signer: KeySigner): VerifyingKey | null {
  const known = keyObjects.get(signer);
  if (known !== undefined) return known;
  const read = verifyingKey(createPublicKey(signer.facts.publicKeyPem));
  const found = read.ok ? read.value : null;
  keyObjects.set(signer, found);
  return found;
}

// --- envelopes -----------------------------------------------------------------------------------------------------------

/** A signature's keys are looked at as keys of a team are; those of the policy alone. */
const asTrustedKeys = (policy: TrustPolicy): TrustedKey[] => keysOf(policy).map(({ name, facts }) => ({ id: '', name, ...facts, builderIds: [], state: 'active', validFrom: null, validUntil: null, revokedAt: null }));

function envelope(decoded: Decoded, policy: TrustPolicy, barred: string | null, revocations: readonly Revocation[], facts: Facts): Signed {
  if (!decoded.envelope.ok) return { ...NOBODY, judged: [...formChecks(decoded), required('signatures', 'not_evaluated', 'every signature verifies under the signer it names', `${NOT_YET}the envelope could not be read`)] };
  const { signatures } = decoded.envelope.value;
  const judged: Judged[] = [...formChecks(decoded)];
  const signatories: Signatory[] = [];
  let certified = 0;
  const outcomes = trySignatures(decoded.envelope.value, { teamId: '', threshold: policy.content.threshold, keys: asTrustedKeys(policy) }, facts.receivedAt);
  const shown = outcomes.map((outcome, index): SignatureOutcome => {
    const signature = signatures[index];
    if (outcome.kind === 'matches') {
      const found = keySignatory(outcome.key.keyId, policy, barred, revocations, facts);
      judged.push(signatureCheck(outcome, index));
      if (found !== null) signatories.push(found);
      return { ...outcome, unusable: found === null || found.counts ? null : found.why };
    }
    if (outcome.kind === 'no_key' && signature?.cert !== undefined) {
      certified += 1;
      if (certified > MOST_CERTIFIED) {
        judged.push(signatureCheck({ kind: 'too_many_trials', hint: signature.keyid }, index));
        return { kind: 'too_many_trials', hint: signature.keyid };
      }
      const [check, found] = byCertificate(decoded.envelope.ok ? decoded.envelope.value : null, signature, index, policy, barred, revocations, facts);
      judged.push(check);
      if (found !== null) signatories.push(found);
      return outcome;
    }
    judged.push(signatureCheck(outcome, index));
    return outcome;
  });
  return { judged, signatories, outcomes: shown };
}

function keySignatory(keyId: string, policy: TrustPolicy, barred: string | null, revocations: readonly Revocation[], { receivedAt }: Facts): Signatory | null {
  const signer = keysOf(policy).find(({ id }) => id === keyId);
  const key = signer === undefined ? null : keyObjectOf(signer);
  if (signer === undefined || key === null) return null;
  const against = barred ?? revokedFor(revocations, 'key', keyId, receivedAt);
  return { kind: 'key', signer: signer.name, description: `the key ${keyId} (${signer.name})`, identity: `key ${keyId}`, key, counts: against === null, why: against ?? 'the policy names it' };
}

/** More signatures by certificate are not looked at: for each a chain is searched to every authority. */
const MOST_CERTIFIED = 16;
/** More text of certificates than this is not read. */
const LARGEST_CHAIN = 200_000;

function byCertificate(read: Envelope | null, { cert, sig }: EnvelopeSignature, index: number, policy: TrustPolicy, barred: string | null, revocations: readonly Revocation[], facts: Facts): [Judged, Signatory | null] {
  const name = `signature_${String(index + 1)}`;
  const expected = 'the signature verifies under the certificate that it carries';
  const certificates = cert === undefined || cert.length > LARGEST_CHAIN ? null : certificatesFromPem(cert);
  if (read === null || certificates === null || !certificates.ok) return [required(name, 'failed', expected, certificates === null ? 'the certificates are too long' : certificates.ok ? 'there is no envelope' : certificates.error), null];
  const [leaf, ...intermediates] = certificates.value.slice(0, 10);
  if (leaf === undefined) return [required(name, 'failed', expected, 'there is no certificate'), null];
  const way = signatureCovers(leaf.key, pae(read.payloadType, read.payload), sig);
  if (way === null) return [required(name, 'failed', expected, `it does not: the payload, its type or the signature was changed, or another than ${describeCertificate(leaf)} signed`), null];
  const signatory = authoritySignatory(leaf, intermediates, policy, barred, revocations, facts, null);
  return [required(name, 'passed', expected, `it verifies (${way}) under the certificate of ${describeCertificate(leaf)}`), signatory];
}

/** The names that a certificate answers for: its alternative names, or where it has none its subject. */
function namesOf({ names, x509 }: Certificate): string[] | null {
  if (names.some(({ kind }) => kind === 'other')) return null;
  if (names.length > 0) return names.map(({ value }) => value);
  const subject = x509.subject as string | undefined;
  return subject === undefined || subject === '' ? [] : [subject.replaceAll('\n', ', ')];
}

/**
 * A certificate's signer under the authorities of a policy: one whose authority issued it, for a name that this very authority may vouch for.
 *
 * @param failing which check of a bundle failed, undefined where none did; null where nothing was checked yet: then the certificate is judged by the time of receipt.
 */
function authoritySignatory(leaf: Certificate, intermediates: readonly Certificate[], policy: TrustPolicy, barred: string | null, revocations: readonly Revocation[], { receivedAt }: Facts, failing: string | null | undefined): Signatory {
  const names = namesOf(leaf);
  const description = `the certificate of ${few((names ?? ['names of a kind that is not read']).map((name) => name.slice(0, 500)), 3)} (${certificateId(leaf)})`;
  const base = { kind: 'certificate' as const, description, identity: `certificate ${JSON.stringify([...(names ?? [])].sort())}`, key: leaf.key };
  let reason = `no authority of the policy issued it`;
  for (const authority of authoritiesOf(policy)) {
    const chain = chainTo(authority.certificates, intermediates, leaf);
    if (!chain.ok) continue;
    const refused = (why: string): void => { reason = `${why} (${authority.name})`; };
    const failed = failing === null ? companyCertificate(leaf, intermediates, { anchors: authority.certificates, at: new Date(receivedAt) }, []).find(({ verdict }) => verdict !== 'passed') : undefined;
    const against = chain.value.map((certificate) => revokedFor(revocations, 'certificate', certificateId(certificate), receivedAt)).find((found) => found !== null) ?? revokedFor(revocations, 'key', leaf.key.keyId, receivedAt);
    if (barred !== null) refused(barred);
    else if (typeof failing === 'string') refused(failing);
    else if (failed !== undefined) refused(`${failed.name}: ${failed.actual}`);
    else if (against !== null) refused(against);
    else if (authority.subjects.length > 0 && (names === null || names.length === 0 || !names.every((name) => authority.subjects.includes(name)))) refused('the policy names other subjects for this authority');
    else return { ...base, signer: authority.name, counts: true, why: `the authority ${authority.name} of the policy issued it` };
  }
  return { ...base, signer: null, counts: false, why: reason };
}

// --- bundles -------------------------------------------------------------------------------------------------------------

/** The remainder of a subject behind a trusted beginning: nothing that a reader could resolve to another address. */
const plainRemainder = (rest: string): boolean => rest !== '' && !/[\\%\p{Cc}\s]/u.test(rest) && !`/${rest}/`.includes('/../') && !`/${rest}/`.includes('/./') && !rest.startsWith('/') && !rest.includes('//');

/** Is this the identity that a signer of the policy names? Issuers are compared whole, always. */
export const isIdentity = (signer: Pick<IdentitySigner, 'issuer' | 'subject' | 'match'>, issuer: string | null, subject: string): boolean =>
  signer.issuer === issuer && (signer.match === 'exact' ? signer.subject === subject : subject.startsWith(signer.subject) && plainRemainder(subject.slice(signer.subject.length)));

/** What the verifier of bundles should trust: the policy's signers, with the beginnings of subjects resolved against this certificate. */
function signerTrust(policy: TrustPolicy, leaf: Certificate | null, receivedAt: string): SignerTrust {
  const [name, ...others] = leaf?.names ?? [];
  const identities = identitiesOf(policy).map((signer) => {
    const resolved = name !== undefined && others.length === 0 && isIdentity(signer, leaf?.issuer ?? null, name.value);
    return { issuer: signer.issuer, subject: resolved ? name.value : signer.match === 'exact' ? signer.subject : `${signer.subject}…` };
  });
  return {
    ...noTrust(new Date(receivedAt)),
    keys: keysOf(policy).flatMap((signer) => keyObjectOf(signer) ?? []),
    identities,
    anchors: authoritiesOf(policy).flatMap(({ certificates }) => certificates),
    root: policy.root === null ? null : { ok: true, value: policy.root },
    log: 'if_known',
  };
}

function certificatesIn({ bundle: { material } }: Pick<BundleReport, 'bundle'>): Certificate[] {
  return material?.kind !== 'certificate' ? [] : material.certificates.flatMap((der) => {
    const read = readCertificate(der);
    return read.ok ? [read.value] : [];
  });
}

function bundle(decoded: Decoded, { json, model }: Extract<Form, { readonly kind: 'bundle' }>, policy: TrustPolicy, barred: string | null, revocations: readonly Revocation[], facts: Facts): Signed {
  const [signer = null] = certificatesIn(readBundle(json));
  const from = signerTrust(policy, signer, facts.receivedAt);
  const signature = model ? verifyModelSignature(json, from) : null;
  const report = signature?.report ?? verifyBundle(json, from, null);
  // What the bundle is about is said below, in terms of what runs reported.
  const checks = (signature?.checks ?? report.checks).filter(({ name }) => name !== 'artifact');
  const statement = decoded.statement === null ? [] : [...(model ? [] : [subjectDigestCheck(decoded)]), predicateCheck(decoded)];
  const found = bundleSignatory(report, policy, barred, revocations, facts);
  return { judged: [...checks, ...statement], signatories: found === null ? [] : [found], outcomes: [] };
}

function bundleSignatory(report: BundleReport, policy: TrustPolicy, barred: string | null, revocations: readonly Revocation[], facts: Facts): Signatory | null {
  if (report.signedBy === null) return null;
  const [leaf, ...intermediates] = certificatesIn(report);
  if (leaf === undefined) return keySignatory(report.signedBy.keyId, policy, barred, revocations, facts);
  const identities = identitiesOf(policy);
  const failed = report.checks.find(({ bearing, verdict, name }) => name !== 'artifact' && (bearing === 'required' ? verdict !== 'passed' : verdict === 'failed'));
  const failing = failed === undefined ? undefined : `${failed.name}: ${failed.actual}`;
  if (identities.length === 0 || (authoritiesOf(policy).length > 0 && leaf.issuer === null)) return authoritySignatory(leaf, intermediates, policy, barred, revocations, facts, failing);
  const subject = leaf.names[0]?.value ?? '';
  const signer = leaf.names.length === 1 ? identities.find((one) => isIdentity(one, leaf.issuer, subject)) : undefined;
  const id = identityId(leaf.issuer ?? '', subject);
  const against = barred ?? failing ?? (signer === undefined ? 'the policy names no such identity' : null)
    ?? revokedFor(revocations, 'identity', id, facts.receivedAt) ?? revokedFor(revocations, 'certificate', certificateId(leaf), facts.receivedAt) ?? revokedFor(revocations, 'key', leaf.key.keyId, facts.receivedAt);
  return {
    kind: 'identity', signer: signer?.name ?? null, description: `${subject.slice(0, 500)} as ${(leaf.issuer ?? 'nobody').slice(0, 500)} knows it`,
    identity: `identity ${JSON.stringify([leaf.issuer, subject])}`, key: leaf.key, counts: against === null, why: against ?? `the policy names it (${signer?.name ?? ''})`,
  };
}
