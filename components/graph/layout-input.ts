// The graph as the layout engine takes it: cleaned, sized, with options. Pure.
import type { ElkExtendedEdge, ElkNode, LayoutOptions } from 'elkjs/lib/elk-api.js';
import type { GraphEdge, GraphNode } from './graph-types.ts';

export const nodeSize = { width: 208, height: 52 } as const;

export type Orientation = 'across' | 'down';

/** Edges that can be drawn: both ends present, none to itself, each pair once. */
export function drawableEdges(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): readonly GraphEdge[] {
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
    'elk.layered.spacing.nodeNodeBetweenLayers': orientation === 'across' ? '60' : '48',
    'elk.spacing.nodeNode': orientation === 'across' ? '20' : '28',
    'elk.spacing.componentComponent': '40',
    'elk.layered.spacing.edgeNodeBetweenLayers': '20',
    'elk.spacing.edgeEdge': count > 60 ? '5' : '8',
    'elk.spacing.edgeNode': count > 60 ? '6' : '10',
    // The first makes the shortest lines, in time for few nodes; the second nearly so for hundreds, a third lower than what the engine would choose.
    'elk.layered.nodePlacement.strategy': count <= 60 ? 'NETWORK_SIMPLEX' : 'LINEAR_SEGMENTS',
    // All that leaves a node leaves as one trunk: thirty parallel lines say no more than one that branches.
    'elk.layered.mergeEdges': 'true',
    // Fewer tries for order on large graphs: a good picture in time is better than a perfect one never.
    'elk.layered.thoroughness': count > 150 ? '3' : '10',
  };
}

/** The engine's input; the same graph always gives the same input, so the same picture. */
export function layoutInput(nodes: readonly GraphNode[], edges: readonly GraphEdge[], orientation: Orientation): ElkNode {
  return {
    id: 'graph',
    layoutOptions: layoutOptions(nodes.length, orientation),
    children: nodes.map((node) => ({ id: node.id, ...nodeSize })),
    edges: drawableEdges(nodes, edges).map((edge): ElkExtendedEdge => ({ id: edgeId(edge), sources: [edge.from], targets: [edge.to] })),
  };
}

export const edgeId = (edge: GraphEdge): string => JSON.stringify([edge.from, edge.to]);
