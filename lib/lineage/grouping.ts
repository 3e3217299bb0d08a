// Folding the runs and data of a pipeline or a team into one node with counts. Pure.
import { createHash } from 'node:crypto';
import type { ByLabel, GraphEdge, GraphNode, Grouping } from './schema.ts';

/** What a node belongs to: a key that is the same for all its members, and what the group is called. */
export type Membership = { readonly key: string; readonly name: string };

/** The id of a group in the address: short, and holding no name. */
export const groupKey = (by: Grouping, key: string): string => createHash('sha256').update(`${by} ${key}`).digest('hex').slice(0, 12);

const worst = ['contradicted', 'quarantined', 'failed', 'aborted', 'running'];
const words = (count: number, one: string, many: string) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

export type Grouped = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] };

function folded(id: string, by: Grouping, name: string, members: readonly GraphNode[], key: string): GraphNode {
  const runs = members.filter((node) => node.type === 'run').length;
  const failed = members.filter((node) => node.state === 'failed').length;
  const others = members.length - runs;
  const sum = (of: (node: GraphNode) => number) => members.reduce((total, node) => total + of(node), 0);
  return {
    id, type: 'group', kind: by, label: name,
    detail: [runs > 0 ? words(runs, 'run', 'runs') : null, others > 0 ? words(others, 'version', 'versions') : null, failed > 0 ? `${failed} failed` : null].filter((part) => part !== null).join(', '),
    href: null, state: worst.find((state) => members.some((node) => node.state === state)) ?? null, digest: null, at: null,
    hiddenUpstream: sum((node) => node.hiddenUpstream), hiddenDownstream: sum((node) => node.hiddenDownstream),
    team: by === 'team' ? name : (members.find((node) => node.team !== null)?.team ?? null), pipeline: by === 'pipeline' ? name : null, group: key, members: members.length,
  };
}

/** Of parallel edges: by label only where all of them are. */
const surest = (one: ByLabel | undefined, other: ByLabel | undefined): ByLabel | undefined => (one === undefined || other === undefined ? undefined : one === 'sole' ? one : other);

/**
 * Folds the members of each group of two or more into one node at the place of its first member; edges inside a group vanish, parallel ones become one that counts them.
 * Groups whose key is in `open` are drawn member by member; nodes in `apart` (the focus, a path) are never folded.
 */
export function grouped(nodes: readonly GraphNode[], edges: readonly GraphEdge[], by: Grouping, memberships: ReadonlyMap<string, Membership>, open: ReadonlySet<string>, apart: ReadonlySet<string>): Grouped {
  const groups = new Map<string, { readonly name: string; readonly members: GraphNode[] }>();
  const keyOf = new Map<string, string>();
  for (const node of nodes) {
    const membership = memberships.get(node.id);
    if (!membership) continue;
    const key = groupKey(by, membership.key);
    keyOf.set(node.id, key);
    if (apart.has(node.id)) continue;
    const known = groups.get(key);
    if (known) known.members.push(node);
    else groups.set(key, { name: membership.name, members: [node] });
  }
  const standsFor = new Map<string, string>();
  const drawn: GraphNode[] = [];
  for (const node of nodes) {
    const key = keyOf.get(node.id) ?? null;
    const group = key === null || apart.has(node.id) ? undefined : groups.get(key);
    if (key === null || !group || group.members.length < 2 || open.has(key)) {
      drawn.push({ ...node, group: key });
      continue;
    }
    const id = `group:${key}`;
    standsFor.set(node.id, id);
    if (group.members[0] === node) drawn.push(folded(id, by, group.name, group.members, key));
  }
  const joined = new Map<string, GraphEdge>();
  for (const edge of edges) {
    const [from, to] = [standsFor.get(edge.from) ?? edge.from, standsFor.get(edge.to) ?? edge.to];
    if (from === to) continue;
    const changed = from !== edge.from || to !== edge.to;
    const key = JSON.stringify([from, to]);
    const known = joined.get(key);
    const byLabel = known ? surest(known.byLabel, edge.byLabel) : edge.byLabel;
    joined.set(key, { from, to, folded: (known?.folded ?? 0) + (changed ? Math.max(1, edge.folded) : edge.folded), ...(byLabel && { byLabel }) });
  }
  return { nodes: drawn, edges: [...joined.values()] };
}
