// How many signatures a second are verified with all their checks, beside bare node:crypto and beside @sigstore/verify alone in the same run; and how a
// change of trust that touches 100,000 attestations (--attestations=N) is worked off while pages are read.
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot as TrustedRootMessage } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { encodeEnvelope, IN_TOTO_PAYLOAD_TYPE, pae, parseEnvelope } from '#lib/evidence/format/dsse.ts';
import { keyId } from '#lib/evidence/format/key-id.ts';
import { EVALUATION_TYPE, STATEMENT_TYPE } from '#lib/evidence/format/statement.ts';
import { noTrust } from '#lib/evidence/sigstore/trust.ts';
import { publicGoodRoot } from '#lib/evidence/sigstore/public-good.ts';
import { readTrustedRoot } from '#lib/evidence/sigstore/trusted-root.ts';
import { verifyOnlyBundle } from '#lib/evidence/standalone.ts';
import type { Trust } from '#lib/evidence/trust.ts';
import { verifyEnvelope } from '#lib/evidence/verify.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { projectRoot } from '#scripts/project.ts';
import { trouble } from '#scripts/trouble.ts';
import type { Benchmark, Row } from './index.ts';
import { reverification } from './reverify-load.ts';

const secondsEach = 1.5;
const rounds = 3;

/** Runs the alternatives in turn, so that what else the machine does hits them alike; the best round of each counts. */
function rates(works: readonly (() => void)[]): number[] {
  const best = works.map(() => 0);
  for (const work of works) for (let n = 0; n < 200; n += 1) work();
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, work] of works.entries()) {
      let done = 0;
      const began = performance.now();
      while (performance.now() - began < (secondsEach * 1000) / rounds) {
        for (let n = 0; n < 20; n += 1) work();
        done += 20;
      }
      best[index] = Math.max(best[index] ?? 0, done / ((performance.now() - began) / 1000));
    }
  }
  return best;
}

/** A signed evaluation, as a pipeline sends it. */
function envelopes(type: 'ec' | 'ed25519') {
  const { privateKey, publicKey } = type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  const digest = createHash('sha256').update('model').digest('hex');
  const payload = new TextEncoder().encode(JSON.stringify({
    _type: STATEMENT_TYPE, subject: [{ name: 'model', digest: { sha256: digest } }], predicateType: EVALUATION_TYPE,
    predicate: { dataset: { name: 'test-set', digest: `sha256:${digest}` }, metrics: [{ name: 'auc', slice: null, value: 0.81, sampleCount: 12_000, higherIsBetter: true }], threshold: 0.5, runId: '0198f0c2-7c6e-7a3e-9d5a-0123456789ab', evaluatedOn: '2026-03-01T10:06:00Z' },
  }));
  const hash = type === 'ec' ? 'sha256' : null;
  const sig = sign(hash, pae(IN_TOTO_PAYLOAD_TYPE, payload), privateKey);
  const bytes = Buffer.from(encodeEnvelope({ payloadType: IN_TOTO_PAYLOAD_TYPE, payload, signatures: [{ keyid: keyId(publicKey), sig }] }));
  const trust: Trust = {
    teamId: '0195f000-0000-7000-8000-000000000001', threshold: 1,
    keys: [{ id: 'key', name: 'key', keyId: keyId(publicKey), publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), algorithm: type === 'ec' ? 'ecdsa-p256' : 'ed25519', builderIds: [], state: 'active', validFrom: null, validUntil: null, revokedAt: null }],
  };
  return { bytes, trust, publicKey, hash, sig };
}

function keyed(report: (row: Row) => void, name: string, type: 'ec' | 'ed25519'): void {
  const { bytes, trust, publicKey, hash, sig } = envelopes(type);
  const facts = { storedDigest: sha256(bytes), receivedAt: '2026-03-01T10:07:00Z', knownDigests: new Set<string>(), namedRun: 'own' as const, proposedKeyIds: new Set<string>() };
  const parsed = parseEnvelope(bytes);
  if (!parsed.ok || verifyEnvelope(bytes, trust, facts).verdict !== 'passed') throw new Error('the envelope of the benchmark does not verify');
  const message = pae(parsed.value.payloadType, parsed.value.payload);
  const [bare = 0, ours = 0] = rates([() => { verify(hash, message, publicKey, sig); }, () => { verifyEnvelope(bytes, trust, facts); }]);
  report({ name: `bare node:crypto verify, ${name}`, value: bare, unit: 'a second', aim: 'for comparison', holds: true });
  report({ name: `DSSE envelopes with all checks, ${name}`, value: ours, unit: 'a second', aim: 'at least half of bare', holds: ours >= bare / 2 });
}

/** The conformance bundles, if they are there: real certificates, logs and timestamps. */
function bundles(report: (row: Row) => void): void {
  const corpus = resolve(projectRoot, process.env.CORPUS_DIR ?? '../shared/corpus', 'sigstore-bundles');
  if (!existsSync(corpus)) {
    report({ name: `Sigstore bundles: ${corpus} does not exist (CORPUS_DIR chooses another folder)`, value: 0, unit: '', aim: 'needs the corpus', holds: false });
    return;
  }
  const artifact = readFileSync(join(corpus, 'a.txt'));
  const identity = { subject: 'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main', issuer: 'https://token.actions.githubusercontent.com' };
  for (const [what, name] of [['Rekor v1, message', 'happy-path-v0.3-new-mediaType'], ['Rekor v1, statement', 'happy-path-intoto-in-dsse-v3'], ['Rekor v2 with timestamp', 'rekor2-happy-path']] as const) {
    const bytes = readFileSync(join(corpus, name, 'bundle.sigstore.json'));
    const rootPath = join(corpus, name, 'trusted_root.json');
    const rootJson = existsSync(rootPath) ? readFileSync(rootPath, 'utf8') : publicGoodJson();
    const trust = { ...noTrust(new Date()), root: existsSync(rootPath) ? readTrustedRoot(rootJson) : publicGoodRoot(), identities: [identity] };
    const verifier = new Verifier(toTrustMaterial(TrustedRootMessage.fromJSON(JSON.parse(rootJson))), { tlogThreshold: 1, ctlogThreshold: 1 });
    // Both read the bundle from its bytes and hash the artifact, as a verifier has to.
    const theirs = () => { verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(bytes.toString('utf8'))), artifact), { extensions: { issuer: identity.issuer } }); };
    const ours = () => verifyOnlyBundle(bytes, trust, { name: 'a.txt', bytes: artifact, digest: (algorithm) => createHash(algorithm).update(artifact).digest() });
    theirs();
    if (ours().verdict !== 'passed') throw new Error(`the bundle ${name} does not verify`);
    const [reference = 0, own = 0] = rates([theirs, () => { ours(); }]);
    report({ name: `@sigstore/verify alone, ${what}`, value: reference, unit: 'a second', aim: 'for comparison', holds: true });
    report({ name: `Sigstore bundles with all checks, ${what}`, value: own, unit: 'a second', aim: 'at least that', holds: own >= reference });
  }
}

function publicGoodJson(): string {
  const seeds = JSON.parse(readFileSync(join(projectRoot, 'node_modules/@sigstore/tuf/seeds.json'), 'utf8')) as Record<string, { targets: Record<string, string> }>;
  return Buffer.from(seeds['https://tuf-repo-cdn.sigstore.dev']?.targets['trusted_root.json'] ?? '', 'base64').toString('utf8');
}

/** `--attestations=N`: how many are verified again after a change of trust; 0 leaves that part out. */
function attestations(args: readonly string[]): number {
  const given = args.find((arg) => arg.startsWith('--attestations='))?.split('=')[1];
  if (given === undefined) return 100_000;
  const amount = Number(given);
  if (!Number.isInteger(amount) || (amount !== 0 && amount < 2_000) || amount > 10_000_000) throw trouble('--attestations= takes 0, or a number from 2,000 to 10,000,000: fewer are verified in the change itself.');
  return amount;
}

const measure: Benchmark = async (report, life) => {
  const amount = attestations(process.argv);
  keyed(report, 'ECDSA P-256', 'ec');
  keyed(report, 'Ed25519', 'ed25519');
  bundles(report);
  if (amount > 0) await reverification(report, life, amount);
};

export default measure;
