// Which trust policy decides: one rule, whatever the order; and nothing passes where it gives no answer.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeKey } from '#lib/testing/attestations.ts';
import { choiceDigest, choosePolicy, collide, narrowness, policyDigest, readSigners, scopeKeyOf, type About, type Revocation, type StoredPolicy } from './trust-policy.ts';
import { differences } from './trust-policy-queries.ts';
import { safeSubjectPrefix, trustPolicyContent, type PipelineScope, type TrustPolicyContent } from './trust-policy-schema.ts';
import { isIdentity } from './verify-by-policy.ts';

const { publicKeyPem } = makeKey();
const content = (pipeline: PipelineScope | null, predicateTypes: readonly string[] = [], more: Partial<TrustPolicyContent> = {}): TrustPolicyContent =>
  trustPolicyContent.parse({ pipeline, predicateTypes, signers: [{ kind: 'key', name: 'key', publicKeyPem }], ...more });
const stored = (id: string, of: TrustPolicyContent, more: Partial<StoredPolicy> = {}): StoredPolicy => ({ id, name: id, version: 1, digest: policyDigest(of), content: of, state: 'active', endedAt: null, endReason: null, ...more });
const train: About = { pipeline: { namespace: 'fraud', name: 'train.model' }, predicateType: 'A' };
const chosen = (policies: readonly StoredPolicy[], about: About = train, runKnown = true) => {
  const choice = choosePolicy(policies, about, runKnown);
  return choice.kind === 'policy' ? choice.policy.id : choice.kind === 'none' ? `none: ${choice.reason}` : choice.kind;
};

const whole = stored('team', content(null));
const typed = stored('team for A', content(null, ['A']));
const namespace = stored('namespace', content({ namespace: 'fraud', namePrefix: '' }));
const prefix = stored('prefix', content({ namespace: 'fraud', namePrefix: 'train.' }));
const longer = stored('longer prefix', content({ namespace: 'fraud', namePrefix: 'train.mo' }));
const exact = stored('exact', content({ namespace: 'fraud', name: 'train.model' }));
const exactTyped = stored('exact for A', content({ namespace: 'fraud', name: 'train.model' }, ['A', 'B']));
const byNarrowness = [exactTyped, exact, longer, prefix, namespace, typed, whole];

describe('the policy that decides', () => {
  it('is the narrowest that covers the evidence, and the team’s keys where none does', () => {
    byNarrowness.forEach((policy, index) => { expect(chosen(byNarrowness.slice(index))).toBe(policy.id); });
    expect(chosen([])).toBe('team_keys');
    expect(chosen([exact], { ...train, pipeline: { namespace: 'fraud', name: 'other' } })).toBe('team_keys');
    expect(chosen([typed], { ...train, predicateType: 'C' })).toBe('team_keys');
    expect(chosen([exact, whole], { pipeline: null, predicateType: 'A' })).toBe('team');
  });

  it('does not depend on the order in which the policies are given, nor does the digest of what decided', () => {
    const broken = stored('broken', content(null, ['D']), { digest: `sha256:${'0'.repeat(64)}` });
    const twin = stored('twin', content({ namespace: 'fraud', name: 'train.model' }, ['B', 'C']));
    const abouts = fc.record({ pipeline: fc.option(fc.record({ namespace: fc.constantFrom('fraud', 'search'), name: fc.constantFrom('train.model', 'train.', 'train', 'x') }), { nil: null }), predicateType: fc.constantFrom('A', 'B', 'C', 'D', null) });
    fc.assert(fc.property(fc.shuffledSubarray([...byNarrowness, broken, twin]), fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8], { minLength: 9 }), abouts, fc.boolean(), (policies, order, about, runKnown) => {
      const shuffled = policies.map((policy, index) => ({ policy, at: order[index] ?? 0 })).sort((a, b) => a.at - b.at).map(({ policy }) => policy);
      const [one, other] = [choosePolicy(policies, about, runKnown), choosePolicy(shuffled, about, runKnown)];
      expect(other).toEqual(one);
      if (one.kind !== 'team_keys' && other.kind !== 'team_keys') expect(choiceDigest('t', other, [])).toBe(choiceDigest('t', one, []));
    }));
  });

  it('is none where two are equally narrow and both cover the evidence', () => {
    const twin = stored('twin', content({ namespace: 'fraud', name: 'train.model' }, ['A', 'C']));
    expect(chosen([exactTyped, twin, whole])).toMatch(/^none: 2 policies are equally narrow/);
    expect(chosen([exactTyped, twin, whole], { ...train, predicateType: 'B' })).toBe('exact for A');
    expect(collide(content(null, ['A']), content(null, ['A', 'B']))).toBe(true);
    expect(collide(content(null, ['A']), content(null, ['B']))).toBe(false);
    expect(collide(content(null), content(null, ['B']))).toBe(false);
  });

  it('collides exactly where some evidence finds two equally narrow', () => {
    const scopes = fc.record({ pipeline: fc.constantFrom<PipelineScope | null>(null, { namespace: 'n', name: 'a' }, { namespace: 'n', namePrefix: 'a' }, { namespace: 'n', namePrefix: '' }, { namespace: 'm', namePrefix: '' }), predicateTypes: fc.subarray(['A', 'B', 'C']) });
    const everything = [null, { namespace: 'n', name: 'a' }, { namespace: 'n', name: 'ab' }, { namespace: 'n', name: 'b' }, { namespace: 'm', name: 'a' }].flatMap((pipeline) => ['A', 'B', 'C', 'D'].map((predicateType) => ({ pipeline, predicateType })));
    fc.assert(fc.property(scopes, scopes, (a, b) => {
      const policies = [stored('a', content(a.pipeline, a.predicateTypes)), stored('b', content(b.pipeline, b.predicateTypes))];
      expect(everything.some((about) => choosePolicy(policies, about, true).kind === 'none')).toBe(collide(a, b));
    }));
  });

  it('lets nothing pass where it cannot be read: the wider one does not step in', () => {
    const forged = stored('forged', content({ namespace: 'fraud', name: 'train.model' }), { digest: policyDigest(content(null)) });
    expect(chosen([forged, whole])).toMatch(/^none: .*cannot be used: its content has the digest/);
    expect(chosen([forged, whole], { ...train, pipeline: null })).toBe('team');
    const senseless = { signers: 'everybody' };
    expect(chosen([stored('senseless', content(null), { content: senseless }), whole], { ...train, pipeline: null })).toMatch(/^none: .*cannot be read/);
    const weak = { ...content({ namespace: 'fraud', name: 'train.model' }), signers: [{ kind: 'key', name: 'key', publicKeyPem: 'no key' }] } as TrustPolicyContent;
    expect(chosen([stored('weak', weak), whole])).toMatch(/^none: .*content\.signers\.0\.publicKeyPem/);
  });

  it('bars what it covers when it was revoked, and is as if it were not there when it stands aside', () => {
    const revoked = stored('exact', content({ namespace: 'fraud', name: 'train.model' }), { state: 'revoked', endedAt: '2026-03-01T00:00:00.000Z', endReason: 'stolen' });
    expect(choosePolicy([revoked, whole], train, true)).toMatchObject({ kind: 'policy', policy: { id: 'exact' }, revoked: expect.stringContaining('stolen') as string });
    const aside = stored('aside', trustPolicyContent.parse({ pipeline: { namespace: 'fraud', name: 'train.model' }, standsAside: true }));
    expect(chosen([aside, whole])).toBe('team');
  });

  it('waits for the run that the evidence names, where a policy for pipelines might cover it', () => {
    expect(choosePolicy([exact, whole], { ...train, pipeline: null }, false)).toMatchObject({ kind: 'none', awaitsRun: true });
    expect(choosePolicy([exactTyped, whole], { pipeline: null, predicateType: 'C' }, false)).toMatchObject({ kind: 'policy' });
    expect(choosePolicy([whole], { ...train, pipeline: null }, false)).toMatchObject({ kind: 'policy' });
  });
});

describe('a pipeline', () => {
  it.each(['*', 'train.*', 'train.%', 'train_', 'train.model\u0000', 'TRAIN.MODEL', ' train.model', 'train.model ', 'train.mode', 'fraud/train.model', '.*', 'train.modеl'])('that is called %j is not train.model', (name) => {
    expect(chosen([exact], { ...train, pipeline: { namespace: 'fraud', name } })).toBe('team_keys');
  });

  it('is covered by a prefix only as it stands: wildcards and separators are characters like others', () => {
    const starred = stored('starred', content({ namespace: 'fraud', namePrefix: 'train*' }));
    expect(chosen([starred])).toBe('team_keys');
    expect(chosen([starred], { ...train, pipeline: { namespace: 'fraud', name: 'train*x' } })).toBe('starred');
    const slashed = stored('slashed', content({ namespace: 'a', name: 'b/c' }));
    expect(chosen([slashed], { ...train, pipeline: { namespace: 'a/b', name: 'c' } })).toBe('team_keys');
    expect(scopeKeyOf(content({ namespace: 'a', name: 'b/c' }))).not.toBe(scopeKeyOf(content({ namespace: 'a/b', name: 'c' })));
  });

  it('by its exact name is narrower than by any prefix, the whole name among them', () => {
    const same = stored('prefix of the whole name', content({ namespace: 'fraud', namePrefix: 'train.model' }));
    expect(chosen([same, exact])).toBe('exact');
    expect(narrowness(exact.content as TrustPolicyContent)[0]).toBeGreaterThan(narrowness(same.content as TrustPolicyContent)[0]);
  });
});

describe('the beginning of a subject', () => {
  it.each([
    ['https://github.com/acme/models/', true], ['https://github.com/acme/models/.github/workflows/train.yml@', true], ['https://github.com/acme/models/.github/workflows/train.yml@refs/tags/', true],
    ['https://github.com/acme/models', false], ['https://github.com/acme/', false], ['https://github.com/', false], ['https://', false], ['', false], ['http://github.com/acme/models/', false], ['https://github.com/acme/models/../', false],
    ['https://github.com/acme//models/', false], ['https://github.com/acme/models/.github/workflows/train', false], ['https://github.com/acme/models@', false], ['https://evil@github.com/acme/models/', false], ['https://github.com/*/models/', false], ['https://github.com/acme/models/a@b@', false],
  ])('%j is safe to trust: %s', (prefix_, safe) => {
    expect(safeSubjectPrefix(prefix_)).toBe(safe);
    const read = trustPolicyContent.safeParse({ signers: [{ kind: 'identity', name: 'i', issuer: 'https://issuer', subject: prefix_, match: 'prefix' }], root: 'public-good' });
    expect(read.success).toBe(safe);
  });

  it('covers what goes on plainly, from the same issuer alone', () => {
    const signer = { issuer: 'https://token.actions.githubusercontent.com', subject: 'https://github.com/acme/models/', match: 'prefix' as const };
    expect(isIdentity(signer, signer.issuer, 'https://github.com/acme/models/.github/workflows/train.yml@refs/heads/main')).toBe(true);
    for (const subject of ['https://github.com/acme/models', 'https://github.com/acme/models/', 'https://github.com/acme/models-evil/x', 'https://github.com/acme/models/../evil/x', 'https://github.com/acme/models/%2e%2e/evil', 'https://github.com/acme/models/a\\b', 'https://github.com/acme/models//x', 'https://github.com/acme/models/a b']) expect(isIdentity(signer, signer.issuer, subject), subject).toBe(false);
    expect(isIdentity(signer, 'https://evil', 'https://github.com/acme/models/x')).toBe(false);
    expect(isIdentity({ ...signer, match: 'exact' }, signer.issuer, 'https://github.com/acme/models/x')).toBe(false);
  });
});

describe('a policy’s content', () => {
  const signers = [{ kind: 'key', name: 'key', publicKeyPem }];
  it.each([
    ['no signer', { signers: [] }], ['two signers of one name', { signers: [...signers, ...signers] }], ['identities without a root', { signers: [{ kind: 'identity', name: 'i', issuer: 'x', subject: 'y' }] }],
    ['a builder of a signer that is not there', { signers, builders: [{ signer: 'other', builderId: 'b' }] }], ['more signers needed than there are keys', { signers, threshold: 2 }], ['an end before its beginning', { signers, validFrom: '2026-03-02T00:00:00Z', validUntil: '2026-03-01T00:00:00Z' }],
    ['a member that nobody knows', { signers, threshhold: 2 }], ['signers although it stands aside', { signers, standsAside: true }], ['NUL in its root', { signers, root: { a: '\u0000' } }],
  ])('with %s is refused', (_, wrong) => { expect(trustPolicyContent.safeParse(wrong).success).toBe(false); });

  it('with the same key under two names, a private key, or a root that is none, is refused by path', () => {
    expect(readSigners(trustPolicyContent.parse({ signers: [...signers, { kind: 'key', name: 'again', publicKeyPem }] }))).toMatchObject({ ok: false, error: { path: 'content.signers.1' } });
    expect(readSigners(trustPolicyContent.parse({ signers, root: { mediaType: 'x' } }))).toMatchObject({ ok: false, error: { path: 'content.root' } });
    expect(readSigners(trustPolicyContent.parse({ signers: [{ kind: 'authority', name: 'ca', certificatesPem: '-----BEGIN PRIVATE KEY-----', subjects: [] }] }))).toMatchObject({ ok: false, error: { message: expect.stringContaining('private key') as string } });
  });

  it('is compared by what it says, not by the order in which it says it', () => {
    const one = { threshold: 1, signers: [{ name: 'a', kind: 'key' }, { name: 'b', kind: 'key' }], predicateTypes: ['A', 'B'] };
    expect(differences(one, { predicateTypes: ['B', 'A'], signers: [{ kind: 'key', name: 'b' }, { kind: 'key', name: 'a' }], threshold: 1 })).toEqual([]);
    expect(differences(one, { ...one, threshold: 2, signers: [{ name: 'a', kind: 'identity' }] })).toEqual([
      { path: 'signers[a].kind', before: 'key', after: 'identity' }, { path: 'signers[b].kind', before: 'key', after: null }, { path: 'threshold', before: '1', after: '2' },
    ]);
  });
});

describe('the digest of what decided', () => {
  it('changes with the policy and with revocations that concern it, and with no others', () => {
    const digestWith = (...revocations: Revocation[]) => {
      const choice = choosePolicy([whole], train, true);
      return choice.kind === 'team_keys' ? '' : choiceDigest('t', choice, revocations);
    };
    const revocation = (kind: Revocation['kind'], signerId: string): Revocation => ({ kind, signerId, since: null, reason: 'r', revokedAt: 'then' });
    const own = choosePolicy([whole], train, true);
    const keyId = own.kind === 'policy' ? (own.policy.signers[0]?.id ?? '') : '';
    expect(digestWith(revocation('key', 'ab'), revocation('identity', 'cd'), revocation('certificate', 'ef'))).toBe(digestWith());
    expect(digestWith(revocation('key', keyId))).not.toBe(digestWith());
  });
});
