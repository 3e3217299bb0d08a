import { describe, expect, it } from 'vitest';
import { egressCheck } from './network.ts';
import { podOf } from './pod.ts';

const pod = (spec: object = {}, metadata: object = { namespace: 'train', labels: { app: 'train', team: 'a' } }) => podOf({ metadata, spec: { containers: [{ name: 'x', image: 'x' }], ...spec } });
const policy = (spec: object, metadata: object = { name: 'p', namespace: 'train' }) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec });
const egress = (...to: unknown[]) => policy({ podSelector: {}, policyTypes: ['Egress'], egress: [{ to }] });
const verdict = (policies: readonly unknown[] | null, spec?: object, metadata?: object) => egressCheck(pod(spec, metadata), policies).verdict;

describe('network egress', () => {
  it.each([
    ['no policy was given', null, 'not_evaluated'],
    ['an empty list: nothing limits the pod', [], 'failed'],
    ['nothing is allowed', [policy({ podSelector: {}, policyTypes: ['Egress'] })], 'passed'],
    ['the type follows from the rules', [policy({ podSelector: {}, egress: [] })], 'passed'],
    ['a policy of ingress alone', [policy({ podSelector: {}, ingress: [] })], 'failed'],
    ['a rule without destination allows all', [policy({ podSelector: {}, policyTypes: ['Egress'], egress: [{}] })], 'failed'],
    ['one address', [egress({ ipBlock: { cidr: '10.1.2.3/32' } })], 'passed'],
    ['a private network', [egress({ ipBlock: { cidr: '10.0.0.0/8' } })], 'passed'],
    ['all addresses', [egress({ ipBlock: { cidr: '0.0.0.0/0' } })], 'failed'],
    ['all addresses but some', [egress({ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } })], 'failed'],
    ['all addresses in two halves', [egress({ ipBlock: { cidr: '0.0.0.0/1' } }, { ipBlock: { cidr: '128.0.0.0/1' } })], 'failed'],
    ['all of IPv6', [egress({ ipBlock: { cidr: '::/0' } })], 'failed'],
    ['what is no block', [egress({ ipBlock: { cidr: 'example.com' } })], 'failed'],
    ['pods of a namespace', [egress({ namespaceSelector: { matchLabels: { name: 'storage' } } })], 'passed'],
    ['two policies add up', [policy({ podSelector: {}, policyTypes: ['Egress'] }), egress({ ipBlock: { cidr: '0.0.0.0/0' } })], 'failed'],
    ['a policy for other pods', [policy({ podSelector: { matchLabels: { app: 'serve' } }, policyTypes: ['Egress'] })], 'failed'],
    ['a policy for these pods', [policy({ podSelector: { matchLabels: { app: 'train' } }, policyTypes: ['Egress'] })], 'passed'],
    ['an expression that holds', [policy({ podSelector: { matchExpressions: [{ key: 'team', operator: 'In', values: ['a', 'b'] }] }, policyTypes: ['Egress'] })], 'passed'],
    ['an expression that does not', [policy({ podSelector: { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['a'] }] }, policyTypes: ['Egress'] })], 'failed'],
    ['an operator nobody knows', [policy({ podSelector: { matchExpressions: [{ key: 'team', operator: 'Like', values: ['a'] }] }, policyTypes: ['Egress'] })], 'not_evaluated'],
    ['a policy of another namespace', [policy({ podSelector: {}, policyTypes: ['Egress'] }, { name: 'p', namespace: 'other' })], 'failed'],
    ['what is no policy', ['x', null, 7], 'failed'],
  ] as const)('%s', (_what, policies, expected) => expect(verdict(policies)).toBe(expected));

  it('does not apply on the host’s network', () => expect(verdict([policy({ podSelector: {}, policyTypes: ['Egress'] })], { hostNetwork: true })).toBe('failed'));
  it('cannot be told of a pod without labels where labels select', () => expect(verdict([policy({ podSelector: { matchLabels: { app: 'train' } }, policyTypes: ['Egress'] })], {}, {})).toBe('not_evaluated'));
});
