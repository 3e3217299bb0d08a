// Verification under a trust policy: each kind of signer × what can be wrong with it; thresholds, builders, revocations, and attacks.
import { sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { envelopeOf, evaluationStatement, makeKey, provenanceStatement, testBuilder, type SigningKey } from '#lib/testing/attestations.ts';
import { makeAuthority, removeAuthorities, type TestAuthority, type TestCertificate } from '#lib/testing/authority.ts';
import { sha256, type Json } from '#lib/kernel/canonical-json.ts';
import { newId } from '#lib/kernel/ids.ts';
import { certificatesFromPem } from './sigstore/certificate.ts';
import { decodeEvidence } from './decode.ts';
import { IN_TOTO_PAYLOAD_TYPE, pae } from './format/dsse.ts';
import { EVALUATION_TYPE, PROVENANCE_TYPE } from './format/statement.ts';
import { encodeBundle } from './format/write-bundle.ts';
import { certificateId, choosePolicy, policyDigest, type About, type Revocation, type StoredPolicy } from './trust-policy.ts';
import { trustPolicyContent } from './trust-policy-schema.ts';
import type { Facts } from './verify.ts';
import { verifyByPolicy, type PolicyReport } from './verify-by-policy.ts';

const teamId = newId();
// After the certificates were made, however long that takes.
const receivedAt = new Date(Date.now() + 3_600_000).toISOString();
const uri = 'https://ci.acme.test/fraud/train';
const digest = sha256('model');
const provenance = (builderId = testBuilder): Json => provenanceStatement([{ name: 'model', digest }], { runId: newId(), builderId });
const evaluation: Json = evaluationStatement({ name: 'model', digest }, { runId: newId(), dataset: { name: 'd', digest }, metrics: [{ name: 'auc', value: 0.8 }] });

let [acme, stranger]: TestAuthority[] = [];
let [certified, twin, forged]: TestCertificate[] = [];
const keys = [makeKey(), makeKey('ed25519'), makeKey()] as const;
beforeAll(() => {
  [acme, stranger] = [makeAuthority('Acme'), makeAuthority('Stranger')];
  certified = acme.issue(uri);
  twin = acme.issue(uri);
  forged = stranger.issue(uri);
});
afterAll(removeAuthorities);
const given = <T>(value: T | undefined): T => { if (value === undefined) throw new Error('not made yet'); return value; };
const idOf = (pem: string): string => { const read = certificatesFromPem(pem); return read.ok && read.value[0] !== undefined ? certificateId(read.value[0]) : ''; };

type Signer = SigningKey | (TestCertificate & { readonly chain?: string });
/** An envelope by keys and certificates, in the order given. */
function signed(statement: Json, ...signers: readonly Signer[]): Buffer {
  const payload = Buffer.from(JSON.stringify(statement));
  const message = pae(IN_TOTO_PAYLOAD_TYPE, payload);
  const signatures = signers.map((signer) => ('pem' in signer
    ? { sig: sign('sha256', message, signer.privateKey).toString('base64'), cert: `${signer.pem}${signer.chain ?? ''}` }
    : (JSON.parse(envelopeOf(statement, [signer]).toString()) as { signatures: object[] }).signatures[0]));
  return Buffer.from(JSON.stringify({ payload: payload.toString('base64'), payloadType: IN_TOTO_PAYLOAD_TYPE, signatures }));
}

const keySigner = (key: SigningKey, name: string) => ({ kind: 'key', name, publicKeyPem: key.publicKeyPem });
const authoritySigner = (authority: TestCertificate, name: string, subjects: readonly string[] = [uri]) => ({ kind: 'authority', name, certificatesPem: authority.pem, subjects });

type Changes = Record<string, unknown>;
function policy(signers: readonly object[], more: Changes = {}, state: 'active' | 'revoked' = 'active'): StoredPolicy {
  const names = signers.map((signer) => (signer as { name: string }).name);
  const content = trustPolicyContent.parse({ signers, builders: names.map((signer) => ({ signer, builderId: testBuilder })), ...more });
  return { id: newId(), name: 'policy', version: 1, digest: policyDigest(content), content, state, endedAt: state === 'revoked' ? receivedAt : null, endReason: state === 'revoked' ? 'stolen' : null };
}

const pipeline = { namespace: 'fraud', name: 'train.model' };
function verify(bytes: Buffer, policies: readonly StoredPolicy[], { about, revocations = [], at = receivedAt }: { about?: Partial<About>; revocations?: readonly Revocation[]; at?: string } = {}): PolicyReport | 'the keys of the team' {
  const decoded = decodeEvidence(bytes);
  const choice = choosePolicy(policies, { pipeline, predicateType: decoded.predicateType, ...about }, true);
  const facts: Facts = { storedDigest: decoded.digest, receivedAt: at, knownDigests: new Set([digest]), namedRun: 'own', proposedKeyIds: new Set() };
  return choice.kind === 'team_keys' ? 'the keys of the team' : verifyByPolicy(decoded, choice, revocations, teamId, facts);
}
const failed = (report: PolicyReport | string) => (typeof report === 'string' ? report : report.checks.filter((check) => check.verdict === 'failed').map((check) => check.name).join());
const why = (report: PolicyReport | string) => (typeof report === 'string' ? [] : report.signatories.map(({ counts, why: reason }) => `${counts ? 'counts' : 'does not'}: ${reason}`));

/** The kinds of signers that an envelope can have, each with what it is revoked by. Identities need a bundle with a log: trust-policy.corpus.test.ts. */
const kinds = [
  ['key', () => keys[0], () => [keySigner(keys[0], 's')], () => ({ kind: 'key' as const, signerId: keys[0].keyId }), () => keys[2]],
  ['key of a bundle', () => keys[0], () => [keySigner(keys[0], 's')], () => ({ kind: 'key' as const, signerId: keys[0].keyId }), () => keys[2]],
  ['certificate', () => given(certified), () => [authoritySigner(given(acme), 's')], () => ({ kind: 'certificate' as const, signerId: idOf(given(certified).pem) }), () => given(forged)],
  ['certificate of a bundle', () => given(certified), () => [authoritySigner(given(acme), 's')], () => ({ kind: 'certificate' as const, signerId: idOf(given(acme).pem) }), () => given(forged)],
] as const;

describe.each(kinds)('a signer by %s', (kind, signer, signers, revoked, wrong) => {
  const bytesBy = (by: Signer, statement: Json = provenance()): Buffer => (kind.endsWith('bundle') ? inBundle(by, statement) : signed(statement, by));

  it('counts under the policy that names it, and the report says so', () => {
    const report = verify(bytesBy(signer()), [policy(signers())]);
    expect(failed(report)).toBe('');
    expect(report).toMatchObject({ verdict: 'passed', signers: [{ name: 's' }], signatories: [{ signer: 's', counts: true }] });
    expect(typeof report === 'string' ? [] : report.checks.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual(expect.arrayContaining(['trust_policy passed', 'signer_1 passed', 'trusted_signer passed', 'builder passed']));
  });

  it('does not when another signed', () => {
    expect(verify(bytesBy(wrong()), [policy(signers())])).toMatchObject({ verdict: 'failed', signers: [] });
  });

  it('does not when it was revoked, with the reason; what was received before the moment of the revocation stays', () => {
    const revocation = (since: string | null): Revocation => ({ ...revoked(), since, reason: 'laptop stolen', revokedAt: receivedAt });
    const all = verify(bytesBy(signer()), [policy(signers())], { revocations: [revocation(null)] });
    expect(all).toMatchObject({ verdict: 'failed' });
    expect(why(all).join()).toContain('laptop stolen');
    const from = revocation('2026-06-01T00:00:00.000Z');
    const before = { revocations: [from], at: new Date(Date.parse(receivedAt) + 60_000).toISOString() };
    expect(verify(bytesBy(signer()), [policy(signers())], { ...before, revocations: [{ ...from, since: new Date(Date.parse(receivedAt) + 120_000).toISOString() }] })).toMatchObject({ verdict: 'passed' });
    expect(verify(bytesBy(signer()), [policy(signers())], { ...before, revocations: [{ ...from, since: receivedAt }] })).toMatchObject({ verdict: 'failed' });
  });

  it('does not when the policy has expired, has not begun, or was revoked', () => {
    for (const [window, text] of [[{ validUntil: receivedAt }, 'not valid since'], [{ validFrom: new Date(Date.parse(receivedAt) + 1000).toISOString() }, 'not valid before']] as const) {
      const report = verify(bytesBy(signer()), [policy(signers(), window)]);
      expect(failed(report)).toBe('trust_policy,trusted_signer');
      expect(why(report).join()).toContain(text);
    }
    expect(failed(verify(bytesBy(signer()), [policy(signers(), {}, 'revoked')]))).toBe('trust_policy,trusted_signer');
  });

  it('is not asked about for another pipeline or another predicate type', () => {
    const elsewhere = { pipeline: { namespace: 'fraud', name: 'serve' } };
    expect(verify(bytesBy(signer()), [policy(signers(), elsewhere)])).toBe('the keys of the team');
    expect(verify(bytesBy(signer()), [policy(signers(), { predicateTypes: [EVALUATION_TYPE] })])).toBe('the keys of the team');
    expect(verify(bytesBy(signer()), [policy(signers(), { predicateTypes: [PROVENANCE_TYPE] })])).toMatchObject({ verdict: 'passed' });
    // The policy of the pipeline names somebody else: being trusted for the whole team does not help.
    expect(verify(bytesBy(signer()), [policy(signers()), policy([keySigner(keys[1], 'other')], { pipeline })])).toMatchObject({ verdict: 'failed' });
  });

  it('does not speak for another builder than its pair allows', () => {
    expect(failed(verify(bytesBy(signer(), provenance('https://evil.test')), [policy(signers())]))).toBe('builder');
    expect(failed(verify(bytesBy(signer()), [policy(signers(), { builders: [] })]))).toBe('builder');
    const other = [...signers(), keySigner(keys[1], 'other')];
    expect(failed(verify(bytesBy(signer()), [policy(other, { builders: [{ signer: 'other', builderId: testBuilder }] })]))).toBe('builder');
    expect(verify(bytesBy(signer(), evaluation), [policy(signers(), { builders: [] })])).toMatchObject({ verdict: 'passed' });
  });

  it('is not enough where two are needed, however often it signs', () => {
    const two = [policy([...signers(), keySigner(keys[1], 'other')], { threshold: 2 })];
    expect(failed(verify(bytesBy(signer()), two))).toContain('trusted_signer');
    if (kind.endsWith('bundle')) return;
    const statement = provenance();
    expect(failed(verify(signed(statement, signer(), signer(), signer()), two))).toContain('trusted_signer');
    expect(verify(signed(statement, signer(), keys[1]), two)).toMatchObject({ verdict: 'passed' });
  });

  it('of a changed statement does not count', () => {
    const text = bytesBy(signer()).toString();
    const parsed = JSON.parse(text) as { payload?: string; dsseEnvelope?: { payload: string } };
    const payload = Buffer.from(JSON.stringify(provenance())).toString('base64');
    if (parsed.dsseEnvelope === undefined) parsed.payload = payload;
    else parsed.dsseEnvelope.payload = payload;
    expect(verify(Buffer.from(JSON.stringify(parsed)), [policy(signers())])).toMatchObject({ verdict: 'failed', signers: [] });
  });
});

/** The same in a Sigstore bundle: by a key, or with the certificate in a chain, as version 0.2 may. */
function inBundle(by: Signer, statement: Json): Buffer {
  if (!('pem' in by)) return Buffer.from(encodeBundle(signed(statement, by).toString(), 'any hint'));
  const envelope = JSON.parse(signed(statement, by).toString()) as { payload: string; payloadType: string; signatures: { sig: string }[] };
  const rawBytes = by.pem.replace(/-----[A-Z ]+-----|\s/g, '');
  return Buffer.from(JSON.stringify({ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', verificationMaterial: { certificate: { rawBytes } }, dsseEnvelope: { ...envelope, signatures: envelope.signatures.map(({ sig }) => ({ sig })) } }));
}

describe('two signers', () => {
  it('are two when they are different: a key and a certificate, two keys', () => {
    const statement = provenance();
    const all = [policy([keySigner(keys[0], 'one'), keySigner(keys[1], 'two'), authoritySigner(given(acme), 'three')], { threshold: 3 })];
    expect(verify(signed(statement, keys[0], keys[1], given(certified)), all)).toMatchObject({ verdict: 'passed' });
    expect(failed(verify(signed(statement, keys[0], keys[1]), all))).toContain('trusted_signer');
  });

  it('are one when two certificates bear one name, or a certificate bears a key that the policy names, too', () => {
    const statement = provenance();
    const two = [policy([authoritySigner(given(acme), 'authority'), keySigner(keys[1], 'key')], { threshold: 2 })];
    expect(failed(verify(signed(statement, given(certified), given(twin)), two))).toContain('trusted_signer');
    const { x509 } = (() => { const read = certificatesFromPem(given(certified).pem); if (!read.ok || read.value[0] === undefined) throw new Error('unreadable'); return read.value[0]; })();
    const same = { kind: 'key', name: 'same', publicKeyPem: x509.publicKey.export({ type: 'spki', format: 'pem' }).toString() };
    const both = [policy([authoritySigner(given(acme), 'authority'), same], { threshold: 2 })];
    expect(failed(verify(signed(statement, given(certified), given(certified)), both))).toContain('trusted_signer');
  });

  it('must both be allowed to speak for the builder', () => {
    const signers = [keySigner(keys[0], 'one'), keySigner(keys[1], 'two')];
    const only = (names: readonly string[]) => [policy(signers, { threshold: 2, builders: names.map((signer) => ({ signer, builderId: testBuilder })) })];
    const bytes = signed(provenance(), keys[0], keys[1]);
    expect(failed(verify(bytes, only(['one'])))).toBe('builder');
    expect(verify(bytes, only(['one', 'two']))).toMatchObject({ verdict: 'passed' });
  });

  it('with one revoked are one, and the report says why for each', () => {
    const two = [policy([keySigner(keys[0], 'one'), keySigner(keys[1], 'two')], { threshold: 2 })];
    const report = verify(signed(provenance(), keys[0], keys[1]), two, { revocations: [{ kind: 'key', signerId: keys[1].keyId, since: null, reason: 'lost', revokedAt: receivedAt }] });
    expect(why(report)).toEqual(['counts: the policy names it', `does not: revoked at ${receivedAt}: lost`]);
    expect(failed(report)).toBe('trusted_signer,builder');
  });
});

describe('a certificate', () => {
  it('of another authority with the right subject does not count, nor one of an authority that may vouch for other subjects', () => {
    expect(verify(signed(provenance(), given(forged)), [policy([authoritySigner(given(acme), 's')])])).toMatchObject({ verdict: 'failed', signatories: [{ counts: false }] });
    const both = policy([authoritySigner(given(acme), 'acme'), authoritySigner(given(stranger), 'stranger', ['https://ci.stranger.test'])]);
    const report = verify(signed(provenance(), given(forged)), [both]);
    expect(failed(report)).toBe('trusted_signer');
    expect(why(report).join()).toContain('other subjects for this authority (stranger)');
    expect(failed(verify(inBundle(given(forged), provenance()), [both]))).toBe('trusted_signer');
    expect(verify(inBundle(given(certified), provenance()), [both])).toMatchObject({ verdict: 'passed' });
  });

  it('counts through an authority in between that the envelope carries, and not without it', () => {
    const middle = given(acme).below('Middle');
    const leaf = middle.issue(uri);
    const only = [policy([authoritySigner(given(acme), 's')])];
    expect(verify(signed(provenance(), { ...leaf, chain: middle.pem }), only)).toMatchObject({ verdict: 'passed' });
    expect(failed(verify(signed(provenance(), leaf), only))).toBe('trusted_signer');
    const revocation: Revocation = { kind: 'certificate', signerId: idOf(middle.pem), since: null, reason: 'broken into', revokedAt: receivedAt };
    expect(failed(verify(signed(provenance(), { ...leaf, chain: middle.pem }), only, { revocations: [revocation] }))).toBe('trusted_signer');
  });

  it('is judged by the time of receipt: outside its validity it does not count', () => {
    const late = new Date(Date.parse(receivedAt) + 40 * 86_400_000).toISOString();
    const report = verify(signed(provenance(), given(certified)), [policy([authoritySigner(given(acme), 's')])], { at: late });
    expect(failed(report)).toBe('trusted_signer');
    expect(why(report).join()).toContain('certificate_time');
  });

  it('of an authority itself, or with names that are not listed, does not count; with an empty list any name does', () => {
    expect(failed(verify(signed(provenance(), given(acme)), [policy([authoritySigner(given(acme), 's', [])])]))).toBe('trusted_signer');
    const elsewhere = given(acme).issue('https://ci.acme.test/fraud/train/evil');
    expect(failed(verify(signed(provenance(), elsewhere), [policy([authoritySigner(given(acme), 's')])]))).toBe('trusted_signer');
    expect(verify(signed(provenance(), elsewhere), [policy([authoritySigner(given(acme), 's', [])])])).toMatchObject({ verdict: 'passed' });
  });

  it('that cannot be read, or does not belong to the signature, fails its signature', () => {
    const envelope = JSON.parse(signed(provenance(), given(certified)).toString()) as { signatures: { cert: string }[] };
    const [signature] = envelope.signatures;
    if (signature === undefined) throw new Error('no signature');
    for (const cert of ['nonsense', given(twin).pem, 'x'.repeat(300_000)]) {
      signature.cert = cert;
      expect(failed(verify(Buffer.from(JSON.stringify(envelope)), [policy([authoritySigner(given(acme), 's')])]))).toContain('signature_1');
    }
  });
});

describe('where no policy can decide', () => {
  it('nothing passes, and the report says why', () => {
    const one = policy([keySigner(keys[0], 's')], { predicateTypes: [PROVENANCE_TYPE] });
    const other = policy([keySigner(keys[0], 's')], { predicateTypes: [PROVENANCE_TYPE, EVALUATION_TYPE] });
    const bytes = signed(provenance(), keys[0]);
    expect(failed(verify(bytes, [one, other]))).toBe('trust_policy,trusted_signer');
    expect(failed(verify(bytes, [{ ...one, digest: sha256('x') }]))).toBe('trust_policy,trusted_signer');
    expect(failed(verify(inBundle(keys[0], provenance()), [one, other]))).toBe('trust_policy,trusted_signer');
    expect(verify(Buffer.from(`${digest.slice(7)}  model.bin\n`), [policy([keySigner(keys[0], 's')])])).toMatchObject({ verdict: 'failed' });
  });
});

describe('an envelope with very many certificates', () => {
  it('is not a way to make the portal search chains for long', () => {
    const report = verify(signed(provenance(), ...Array.from({ length: 40 }, () => given(certified))), [policy([authoritySigner(given(acme), 's')])]);
    expect(report).toMatchObject({ verdict: 'failed' });
    expect(failed(report)).toContain('signature_17');
  });
});
