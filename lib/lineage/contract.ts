// Leaving nodes out of a graph and keeping what they join: runs folded into edges between versions, and the other way round. Pure.
export type Edge = { readonly from: string; readonly to: string; readonly folded: number };

/** More edges than this in place of one node would say less than the node itself. */
export const mostInPlaceOfNode = 64;

export type Contracted = { readonly edges: readonly Edge[]; /** Left in, because inputs × outputs of it are too many to draw. */ readonly kept: readonly string[]; readonly cut: boolean };

export type LabelEdge = { readonly from: string; readonly to: string; /** What was written by the label alone leads to a content; else a content leads to what was read by it. */ readonly written: boolean };

/**
 * Steps by label as edges, for `contract`, which sees no way between two hidden nodes: there, what came before the one end leads to the other. Written by a
 * label and then read by another one is such a way; from one content of a label to another one there is none.
 */
export function throughHidden(edges: readonly { readonly from: string; readonly to: string }[], steps: readonly LabelEdge[], hidden: ReadonlySet<string>): { from: string; to: string }[] {
  const [shown, between] = [steps.filter((step) => !hidden.has(step.from) || !hidden.has(step.to)), steps.filter((step) => hidden.has(step.from) && hidden.has(step.to))];
  const led = (known: readonly { readonly from: string; readonly to: string }[], written: boolean) => {
    const before = Map.groupBy(known, ({ to }) => to);
    return between.flatMap((step) => (step.written === written ? (before.get(step.from) ?? []).map(({ from }) => ({ from, to: step.to })) : []));
  };
  const toContents = led(edges, true);
  return [...shown.map(({ from, to }) => ({ from, to })), ...toContents, ...led([...edges, ...toContents], false)];
}

/**
 * Joins the neighbours of every node in `hidden` directly. `folded` counts how many hidden nodes an edge stands for; it is 0 for edges that were there.
 * A hidden node with a crowd on both sides stays, while there is `room` for it. At most `mostEdges` come of it.
 */
export function contract(edges: readonly { readonly from: string; readonly to: string }[], hidden: ReadonlySet<string>, room: number, mostEdges: number): Contracted {
  const before = new Map<string, Set<string>>();
  const after = new Map<string, Set<string>>();
  const add = (map: Map<string, Set<string>>, key: string, value: string) => {
    const known = map.get(key);
    if (known) known.add(value);
    else map.set(key, new Set([value]));
  };
  const joined = new Map<string, Edge>();
  for (const edge of edges) {
    if (hidden.has(edge.to)) add(before, edge.to, edge.from);
    if (hidden.has(edge.from)) add(after, edge.from, edge.to);
    if (!hidden.has(edge.from) && !hidden.has(edge.to)) joined.set(JSON.stringify([edge.from, edge.to]), { from: edge.from, to: edge.to, folded: 0 });
  }
  const kept: string[] = [];
  let cut = false;
  const join = (edge: Edge) => {
    const key = JSON.stringify([edge.from, edge.to]);
    const known = joined.get(key);
    if (!known && joined.size >= mostEdges) cut = true;
    else joined.set(key, known ? { ...known, folded: known.folded + edge.folded } : edge);
  };
  for (const node of hidden) {
    const [from, to] = [before.get(node) ?? new Set<string>(), after.get(node) ?? new Set<string>()];
    if (from.size > 1 && to.size > 1 && from.size * to.size > mostInPlaceOfNode && kept.length < room) {
      kept.push(node);
      for (const each of from) join({ from: each, to: node, folded: 0 });
      for (const each of to) join({ from: node, to: each, folded: 0 });
      continue;
    }
    for (const source of from) for (const target of to) if (source !== target) join({ from: source, to: target, folded: 1 });
  }
  return { edges: [...joined.values()], kept, cut };
}
