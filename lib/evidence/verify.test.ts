// What makes evidence verified, and what never does.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import type { Json } from '#lib/kernel/canonical-json.ts';
import { envelopeOf, evaluationStatement, makeKey, provenanceStatement, signatureOf, testBuilder, testResultStatement, type SigningKey } from '#lib/testing/attestations.ts';
import { encodeEnvelope, IN_TOTO_PAYLOAD_TYPE, parseEnvelope } from './format/dsse.ts';
import { trustDigest, type Trust, type TrustedKey } from './trust.ts';
import { verifyEnvelope, type Facts, type Report } from './verify.ts';

const teamId = '0195f000-0000-7000-8000-000000000001';
const runId = '0195f000-0000-7000-8000-0000000000aa';
const receivedAt = '2026-03-01T12:00:00.000Z';
const model = { name: 'model', digest: `sha256:${'5e'.repeat(32)}` };
const dataset = { name: 'flights', digest: `sha256:${'3f'.repeat(32)}` };

const ecdsa = makeKey();
const ed25519 = makeKey('ed25519');
const stranger = makeKey();

const trusted = (key: SigningKey, more: Partial<TrustedKey> = {}): TrustedKey => ({
  id: key.keyId.slice(0, 8), name: 'pipeline key', keyId: key.keyId, publicKeyPem: key.publicKeyPem, algorithm: key.algorithm, builderIds: [testBuilder],
  state: 'active', validFrom: null, validUntil: null, revokedAt: null, ...more,
});
const trustIn = (...keys: TrustedKey[]): Trust => ({ teamId, threshold: 1, keys });
const both = trustIn(trusted(ecdsa), trusted(ed25519));

const factsFor = (bytes: Uint8Array, more: Partial<Facts> = {}): Facts => ({
  storedDigest: sha256(bytes), receivedAt, knownDigests: new Set([model.digest, dataset.digest]), namedRun: 'own', proposedKeyIds: new Set(), ...more,
});
const verify = (bytes: Uint8Array, trust: Trust = both, more: Partial<Facts> = {}): Report => verifyEnvelope(bytes, trust, factsFor(bytes, more));
const verdicts = (report: Report): Record<string, string> => Object.fromEntries(report.checks.map((check) => [check.name, check.verdict]));
const checkOf = (report: Report, name: string) => report.checks.find((check) => check.name === name);

const provenance = provenanceStatement([model], { runId });
const good = envelopeOf(provenance, [ecdsa]);
const withPayload = (payload: string, key: SigningKey = ecdsa) => {
  const bytes = new TextEncoder().encode(payload);
  return Buffer.from(encodeEnvelope({ payloadType: IN_TOTO_PAYLOAD_TYPE, payload: bytes, signatures: [{ keyid: key.keyId, sig: signatureOf(key, bytes) }] }));
};

const everyCheck = ['bytes', 'json', 'envelope', 'payload_type', 'base64', 'payload_json', 'statement', 'subject_digests', 'predicate', 'signature_1', 'trusted_signer', 'builder', 'parameters_complete', 'subjects_known', 'run_known'];

describe('evidence that holds', () => {
  it('passes every check', () => {
    const report = verify(good);
    expect(report.verdict).toBe('passed');
    expect(report.checks.map((check) => check.name)).toEqual(everyCheck);
    expect(report.checks.every((check) => check.verdict === 'passed')).toBe(true);
    expect(report.signers.map((key) => key.keyId)).toEqual([ecdsa.keyId]);
  });

  it.each([
    ['ECDSA P-256, DER', envelopeOf(provenance, [ecdsa])],
    ['ECDSA P-256, r‖s', envelopeOf(provenance, [ecdsa], { raw: true })],
    ['Ed25519', envelopeOf(provenance, [ed25519])],
    ['without a key id', envelopeOf(provenance, [ecdsa], { hint: null })],
    ['with a key id of another convention', envelopeOf(provenance, [ecdsa], { hint: 'pipeline-key-2026' })],
    ['an evaluation', envelopeOf(evaluationStatement(model, { runId, dataset, metrics: [{ name: 'auc', value: 0.7 }] }), [ecdsa])],
    ['a validation', envelopeOf(testResultStatement(dataset, [{ name: 'no nulls', status: 'failed' }]), [ecdsa])],
    ['the predicate-specific payload type', envelopeOf(provenance, [ecdsa], { payloadType: 'application/vnd.in-toto.provenance+json' })],
    ['two signers', envelopeOf(provenance, [ecdsa, ed25519])],
    ['a trusted signer beside a stranger', envelopeOf(provenance, [ecdsa, stranger])],
  ])('passes: %s', (_, bytes) => expect(verify(bytes).verdict).toBe('passed'));

  it('names full digests and key ids in expected and actual', () => {
    const report = verify(good);
    expect(checkOf(report, 'trusted_signer')?.actual).toContain(ecdsa.keyId);
    expect(checkOf(report, 'subject_digests')?.actual).toContain(model.digest);
    expect(checkOf(report, 'bytes')?.expected).toContain(sha256(good));
    for (const check of report.checks) expect([check.expected, check.actual].every((text) => text.length > 0), check.name).toBe(true);
  });
});

describe('evidence that does not hold: the check that says so', () => {
  const json = (value: Json) => Buffer.from(JSON.stringify(value));
  const envelope = JSON.parse(good.toString()) as { payload: string; payloadType: string; signatures: { keyid: string; sig: string }[] };
  const statement = provenance as Record<string, Json>;
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

  it.each<[string, Uint8Array, string, Partial<{ trust: Trust; facts: Partial<Facts> }>]>([
    ['nothing', Buffer.from(''), 'json', {}],
    ['no JSON', Buffer.from('MZ\u0000'), 'json', {}],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'json', {}],
    ['a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), good]), 'json', {}],
    ['a duplicate key', Buffer.from(good.toString().replace('{', `{"payload":"e30=",`)), 'json', {}],
    ['a duplicate key behind an escape', Buffer.from(good.toString().replace('{', '{"\\u0070ayload":"e30=",')), 'json', {}],
    ['a million levels', Buffer.from(deep(1_000_000)), 'json', {}],
    ['an array', json([]), 'envelope', {}],
    ['no signature', json({ ...envelope, signatures: [] }), 'envelope', {}],
    ['thousands of signatures', json({ ...envelope, signatures: Array.from({ length: 5_000 }, () => ({ keyid: ecdsa.keyId, sig: 'AAAA' })) }), 'envelope', {}],
    ['another payload type', envelopeOf(provenance, [ecdsa], { payloadType: 'application/json' }), 'payload_type', {}],
    ['a payload type that only begins well', envelopeOf(provenance, [ecdsa], { payloadType: `${IN_TOTO_PAYLOAD_TYPE}; charset=x` }), 'payload_type', {}],
    ['base64 without padding', json({ ...envelope, payload: envelope.payload.replace(/=*$/, 'A').slice(0, 101) }), 'base64', {}],
    ['base64 with stray bits', json({ ...envelope, payload: 'e31=' }), 'base64', {}],
    ['base64 with white space', json({ ...envelope, payload: ` ${envelope.payload}` }), 'base64', {}],
    ['a payload that is not JSON', withPayload('not json'), 'payload_json', {}],
    ['a payload with a duplicate key', withPayload(JSON.stringify(provenance).replace('{', `{"predicateType":"x",`)), 'payload_json', {}],
    ['a payload nested too deep', withPayload(deep(100_000)), 'payload_json', {}],
    ['a statement of an unknown version', withPayload(JSON.stringify({ ...statement, _type: 'https://in-toto.io/Statement/v2' })), 'statement', {}],
    ['no subject', withPayload(JSON.stringify({ ...statement, subject: [] })), 'statement', {}],
    ['a subject without digest', withPayload(JSON.stringify({ ...statement, subject: [{ name: 'model' }] })), 'statement', {}],
    ['a digest in upper case', withPayload(JSON.stringify({ ...statement, subject: [{ digest: { sha256: 'AB'.repeat(32) } }] })), 'statement', {}],
    ['a subject with another digest alone', withPayload(JSON.stringify({ ...statement, subject: [{ name: 'model', digest: { sha512: 'ab'.repeat(64) } }] })), 'subject_digests', {}],
    ['provenance without a builder', withPayload(JSON.stringify({ ...statement, predicate: { buildDefinition: { buildType: 'x', externalParameters: {} }, runDetails: {} } })), 'predicate', {}],
    ['an unknown parameter of the stage', envelopeOf(JSON.parse(JSON.stringify(provenance).replace('"stage":"train"', '"stage":"train","image":"x"')) as Json, [ecdsa]), 'predicate', {}],
    ['another payload under the signature', json({ ...envelope, payload: Buffer.from(JSON.stringify({ ...statement, subject: [{ digest: { sha256: '00'.repeat(32) } }] })).toString('base64') }), 'signature_1', {}],
    ['a stranger’s signature', envelopeOf(provenance, [stranger]), 'trusted_signer', {}],
    ['a stranger’s signature under a trusted name', envelopeOf(provenance, [stranger], { hint: ecdsa.keyId }), 'signature_1', {}],
    ['no key at all', good, 'trusted_signer', { trust: trustIn() }],
    ['a revoked key', good, 'trusted_signer', { trust: trustIn(trusted(ecdsa, { state: 'revoked', revokedAt: '2026-04-01T00:00:00.000Z' })) }],
    ['a key revoked that stands as active beside it', good, 'trusted_signer', { trust: trustIn(trusted(ecdsa, { state: 'revoked', revokedAt: receivedAt }), trusted(ecdsa)) }],
    ['an expired key', good, 'trusted_signer', { trust: trustIn(trusted(ecdsa, { validUntil: receivedAt })) }],
    ['a key not yet valid', good, 'trusted_signer', { trust: trustIn(trusted(ecdsa, { validFrom: '2026-03-01T12:00:00.001Z' })) }],
    ['another key stored under the trusted id', envelopeOf(provenance, [stranger], { hint: ecdsa.keyId }), 'signature_1', { trust: trustIn(trusted(ecdsa, { publicKeyPem: stranger.publicKeyPem })) }],
    ['a builder that the key may not speak for', envelopeOf(provenanceStatement([model], { runId, builderId: 'https://evil.example/builder' }), [ecdsa]), 'builder', {}],
    ['a builder of another key', good, 'builder', { trust: trustIn(trusted(ecdsa, { builderIds: [] }), trusted(ed25519)) }],
    ['another team’s run', good, 'run_known', { facts: { namedRun: 'foreign' } }],
    ['bytes that are not those received', good, 'bytes', { facts: { storedDigest: `sha256:${'0'.repeat(64)}` } }],
  ])('%s', (_, bytes, failing, { trust = both, facts = {} }) => {
    const report = verify(bytes, trust, facts);
    expect(report.verdict).toBe('failed');
    expect(verdicts(report)[failing]).toBe('failed');
  });

  it('every check is listed, and what could not be evaluated is not passed', () => {
    const report = verify(Buffer.from('not json'));
    expect(report.checks.map((check) => check.name)).toEqual(everyCheck.map((name) => (name === 'signature_1' ? 'signatures' : name)));
    expect(report.checks.filter((check) => check.verdict === 'passed').map((check) => check.name)).toEqual(['bytes']);
    expect(report.checks.filter((check) => check.verdict === 'failed').map((check) => check.name)).toEqual(['json']);
  });

  it('a failure does not hide those that can still be found', () => {
    const bytes = envelopeOf(provenanceStatement([model], { runId, builderId: 'https://evil.example/builder' }), [ecdsa], { payloadType: 'text/plain' });
    expect(verdicts(verify(bytes, both, { namedRun: 'foreign' }))).toMatchObject({ payload_type: 'failed', builder: 'failed', run_known: 'failed', signature_1: 'passed', trusted_signer: 'passed' });
  });

  it('a key that somebody proposed and nobody confirmed is named as such', () => {
    const report = verify(good, trustIn(), { proposedKeyIds: new Set([ecdsa.keyId]) });
    expect(checkOf(report, 'trusted_signer')?.actual).toMatch(/waits for a second person/);
  });
});

describe('what the portal does not know yet', () => {
  it('does not fail a statement, and is shown', () => {
    const report = verify(good, both, { knownDigests: new Set(), namedRun: 'unknown' });
    expect(report.verdict).toBe('passed');
    expect(verdicts(report)).toMatchObject({ subjects_known: 'not_evaluated', run_known: 'not_evaluated' });
    expect(checkOf(report, 'subjects_known')?.actual).toContain(model.digest);
  });

  it('a predicate of an unknown type is kept and shown as such', () => {
    const report = verify(withPayload(JSON.stringify({ ...(provenance as Record<string, Json>), predicateType: 'https://example.test/p/v1', predicate: { any: 'thing' } })));
    expect(report.verdict).toBe('passed');
    expect(verdicts(report)).toMatchObject({ predicate: 'not_evaluated' });
    expect(report.checks.some((check) => check.name === 'builder')).toBe(false);
  });
});

describe('the threshold counts different keys', () => {
  const two = (...keys: TrustedKey[]): Trust => ({ ...trustIn(...keys), threshold: 2 });

  it('the same key twice is one', () => {
    expect(verify(envelopeOf(provenance, [ecdsa, ecdsa]), two(trusted(ecdsa), trusted(ed25519))).verdict).toBe('failed');
    expect(verify(envelopeOf(provenance, [ecdsa, ed25519]), two(trusted(ecdsa), trusted(ed25519))).verdict).toBe('passed');
  });

  it('the same key under two entries of the trust is one', () => {
    expect(verify(envelopeOf(provenance, [ecdsa, ecdsa], { hint: null }), two(trusted(ecdsa, { id: 'a' }), trusted(ecdsa, { id: 'b' }))).verdict).toBe('failed');
  });

  it('a threshold of none is never met', () => {
    expect(verify(good, { ...both, threshold: 0 }).verdict).toBe('failed');
  });
});

describe('work is bounded', () => {
  it('many signatures without hints against many keys are not all tried', () => {
    const keys = Array.from({ length: 20 }, () => trusted(makeKey('ed25519')));
    const bytes = envelopeOf(provenance, Array.from({ length: 64 }, () => stranger), { hint: null });
    const report = verify(bytes, trustIn(...keys));
    expect(report.verdict).toBe('failed');
    expect(report.checks.filter((check) => check.actual.startsWith('too many signatures')).length).toBeGreaterThan(30);
  });

  it('texts in a report are bounded and can be stored', () => {
    const nasty = '\u0000\ud800'.repeat(50_000);
    const report = verify(withPayload(JSON.stringify({ ...(provenance as Record<string, Json>), subject: [{ name: nasty.slice(0, 4_000), digest: { sha512: 'ab'.repeat(64) } }], predicateType: nasty.slice(0, 3_000) })));
    for (const check of report.checks) {
      expect(check.actual.length + check.expected.length).toBeLessThan(5_000);
      expect(`${check.actual}${check.expected}`).not.toContain('\u0000');
      expect(`${check.actual}${check.expected}`.isWellFormed()).toBe(true);
    }
  });
});

describe('no change of one byte goes unnoticed', () => {
  const cases = [['DER', envelopeOf(provenance, [ecdsa])], ['r‖s', envelopeOf(provenance, [ecdsa], { raw: true })], ['Ed25519', envelopeOf(provenance, [ed25519])], ['no hint', envelopeOf(provenance, [ed25519], { hint: null })]] as const;

  it.each(cases)('of the payload or of the signature (%s): every position, some change', (_, bytes) => {
    const parsed = parseEnvelope(bytes);
    if (!parsed.ok) throw new Error('the envelope is well formed');
    const { payloadType, payload, signatures } = parsed.value;
    const [signature] = signatures;
    if (!signature) throw new Error('there is a signature');
    const flipped = (source: Uint8Array, at: number, mask: number) => source.map((byte, index) => (index === at ? byte ^ mask : byte));
    let flips = 0;
    const mustFail = (envelope: Parameters<typeof encodeEnvelope>[0]) => {
      flips += 1;
      expect(verify(Buffer.from(encodeEnvelope(envelope))).verdict).toBe('failed');
    };
    for (const at of payload.keys()) mustFail({ payloadType, payload: flipped(payload, at, 1 << (at % 8)), signatures });
    for (const at of signature.sig.keys()) for (let bit = 0; bit < 8; bit += 1) mustFail({ payloadType, payload, signatures: [{ ...signature, sig: flipped(signature.sig, at, 1 << bit) }] });
    expect(flips).toBeGreaterThan(1_200);
  });

  it('of the envelope’s text: what still passes says the very same thing', () => {
    const original = parseEnvelope(good);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = Buffer.from(good);
        changed.writeUInt8(good.readUInt8(at) ^ mask, at);
        if (verify(changed).verdict === 'failed') return;
        const parsed = parseEnvelope(changed);
        expect(parsed.ok && original.ok && [parsed.value.payload, parsed.value.payloadType]).toEqual(original.ok && [original.value.payload, original.value.payloadType]);
      }),
      { numRuns: 3_000 },
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => { expect(verify(bytes).verdict).toBe('failed'); }), { numRuns: 1_000 });
    fc.assert(fc.property(fc.json({ maxDepth: 6 }), (text) => { expect(verify(Buffer.from(text)).verdict).toBe('failed'); }), { numRuns: 500 });
  });
});

describe('the digest of the trust', () => {
  it('does not depend on the order of keys, and changes with whatever decides', () => {
    const base = trustDigest(both);
    expect(trustDigest({ ...both, keys: [...both.keys].reverse() })).toBe(base);
    const [first, second] = [trusted(ecdsa), trusted(ed25519)];
    const others = [
      trustIn(first), { ...both, threshold: 2 }, { ...both, teamId: '0195f000-0000-7000-8000-000000000002' },
      trustIn({ ...first, state: 'revoked', revokedAt: receivedAt }, second), trustIn({ ...first, validUntil: receivedAt }, second), trustIn({ ...first, builderIds: [] }, second),
    ].map(trustDigest);
    expect(new Set([base, ...others]).size).toBe(others.length + 1);
  });
});
