// Where the reader starts to look, and how much of a node can be read from there. Pure.
import { nodeSize } from './layout-input.ts';
import type { Layout } from './layout-output.ts';

export type View = { readonly x: number; readonly y: number; readonly zoom: number };
type Size = { readonly width: number; readonly height: number };

const padding = 20;
const readable = 0.75;

/** A few nodes are shown a little larger than life; more than that never. */
const largest = 1.25;

/** How high the canvas is for a graph: a chain of three does not stand lost in a hall made for three hundred. */
export function canvasHeight(layout: Layout, most: number): number {
  return Math.round(Math.min(most, Math.max(280, layout.height * largest + 180)));
}

/** The whole graph in the middle of the canvas. */
export function wholeView(layout: Layout, canvas: Size): View {
  const zoom = Math.min(layout.nodes.size <= 12 ? largest : 1, (canvas.width - 2 * padding) / Math.max(1, layout.width), (canvas.height - 2 * padding) / Math.max(1, layout.height));
  return { x: (canvas.width - layout.width * zoom) / 2, y: (canvas.height - layout.height * zoom) / 2, zoom };
}

/** A node in the middle of the canvas. */
export function viewOf(layout: Layout, canvas: Size, id: string, zoom: number): View | undefined {
  const at = layout.nodes.get(id);
  return at === undefined ? undefined : { x: canvas.width / 2 - (at.x + nodeSize.width / 2) * zoom, y: canvas.height / 2 - (at.y + nodeSize.height / 2) * zoom, zoom };
}

/** The whole if it can be read; else the focus with what is around it. */
export function openingView(layout: Layout, canvas: Size, focusId: string | undefined): View {
  const whole = wholeView(layout, canvas);
  if (whole.zoom >= 0.62 || focusId === undefined) return whole;
  const view = viewOf(layout, canvas, focusId, readable);
  if (view === undefined) return whole;
  // Not further over the border than needed: what is empty there could show more of the graph.
  const within = (at: number, drawn: number, room: number) => (drawn + 2 * padding <= room ? (room - drawn) / 2 : Math.max(room - drawn - padding, Math.min(padding, at)));
  return { ...view, x: within(view.x, layout.width * view.zoom, canvas.width), y: within(view.y, layout.height * view.zoom, canvas.height) };
}

/** What a node shows: everything, its name alone, or its sign alone. */
export function zoomLevel(zoom: number): 'near' | 'middle' | 'far' {
  return zoom >= 0.6 ? 'near' : zoom >= 0.3 ? 'middle' : 'far';
}
