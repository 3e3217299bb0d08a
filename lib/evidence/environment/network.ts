// Whether a pod may reach anything on the network, by the NetworkPolicies that apply to it. Pure.
//
// Semantics: kubernetes.io/docs/concepts/services-networking/network-policies. Policies add up: what any of them allows is allowed, and a
// pod that no policy of the type Egress selects may reach everything.
import { isIPv4, isIPv6 } from 'node:net';
import { counted, few } from '#lib/evidence/text.ts';
import type { Pod, PodCheck } from './pod.ts';
import { absent, at, fieldsOf, listOf, shown, textOf } from './read.ts';

/** Wider blocks than these are as good as everywhere, also when there are several of them. */
const WIDEST_IPV4 = 8;
const WIDEST_IPV6 = 16;
const MOST_POLICIES = 200;

/** A label selector (matchLabels and matchExpressions); null where it cannot be read. An empty one selects everything, a missing one nothing. */
function selects(selector: unknown, labels: Readonly<Record<string, unknown>> | null): boolean | null {
  const fields = fieldsOf(selector);
  if (fields === null) return null;
  const known = Object.keys(fields).every((key) => key === 'matchLabels' || key === 'matchExpressions');
  if (!known) return null;
  const wanted = Object.entries(fieldsOf(fields['matchLabels']) ?? {});
  const expressions = listOf(fields['matchExpressions']);
  if (wanted.length === 0 && expressions.length === 0) return true;
  if (labels === null) return null;
  const has = (key: string): boolean => Object.hasOwn(labels, key);
  if (!wanted.every(([key, value]) => has(key) && labels[key] === value)) return false;
  let told: boolean | null = true;
  for (const expression of expressions) {
    const [key, operator, values] = [textOf(at(expression, 'key')), at(expression, 'operator'), listOf(at(expression, 'values'))];
    if (key === null) { told = null; continue; }
    const holds = operator === 'In' ? has(key) && values.includes(labels[key]) : operator === 'NotIn' ? !has(key) || !values.includes(labels[key]) : operator === 'Exists' ? has(key) : operator === 'DoesNotExist' ? !has(key) : null;
    if (holds === false) return false;
    if (holds === null) told = null;
  }
  return told;
}

/** `Egress` is among the types, which default to it only where there are egress rules. */
const concernsEgress = (policy: unknown): boolean => {
  const types = at(policy, 'spec', 'policyTypes');
  return Array.isArray(types) ? types.includes('Egress') : !absent(at(policy, 'spec', 'egress'));
};

type Allowed = { readonly wide: string | null; readonly text: string };

function peer(to: unknown): Allowed {
  const block = at(to, 'ipBlock');
  if (absent(block)) {
    const [pods, namespaces] = [at(to, 'podSelector'), at(to, 'namespaceSelector')];
    if (absent(pods) && absent(namespaces)) return { wide: 'a destination that cannot be read', text: shown(to) };
    const where = (selector: unknown): string => { const labels = Object.entries(fieldsOf(at(selector, 'matchLabels')) ?? {}).map(([key, value]) => `${key}=${shown(value)}`); return labels.length === 0 ? (listOf(at(selector, 'matchExpressions')).length > 0 ? 'some' : 'all') : labels.join(','); };
    return { wide: null, text: `${absent(pods) ? '' : `pods ${where(pods)}`}${absent(namespaces) ? '' : `${absent(pods) ? 'pods' : ''} in namespaces ${where(namespaces)}`}`.trim() };
  }
  const cidr = textOf(at(block, 'cidr')) ?? '';
  const match = /^(.{1,45})\/([0-9]{1,3})$/.exec(cidr);
  const [address, bits] = [match?.[1] ?? '', Number(match?.[2])];
  if (isIPv4(address) && bits <= 32) return { wide: bits < WIDEST_IPV4 ? cidr : null, text: cidr };
  if (isIPv6(address) && bits <= 128) return { wide: bits < WIDEST_IPV6 ? cidr : null, text: cidr };
  return { wide: `the block ${shown(at(block, 'cidr'))}, which is none`, text: shown(at(block, 'cidr')) };
}

function allowedBy(policy: unknown): Allowed[] {
  const rules = at(policy, 'spec', 'egress');
  if (!absent(rules) && !Array.isArray(rules)) return [{ wide: 'rules that cannot be read', text: 'rules that cannot be read' }];
  return listOf(rules).flatMap((rule) => {
    const to = at(rule, 'to');
    if (absent(to) || (Array.isArray(to) && to.length === 0)) return [{ wide: 'everywhere', text: 'everywhere' }];
    return Array.isArray(to) ? to.map(peer) : [{ wide: 'a destination that cannot be read', text: shown(to) }];
  });
}

const base = { name: 'egress_limited', requirement: 'network_egress', standard: null, expected: `a NetworkPolicy of type Egress that applies to the pod and allows only named destinations: no block of addresses wider than /${WIDEST_IPV4} (IPv4) or /${WIDEST_IPV6} (IPv6)` } as const;

/** The check of the network: `policies` are NetworkPolicy objects (networking.k8s.io/v1, JSON); null where none were given. */
export function egressCheck(pod: Pod | null, policies: readonly unknown[] | null): PodCheck {
  if (pod === null) return { ...base, verdict: 'not_evaluated', actual: 'not evaluated: there is no pod' };
  if (!absent(pod.spec['hostNetwork']) && pod.spec['hostNetwork'] !== false) return { ...base, verdict: 'failed', actual: 'the pod is on the host’s network, where network policies do not apply' };
  if (policies === null) return { ...base, verdict: 'not_evaluated', actual: 'no network policy was given' };
  const namespace = textOf(pod.metadata['namespace']);
  const labels = fieldsOf(pod.metadata['labels']);
  const applying: unknown[] = [];
  const unsure: string[] = [];
  for (const policy of policies.slice(0, MOST_POLICIES)) {
    const name = textOf(at(policy, 'metadata', 'name')) ?? 'without a name';
    const own = textOf(at(policy, 'metadata', 'namespace'));
    if (!concernsEgress(policy) || (namespace !== null && own !== null && own !== namespace)) continue;
    const selected = selects(at(policy, 'spec', 'podSelector'), labels);
    if (selected === true) applying.push(policy);
    else if (selected === null) unsure.push(name);
  }
  if (policies.length > MOST_POLICIES) return { ...base, verdict: 'not_evaluated', actual: `${policies.length} policies are more than are read` };
  const allowed = applying.flatMap(allowedBy);
  const wide = allowed.flatMap((one) => one.wide ?? []);
  if (wide.length > 0) return { ...base, verdict: 'failed', actual: `it may reach ${few([...new Set(wide)])}` };
  if (unsure.length > 0) return { ...base, verdict: 'not_evaluated', actual: `whether ${few(unsure)} applies cannot be told: give the pod with its labels` };
  if (applying.length === 0) return { ...base, verdict: 'failed', actual: `none of the ${counted(policies.length, 'policy', 'policies')} given limits what this pod reaches` };
  return { ...base, verdict: 'passed', actual: allowed.length === 0 ? 'it may reach nothing' : `it may reach ${few([...new Set(allowed.map(({ text }) => text))])}` };
}
