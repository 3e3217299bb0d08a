// The picture of the graph as a PNG file, drawn on a canvas of the page: nothing is loaded and nothing is sent.
import { dashesOf, kindWords, stateWords, type GraphEdge } from './graph-types.ts';
import type { Folded } from './fold.ts';
import { edgeId, nodeSize } from './layout-input.ts';
import type { Layout } from './layout-output.ts';

const margin = 16;
/** Browsers give up on larger canvases. */
const mostPixels = 40_000_000;
const mostSide = 16_000;

/** How much larger than life: twice, or as far as a canvas goes. */
export const pngScale = (width: number, height: number): number => Math.min(2, mostSide / Math.max(width, height), Math.sqrt(mostPixels / (width * height)));

/** What is drawn, in light colours; null where the browser refuses a picture of this size. */
export async function graphPng(layout: Layout, { nodes, frames }: Pick<Folded, 'nodes' | 'frames'>, edges: readonly GraphEdge[], focusId: string | undefined): Promise<Blob | null> {
  const [width, height] = [layout.width + 2 * margin, layout.height + 2 * margin];
  const scale = pngScale(width, height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const pen = canvas.getContext('2d');
  if (pen === null) return null;
  pen.scale(scale, scale);
  pen.fillStyle = '#ffffff';
  pen.fillRect(0, 0, width, height);
  pen.translate(margin, margin);
  for (const area of layout.frames.values()) {
    pen.beginPath();
    pen.roundRect(area.x, area.y, area.width, area.height, 8);
    pen.fillStyle = '#f6f7f8';
    pen.fill();
    pen.strokeStyle = '#c3c8ce';
    pen.stroke();
  }
  pen.strokeStyle = '#858d96';
  for (const edge of edges) {
    const path = layout.edges.get(edgeId(edge));
    if (path === undefined || path === '') continue;
    pen.setLineDash((dashesOf(edge) ?? '').split(' ').filter((part) => part !== '').map(Number));
    pen.stroke(new Path2D(path));
    pen.setLineDash([]);
    const end = path.slice(path.lastIndexOf('L') + 1).split(' ').map(Number);
    const target = layout.frames.get(edge.to) ?? layout.nodes.get(edge.to);
    const [x, y] = end;
    if (x === undefined || y === undefined || target === undefined) continue;
    pen.save();
    pen.translate(x, y);
    // The flow goes right or down: whichever side of its target the line ends at.
    if (Math.abs(y - target.y) < 1) pen.rotate(Math.PI / 2);
    pen.fillStyle = '#858d96';
    pen.fill(new Path2D('M-7 -3.5L0 0L-7 3.5Z'));
    pen.restore();
  }
  const style = getComputedStyle(document.body).fontFamily;
  const write = (text: string, x: number, y: number, font: string, colour: string, room: number = nodeSize.width - 20) => {
    pen.font = font;
    pen.fillStyle = colour;
    let shown = text;
    while (shown.length > 1 && pen.measureText(shown).width > room) shown = `${shown.slice(0, -2).trimEnd()}…`;
    pen.fillText(shown, x, y);
  };
  for (const frame of frames) {
    const area = layout.frames.get(frame.id);
    if (area !== undefined) write(`${frame.label}  ${frame.detail}`, area.x + 14, area.y + 27, `600 13px ${style}`, '#15181b', area.width - 28);
  }
  const box = (x: number, y: number) => {
    pen.beginPath();
    pen.roundRect(x, y, nodeSize.width, nodeSize.height, 5);
    pen.fillStyle = '#ffffff';
    pen.fill();
  };
  for (const node of nodes) {
    const at = layout.nodes.get(node.id);
    if (at === undefined) continue;
    for (const by of node.fold === undefined ? [] : [8, 4]) {
      box(at.x + by, at.y + by);
      pen.strokeStyle = '#858d96';
      pen.lineWidth = 1;
      pen.setLineDash([]);
      pen.stroke();
    }
    box(at.x, at.y);
    pen.strokeStyle = node.id === focusId ? '#1d4ed8' : '#858d96';
    pen.lineWidth = node.id === focusId ? 2 : 1;
    pen.setLineDash(node.kind === 'restricted' ? [4, 3] : []);
    pen.stroke();
    write(`${node.fold === undefined ? kindWords[node.kind] : 'folded'}${node.state === undefined ? '' : `, ${stateWords[node.state]}`}`, at.x + 10, at.y + 16, `10px ${style}`, '#5d6670');
    write(node.label, at.x + 10, at.y + 31, `600 12px ${style}`, '#15181b');
    if (node.sublabel !== undefined) write(node.sublabel, at.x + 10, at.y + 45, '10px ui-monospace, monospace', '#454d56');
  }
  return new Promise((resolve) => { canvas.toBlob(resolve, 'image/png'); });
}
