// The form of a trust policy gives the content that it was filled with, and keeps private keys in the browser.
import { describe, expect, it } from 'vitest';
import { makeKey } from '#lib/testing/attestations.ts';
import { trustPolicyContent } from '#lib/evidence/trust-policy-schema.ts';
import { contentOf, draftOf, emptyDraft, emptySigner } from './policy-draft.ts';

const pem = makeKey().publicKeyPem.trim();

describe('the form of a trust policy', () => {
  it.each([
    { signers: [{ kind: 'key', name: 'k', publicKeyPem: pem }], builders: [{ signer: 'k', builderId: 'https://b' }, { signer: 'k', builderId: 'https://c' }], validUntil: '2027-01-01T00:00:00Z' },
    { pipeline: { namespace: 'fraud', name: 'train' }, signers: [{ kind: 'authority', name: 'ca', certificatesPem: 'x', subjects: ['a', 'b'] }, { kind: 'key', name: 'k', publicKeyPem: pem }], threshold: 2 },
    { pipeline: { namespace: 'fraud', namePrefix: 'train.' }, predicateTypes: ['https://slsa.dev/provenance/v1'], signers: [{ kind: 'identity', name: 'i', issuer: 'https://i', subject: 'https://github.com/a/b/', match: 'prefix' }], root: 'public-good' },
    { pipeline: { namespace: 'fraud', namePrefix: '' }, signers: [{ kind: 'identity', name: 'i', issuer: 'https://i', subject: 's' }], root: { mediaType: 'x' } },
  ])('filled from a policy gives that policy again', (given) => {
    const content = trustPolicyContent.parse(given);
    const draft = draftOf(content);
    expect(draft && contentOf(draft)).toEqual({ ok: true, content });
  });

  it('names what is wrong by its path, and never sends a private key', () => {
    expect(contentOf(emptyDraft())).toMatchObject({ ok: false });
    expect(contentOf({ ...emptyDraft(), root: 'own', rootJson: '{' })).toMatchObject({ ok: false, problems: [{ path: 'root' }] });
    const secret = contentOf({ ...emptyDraft(), signers: [{ ...emptySigner(), name: 'k', pem: '-----BEGIN PRIVATE KEY-----' }] });
    expect(secret).toMatchObject({ ok: false, problems: [{ path: 'signers.0', message: expect.stringContaining('not sent') as string }] });
    expect(draftOf({ signers: 'x' })).toBeNull();
  });
});
