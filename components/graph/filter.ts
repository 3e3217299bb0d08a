// Which nodes of a graph a reader looks for: by words, kind and state. Pure.
import type { GraphNode } from './graph-types.ts';

export type GraphFilter = { readonly text: string; readonly kind: string; readonly state: string };

/** `none` among states: those that have none. */
export const noState = 'none';

/** The nodes that fit all that is asked for; undefined where nothing is. Every word must be part of the kind, name, second line, state or a fact. */
export function matchesOf(nodes: readonly GraphNode[], { text, kind, state }: GraphFilter): ReadonlySet<string> | undefined {
  const words = text.trim().toLowerCase().split(/\s+/).filter((word) => word !== '');
  if (words.length === 0 && kind === '' && state === '') return undefined;
  return new Set(nodes.filter((node) => {
    if (kind !== '' && node.kind !== kind) return false;
    if (state !== '' && (node.state ?? noState) !== state) return false;
    const said = `${node.kind} ${node.label} ${node.sublabel ?? ''} ${node.state ?? ''} ${(node.facts ?? []).map((fact) => fact.value).join(' ')}`.toLowerCase();
    return words.every((word) => said.includes(word));
  }).map((node) => node.id));
}

/** What there is to choose from, with how many nodes each has, in order of count. */
export function choicesOf(nodes: readonly GraphNode[]): { readonly kinds: readonly (readonly [string, number])[]; readonly states: readonly (readonly [string, number])[] } {
  const count = (of: (node: GraphNode) => string) => {
    const counts = new Map<string, number>();
    for (const node of nodes) counts.set(of(node), (counts.get(of(node)) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  };
  return { kinds: count((node) => node.kind), states: count((node) => node.state ?? noState) };
}
