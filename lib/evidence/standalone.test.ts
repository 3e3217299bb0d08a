// Every accepted format, verified alone: what holds, what does not and why, and input that was made to do harm.
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeBase64 } from './format/base64.ts';
import { pae } from './format/dsse.ts';
import { earlyEncoding, folderDigest, isIgnored, MODEL_DIGESTS_TYPE, MODEL_SIGNATURE_TYPE, modelRoot, pythonBytes } from './format/model-signing.ts';
import { keysFromPem, signatureCovers, signatureCoversDigest, verifyingKey, type VerifyingKey } from './format/public-key.ts';
import type { ModelOnDisk } from './model-signature.ts';
import { certificatesFromPem } from './sigstore/certificate.ts';
import { noTrust, type Artifact } from './sigstore/trust.ts';
import { publicGoodRoot } from './sigstore/public-good.ts';
import { readTrustedRoot } from './sigstore/trusted-root.ts';
import { verifyEvidence, verifyOnlyBundle, type About, type EvidenceTrust } from './standalone.ts';

const IN_TOTO = 'application/vnd.in-toto+json';
const sha = (algorithm: string, bytes: Uint8Array | string) => createHash(algorithm).update(bytes).digest();
const content = Buffer.from('the model\n');
const artifact: Artifact = { name: 'model.bin', bytes: content, digest: (algorithm) => sha(algorithm, content) };
const byDigest: Artifact = { name: 'sha256', bytes: null, digest: (algorithm) => (algorithm === 'sha256' ? sha(algorithm, content) : null) };
const otherArtifact: Artifact = { name: 'other.bin', bytes: Buffer.from('other'), digest: (algorithm) => sha(algorithm, 'other') };
const about = (subject: Artifact | null): About => ({ artifact: subject, model: null, modelOptions: { ignoredPaths: [], allowUnsigned: false } });

type Pair = { readonly privateKey: KeyObject; readonly key: VerifyingKey; readonly hash: string | null; readonly pem: string };
function pair(generated: { privateKey: KeyObject; publicKey: KeyObject }, hash: string | null): Pair {
  const key = verifyingKey(generated.publicKey);
  if (!key.ok) throw new Error(key.error);
  return { privateKey: generated.privateKey, key: key.value, hash, pem: generated.publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}
const p256 = pair(generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'sha256');
const stranger = pair(generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'sha256');
const kinds: [string, Pair][] = [
  ['ECDSA P-256', p256],
  ['ECDSA P-384', pair(generateKeyPairSync('ec', { namedCurve: 'P-384' }), 'sha384')],
  ['ECDSA P-384 with SHA-256', pair(generateKeyPairSync('ec', { namedCurve: 'P-384' }), 'sha256')],
  ['ECDSA P-521', pair(generateKeyPairSync('ec', { namedCurve: 'P-521' }), 'sha512')],
  ['Ed25519', pair(generateKeyPairSync('ed25519'), null)],
  ['RSA', pair(generateKeyPairSync('rsa', { modulusLength: 2048 }), 'sha256')],
  ['RSA-PSS', pair(generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256' }), 'sha256')],
];
const trusting = (...pairs: Pair[]): EvidenceTrust => ({ ...noTrust(new Date()), log: 'if_known', builderIds: null, threshold: 1, pinned: [], keys: pairs.map(({ key }) => key) });
const signed = ({ privateKey, hash }: Pair, bytes: Uint8Array) => sign(hash, bytes, privateKey);

const statement = (digest = sha('sha256', content).toString('hex'), type = 'https://in-toto.io/Statement/v1') => JSON.stringify({ _type: type, subject: [{ name: 'model.bin', digest: { sha256: digest } }], predicateType: 'https://example.test/p', predicate: {} });
const envelope = (by: Pair, payload: string, payloadType = IN_TOTO) => ({ payload: Buffer.from(payload).toString('base64'), payloadType, signatures: [{ sig: signed(by, pae(payloadType, Buffer.from(payload))).toString('base64') }] });
const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const dsseBundle = (by: Pair, payload: string, payloadType = IN_TOTO) => ({ mediaType, verificationMaterial: { publicKey: { hint: 'any' } }, dsseEnvelope: envelope(by, payload, payloadType) });
const messageBundle = (by: Pair, bytes: Uint8Array = content) => ({ mediaType, verificationMaterial: { publicKey: { hint: by.key.keyId } }, messageSignature: { messageDigest: { algorithm: 'SHA2_256', digest: sha('sha256', bytes).toString('base64') }, signature: signed(by, bytes).toString('base64') } });
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const failedOf = (report: { checks: readonly { name: string; verdict: string }[] }) => [...new Set(report.checks.filter((check) => check.verdict === 'failed').map((check) => check.name))];
const outcome = async (bytes: Uint8Array, trust: EvidenceTrust, subject: Artifact | null = artifact) => {
  const report = await verifyEvidence(bytes, trust, about(subject));
  return report.verdict === 'passed' ? report.format : failedOf(report);
};

describe.each(kinds)('a key of the kind %s', (_, by) => {
  it('verifies envelopes, bundles and detached signatures that it made, and nothing that another key made', async () => {
    const documents = [json(envelope(by, statement())), json(dsseBundle(by, statement())), json(messageBundle(by)), Buffer.from(signed(by, content).toString('base64')), json({ base64Signature: signed(by, content).toString('base64') })];
    expect(await Promise.all(documents.map((bytes) => outcome(bytes, trusting(by))))).toEqual(['dsse', 'sigstore_bundle', 'sigstore_bundle', 'detached_signature', 'cosign_bundle']);
    for (const bytes of documents) expect((await verifyEvidence(bytes, trusting(stranger), about(artifact))).verdict).toBe('failed');
    for (const bytes of documents) expect((await verifyEvidence(bytes, trusting(by), about(otherArtifact))).verdict).toBe('failed');
  });

  it('verifies by the digest alone where its kind allows, and says so where it does not', () => {
    const outcomeOf = signatureCoversDigest(by.key, (by.hash ?? 'sha256') as 'sha256', sha(by.hash ?? 'sha256', content), signed(by, content));
    if (['ed25519', 'rsa-pss'].includes(by.key.kind)) expect(outcomeOf).toMatchObject({ ok: false });
    else {
      expect(outcomeOf).toEqual({ ok: true, value: true });
      expect(signatureCoversDigest(by.key, (by.hash ?? 'sha256') as 'sha256', sha(by.hash ?? 'sha256', 'other'), signed(by, content))).toEqual({ ok: true, value: false });
    }
    expect(signatureCovers(by.key, content, signed(by, content))).not.toBeNull();
  });
});

describe('statements', () => {
  it('of in-toto v0.1 count like those of v1; others do not, whoever signed', async () => {
    expect(await outcome(json(dsseBundle(p256, statement(undefined, 'https://in-toto.io/Statement/v0.1'))), trusting(p256))).toBe('sigstore_bundle');
    expect(await outcome(json(dsseBundle(p256, statement(undefined, 'https://in-toto.io/Statement/v2'))), trusting(p256))).toEqual(['statement']);
    expect(await outcome(json(dsseBundle(p256, '{"subject":[]}')), trusting(p256))).toContain('statement');
    expect(await outcome(json(dsseBundle(p256, statement(), 'text/plain')), trusting(p256))).toEqual(['payload_type']);
  });

  it('about another file do not verify this one', async () => {
    for (const document of [envelope(p256, statement('ab'.repeat(32))), dsseBundle(p256, statement('ab'.repeat(32)))]) expect(await outcome(json(document), trusting(p256))).toEqual(['artifact']);
  });

  it('with a key that stands twice are refused', async () => {
    const twice = statement().replace('"_type"', '"_type":"https://in-toto.io/Statement/v1","_type"');
    expect(await outcome(json(dsseBundle(p256, twice)), trusting(p256))).toContain('statement');
  });

  it('need as many different keys as the threshold says', async () => {
    const [one, two] = [envelope(p256, statement()), envelope(stranger, statement())];
    const both = { ...one, signatures: [...one.signatures, ...two.signatures] };
    expect(await outcome(json(both), { ...trusting(p256, stranger), threshold: 2 })).toBe('dsse');
    expect(await outcome(json({ ...one, signatures: [...one.signatures, ...one.signatures] }), { ...trusting(p256, stranger), threshold: 2 })).toContain('trusted_signer');
  });
});

describe('confusions', () => {
  it('a bundle with a key and a certificate, or with two contents, or two signatures, is refused', async () => {
    const good = dsseBundle(p256, statement());
    const two = { ...good, verificationMaterial: { ...good.verificationMaterial, certificate: { rawBytes: 'AAAA' } } };
    const contents = { ...good, ...messageBundle(p256), verificationMaterial: good.verificationMaterial, mediaType };
    const signatures = { ...good, dsseEnvelope: { ...good.dsseEnvelope, signatures: [...good.dsseEnvelope.signatures, ...good.dsseEnvelope.signatures] } };
    for (const document of [two, contents, signatures]) expect(await outcome(json(document), trusting(p256))).toContain('bundle');
  });

  it('a hint decides nothing: one that names another trusted key fails, one that names nobody is ignored', async () => {
    const naming = (hint: string) => ({ ...dsseBundle(p256, statement()), verificationMaterial: { publicKey: { hint } } });
    expect(await outcome(json(naming(stranger.key.keyId)), trusting(p256, stranger))).toContain('signature');
    expect(await outcome(json(naming('nobody')), trusting(p256, stranger))).toBe('sigstore_bundle');
    expect(await outcome(json({ ...dsseBundle(stranger, statement()), verificationMaterial: { publicKey: { hint: p256.key.keyId, rawBytes: stranger.key.spki.toString('base64') } } }), trusting(p256))).toContain('signature');
  });

  it('a message digest that is not that of the artifact fails, even where the signature covers the artifact', async () => {
    const lying = { ...messageBundle(p256), messageSignature: { ...messageBundle(p256).messageSignature, messageDigest: { algorithm: 'SHA2_256', digest: sha('sha256', 'other').toString('base64') } } };
    expect(await outcome(json(lying), trusting(p256))).toEqual(['artifact']);
    expect(await outcome(json(lying), trusting(p256), byDigest)).toEqual(['artifact']);
  });

  it('a key under which an identity is asked for, and the other way round, fails', async () => {
    const identity = { ...trusting(), root: publicGoodRoot(), identities: [{ subject: 'a', issuer: 'b' }] };
    expect(await outcome(json(messageBundle(p256)), identity)).toContain('signer');
  });

  it('a log entry of a trusted log is demanded where a root with logs is given, and not by a root without', () => {
    const bytes = json(messageBundle(p256));
    const empty = readTrustedRoot('{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}');
    expect(verifyOnlyBundle(bytes, { ...trusting(p256), log: 'required', root: empty }, artifact).verdict).toBe('passed');
    expect(failedOf(verifyOnlyBundle(bytes, { ...trusting(p256), log: 'required', root: publicGoodRoot() }, artifact))).toEqual(['log_entry']);
    expect(failedOf(verifyOnlyBundle(json(envelope(p256, statement())), { ...trusting(p256), root: empty }, artifact))).toEqual(['media_type']);
  });

  it('a detached signature or a bundle is not taken for another file’s', async () => {
    const signature = signed(p256, content);
    expect(await outcome(signature, trusting(p256))).toBe('detached_signature');
    expect(await outcome(signature, trusting(p256), byDigest)).toBe('detached_signature');
    expect(await outcome(signature, trusting(p256), otherArtifact)).toEqual(['signature']);
    expect((await verifyEvidence(signature, trusting(p256), about(null))).verdict).toBe('failed');
  });
});

describe('lists of checksums', () => {
  const hex = sha('sha256', content).toString('hex');
  const list = (text: string) => ({ bytes: Buffer.from(text), digest: `sha256:${sha('sha256', text).toString('hex')}` });

  it.each([['GNU', `${hex}  model.bin\n`], ['binary mode', `${hex} *model.bin\n`], ['BSD', `SHA256 (model.bin) = ${hex}\n`], ['SHA-512', `${sha('sha512', content).toString('hex')}  model.bin\n`], ['many lines and a comment', `# sums\n${'ab'.repeat(32)}  a\n\n${hex}  b/model.bin\r\n`]])('%s: verify with their own digest trusted, and never without', async (_, text) => {
    const { bytes, digest } = list(text);
    expect(await outcome(bytes, { ...trusting(), pinned: [digest] })).toBe('checksums');
    expect(await outcome(bytes, trusting(p256))).toEqual(['trusted_signer']);
    expect(await outcome(bytes, { ...trusting(), pinned: [digest] }, otherArtifact)).toEqual(['artifact']);
  });

  it.each([['MD5', `${'a'.repeat(32)}  model.bin\n`], ['SHA-1', `${'a'.repeat(40)}  model.bin\n`], ['two digests for one name', `${hex}  x\n${'ab'.repeat(32)}  x\n`], ['a line that is none', `${hex}  model.bin\nrm -rf\n`]])('%s: refused', async (_, text) => {
    const { bytes, digest } = list(text);
    expect(await outcome(bytes, { ...trusting(), pinned: [digest] })).toContain('checksums');
  });
});

describe('model signatures', () => {
  const files: Record<string, string> = { 'config.json': '{}', 'weights/a.bin': 'aaaa', 'weights/b.bin': 'bbbbbbbb' };
  const disk = (found: Record<string, string>): ModelOnDisk => ({
    files: Object.entries(found).map(([path, text]) => ({ path, size: text.length })),
    others: [],
    digest: (path, hash, range) => Promise.resolve(sha(hash === 'blake2b' ? 'blake2b512' : 'sha256', (found[path] ?? '').slice(range?.start ?? 0, range?.end)).toString('hex')),
  });
  type Resource = { name: string; algorithm: string; digest: string };
  const resources = (): Resource[] => Object.entries(files).map(([name, text]) => ({ name, algorithm: 'sha256', digest: sha('sha256', text).toString('hex') }));
  const model = (listed: Resource[], serialization: Record<string, unknown> = { method: 'files', hash_type: 'sha256', allow_symlinks: false }, root = modelRoot(listed)) =>
    json(dsseBundle(p256, JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject: [{ name: 'm', digest: { sha256: root } }], predicateType: MODEL_SIGNATURE_TYPE, predicate: { serialization, resources: listed } })));
  const verify = async (bytes: Uint8Array, found = files, options: Partial<About['modelOptions']> = {}) => {
    const report = await verifyEvidence(bytes, trusting(p256), { artifact: null, model: () => Promise.resolve(disk(found)), modelOptions: { ignoredPaths: [], allowUnsigned: false, ...options } });
    return report.verdict === 'passed' ? report.format : failedOf(report);
  };

  it('hold for the very files, and for no file more, less or other', async () => {
    expect(await verify(model(resources()))).toBe('model_signature');
    expect(await verify(model(resources()), { ...files, 'config.json': '[]' })).toEqual(['model_files']);
    expect(await verify(model(resources()), { ...files, 'evil.py': 'x' })).toEqual(['model_files']);
    expect(await verify(model(resources()), { ...files, 'evil.py': 'x' }, { allowUnsigned: true })).toBe('model_signature');
    expect(await verify(model(resources().slice(1)), files)).toEqual(['model_files']);
    expect(await verify(model([...resources(), { name: 'gone', algorithm: 'sha256', digest: 'ab'.repeat(32) }]))).toEqual(['model_files']);
  });

  it('ignore paths part by part: a folder and what is in it, and never its neighbours', async () => {
    const ignoring = model(resources(), { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: ['.git', './notes/'] });
    expect(await verify(ignoring, { ...files, '.git/HEAD': 'x', 'notes/a': 'y' })).toBe('model_signature');
    expect(await verify(ignoring, { ...files, '.github/x': 'x' })).toEqual(['model_files']);
    expect(await verify(ignoring, { ...files, 'notes.py': 'x' })).toEqual(['model_files']);
    expect(isIgnored('a', ['', '.', '..', '/', '../a', '/a'])).toBe(false);
    expect(await verify(model(resources(), { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: ['weights'] }), { ...files, 'weights/a.bin': 'zzzz' })).toEqual(['model_files']);
  });

  it('refuse a manifest whose root is not that of its files, whose paths leave the model, or that lists a file twice', async () => {
    expect(await verify(model(resources(), undefined, 'ab'.repeat(32)))).toEqual(['model_root']);
    for (const name of ['../x', '/etc/passwd', 'a//b', 'a/./b', '', 'a\0b']) expect(await verify(model([{ name, algorithm: 'sha256', digest: 'ab'.repeat(32) }]))).toContain('model_manifest');
    expect(await verify(model([...resources(), ...resources().slice(0, 1)]))).toContain('model_manifest');
    expect(await verify(model(resources().map((entry) => ({ ...entry, algorithm: 'md5' }))))).toContain('model_manifest');
    expect(await verify(model(resources(), { method: 'files', hash_type: 'md5', allow_symlinks: false }))).toContain('model_manifest');
  });

  it('of shards hold when these cover every byte, and not with a gap or an overlap', async () => {
    const shard = (path: string, start: number, end: number): Resource => ({ name: `${path}:${start}:${end}`, algorithm: 'sha256-sharded-4', digest: sha('sha256', (files[path] ?? '').slice(start, end)).toString('hex') });
    const whole = [shard('config.json', 0, 2), shard('weights/a.bin', 0, 4), shard('weights/b.bin', 0, 4), shard('weights/b.bin', 4, 8)];
    const serialization = { method: 'shards', hash_type: 'sha256', shard_size: 4, allow_symlinks: false };
    expect(await verify(model(whole, serialization))).toBe('model_signature');
    expect(await verify(model(whole.slice(0, 3), serialization))).toEqual(['model_files']);
    expect(await verify(model([...whole.slice(0, 3), shard('weights/b.bin', 3, 8)], serialization))).toEqual(['model_files']);
    expect(await verify(model(whole, serialization), { ...files, 'weights/b.bin': 'bbbbbbbbX' })).toEqual(['model_files']);
  });

  it('of BLAKE2b hold', async () => {
    const listed = Object.entries(files).map(([name, text]) => ({ name, algorithm: 'blake2b', digest: sha('blake2b512', text).toString('hex') }));
    expect(await verify(model(listed, { method: 'files', hash_type: 'blake2b', allow_symlinks: false }))).toBe('model_signature');
  });

  it('of v0.2 hold in the encoding that release signed, which counts for nothing else', async () => {
    const payload = (type: string) => JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject: Object.entries(files).map(([name, text]) => ({ name, digest: { sha256: sha('sha256', text).toString('hex') } })), predicateType: type, predicate: { unused: 'it\'s "so"' } });
    const early = (type: string) => json({ mediaType, verificationMaterial: { publicKey: { hint: '' } }, dsseEnvelope: { payload: Buffer.from(payload(type)).toString('base64'), payloadType: IN_TOTO, signatures: [{ sig: signed(p256, earlyEncoding(IN_TOTO, Buffer.from(payload(type)))).toString('base64') }] } });
    expect(await verify(early(MODEL_DIGESTS_TYPE))).toBe('model_signature');
    expect(await verify(early(MODEL_DIGESTS_TYPE), { ...files, extra: 'x' })).toEqual(['model_files']);
    expect(await verify(early('https://example.test/p'))).toContain('signature');
    expect([pythonBytes(Buffer.from('a\n\'"\\\xff', 'latin1')), pythonBytes(Buffer.from("it's"))]).toEqual(['b\'a\\n\\\'"\\\\\\xff\'', 'b"it\'s"']);
  });

  it('of a model and a file: the folder that Gatehouse digests has the same digest as the manifest gives', () => {
    expect(folderDigest([{ path: 'b', digest: 'bb' }, { path: 'a', digest: 'aa' }])).toBe(`sha256:${sha('sha256', 'aa  a\nbb  b\n').toString('hex')}`);
  });
});

const scratch = mkdtempSync(join(tmpdir(), 'gatehouse-hostile-'));
afterAll(() => { rmSync(scratch, { recursive: true, force: true }); });
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: scratch, stdio: 'pipe' });

describe('what is too weak or too old is refused', () => {
  it('keys: RSA of 1,024 bits, other curves, DSA, private keys, no key', () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const curve = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const secret = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const pem of [weak, curve, secret, '', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----']) expect(keysFromPem(pem)).toMatchObject({ ok: false });
  });

  it('certificates: signed with SHA-1, of weak keys, expired, not yet valid, of another authority, or not meant for signing', async () => {
    const make = (name: string, ...more: string[]) => openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=${name}`, ...more);
    const read = (name: string) => readFileSync(join(scratch, `${name}.pem`), 'utf8');
    const weakKey = () => openssl('req', '-x509', '-newkey', 'rsa:1024', '-nodes', '-keyout', 'w.key', '-out', 'weak.pem', '-subj', '/CN=w');
    make('sha1', '-sha1');
    weakKey();
    expect(certificatesFromPem(read('sha1'))).toMatchObject({ ok: false });
    expect(certificatesFromPem(read('weak'))).toMatchObject({ ok: false });

    make('ca', '-days', '30', '-addext', 'keyUsage=critical,keyCertSign');
    make('stranger', '-days', '30', '-addext', 'keyUsage=critical,keyCertSign');
    const leaf = (name: string, extension: string) => {
      openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`, '-addext', extension);
      openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '10', '-copy_extensions', 'copyall', '-out', `${name}.pem`);
    };
    leaf('signer', 'keyUsage=critical,digitalSignature');
    leaf('server', 'extendedKeyUsage=serverAuth');
    const payload = JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject: [{ name: 'm', digest: { sha256: modelRoot([{ digest: 'ab'.repeat(32) }]) } }], predicateType: MODEL_SIGNATURE_TYPE, predicate: { serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false }, resources: [{ name: '.', algorithm: 'sha256', digest: 'ab'.repeat(32) }] } });
    const bundle = (name: string) => {
      const der = openssl('x509', '-in', `${name}.pem`, '-outform', 'DER').toString('base64');
      const sig = sign('sha256', pae(IN_TOTO, Buffer.from(payload)), readFileSync(join(scratch, `${name}.key`), 'utf8'));
      return json({ mediaType, verificationMaterial: { x509CertificateChain: { certificates: [{ rawBytes: der }] } }, dsseEnvelope: { payload: Buffer.from(payload).toString('base64'), payloadType: IN_TOTO, signatures: [{ sig: sig.toString('base64') }] } });
    };
    const anchored = (name: string, at = new Date()): EvidenceTrust => {
      const read2 = certificatesFromPem(read(name));
      if (!read2.ok) throw new Error(read2.error);
      return { ...trusting(), anchors: read2.value, at };
    };
    expect(await outcome(bundle('signer'), anchored('ca'), null)).toBe('model_signature');
    expect(await outcome(bundle('signer'), anchored('stranger'), null)).toEqual(['certificate_chain']);
    expect(await outcome(bundle('signer'), anchored('ca', new Date('2000-01-01')), null)).toEqual(['certificate_time']);
    expect(await outcome(bundle('signer'), anchored('ca', new Date('2090-01-01')), null)).toEqual(['certificate_time']);
    expect(await outcome(bundle('server'), anchored('ca'), null)).toEqual(['certificate_purpose']);
    const identities = [{ subject: 'signer', issuer: 'anybody' }];
    expect(await outcome(bundle('signer'), { ...anchored('ca'), identities }, null)).toBe('model_signature');
    expect((await verifyEvidence(bundle('signer'), { ...trusting(), root: publicGoodRoot(), identities }, about(null))).verdict).toBe('failed');

    make('narrow', '-days', '30', '-addext', 'nameConstraints=critical,permitted;DNS:bank.example');
    make('odd', '-days', '30', '-addext', '1.2.3.4=critical,ASN1:UTF8String:x');
    for (const name of ['narrow', 'odd']) expect(certificatesFromPem(read(name))).toMatchObject({ ok: false, error: expect.stringContaining('restricts it in a way that is not understood') as string });
  });
});

describe('input that was made to do harm', () => {
  const within = async (milliseconds: number, bytes: Uint8Array) => {
    const began = performance.now();
    const report = await verifyEvidence(bytes, trusting(p256), about(artifact));
    expect(report.verdict).toBe('failed');
    expect(performance.now() - began).toBeLessThan(milliseconds);
    return failedOf(report);
  };

  it('nesting bombs, in the bundle and in its payload', async () => {
    const bomb = `${'['.repeat(500_000)}${']'.repeat(500_000)}`;
    expect(await within(2_000, Buffer.from(`{"mediaType":"${mediaType}","x":${bomb}}`))).toEqual(['json']);
    expect(await within(2_000, json(dsseBundle(p256, bomb)))).toContain('statement');
  });

  it('a certificate, a timestamp and a log body of nested DER and JSON', async () => {
    const nested = Buffer.alloc(60_000, 0x30);
    const entry = { logIndex: '0', logId: { keyId: 'AAAA' }, kindVersion: { kind: 'hashedrekord', version: '0.0.1' }, canonicalizedBody: Buffer.from('['.repeat(100_000)).toString('base64') };
    await within(3_000, json({ ...messageBundle(p256), verificationMaterial: { certificate: { rawBytes: nested.toString('base64') }, tlogEntries: [entry], timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: nested.toString('base64') }] } } }));
  });

  it('thousands of signatures, entries, timestamps and certificates', async () => {
    const good = dsseBundle(p256, statement());
    const many = (value: unknown) => Array.from({ length: 20_000 }, () => value);
    expect(await within(3_000, json({ ...good, dsseEnvelope: { ...good.dsseEnvelope, signatures: many(good.dsseEnvelope.signatures[0]) } }))).toContain('bundle');
    expect(await within(3_000, json({ ...good, verificationMaterial: { ...good.verificationMaterial, tlogEntries: many({}) } }))).toContain('bundle');
    expect(await within(3_000, json({ ...good, verificationMaterial: { x509CertificateChain: { certificates: many({ rawBytes: 'AAAA' }) } } }))).toContain('bundle');
    expect(await within(3_000, json({ ...envelope(p256, statement()), signatures: many(good.dsseEnvelope.signatures[0]) }))).toContain('envelope');
  });

  it('evidence of 50 MB is read, and more is refused', async () => {
    const large = json(dsseBundle(p256, JSON.stringify({ padding: 'x'.repeat(36 * 1024 * 1024) })));
    expect(large.length).toBeGreaterThan(48 * 1024 * 1024);
    expect(await within(20_000, large)).toContain('statement');
    expect(await within(2_000, Buffer.alloc(51 * 1024 * 1024, 0x20))).toEqual(['format']);
  });

  it('duplicate keys and loose base64', async () => {
    const text = JSON.stringify(messageBundle(p256));
    expect(await within(500, Buffer.from(text.replace('{', `{"mediaType":"${mediaType}",`)))).toEqual(['json']);
    const loose = messageBundle(p256);
    expect(await within(500, json({ ...loose, messageSignature: { ...loose.messageSignature, signature: `${loose.messageSignature.signature.slice(0, 8)}\n${loose.messageSignature.signature.slice(8)}` } }))).toEqual(['base64']);
  });

  it('any field of any type: never verified, never thrown', async () => {
    const base = JSON.stringify({ ...dsseBundle(p256, statement()), verificationMaterial: { publicKey: { hint: 'x' }, tlogEntries: [{ logIndex: '1', logId: { keyId: 'AAAA' }, kindVersion: { kind: 'dsse', version: '0.0.1' }, integratedTime: '1', inclusionPromise: { signedEntryTimestamp: 'AAAA' }, inclusionProof: { logIndex: '1', treeSize: '2', rootHash: 'AAAA', hashes: ['AAAA'], checkpoint: { envelope: 'x' } }, canonicalizedBody: 'e30=' }], timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: 'AAAA' }] } } });
    const values: unknown[] = [null, 0, -1, 1e308, '', 'x', 'AAAA', [], [[]], {}, true, '99999999999999999999', encodeBase64(new Uint8Array(300))];
    const paths: (string | number)[][] = [];
    const collect = (value: unknown, path: (string | number)[]) => {
      if (path.length > 0) paths.push(path);
      if (typeof value === 'object' && value !== null) for (const [key, entry] of Object.entries(value)) collect(entry, [...path, key]);
    };
    collect(JSON.parse(base), []);
    const good = await verifyEvidence(Buffer.from(base), { ...trusting(stranger), root: publicGoodRoot() }, about(artifact));
    expect(good.verdict).toBe('failed');
    for (const path of paths) {
      for (const value of values) {
        const document = JSON.parse(base) as Record<string, unknown>;
        let holder: Record<string | number, unknown> = document;
        for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
        holder[path.at(-1) ?? ''] = value;
        for (const trust of [trusting(stranger), { ...trusting(), root: publicGoodRoot(), identities: [{ subject: 'a', issuer: 'b' }] }]) expect((await verifyEvidence(json(document), trust, about(artifact))).verdict).toBe('failed');
      }
    }
  });

  it('any bytes, any JSON, any text', async () => {
    const trust = { ...trusting(p256), root: publicGoodRoot() };
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => { expect((await verifyEvidence(bytes, trust, about(artifact))).verdict).toBe('failed'); }), { numRuns: 500 });
    await fc.assert(fc.asyncProperty(fc.json({ maxDepth: 5 }), async (text) => { expect((await verifyEvidence(Buffer.from(text), trust, about(artifact))).verdict).toBe('failed'); }), { numRuns: 500 });
    fc.assert(fc.property(fc.json({ maxDepth: 5 }), (text) => { expect(readTrustedRoot(text).ok).toBe(false); }), { numRuns: 300 });
  });
});

describe('the shipped root', () => {
  it('is that of the public-good instance, and is read without a network', () => {
    const root = publicGoodRoot();
    expect(root.ok && root.value.logs.map(({ name }) => name)).toContain('rekor.sigstore.dev');
    expect(root.ok && root.value.certificateLogs.length > 0 && root.value.authorities.length > 0 && root.value.timestampAuthorities.length > 0).toBe(true);
  });
});
