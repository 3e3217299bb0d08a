// What the layout engine places: nodes as boxes, unfolded look-alikes as one box with a grid inside, and the lines between boxes. Pure.
import { joinedEdges, type Folded, type Frame } from './fold.ts';
import type { GraphEdge, GraphNode } from './graph-types.ts';
import { nodeSize, type Box, type Orientation } from './layout-input.ts';
import type { Layout, Placed } from './layout-output.ts';

const cell = { width: nodeSize.width + 16, height: nodeSize.height + 24 } as const;
export const frameHead = 44;
const framePadding = 14;

export type Picture = { readonly boxes: readonly Box[]; readonly lines: readonly GraphEdge[]; readonly frames: readonly Frame[]; readonly columns: number; readonly orientation: Orientation; readonly aspect: number };

/** Columns of the grids, the same for all frames, so that together they are about as wide for their height as the window. Where the flow goes down the window is narrow: two, which can still be read side by side. */
export function columnsOf(frames: readonly Frame[], orientation: Orientation, aspect: number): number {
  if (orientation === 'down') return 2;
  const cells = frames.reduce((sum, frame) => sum + frame.members.length, 0);
  return Math.max(2, Math.round(Math.sqrt((cells * cell.height * aspect) / cell.width)));
}

function frameBox(frame: Frame, most: number): Box {
  const columns = Math.min(most, frame.members.length);
  return { id: frame.fold.id, width: Math.max(columns * cell.width - 16, 320) + 2 * framePadding, height: frameHead + Math.ceil(frame.members.length / columns) * cell.height - 24 + framePadding + 8 };
}

/** Of siblings, what went wrong comes first, then the largest folds, then the others as they were told. */
function rank(node: GraphNode): number {
  if (node.state === 'contradicted' || node.state === 'quarantined') return -2_000;
  if (node.state === 'failed') return -1_000;
  return -(node.fold?.members.length ?? 0);
}

/** `aspect` is the window's width to its height. */
export function pictureOf({ nodes, edges, frames }: Folded, orientation: Orientation, aspect: number): Picture {
  const columns = columnsOf(frames, orientation, aspect);
  const inside = new Map(frames.flatMap((frame) => frame.members.map((id) => [id, frame.fold.id] as const)));
  return {
    boxes: [...nodes.filter((node) => !inside.has(node.id)).sort((a, b) => rank(a) - rank(b)).map((node) => ({ id: node.id, ...nodeSize })), ...frames.map((frame) => frameBox(frame, columns))],
    lines: joinedEdges(edges, (id) => inside.get(id) ?? id), frames, columns, orientation, aspect,
  };
}

/** The engine's answer with the members of each frame in their places; the frame's own place is that of its head. */
export function placed(layout: Layout, { boxes, frames, columns }: Picture): Layout {
  if (frames.length === 0) return layout;
  const nodes = new Map<string, Placed>(layout.nodes);
  const areas = new Map(layout.frames);
  const sizes = new Map(boxes.map((box) => [box.id, box]));
  for (const frame of frames) {
    const at = layout.nodes.get(frame.fold.id);
    const size = sizes.get(frame.fold.id);
    if (at === undefined || size === undefined) continue;
    areas.set(frame.fold.id, { ...at, width: size.width, height: size.height, members: new Set(frame.members) });
    frame.members.forEach((id, index) => nodes.set(id, { x: at.x + framePadding + (index % columns) * cell.width, y: at.y + frameHead + Math.floor(index / columns) * cell.height }));
  }
  return { ...layout, nodes, frames: areas };
}
