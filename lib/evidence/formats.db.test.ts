// Evidence of other formats than envelopes, in a real database: detected, judged with the team's keys, indexed by what it is about, and shown.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTransaction } from '#lib/db/client.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { newId } from '#lib/kernel/ids.ts';
import { envelopeOf, makeKey, provenanceStatement, testBuilder, type SigningKey } from '#lib/testing/attestations.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { pae } from './format/dsse.ts';
import { folderDigest, MODEL_SIGNATURE_TYPE, modelRoot } from './format/model-signing.ts';
import { encodeBundle } from './format/write-bundle.ts';
import { confirmTrustKey, evidenceForSubject, getEvidence, listEvidence, proposeTrustKey, revokeTrustKey, submitEvidence, verifiedProvenance } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
});
afterAll(() => database.drop());

const submit = async (bytes: Buffer | string, contentType = 'application/json') => must(await submitEvidence.execute(as(organisation.pipeline), { bytes: new Uint8Array(Buffer.from(bytes)), contentType })).value;
const detailOf = async (id: string) => must(await getEvidence.execute(as(organisation.engineer), { id }));
const failed = (answer: { checks: readonly { name: string; verdict: string }[] }) => answer.checks.filter(({ verdict }) => verdict === 'failed').map(({ name }) => name);
const freshDigest = () => sha256(newId());
async function trust(publicKeyPem: string): Promise<string> {
  const { id } = must(await proposeTrustKey.execute(as(organisation.security), { teamId: organisation.teamId, name: 'key', publicKeyPem, builderIds: [testBuilder] })).value;
  must(await confirmTrustKey.execute(as(organisation.secondSecurity), { id }));
  return id;
}
const bundleOf = (key: SigningKey, digest: string, builderId = testBuilder) => encodeBundle(envelopeOf(provenanceStatement([{ name: 'model', digest }], { runId: newId(), builderId }), [key]).toString(), 'any hint');

describe('a Sigstore bundle by a trusted key', () => {
  it('is verified, indexed by its subject, believed like an envelope, and shown with commands that repeat its checks', async () => {
    const key = makeKey();
    const id = await trust(key.publicKeyPem);
    const digest = freshDigest();
    const answer = await submit(bundleOf(key, digest), 'application/vnd.dev.sigstore.bundle.v0.3+json');
    expect([answer.verdict, failed(answer)]).toEqual(['passed', []]);
    const shown = await detailOf(answer.evidenceId);
    expect(shown).toMatchObject({ verdict: 'passed', payloadType: 'application/vnd.in-toto+json', subjects: [{ digest, name: 'model' }], signers: [{ trustKeyId: id }] });
    expect(shown.commands.map(({ title }) => title)).toContainEqual(expect.stringMatching(/signature/));
    const believed = () => readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, async (tx) => verifiedProvenance(await evidenceForSubject(tx, { digest, teamId: organisation.teamId }), digest));
    expect(await believed()).toHaveLength(1);
    must(await revokeTrustKey.execute(as(organisation.security), { id, reason: 'lost' }));
    expect(await believed()).toHaveLength(0);
    expect(failed(await detailOf(answer.evidenceId))).toContain('trusted_signer');
  });

  it('is not believed for another builder, by a key that nobody confirmed, or with a changed statement', async () => {
    const [key, stranger] = [makeKey(), makeKey()];
    await trust(key.publicKeyPem);
    expect(failed(await submit(bundleOf(key, freshDigest(), 'https://evil.test')))).toEqual(['builder']);
    expect(failed(await submit(bundleOf(stranger, freshDigest())))).toEqual(['signature', 'trusted_signer']);
    const bundle = JSON.parse(bundleOf(key, freshDigest())) as { dsseEnvelope: { payload: string } };
    bundle.dsseEnvelope.payload = Buffer.from(JSON.stringify(provenanceStatement([{ name: 'model', digest: freshDigest() }], { runId: newId() }))).toString('base64');
    expect(failed(await submit(JSON.stringify(bundle)))).toEqual(['signature', 'trusted_signer']);
  });
});

describe('keys of other kinds', () => {
  it.each([['ecdsa-p384', generateKeyPairSync('ec', { namedCurve: 'P-384' }), 'sha384'], ['rsa-pss', generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256' }), 'sha256']] as const)('%s is trusted and verifies', async (_, pair, hash) => {
    await trust(pair.publicKey.export({ type: 'spki', format: 'pem' }).toString());
    const payload = Buffer.from(JSON.stringify(provenanceStatement([{ name: 'model', digest: freshDigest() }], { runId: newId() })));
    const payloadType = 'application/vnd.in-toto+json';
    const envelope = { payload: payload.toString('base64'), payloadType, signatures: [{ sig: sign(hash, pae(payloadType, payload), pair.privateKey).toString('base64') }] };
    expect((await submit(JSON.stringify(envelope))).verdict).toBe('passed');
  });
});

describe('a model signature', () => {
  it('is verified and found by the model, by the folder that a run reports, and by each file', async () => {
    const key = makeKey();
    await trust(key.publicKeyPem);
    const resources = [{ name: 'a', path: 'a', algorithm: 'sha256', digest: createHash('sha256').update(newId()).digest('hex') }, { name: 'b', path: 'b', algorithm: 'sha256', digest: createHash('sha256').update(newId()).digest('hex') }];
    const statement = { _type: 'https://in-toto.io/Statement/v1', subject: [{ name: 'm', digest: { sha256: modelRoot(resources) } }], predicateType: MODEL_SIGNATURE_TYPE, predicate: { serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false }, resources: resources.map(({ name, algorithm, digest }) => ({ name, algorithm, digest })) } };
    const answer = await submit(encodeBundle(envelopeOf(statement, [key]).toString(), ''));
    expect([answer.verdict, failed(answer)]).toEqual(['passed', []]);
    for (const subject of [`sha256:${modelRoot(resources)}`, folderDigest(resources), `sha256:${resources[1]?.digest ?? ''}`]) {
      const page = must(await listEvidence.execute(as(organisation.engineer), { subject }));
      expect(page.items.map(({ id }) => id)).toEqual([answer.evidenceId]);
    }
    const lying = { ...statement, subject: [{ name: 'm', digest: { sha256: 'ab'.repeat(32) } }] };
    expect(failed(await submit(encodeBundle(envelopeOf(lying, [key]).toString(), '')))).toEqual(['model_root']);
  });
});

describe('what nobody signed', () => {
  it('a list of checksums is kept, indexed and shown, and never verified', async () => {
    const digest = freshDigest();
    const answer = await submit(`${digest.slice(7)}  model.bin\n`, 'text/plain');
    expect([answer.verdict, failed(answer)]).toEqual(['failed', ['trusted_signer']]);
    expect(await detailOf(answer.evidenceId)).toMatchObject({ verdict: 'failed', subjects: [{ digest, name: 'model.bin' }], statement: null });
  });

  it('a detached signature and rubbish are kept and never verified', async () => {
    const signature = await submit(sign('sha256', Buffer.from('x'), makeKey().privateKey).toString('base64'), 'text/plain');
    expect(signature.verdict).toBe('failed');
    expect(signature.checks.find(({ name }) => name === 'signature')?.verdict).toBe('not_evaluated');
    expect(failed(await submit('rubbish', 'text/plain'))).toContain('json');
    expect(failed(await submit('{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}'))).toEqual(expect.arrayContaining(['bundle', 'trusted_signer']));
  });
});
