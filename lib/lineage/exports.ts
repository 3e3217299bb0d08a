// The graph as a file: nodes and edges as CSV or JSON, or Graphviz's DOT.
import { csvOf } from '#lib/kernel/export.ts';
import { dotOf } from './dot.ts';
import type { GraphView } from './schema.ts';

export const graphFormats = ['page', 'csv', 'json', 'dot'] as const;
export type GraphFormat = (typeof graphFormats)[number];
export const graphParts = ['edges', 'nodes', 'all'] as const;
export type GraphPart = (typeof graphParts)[number];

export function edgeRows(graph: GraphView) {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  return graph.edges.map(({ from, to, folded, byLabel }) => ({ from, fromKind: nodes.get(from)?.kind ?? '', fromLabel: nodes.get(from)?.label ?? '', fromDigest: nodes.get(from)?.digest ?? null, to, toKind: nodes.get(to)?.kind ?? '', toLabel: nodes.get(to)?.label ?? '', toDigest: nodes.get(to)?.digest ?? null, folded, byLabel: byLabel ?? null }));
}

const edgeColumns = ['from', 'fromKind', 'fromLabel', 'fromDigest', 'to', 'toKind', 'toLabel', 'toDigest', 'byLabel'] as const;
const nodeColumns = ['id', 'type', 'kind', 'label', 'detail', 'state', 'digest', 'at', 'team', 'pipeline', 'members', 'hiddenUpstream', 'hiddenDownstream'] as const;

/** One table of both: `record` says which a row is; a node has no ends, an edge no name. */
function bothCsv(graph: GraphView): string {
  const blank = Object.fromEntries([...nodeColumns, ...edgeColumns].map((column) => [column, null]));
  const rows: Record<string, unknown>[] = [...graph.nodes.map((node) => ({ ...blank, record: 'node', ...node })), ...edgeRows(graph).map((edge) => ({ ...blank, record: 'edge', ...edge }))];
  return csvOf(rows, ['record', ...nodeColumns, ...edgeColumns]);
}

function csv(graph: GraphView, part: GraphPart): string {
  switch (part) {
    case 'edges':
      return csvOf(edgeRows(graph), edgeColumns);
    case 'nodes':
      return csvOf(graph.nodes, nodeColumns);
    case 'all':
      return bothCsv(graph);
  }
}

const json = (graph: GraphView, part: GraphPart) => JSON.stringify(part === 'edges' ? edgeRows(graph) : part === 'nodes' ? graph.nodes : graph);

/** A file to save. `X-Truncated` says that there is more than may be drawn. */
export function graphFile(graph: GraphView, format: Exclude<GraphFormat, 'page'>, part: GraphPart): Response {
  const [type, body] = format === 'csv' ? ['text/csv; charset=utf-8', csv(graph, part)] : format === 'json' ? ['application/json', json(graph, part)] : ['text/vnd.graphviz; charset=utf-8', dotOf(graph)];
  return new Response(body, { headers: { 'Content-Type': type, 'Content-Disposition': `attachment; filename="lineage.${format}"`, ...(graph.truncated ? { 'X-Truncated': 'true' } : {}) } });
}
