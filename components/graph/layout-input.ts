// The graph as the layout engine takes it: cleaned, sized, with options. Pure.
import type { ElkExtendedEdge, ElkNode, LayoutOptions } from 'elkjs/lib/elk-api.js';
import type { GraphEdge } from './graph-types.ts';

export const nodeSize = { width: 224, height: 52 } as const;

export type Orientation = 'across' | 'down';

/** What the engine places: a node, or a frame around several. */
export type Box = { readonly id: string; readonly width: number; readonly height: number };

/** How many boxes the longest way leads through, and how many stand beside each other at most. What stands on a cycle counts as nothing. */
export function extent(boxes: readonly Box[], edges: readonly GraphEdge[]): { readonly long: number; readonly wide: number } {
  const after = Map.groupBy(edges, (edge) => edge.from);
  const left = new Map(boxes.map((box) => [box.id, 0]));
  for (const edge of edges) left.set(edge.to, (left.get(edge.to) ?? 0) + 1);
  let [long, wide] = [0, 0];
  for (let layer = boxes.map((box) => box.id).filter((id) => left.get(id) === 0); layer.length > 0;) {
    long += 1;
    wide = Math.max(wide, layer.length);
    layer = layer.flatMap((id) => after.get(id) ?? []).flatMap((edge) => {
      const open = (left.get(edge.to) ?? 0) - 1;
      left.set(edge.to, open);
      return open === 0 ? [edge.to] : [];
    });
  }
  return { long, wide };
}

/** More steps than this in a row are broken into lines, like text. */
const longest = 14;
/** With more beside each other, the lines from one row back to the next would be more than the rows. */
const thinnest = 2;

/** A thin graph much longer than the window is broken into lines, as text is, so that it can be seen as a whole. */
function wrapping(boxes: readonly Box[], edges: readonly GraphEdge[], orientation: Orientation, aspect: number): LayoutOptions {
  if (orientation === 'down') return {};
  const { long, wide } = extent(boxes, edges);
  const natural = (long * (nodeSize.width + 44)) / (wide * (nodeSize.height + 20));
  return long <= longest || wide > thinnest || natural < 4 * aspect ? {} : { 'elk.layered.wrapping.strategy': 'MULTI_EDGE', 'elk.layered.wrapping.additionalEdgeSpacing': '24', 'elk.aspectRatio': String(aspect * 1.4) };
}

/** Edges that can be drawn: both ends present, none to itself, each pair once. */
export function drawableEdges(nodes: readonly { readonly id: string }[], edges: readonly GraphEdge[]): readonly GraphEdge[] {
  const ids = new Set(nodes.map((node) => node.id));
  const seen = new Set<string>();
  return edges.filter((edge) => {
    const key = JSON.stringify([edge.from, edge.to]);
    if (edge.from === edge.to || !ids.has(edge.from) || !ids.has(edge.to) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function layoutOptions(count: number, orientation: Orientation): LayoutOptions {
  return {
    'elk.algorithm': 'layered',
    'elk.direction': orientation === 'across' ? 'RIGHT' : 'DOWN',
    'elk.edgeRouting': 'ORTHOGONAL',
    'elk.layered.spacing.nodeNodeBetweenLayers': orientation === 'down' ? '48' : count <= 60 ? '44' : '60',
    'elk.spacing.nodeNode': orientation === 'across' ? '20' : '28',
    'elk.spacing.componentComponent': '40',
    'elk.layered.spacing.edgeNodeBetweenLayers': count <= 60 ? '18' : '20',
    'elk.spacing.edgeEdge': count > 60 ? '5' : '8',
    'elk.spacing.edgeNode': count > 60 ? '6' : '10',
    // The first makes the shortest lines, in time for few nodes; the second nearly so for hundreds, a third lower than what the engine would choose.
    'elk.layered.nodePlacement.strategy': count <= 60 ? 'NETWORK_SIMPLEX' : 'LINEAR_SEGMENTS',
    // All that leaves a node leaves as one trunk: thirty parallel lines say no more than one that branches.
    'elk.layered.mergeEdges': 'true',
    // Where no line would cross another, siblings stand in the order they are given in; in crowds that costs more time than it is worth.
    'elk.layered.considerModelOrder.strategy': count <= 60 ? 'NODES_AND_EDGES' : 'NONE',
    // Fewer tries for order on large graphs: a good picture in time is better than a perfect one never.
    'elk.layered.thoroughness': count > 150 ? '3' : '10',
  };
}

/** The engine's input; the same graph always gives the same input, so the same picture. `aspect` is the window's width to its height. */
export function layoutInput(boxes: readonly Box[], edges: readonly GraphEdge[], orientation: Orientation, aspect: number): ElkNode {
  return {
    id: 'graph',
    layoutOptions: { ...layoutOptions(boxes.length, orientation), ...wrapping(boxes, edges, orientation, aspect) },
    children: boxes.map(({ id, width, height }) => ({ id, width, height })),
    edges: edges.map((edge): ElkExtendedEdge => ({ id: edgeId(edge), sources: [edge.from], targets: [edge.to] })),
  };
}

export const edgeId = (edge: GraphEdge): string => JSON.stringify([edge.from, edge.to]);
