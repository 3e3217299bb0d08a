// Real bundles and model signatures under trust policies: public-good identities offline, model signing by certificate, and what must not pass.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { confirmTrustPolicy, getEvidence, listEvidence, proposeTrustPolicy, revokeSigner, submitEvidence } from './index.ts';
import { decodeEvidence } from './decode.ts';
import { choosePolicy, policyDigest, type Revocation, type StoredPolicy } from './trust-policy.ts';
import { trustPolicyContent } from './trust-policy-schema.ts';
import { certificatesFromPem } from './sigstore/certificate.ts';
import { certificateId, identityId } from './trust-policy.ts';
import { verifyByPolicy, type PolicyReport } from './verify-by-policy.ts';

const corpus = process.env['CORPUS_DIR'] ?? '../shared/corpus';
const bundles = join(corpus, 'sigstore-bundles');
const models = join(corpus, 'openssf-model-signing');
const bundle = (name: string) => readFileSync(join(bundles, name, 'bundle.sigstore.json'));
const issuer = 'https://token.actions.githubusercontent.com';
const subject = 'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main';
const rootOf = (name: string): unknown => (existsSync(join(bundles, name, 'trusted_root.json')) ? JSON.parse(readFileSync(join(bundles, name, 'trusted_root.json'), 'utf8')) : 'public-good');

const identity = (more: object = {}) => ({ kind: 'identity', name: 'beacon', issuer, subject, ...more });
function policy(signers: readonly object[], more: Record<string, unknown> = {}): StoredPolicy {
  const content = trustPolicyContent.parse({ signers, root: 'public-good', ...more });
  return { id: '0198f0c2-7c6e-7a3e-9d5a-0123456789ab', name: 'policy', version: 1, digest: policyDigest(content), content, state: 'active', endedAt: null, endReason: null };
}
function verify(bytes: Buffer, stored: StoredPolicy, revocations: readonly Revocation[] = [], receivedAt = new Date().toISOString()): PolicyReport {
  const decoded = decodeEvidence(bytes);
  const choice = choosePolicy([stored], { pipeline: null, predicateType: decoded.predicateType }, true);
  if (choice.kind === 'team_keys') throw new Error('the policy does not cover the bundle');
  return verifyByPolicy(decoded, choice, revocations, 'team', { storedDigest: decoded.digest, receivedAt, knownDigests: new Set(), namedRun: 'unknown', proposedKeyIds: new Set() });
}
const failed = (report: { checks: readonly { name: string; verdict: string }[] }) => report.checks.filter((check) => check.verdict === 'failed').map((check) => check.name);

/** Bundles of a message name no statement; those of statements have their own predicate types. */
const good = ['happy-path-v0.3-new-mediaType', 'happy-path-intoto-in-dsse-v3', 'rekor2-happy-path'].filter((name) => existsSync(join(bundles, name)));

describe.each(good)('the real bundle %s', (name) => {
  const root = rootOf(name);

  it('passes for its identity, exact or by a safe beginning, without the network', () => {
    const fetched = globalThis.fetch;
    globalThis.fetch = () => { throw new Error('verification used the network'); };
    try {
      for (const signer of [identity(), identity({ subject: 'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/', match: 'prefix' })]) {
        const report = verify(bundle(name), policy([signer], { root }));
        // Provenance of the conformance suite speaks for a builder that nobody allowed here.
        expect(failed(report).filter((check) => check !== 'builder' && check !== 'subject_digests' && check !== 'predicate')).toEqual([]);
        expect(report.signatories).toMatchObject([{ kind: 'identity', signer: 'beacon', counts: true }]);
      }
    } finally {
      globalThis.fetch = fetched;
    }
  });

  it.each([
    ['another subject', identity({ subject: `${subject}x` })], ['a part of the subject', identity({ subject: subject.slice(0, -4) })], ['another issuer', identity({ issuer: `${issuer}/` })],
    ['the beginning of another repository', identity({ subject: 'https://github.com/sigstore-conformance/extremely-dangerous/', match: 'prefix' })],
    ['the beginning under another issuer', identity({ issuer: 'https://accounts.google.com', subject: 'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/', match: 'prefix' })],
  ])('does not pass for %s', (_, signer) => {
    const report = verify(bundle(name), policy([signer], { root }));
    expect(report).toMatchObject({ verdict: 'failed', signers: [] });
    expect(failed(report)).toEqual(expect.arrayContaining(['identity', 'trusted_signer']));
  });

  it('does not pass when the identity was revoked, from the moment on, or when two signers are needed', () => {
    const revoked = (since: string | null): Revocation => ({ kind: 'identity', signerId: identityId(issuer, subject), since, reason: 'workflow taken over', revokedAt: '2026-03-01T00:00:00.000Z' });
    const own = policy([identity()], { root });
    expect(failed(verify(bundle(name), own, [revoked(null)]))).toContain('trusted_signer');
    expect(failed(verify(bundle(name), own, [revoked('2026-03-01T00:00:00.000Z')], '2026-03-02T00:00:00.000Z'))).toContain('trusted_signer');
    expect(failed(verify(bundle(name), own, [revoked('2026-03-03T00:00:00.000Z')], '2026-03-02T00:00:00.000Z'))).not.toContain('trusted_signer');
    expect(failed(verify(bundle(name), policy([identity()], { root, threshold: 2 })))).toContain('trusted_signer');
    expect(failed(verify(bundle(name), policy([identity()], { root, validUntil: '2020-01-01T00:00:00Z' })))).toEqual(expect.arrayContaining(['trust_policy', 'trusted_signer']));
  });
});

describe('every conformance bundle that must fail', () => {
  const cases = ['bundle-from-wrong-instance_fail', 'checkpoint-wrong-roothash_fail', 'dsse-mismatch-envelope_fail', 'intoto-expired-certificate_fail', 'invalid-checkpoint-signature_fail', 'invalid-inclusion-proof_fail', 'set-invalid-signature_fail', 'rekor2-no-timestamp_fail', 'wrong-hashedrekord-cert-and-sig_fail', 'trust-root-tlog-missing-validity-start_fail'].filter((name) => existsSync(join(bundles, name, 'bundle.sigstore.json')));
  it.each(cases)('%s fails under the policy of its identity', (name) => {
    expect(verify(bundle(name), policy([identity()], { root: rootOf(name) }))).toMatchObject({ verdict: 'failed', signers: [] });
  });
});

describe('a model signed with a certificate of a company’s own', () => {
  const signature = readFileSync(join(models, 'v1.0.1-certificate', 'model.sig'));
  const pem = (file: string) => readFileSync(join(models, 'keys', file), 'utf8');
  const certificates = certificatesFromPem(pem('signing-key-cert.pem'));
  const leaf = certificates.ok ? certificates.value[0] : undefined;
  const named = leaf === undefined ? [] : leaf.names.length > 0 ? leaf.names.map(({ value }) => value) : [(leaf.x509.subject as string).replaceAll('\n', ', ')];
  const authority = (more: object = {}) => ({ kind: 'authority', name: 'ca', certificatesPem: pem('ca-cert.pem'), subjects: named, ...more });
  // The sample's certificates were valid for a year from then.
  const then = leaf === undefined ? '' : new Date(leaf.notBefore.getTime() + 60_000).toISOString();

  it('passes under a policy of its authority, with the chain that the signature carries', () => {
    const report = verify(signature, policy([authority()], { root: null }), [], then);
    expect(failed(report)).toEqual([]);
    expect(report).toMatchObject({ verdict: 'passed', signatories: [{ kind: 'certificate', signer: 'ca', counts: true }] });
  });

  it('does not for another subject, when one of its certificates was revoked, or outside their validity', () => {
    expect(failed(verify(signature, policy([authority({ subjects: ['CN=somebody else'] })], { root: null }), [], then))).toEqual(['trusted_signer']);
    for (const file of ['ca-cert.pem', 'int-ca-cert.pem', 'signing-key-cert.pem']) {
      const read = certificatesFromPem(pem(file));
      const signerId = read.ok && read.value[0] !== undefined ? certificateId(read.value[0]) : '';
      expect(failed(verify(signature, policy([authority()], { root: null }), [{ kind: 'certificate', signerId, since: null, reason: 'lost', revokedAt: then }], then)), file).toEqual(['trusted_signer']);
    }
    expect(failed(verify(signature, policy([authority()], { root: null }), [], '2090-01-01T00:00:00.000Z'))).toEqual(expect.arrayContaining(['certificate_time', 'trusted_signer']));
  });

  it('passes under a policy of its key alone where it was signed by key', () => {
    const byKey = readFileSync(join(models, 'v1.1.0-elliptic-key', 'model.sig'));
    const signer = { kind: 'key', name: 'model key', publicKeyPem: /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/.exec(pem('signing-key-pub.pem'))?.[0] };
    expect(verify(byKey, policy([signer], { root: null }))).toMatchObject({ verdict: 'passed', signatories: [{ counts: true }] });
    expect(verify(byKey, policy([authority()], { root: null }))).toMatchObject({ verdict: 'failed', signers: [] });
  });
});

describe('in the portal', () => {
  let database: TestDatabase;
  let organisation: Organisation;
  beforeAll(async () => {
    database = await createTestDatabase();
    organisation = await createOrganisation();
  });
  afterAll(() => database.drop());

  it('a public-good bundle fails until two people trust its identity, passes then, and no more once it is revoked; its page says who decided', async () => {
    const bytes = bundle('happy-path-v0.3-new-mediaType');
    const { evidenceId, verdict } = must(await submitEvidence.execute(as(organisation.pipeline), { bytes: new Uint8Array(bytes), contentType: 'application/vnd.dev.sigstore.bundle.v0.3+json' })).value;
    expect(verdict).toBe('failed');
    const content = { signers: [{ kind: 'identity' as const, name: 'beacon', issuer, subject }], root: 'public-good' as const };
    const proposed = must(await proposeTrustPolicy.execute(as(organisation.security), { teamId: organisation.teamId, name: 'GitHub', content, reason: 'our workflow' })).value;
    const confirmed = must(await confirmTrustPolicy.execute(as(organisation.secondSecurity), { id: proposed.id, digest: proposed.digest })).value;
    expect(confirmed.verifiedAgain).toBe(1);
    const shown = must(await getEvidence.execute(as(organisation.engineer), { id: evidenceId }));
    expect(shown).toMatchObject({ verdict: 'passed', trustPolicy: { id: proposed.id, version: 1 }, signatories: [{ kind: 'identity', signer: 'beacon', counts: true }], signers: [{ trustKeyId: null, name: 'beacon' }] });
    expect(shown.history.map((one) => [one.verdict, one.trustPolicyId])).toEqual([['passed', proposed.id], ['failed', null]]);
    must(await revokeSigner.execute(as(organisation.security), { teamId: organisation.teamId, kind: 'identity', issuer, subject, reason: 'workflow taken over' }));
    const after = must(await getEvidence.execute(as(organisation.engineer), { id: evidenceId }));
    expect(after).toMatchObject({ verdict: 'failed', signatories: [{ counts: false, why: expect.stringContaining('workflow taken over') as string }] });
    expect(after.history).toHaveLength(3);
    expect(must(await listEvidence.execute(as(organisation.engineer), {})).items).toMatchObject([{ verdict: 'failed' }]);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(after.digest.slice(7));
  });
});
