// The Sigstore conformance cases: every one has the right verdict, and fails for the reason it was made for.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot as TrustedRootMessage } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { describe, expect, it } from 'vitest';
import { keysFromPem } from '#lib/evidence/format/public-key.ts';
import { verifyOnlyBundle, type EvidenceReport } from '#lib/evidence/standalone.ts';
import { noTrust, type Artifact } from './trust.ts';
import { publicGoodRoot } from './public-good.ts';
import { readTrustedRoot } from './trusted-root.ts';

const corpus = join(process.env['CORPUS_DIR'] ?? '../shared/corpus', 'sigstore-bundles');
const cases = readdirSync(corpus, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
const at = (name: string, file: string) => join(corpus, name, file);
const textOf = (name: string, file: string, otherwise: string) => (existsSync(at(name, file)) ? readFileSync(at(name, file), 'utf8').trim() : otherwise);
const artifactOf = (name: string) => readFileSync(existsSync(at(name, 'artifact')) ? at(name, 'artifact') : join(corpus, 'a.txt'));
const rootOf = (name: string) => (existsSync(at(name, 'trusted_root.json')) ? readTrustedRoot(readFileSync(at(name, 'trusted_root.json'))) : publicGoodRoot());
const identityOf = (name: string) => ({
  subject: textOf(name, 'identity', 'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main'),
  issuer: textOf(name, 'issuer', 'https://token.actions.githubusercontent.com'),
});

/** The file whole, or its SHA-256 alone. */
function subjectOf(name: string, whole: boolean): Artifact {
  const bytes = artifactOf(name);
  return { name: 'the artifact', bytes: whole ? bytes : null, digest: (algorithm) => (whole || algorithm === 'sha256' ? createHash(algorithm).update(bytes).digest() : null) };
}

function verify(name: string, whole = true): EvidenceReport | 'the key is refused' {
  const keys = existsSync(at(name, 'key.pub')) ? keysFromPem(readFileSync(at(name, 'key.pub'), 'utf8')) : null;
  if (keys !== null && !keys.ok) return 'the key is refused';
  const trust = { ...noTrust(new Date()), root: rootOf(name), keys: keys?.ok ? keys.value : [], identities: keys === null ? [identityOf(name)] : [] };
  return verifyOnlyBundle(readFileSync(at(name, 'bundle.sigstore.json')), trust, subjectOf(name, whole));
}

/** What each case was made to fail at, and what its defect was made to say. Where the defect makes other checks fail too, they may. */
const REASONS: Readonly<Record<string, readonly [check: string, actual: RegExp]>> = {
  'bundle-from-wrong-instance_fail': ['log_known', /is not one of them/],
  'bundle-malformed-json_fail': ['json', /Unterminated string/],
  'bundle-unknown-version_fail': ['media_type', /version=99\.9/],
  'checkpoint-wrong-roothash_fail': ['checkpoint', /the checkpoint is of size/],
  'dsse-mismatch-envelope_fail': ['log_entry', /another signature/],
  'incorrect-public-key_fail': ['log_entry', /another certificate/],
  'intoto-expired-certificate_fail': ['certificate_time', /is valid from/],
  'intoto-missing-inclusion-proof_fail': ['bundle_version', /has no inclusion proof/],
  'intoto-tsa-timestamp-outside-cert-validity_fail': ['certificate_time', /is valid from .* not at .*\(http:\/\/localhost:8000\)/],
  'invalid-checkpoint-signature_fail': ['checkpoint', /does not verify/],
  'invalid-inclusion-proof_fail': ['inclusion_proof', /the proof leads to the root/],
  'rekor2-checkpoint-missing-origin_fail': ['checkpoint', /origin or the size missing/],
  'rekor2-checkpoint-missing-size_fail': ['checkpoint', /origin or the size missing/],
  'rekor2-checkpoint-no-matching-signature_fail': ['checkpoint', /the origin is log2025-alpha1\.rekor\.github\.dev/],
  'rekor2-dsse-mismatch-envelope_fail': ['log_entry', /another signature/],
  'rekor2-no-timestamp_fail': ['signing_time', /there is none/],
  'rekor2-timestamp-outside-tsa-cert-validity_fail': ['timestamp', /a certificate of the authority .* is valid from/],
  'rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail': ['timestamp', /not of a trusted authority/],
  'rekor2-timestamp-with-incorrect-time_fail': ['certificate_time', /is valid from/],
  'set-invalid-signature_fail': ['inclusion_promise', /does not verify/],
  'trust-root-tlog-missing-validity-start_fail': ['trusted_root', /validFor\.start: is missing/],
  'wrong-hashedrekord-cert-and-sig_fail': ['log_entry', /another signature/],
  'wrong-material_fail': ['artifact', /the bundle is about/],
};

describe.each(cases)('%s', (name) => {
  const mustFail = name.endsWith('_fail');

  it.each([['whole', true], ['by its digest', false]])('has the right verdict with the artifact %s, for the right reason', (_, whole) => {
    const report = verify(name, whole);
    if (report === 'the key is refused') {
      expect(mustFail).toBe(true);
      return;
    }
    const failed = report.checks.filter((check) => check.verdict === 'failed');
    expect(report.verdict, failed.map((check) => `${check.name}: ${check.actual}`).join('; ')).toBe(mustFail ? 'failed' : 'passed');
    const reason = REASONS[name];
    if (reason === undefined) return;
    const [check, actual] = reason;
    expect(failed.filter((candidate) => candidate.name === check).map((candidate) => candidate.actual).join('; ')).toMatch(actual);
  });

  // What @sigstore/verify accepts and we refuse must be a difference that is meant, and never the other way round.
  it('is not accepted where @sigstore/verify refuses it, except where its refusal is too strict', () => {
    const report = verify(name);
    if (existsSync(at(name, 'key.pub')) || report === 'the key is refused') return;
    if (report.verdict === 'passed') expect(reference(name)).toBe('accepted');
  });
});

/** The verdict of @sigstore/verify alone, with the same identity. */
function reference(name: string): string {
  try {
    const bundle = bundleFromJSON(JSON.parse(readFileSync(at(name, 'bundle.sigstore.json'), 'utf8')));
    const seeds = existsSync(at(name, 'trusted_root.json')) ? readFileSync(at(name, 'trusted_root.json'), 'utf8') : publicGoodJson();
    const verifier = new Verifier(toTrustMaterial(TrustedRootMessage.fromJSON(JSON.parse(seeds))), { tlogThreshold: 1, ctlogThreshold: 1 });
    verifier.verify(toSignedEntity(bundle, artifactOf(name)), { extensions: { issuer: identityOf(name).issuer } });
    return 'accepted';
  } catch (error) {
    return `refused: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function publicGoodJson(): string {
  const seeds = JSON.parse(readFileSync('node_modules/@sigstore/tuf/seeds.json', 'utf8')) as Record<string, { targets: Record<string, string> }>;
  return Buffer.from(seeds['https://tuf-repo-cdn.sigstore.dev']?.targets['trusted_root.json'] ?? '', 'base64').toString('utf8');
}

describe('a bundle that verifies', () => {
  const good = cases.filter((name) => !name.endsWith('_fail') && !existsSync(at(name, 'key.pub')));

  it.each(good)('%s does not verify for another subject, another issuer, a longer or a shorter one', (name) => {
    const bytes = readFileSync(at(name, 'bundle.sigstore.json'));
    const { subject, issuer } = identityOf(name);
    const others = [{ subject: `${subject}x`, issuer }, { subject: subject.slice(0, -1), issuer }, { subject: '.*', issuer }, { subject, issuer: `${issuer}/` }, { subject: issuer, issuer: subject }];
    for (const identity of others) {
      const report = verifyOnlyBundle(bytes, { ...noTrust(new Date()), root: rootOf(name), identities: [identity] }, subjectOf(name, true));
      expect(report.verdict).toBe('failed');
      expect(report.checks.filter((check) => check.verdict === 'failed').map((check) => check.name)).toEqual(['identity']);
    }
  });

  it.each(good)('%s does not verify under a key, nor under no trust, nor under a root of another instance', (name) => {
    const bytes = readFileSync(at(name, 'bundle.sigstore.json'));
    const key = keysFromPem(readFileSync(at('managed-key-happy-path', 'key.pub'), 'utf8'));
    const trusts = [{ ...noTrust(new Date()), root: rootOf(name), keys: key.ok ? key.value : [] }, { ...noTrust(new Date()), root: rootOf(name) }, { ...noTrust(new Date()), root: rootOf('intoto-expired-certificate_fail'), identities: [identityOf(name)] }, { ...noTrust(new Date()), identities: [identityOf(name)] }];
    for (const trust of trusts) expect(verifyOnlyBundle(bytes, trust, subjectOf(name, true)).verdict).toBe('failed');
  });
});
