// Who may decide, what is still needed, and what makes a request stale; without a database.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256, type Json } from '#lib/kernel/canonical-json.ts';
import { policyInput, shippedPolicies, type PolicyInput, type UsablePolicy } from '#lib/policy/index.ts';
import { changedMembers, counting, decidingRole, freeze, needsOf, rightsOf, satisfied, staleness, thaw, type DecisionQuestion, type GivenApproval } from './domain.ts';
import type { Conflict } from './separation.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const input: PolicyInput = policyInput.parse({
  format: 'https://gatehouse.dev/policy-input/v1', environment: 'production', model: { id: 'm', name: 'n', version: 1, versionId: 'v', teamId: 't' },
  artifact: { digest: digest('a'), quarantined: false, publishedBy: 's' }, provenance: null, signature: { received: 0, verified: 0 }, training: null,
  code: { commit: null, strength: null, dirty: null, remote: null }, lineage: null, data: null, evaluation: null, bias: null, production: null, comparison: null, findings: { critical: [], high: [] },
});
const { content, digest: snapshotDigest } = freeze(input);
const policy: UsablePolicy = { id: 'p', environment: 'production', tier: 'production', digest: digest('p'), content: shippedPolicies.production };
const bound = { artifactDigest: digest('a'), snapshotDigest, policyDigest: policy.digest, requestedBy: 'requester' };
const frozen = { ...bound, state: 'open' as const, verdict: 'blocked' as const, expiresAt: '2026-02-01T00:00:00.000Z', snapshotContent: content };
const now = '2026-01-15T00:00:00.000Z';

const approval = (personId: string, role: 'reviewer' | 'security', changes: Partial<GivenApproval> = {}): GivenApproval => ({ personId, role, verdict: 'approve', artifactDigest: bound.artifactDigest, snapshotDigest, policyDigest: policy.digest, ...changes });

describe('approvals', () => {
  it('are enough with one of each role by two people', () => {
    expect(satisfied(needsOf(policy.content, [approval('a', 'reviewer'), approval('b', 'security')], bound))).toBe(true);
  });

  it.each([
    ['nobody', []],
    ['one role twice', [approval('a', 'reviewer'), approval('b', 'reviewer')]],
    ['one person in both roles', [approval('a', 'reviewer'), approval('a', 'security')]],
    ['the requester', [approval('requester', 'reviewer'), approval('b', 'security')]],
    ['other evidence', [approval('a', 'reviewer', { snapshotDigest: digest('f') }), approval('b', 'security')]],
    ['another artifact', [approval('a', 'reviewer', { artifactDigest: digest('f') }), approval('b', 'security')]],
    ['another policy', [approval('a', 'reviewer', { policyDigest: digest('f') }), approval('b', 'security')]],
    ['a revoked approval', [approval('a', 'reviewer', { revoked: true }), approval('b', 'security')]],
    ['one person in both roles, once by a lent one', [approval('a', 'reviewer'), approval('b', 'security', { onBehalfOf: 'a' })]],
    ['a role lent by the requester', [approval('a', 'reviewer', { onBehalfOf: 'requester' }), approval('b', 'security')]],
    ['a rejection', [approval('a', 'reviewer', { verdict: 'reject' }), approval('b', 'security')]],
  ])('are not enough with %s', (_what, approvals) => {
    expect(satisfied(needsOf(policy.content, approvals, bound))).toBe(false);
  });

  it('are never enough where a policy asks for none', () => {
    expect(satisfied(needsOf({ approvals: [] }, [approval('a', 'reviewer')], bound))).toBe(false);
  });

  it('count each person once and never the requester, whatever is given', () => {
    const given = fc.record({ personId: fc.constantFrom('requester', 'a', 'b', 'c'), role: fc.constantFrom('reviewer' as const, 'security' as const), verdict: fc.constantFrom('approve' as const, 'reject' as const), snapshotDigest: fc.constantFrom(snapshotDigest, digest('f')) });
    fc.assert(
      fc.property(fc.array(given, { maxLength: 12 }), (list) => {
        const approvals = list.map((entry) => approval(entry.personId, entry.role, entry));
        const counted = counting(approvals, bound);
        const people = counted.map(({ personId }) => personId);
        expect(new Set(people).size).toBe(people.length);
        expect(people).not.toContain('requester');
        if (satisfied(needsOf(policy.content, approvals, bound))) expect(new Set(people).size).toBeGreaterThanOrEqual(2);
      }),
    );
  });
});

const conflict = (changes: Partial<Conflict> = {}): Conflict => ({ personId: 'reviewer', rule: 'trained', via: 'service_account', account: 'fraud-pipeline', team: null, runId: 'r', subject: 'flights', at: '2026-05-03T10:00:00.000Z', ...changes });

describe('the right to decide', () => {
  const question = (changes: Partial<DecisionQuestion> = {}): DecisionQuestion => ({ personId: 'reviewer', personActive: true, roles: ['reviewer'], request: { ...bound, state: 'open', verdict: 'passed' }, approvals: [], conflicts: [], delegator: null, stale: [], ...changes });

  it('is that of a reviewer or security person who had no hand in it', () => {
    expect(rightsOf(question())).toEqual({ roles: ['reviewer'], mayApprove: true, mayReject: true, reasons: [], conflicts: [] });
  });

  it.each<[string, Partial<DecisionQuestion>, RegExp]>([
    ['the requester', { personId: 'requester' }, /nobody decides on their own request/],
    ['who decided already', { approvals: [approval('reviewer', 'reviewer')] }, /nobody decides twice/],
    ['who answers for an account that ran the training', { conflicts: [conflict()] }, /answered for the service account fraud-pipeline, which trained this model on 3 May 2026/],
    ['who labelled its data', { conflicts: [conflict({ rule: 'labels', via: 'direct', account: null })] }, /^You labelled: made flights, an input of this model, on 3 May 2026/],
    ['who was an engineer of the team that made its features', { conflicts: [conflict({ rule: 'features', via: 'team', account: null, team: 'Fraud' })] }, /^You were an engineer of the team Fraud, which made the features flights/],
    ['whose role is lent by the requester', { delegator: { personId: 'requester', name: 'Ada' } }, /^Ada asked for this promotion/],
    ['whose role is lent by one who trained it', { delegator: { personId: 'ada', name: 'Ada' }, conflicts: [conflict({ personId: 'ada' })] }, /^Ada answered for the service account fraud-pipeline/],
    ['whose role is lent by one who decided already', { delegator: { personId: 'ada', name: 'Ada' }, approvals: [approval('ada', 'reviewer')] }, /^Ada has approved it already/],
    ['who decided through another', { approvals: [approval('b', 'reviewer', { onBehalfOf: 'reviewer' })] }, /You have approved it already/],
    ['who revoked an approval of it', { approvals: [approval('reviewer', 'reviewer', { revoked: true })] }, /revoked that, and nobody decides twice/],
    ['who lost the role', { roles: [] }, /which you do not hold/],
    ['who is disabled', { personActive: false }, /which you do not hold/],
    ['anybody once it is decided', { request: { ...bound, state: 'approved', verdict: 'passed' } }, /approved already/],
  ])('is not that of %s, and says why', (_who, changes, reason) => {
    const rights = rightsOf(question(changes));
    expect([rights.mayApprove, rights.mayReject]).toEqual([false, false]);
    expect(rights.reasons.join(' ')).toMatch(reason);
  });

  it('reaches to rejecting, not to approving, where the lineage could not be walked to its end', () => {
    const rights = rightsOf(question({ conflicts: [conflict({ personId: null, rule: 'lineage_cut_off', via: 'lineage', account: null, runId: null })] }));
    expect(rights).toMatchObject({ mayApprove: false, mayReject: true, reasons: [expect.stringMatching(/larger than can be walked/) as string] });
  });

  it('is not lost by what others did', () => {
    expect(rightsOf(question({ conflicts: [conflict({ personId: 'somebody else' })] })).mayApprove).toBe(true);
  });

  it('reaches to rejecting, not to approving, what the policy blocks', () => {
    expect(rightsOf(question({ request: { ...bound, state: 'open', verdict: 'blocked' } }))).toMatchObject({ mayApprove: false, mayReject: true });
  });

  it('names every reason, not only the first', () => {
    const rights = rightsOf(question({ personId: 'requester', roles: [], conflicts: [conflict({ personId: 'requester' })] }));
    expect(rights.reasons).toHaveLength(3);
  });

  it('is used by the role that is still needed', () => {
    const needs = needsOf(policy.content, [approval('a', 'reviewer')], bound);
    expect(decidingRole(['reviewer', 'security'], needs, null)).toBe('security');
    expect(decidingRole(['reviewer'], needs, null)).toBe('reviewer');
    expect(decidingRole(['reviewer'], needs, 'security')).toBeNull();
    expect(decidingRole([], needs, null)).toBeNull();
  });
});

describe('a request', () => {
  it('holds while nothing changed', () => {
    expect(staleness(frozen, input, policy, now)).toEqual([]);
  });

  it('that was frozen before a member of the document existed holds, whatever that member says now; one frozen with it does not', () => {
    const { exceptions: _exceptions, opa: _opa, slsa: _slsa, assurance: _assurance, ...earlier } = input;
    const content = canonicalJson(earlier as unknown as Json);
    const then = { ...frozen, snapshotContent: content, snapshotDigest: sha256(content) };
    const current = { ...input, slsa: { level: 1, missing: [] } };
    expect(staleness(then, current, policy, now)).toEqual([]);
    expect(staleness(frozen, current, policy, now).join()).toMatch(/the SLSA level/);
  });

  it.each<[string, Parameters<typeof staleness>, RegExp]>([
    ['its time is over', [frozen, input, policy, '2026-02-01T00:00:00.000Z'], /expired/],
    ['no policy is active', [frozen, input, null, now], /no usable policy/],
    ['one character of the policy changed', [frozen, input, { ...policy, digest: digest('q') }, now], /the policy changed/],
    ['the artifact is quarantined', [frozen, { ...input, artifact: { ...input.artifact, quarantined: true } }, policy, now], /the artifact/],
    ['a finding was opened', [frozen, { ...input, findings: { critical: [], high: [{ id: 'f', severity: 'high', title: 't' }] } }, policy, now], /findings/],
    ['the frozen text is another', [{ ...frozen, snapshotContent: `${content} ` }, input, policy, now], /not the one that was frozen/],
    ['the frozen text is about another artifact', [{ ...frozen, artifactDigest: digest('b') }, input, policy, now], /another artifact/],
    ['its verdict was forged', [{ ...frozen, verdict: 'passed' }, input, policy, now], /not the one that the policy gives/],
  ])('is stale when %s', (_what, args, reason) => {
    expect(staleness(...args).join('; ')).toMatch(reason);
  });

  it('that was deployed does not become stale by running', () => {
    const running = { ...input, production: { version: 1, versionId: 'v', digest: digest('a') } };
    expect(staleness({ ...frozen, state: 'deployed' }, running, policy, now)).toEqual([]);
    expect(staleness({ ...frozen, state: 'approved' }, running, policy, now)).toEqual(['evidence changed since it was frozen: the version that runs there']);
  });

  it('is frozen as canonical bytes: reading them back gives the same document, and any other text is refused', () => {
    expect(thaw(content, snapshotDigest)).toEqual(input);
    fc.assert(fc.property(fc.nat(content.length - 1), fc.constantFrom('x', '0', ' ', '"'), (position, character) => {
      const changed = content.slice(0, position) + character + content.slice(position + 1);
      expect(thaw(changed, snapshotDigest)).toEqual(changed === content ? input : null);
    }));
  });

  it('names what changed, by member', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, min: -1, max: 1 }), (value) => {
      const changed = { ...input, evaluation: { evidence: [], dataset: { name: 'h', digest: digest('h') }, metrics: [], overall: { auc: value }, contradictions: [] } };
      expect(changedMembers(input, changed)).toEqual(['the evaluation']);
      expect(canonicalJson(changed as unknown as Json)).not.toBe(content);
    }));
  });
});
