// Verification of what is no plain envelope, in the portal: Sigstore bundles, model signatures, lists of checksums, detached signatures. Pure.
//
// The checks are those of `gatehouse verify`. Who is trusted are the team's keys: identities and roots of Sigstore, and certificate
// authorities, enter `signerTrust` when teams can keep them.
import { context, NOT_YET, required, shownChecks, verdictOf, type Judged } from '#lib/evidence/checks.ts';
import type { Decoded, Form } from '#lib/evidence/decode.ts';
import type { VerifyingKey } from '#lib/evidence/format/public-key.ts';
import { repeatWith } from '#lib/evidence/independent-bundle.ts';
import { verifyModelSignature } from '#lib/evidence/model-signature.ts';
import { noTrust, type SignerTrust } from '#lib/evidence/sigstore/trust.ts';
import { verifyBundle } from '#lib/evidence/sigstore/verify-bundle.ts';
import { counted, few } from '#lib/evidence/text.ts';
import { publicKeyOf, trustDigest, unusable, type Trust, type TrustedKey } from '#lib/evidence/trust.ts';
import { builderCheck, bytesCheck, describeKey, parametersCheck, predicateCheck, runKnown, subjectDigestCheck, subjectsKnown, type Facts, type Report } from '#lib/evidence/verify.ts';

/** A team's trust as the verifier of bundles takes it. A key needs no transparency log: who keeps it is a decision of two people. */
function signerTrust(trust: Trust, receivedAt: string): SignerTrust {
  const keys = new Map<string, VerifyingKey>();
  for (const key of trust.keys) {
    const found = publicKeyOf(key);
    if (found !== null) keys.set(key.keyId, found);
  }
  return { ...noTrust(new Date(receivedAt)), keys: [...keys.values()], log: 'if_known' };
}

/** Verifies what was decoded against a team's trust and what the portal knows. Never throws on input. */
export function verifyOther(decoded: Decoded, form: Exclude<Form, { readonly kind: 'dsse' }>, trust: Trust, facts: Facts): Report {
  const { judged, signers } = form.kind === 'bundle' ? bundle(decoded, form, trust, facts) : { judged: unsigned(form.kind, decoded), signers: [] };
  const all = [bytesCheck(decoded, facts), ...judged, ...subjectChecks(decoded, facts)];
  const format = form.kind === 'bundle' ? (form.model ? 'model_signature' : 'sigstore_bundle') : form.kind;
  return { verdict: verdictOf(all), trustDigest: trustDigest(trust), checks: shownChecks(repeatWith(format, all)), signers, signatures: [] };
}

type Outcome = { readonly judged: readonly Judged[]; readonly signers: readonly TrustedKey[] };

function bundle(decoded: Decoded, { json, model }: Extract<Form, { readonly kind: 'bundle' }>, trust: Trust, facts: Facts): Outcome {
  const from = signerTrust(trust, facts.receivedAt);
  const signature = model ? verifyModelSignature(json, from) : null;
  const report = signature?.report ?? verifyBundle(json, from, null);
  // What the bundle is about is said below, in terms of what runs reported.
  const checks = (signature?.checks ?? report.checks).filter(({ name }) => name !== 'artifact');
  const signers = report.signedBy === null ? [] : signersBy(report.signedBy.keyId, trust, facts.receivedAt);
  const statement = decoded.statement === null ? [] : [...(model ? [] : [subjectDigestCheck(decoded)]), predicateCheck(decoded), ...builderCheck(decoded, signers), ...parametersCheck(decoded)];
  return { judged: [...checks, ...statement, signerCheck(report.signedBy?.keyId ?? null, signers, trust, facts)], signers };
}

/** The entries of the trust that this key stands under and that count now; where one is revoked, none does. */
function signersBy(keyId: string, trust: Trust, receivedAt: string): TrustedKey[] {
  const entries = trust.keys.filter((key) => key.keyId === keyId);
  if (entries.some((key) => key.state === 'revoked')) return [];
  return entries.filter((key) => unusable(key, receivedAt) === null).slice(0, 1);
}

function signerCheck(keyId: string | null, signers: readonly TrustedKey[], trust: Trust, { receivedAt }: Facts): Judged {
  const expected = `signed by ${counted(trust.threshold, 'key')} that this team trusts, valid when the evidence was received at ${receivedAt} and not revoked`;
  if (keyId === null) return required('trusted_signer', 'failed', expected, 'by none of the keys of this team');
  // A bundle has one signature, so more than one signer is more than it can have.
  if (signers.length > 0 && trust.threshold === 1) return required('trusted_signer', 'passed', expected, `signed by ${few(signers.map(describeKey))}`);
  const reasons = trust.keys.filter((key) => key.keyId === keyId).map((key) => `${describeKey(key)} signed, and is ${unusable(key, receivedAt) ?? 'one of several needed'}`);
  return required('trusted_signer', 'failed', expected, few(reasons));
}

export function unsigned(kind: 'checksums' | 'detached_signature', decoded: Decoded): Judged[] {
  if (kind === 'detached_signature') {
    return [required('signature', 'not_evaluated', 'a signature over an artifact by a trusted key', `${NOT_YET}a detached signature names nothing, and the artifact is not here: send a bundle, or verify with gatehouse verify`)];
  }
  return [
    required('checksums', decoded.subjects.length > 0 ? 'passed' : 'failed', 'lines of a SHA-256 and a name, one digest for each name', decoded.subjects.length > 0 ? counted(decoded.subjects.length, 'checksum') : 'there is none that can be read'),
    required('trusted_signer', 'failed', 'a signature by a trusted key', 'a list of checksums carries none: it says what the bytes should be, and nobody answers for it'),
  ];
}

export function subjectChecks(decoded: Decoded, facts: Facts): Judged[] {
  if (decoded.statement !== null) return [subjectsKnown(decoded, facts), runKnown(decoded, facts)];
  const unknown = decoded.subjects.filter(({ digest }) => !facts.knownDigests.has(digest)).map(({ digest }) => digest);
  const expected = 'what it is about is a version that a run of this team reported';
  if (decoded.subjects.length === 0) return [context('subjects_known', 'not_evaluated', expected, 'it names no SHA-256')];
  return [unknown.length === 0 ? context('subjects_known', 'passed', expected, 'it is') : context('subjects_known', 'not_evaluated', expected, `not reported so far: ${few(unknown, 10)}`)];
}
