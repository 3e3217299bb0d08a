// Where the reader starts to look, and how much of a node can be read from there. Pure.
import { nodeSize } from './layout-input.ts';
import type { Layout } from './layout-output.ts';

export type View = { readonly x: number; readonly y: number; readonly zoom: number };
type Size = { readonly width: number; readonly height: number };

const padding = 20;
/** The buttons stand beneath. */
const below = 56;
const readable = 0.75;

/** A few nodes are shown a little larger than life; more than that never. */
const largest = 1.25;

/** From here on a node shows all its words. */
const legible = 0.6;

const zoomAcross = (layout: Layout, width: number) => Math.min(layout.nodes.size <= 12 ? largest : 1, (width - 2 * padding) / Math.max(1, layout.width));

/** How high the canvas is for a graph in a window of this width: a chain of three does not stand lost in a hall made for three hundred. */
export function canvasHeight(layout: Layout, most: number, width: number): number {
  const zoom = zoomAcross(layout, width);
  return Math.round(Math.min(most, Math.max(280, layout.height * (zoom < legible ? readable : zoom) + 2 * below + 2 * padding)));
}

/** The whole graph in the middle of the canvas. */
export function wholeView(layout: Layout, canvas: Size): View {
  const zoom = Math.min(zoomAcross(layout, canvas.width), (canvas.height - padding - below) / Math.max(1, layout.height));
  // In the middle of it all while that leaves the buttons free.
  return { x: (canvas.width - layout.width * zoom) / 2, y: Math.min((canvas.height - layout.height * zoom) / 2, canvas.height - below - layout.height * zoom), zoom };
}

/** A node in the middle of the canvas. */
export function viewOf(layout: Layout, canvas: Size, id: string, zoom: number): View | undefined {
  const at = layout.nodes.get(id);
  return at === undefined ? undefined : { x: canvas.width / 2 - (at.x + nodeSize.width / 2) * zoom, y: canvas.height / 2 - (at.y + nodeSize.height / 2) * zoom, zoom };
}

/** The whole if it can be read; else the focus with what is around it. */
export function openingView(layout: Layout, canvas: Size, focusId: string | undefined): View {
  const whole = wholeView(layout, canvas);
  if (whole.zoom >= legible || focusId === undefined) return whole;
  const view = viewOf(layout, canvas, focusId, readable);
  if (view === undefined) return whole;
  // Not further over the border than needed: what is empty there could show more of the graph.
  const within = (at: number, drawn: number, room: number, end: number) => (drawn + padding + end <= room ? Math.min((room - drawn) / 2, room - drawn - end) : Math.max(room - drawn - end, Math.min(padding, at)));
  return { ...view, x: within(view.x, layout.width * view.zoom, canvas.width, padding), y: within(view.y, layout.height * view.zoom, canvas.height, below) };
}

/** What a node shows: everything, its name alone, or its sign alone. */
export function zoomLevel(zoom: number): 'near' | 'middle' | 'far' {
  return zoom >= legible ? 'near' : zoom >= 0.3 ? 'middle' : 'far';
}
