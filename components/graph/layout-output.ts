// What the layout engine answers, as positions and paths. Pure.
import type { ElkNode, ElkPoint } from 'elkjs/lib/elk-api.js';

export type Placed = { readonly x: number; readonly y: number };
/** Where unfolded look-alikes stand together. */
export type Area = Placed & { readonly width: number; readonly height: number; readonly members: ReadonlySet<string> };
export type Layout = {
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<string, Placed>;
  /** SVG path of each edge by its id. */
  readonly edges: ReadonlyMap<string, string>;
  readonly frames: ReadonlyMap<string, Area>;
};

const corner = 6;
const round = (value: number) => Math.round(value * 10) / 10;

/** A line through all points with rounded corners. */
export function roundedPath(points: readonly ElkPoint[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let path = `M${round(first.x)} ${round(first.y)}`;
  let before = first;
  rest.forEach((point, index) => {
    const next = rest[index + 1];
    if (next === undefined) {
      path += `L${round(point.x)} ${round(point.y)}`;
      return;
    }
    const inLength = Math.hypot(point.x - before.x, point.y - before.y);
    const outLength = Math.hypot(next.x - point.x, next.y - point.y);
    const radius = Math.min(corner, inLength / 2, outLength / 2);
    if (radius > 0) {
      const enter = { x: point.x - ((point.x - before.x) / inLength) * radius, y: point.y - ((point.y - before.y) / inLength) * radius };
      const leave = { x: point.x + ((next.x - point.x) / outLength) * radius, y: point.y + ((next.y - point.y) / outLength) * radius };
      path += `L${round(enter.x)} ${round(enter.y)}Q${round(point.x)} ${round(point.y)} ${round(leave.x)} ${round(leave.y)}`;
    }
    before = point;
  });
  return path;
}

/** Reads the engine's answer. */
export function readLayout(answer: ElkNode): Layout {
  const nodes = new Map((answer.children ?? []).map((child) => [child.id, { x: child.x ?? 0, y: child.y ?? 0 }]));
  const edges = new Map((answer.edges ?? []).map((edge) => {
    const section = edge.sections?.[0];
    return [edge.id, section === undefined ? '' : roundedPath([section.startPoint, ...(section.bendPoints ?? []), section.endPoint])];
  }));
  return { width: answer.width ?? 0, height: answer.height ?? 0, nodes, edges, frames: new Map() };
}
