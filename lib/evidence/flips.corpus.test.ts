// No single changed byte of a signed statement, signature, certificate, log entry, timestamp or artifact is ever verified: every byte of real bundles and model signatures, flipped.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keysFromPem } from '#lib/evidence/format/public-key.ts';
import { certificatesFromPem } from './sigstore/certificate.ts';
import { noTrust, type SignerTrust } from './sigstore/trust.ts';
import { publicGoodRoot } from './sigstore/public-good.ts';
import { readTrustedRoot } from './sigstore/trusted-root.ts';
import { verifyEvidence, verifyOnlyBundle } from './standalone.ts';

const corpus = process.env['CORPUS_DIR'] ?? '../shared/corpus';
const bundles = join(corpus, 'sigstore-bundles');
const identity = { subject: 'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main', issuer: 'https://token.actions.githubusercontent.com' };

/** Fields whose bytes are signed, sign, or prove: all base64 in a bundle but hints. */
const PROVING = new Set(['rawBytes', 'sig', 'signature', 'payload', 'digest', 'canonicalizedBody', 'signedEntryTimestamp', 'rootHash', 'hashes', 'signedTimestamp']);
/** A timestamp carries fields that nobody signs, such as its authority's own certificates, which are not looked at. */
const UNSIGNED_IN_PART = new Set(['signedTimestamp']);

/** Long fields are covered by one digest, so every so many bytes is enough of them; others are flipped byte by byte. */
const STEPS: Readonly<Record<string, number>> = { canonicalizedBody: 31, hashes: 13, payload: 11, rawBytes: 5, signedTimestamp: 23 };

type Place = { readonly holder: Record<string, unknown> | unknown[]; readonly key: string | number; readonly field: string };

function placesIn(value: unknown, field = ''): Place[] {
  if (Array.isArray(value)) return value.flatMap((entry: unknown, index) => (typeof entry === 'string' ? (PROVING.has(field) ? [{ holder: value, key: index, field }] : []) : placesIn(entry, field)));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => (typeof entry === 'string' ? (PROVING.has(key) ? [{ holder: value as Record<string, unknown>, key, field: key }] : []) : placesIn(entry, key)));
}

/** Flips one bit of each byte in each field (a different bit from byte to byte), and reports what still passes. */
function survivors(document: unknown, verdict: (bytes: Buffer) => string, step: (field: string) => number): { flips: number; survived: string[] } {
  let flips = 0;
  const survived: string[] = [];
  for (const { holder, key, field } of placesIn(document)) {
    const slot = holder as Record<string | number, unknown>;
    const original = String(slot[key]);
    const bytes = Buffer.from(original, 'base64');
    for (let at = 0; at < bytes.length; at += step(field)) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(bytes.readUInt8(at) ^ (1 << (at % 8)), at);
      slot[key] = changed.toString('base64');
      flips += 1;
      if (verdict(Buffer.from(JSON.stringify(document))) === 'passed') survived.push(`${field}[${at}]`);
    }
    slot[key] = original;
  }
  return { flips, survived };
}

const good = readdirSync(bundles, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.endsWith('_fail')).map((entry) => entry.name);

describe.each(good)('%s', (name) => {
  const file = (leaf: string) => join(bundles, name, leaf);
  const artifact = readFileSync(existsSync(file('artifact')) ? file('artifact') : join(bundles, 'a.txt'));
  const key = existsSync(file('key.pub')) ? keysFromPem(readFileSync(file('key.pub'), 'utf8')) : null;
  const root = existsSync(file('trusted_root.json')) ? readTrustedRoot(readFileSync(file('trusted_root.json'))) : publicGoodRoot();
  const trust: SignerTrust = { ...noTrust(new Date()), root, keys: key?.ok ? key.value : [], identities: key === null ? [identity] : [] };
  const about = (bytes: Buffer) => ({ name: 'the artifact', bytes, digest: (algorithm: string) => createHash(algorithm).update(bytes).digest() });
  const text = readFileSync(file('bundle.sigstore.json'), 'utf8');

  it('is verified with no byte of its fields flipped', () => {
    const { flips, survived } = survivors(JSON.parse(text), (bytes) => verifyOnlyBundle(bytes, trust, about(artifact)).verdict, (field) => STEPS[field] ?? 1);
    expect(flips).toBeGreaterThan(250);
    expect(survived.filter((place) => !UNSIGNED_IN_PART.has(place.replace(/\[.*/, '')))).toEqual([]);
  });

  it('is verified with no byte of the artifact flipped', () => {
    const bundle = Buffer.from(text);
    for (let at = 0; at < artifact.length; at += 1) {
      const changed = Buffer.from(artifact);
      changed.writeUInt8(artifact.readUInt8(at) ^ (1 << (at % 8)), at);
      expect(verifyOnlyBundle(bundle, trust, about(changed)).verdict).toBe('failed');
    }
  });
});

describe('model signatures', () => {
  const models = join(corpus, 'openssf-model-signing');
  const pem = (leaf: string) => readFileSync(join(models, 'keys', leaf), 'utf8');
  it.each(readdirSync(models).filter((name) => existsSync(join(models, name, 'model.sig'))))('%s is verified with no byte of its fields flipped', async (name) => {
    const anchors = name.endsWith('certificate') ? certificatesFromPem(pem('ca-cert.pem')) : null;
    const keys = keysFromPem(pem('signing-key-pub.pem'));
    const trust = { ...noTrust(new Date()), log: 'if_known' as const, builderIds: null, threshold: 1, pinned: [], anchors: anchors?.ok ? anchors.value : [], keys: anchors === null && keys.ok ? keys.value : [] };
    const verdict = async (bytes: Buffer) => (await verifyEvidence(bytes, trust, { artifact: null, model: null, modelOptions: { ignoredPaths: [], allowUnsigned: false } })).verdict;
    const document = JSON.parse(readFileSync(join(models, name, 'model.sig'), 'utf8')) as { verificationMaterial: { publicKey?: { rawBytes?: string } } };
    // The key that early signatures carry is never used: who is trusted is the verifier's to say.
    delete document.verificationMaterial.publicKey?.rawBytes;
    if (await verdict(Buffer.from(JSON.stringify(document))) !== 'passed') return;
    const changed: Buffer[] = [];
    const { flips } = survivors(document, (bytes) => { changed.push(bytes); return 'failed'; }, (field) => (field === 'sig' ? 1 : 3));
    expect(flips).toBeGreaterThan(250);
    for (const bytes of changed) expect(await verdict(bytes)).toBe('failed');
  });
});
