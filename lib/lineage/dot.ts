// The graph in Graphviz's DOT language (https://graphviz.org/doc/info/lang.html). Pure.
import type { GraphView } from './schema.ts';

/** A quoted string: a backslash would begin an escape such as `\N` or `\l`, a quote would end it; other control characters mean nothing to a drawing. */
export const dotString = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replace(/\r\n|[\r\n]/g, '\\n').replace(/[\u0000-\u001f\u007f]/g, ' ')}"`;

const shapes: Record<string, string> = { run: 'ellipse', deployment: 'component', group: 'folder', restricted: 'box' };

/** A digraph from left to right. Nodes are numbered; their names and details are labels, their ids tooltips. */
export function dotOf(graph: GraphView): string {
  const number = new Map(graph.nodes.map((node, index) => [node.id, `n${index}`]));
  const focus = new Set([...graph.focus, ...(graph.path?.nodes ?? [])]);
  const lines = graph.nodes.map((node) => {
    const label = [`${node.kind}${node.state === null ? '' : `, ${node.state}`}`, node.label, node.detail].map((line) => dotString(line).slice(1, -1)).join('\\n');
    const attributes = [`label="${label}"`, `tooltip=${dotString(node.digest ?? node.id)}`, `shape=${shapes[node.type] ?? 'box'}`, ...(node.type === 'restricted' ? ['style=dashed'] : []), ...(focus.has(node.id) ? ['penwidth=2'] : [])];
    return `  ${number.get(node.id) ?? ''} [${attributes.join(', ')}];`;
  });
  const edges = graph.edges.flatMap((edge) => {
    const [from, to] = [number.get(edge.from), number.get(edge.to)];
    if (from === undefined || to === undefined) return [];
    const words = [...(edge.folded > 1 ? [String(edge.folded)] : []), ...(edge.byLabel ? [edge.byLabel === 'sole' ? 'by label' : 'by label, less sure'] : [])];
    const attributes = [...(words.length > 0 ? [`label="${words.join(', ')}"`] : []), ...(edge.byLabel ? [`style=${edge.byLabel === 'sole' ? 'dashed' : 'dotted'}`] : [])];
    return [`  ${from} -> ${to}${attributes.length > 0 ? ` [${attributes.join(', ')}]` : ''};`];
  });
  return ['digraph lineage {', '  rankdir=LR;', '  node [fontname="sans-serif", fontsize=10];', ...lines, ...edges, '}', ''].join('\n');
}
