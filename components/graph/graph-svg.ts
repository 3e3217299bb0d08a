// The graph as a standalone SVG file: light colours, full labels, no links or scripts. Pure.
import { dashesOf, kindWords, stateWords, type GraphEdge, type GraphNode } from './graph-types.ts';
import type { Folded } from './fold.ts';
import { edgeId, nodeSize } from './layout-input.ts';
import type { Layout } from './layout-output.ts';

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const cut = (text: string, most: number) => text.length > most ? `${text.slice(0, most - 1)}…` : text;

/** A document to save; names are cut to the node's width and whole in each node's title; what a fold holds is named in its description. `lines` lead between nodes and frames. */
export function graphSvg(layout: Layout, { nodes, frames }: Pick<Folded, 'nodes' | 'frames'>, edges: readonly GraphEdge[], byId: ReadonlyMap<string, GraphNode>, focusId: string | undefined): string {
  const margin = 16;
  const areas = frames.map((frame) => {
    const at = layout.frames.get(frame.id);
    return at === undefined ? '' : `<g transform="translate(${at.x} ${at.y})"><rect width="${at.width}" height="${at.height}" rx="8" fill="#f6f7f8" stroke="#c3c8ce"/><text x="14" y="27" font-size="13" font-weight="600" fill="#15181b">${escape(frame.label)}<tspan dx="8" font-weight="400" fill="#5d6670">${escape(frame.detail)}</tspan></text></g>`;
  });
  const lines = edges.map((edge) => {
    const path = layout.edges.get(edgeId(edge));
    if (path === undefined || path === '') return '';
    const dashes = dashesOf(edge);
    return `<path d="${path}" fill="none" stroke="#858d96"${dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`} marker-end="url(#arrow)">${edge.note === undefined ? '' : `<title>${escape(edge.note)}</title>`}</path>`;
  });
  const boxes = nodes.map((node) => {
    const at = layout.nodes.get(node.id);
    if (at === undefined) return '';
    const state = node.state === undefined ? '' : `, ${stateWords[node.state]}`;
    const title = `${node.fold === undefined ? `${kindWords[node.kind]} ` : ''}${node.label}${node.sublabel === undefined ? '' : ` ${node.sublabel}`}${state}`;
    const named = (id: string) => `${byId.get(id)?.label ?? id} ${byId.get(id)?.sublabel ?? ''}`.trim();
    const behind = node.fold === undefined ? '' : `<desc>${escape(node.fold.members.map(named).join('; '))}</desc>${[8, 4].map((by) => `<rect x="${by}" y="${by}" width="${nodeSize.width}" height="${nodeSize.height}" rx="5" fill="#ffffff" stroke="#858d96"/>`).join('')}`;
    return `<g transform="translate(${at.x} ${at.y})"><title>${escape(title)}</title>${behind}`
      + `<rect width="${nodeSize.width}" height="${nodeSize.height}" rx="5" fill="#ffffff" stroke="${node.id === focusId ? '#1d4ed8' : '#858d96'}" stroke-width="${node.id === focusId ? 2 : 1}"/>`
      + `<text x="10" y="16" font-size="10" fill="#5d6670">${escape((node.fold === undefined ? kindWords[node.kind] : 'folded') + state)}</text>`
      + `<text x="10" y="31" font-size="12" font-weight="600" fill="#15181b">${escape(cut(node.label, 28))}</text>`
      + (node.sublabel === undefined ? '' : `<text x="10" y="45" font-size="10" font-family="ui-monospace, monospace" fill="#454d56">${escape(cut(node.sublabel, 30))}</text>`)
      + '</g>';
  });
  const [width, height] = [Math.ceil(layout.width + 2 * margin), Math.ceil(layout.height + 2 * margin)];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-margin} ${-margin} ${width} ${height}" font-family="ui-sans-serif, system-ui, sans-serif">`
    + '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M1 1l6 3-6 3" fill="none" stroke="#858d96"/></marker></defs>'
    + `<rect x="${-margin}" y="${-margin}" width="100%" height="100%" fill="#ffffff"/>${areas.join('')}${lines.join('')}${boxes.join('')}</svg>`;
}
