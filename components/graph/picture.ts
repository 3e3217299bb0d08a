// What the layout engine places: nodes as boxes, unfolded look-alikes as one box with a grid inside, and the lines between boxes. Pure.
import { joinedEdges, type Folded, type Frame } from './fold.ts';
import type { GraphEdge, GraphNode } from './graph-types.ts';
import { nodeSize, type Box, type Orientation } from './layout-input.ts';
import type { Layout, Placed } from './layout-output.ts';
import { neighboursOf } from './walk.ts';

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

const headOf = (frame: Frame) => frame.fold === undefined ? framePadding : frameHead;

/** More siblings than this do not fit beside each other in a narrow window. */
const mostBeside = 2;

/** Siblings with the same neighbours, together: a narrow window shows them as a grid and not as a row that leaves it. */
function bundles(nodes: readonly GraphNode[], lines: readonly GraphEdge[]): Frame[] {
  const near = neighboursOf(lines);
  const alike = Map.groupBy(nodes, (node) => JSON.stringify([[...(near.get(node.id)?.upstream ?? [])].sort(), [...(near.get(node.id)?.downstream ?? [])].sort()]));
  return [...alike.values()].filter((group) => group.length > mostBeside).map((group) => ({ id: `beside:${group[0]?.id ?? ''}`, fold: undefined, label: '', detail: '', members: group.map((node) => node.id) }));
}

function frameBox(frame: Frame, most: number): Box {
  const columns = Math.min(most, frame.members.length);
  const head = headOf(frame);
  return { id: frame.id, width: Math.max(columns * cell.width - 16, frame.fold === undefined ? 0 : 400) + 2 * framePadding, height: head + Math.ceil(frame.members.length / columns) * cell.height - 24 + framePadding + 8 };
}

/** Of siblings, what went wrong comes first, then the largest folds, then the others as they were told. */
function rank(node: GraphNode): number {
  if (node.state === 'contradicted' || node.state === 'quarantined') return -2_000;
  if (node.state === 'failed') return -1_000;
  return -(node.fold?.members.length ?? 0);
}

/** `aspect` is the window's width to its height. */
export function pictureOf({ nodes, edges, frames: unfolded }: Pick<Folded, 'nodes' | 'edges' | 'frames'>, orientation: Orientation, aspect: number): Picture {
  const insideOf = (frames: readonly Frame[]) => new Map(frames.flatMap((frame) => frame.members.map((id) => [id, frame.id] as const)));
  const ordered = [...nodes].sort((a, b) => rank(a) - rank(b));
  const inUnfolded = insideOf(unfolded);
  const free = ordered.filter((node) => !inUnfolded.has(node.id));
  const frames = orientation === 'across' ? unfolded : [...unfolded, ...bundles(free, joinedEdges(edges, (id) => inUnfolded.get(id) ?? id))];
  const columns = columnsOf(frames, orientation, aspect);
  const inside = insideOf(frames);
  return {
    boxes: [...free.filter((node) => !inside.has(node.id)).map((node) => ({ at: rank(node), box: { id: node.id, ...nodeSize } })), ...frames.map((frame) => ({ at: -(frame.fold?.members.length ?? 0), box: frameBox(frame, columns) }))].sort((a, b) => a.at - b.at).map(({ box }) => box),
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
    const at = layout.nodes.get(frame.id);
    const size = sizes.get(frame.id);
    if (at === undefined || size === undefined) continue;
    const across = Math.min(columns, frame.members.length);
    const head = headOf(frame);
    areas.set(frame.id, { ...at, width: size.width, height: size.height, members: new Set(frame.members) });
    // Without a head there is nothing of its own to go to.
    if (frame.fold === undefined) nodes.delete(frame.id);
    frame.members.forEach((id, index) => nodes.set(id, { x: at.x + framePadding + (index % across) * cell.width, y: at.y + head + Math.floor(index / across) * cell.height }));
  }
  return { ...layout, nodes, frames: areas };
}
