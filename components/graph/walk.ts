// Moving through the graph by keys, and what lies before and after a node. Pure.
import type { GraphEdge } from './graph-types.ts';
import type { Orientation } from './layout-input.ts';
import type { Layout, Placed } from './layout-output.ts';

export type Neighbours = { readonly upstream: readonly string[]; readonly downstream: readonly string[]; /** Of an edge that is no report of a run what it is, by the way and the neighbour: `upstream <id>`. */ readonly notes: ReadonlyMap<string, string> };

/** Direct neighbours of every node that has an edge. */
export function neighboursOf(edges: readonly GraphEdge[]): ReadonlyMap<string, Neighbours> {
  const map = new Map<string, { upstream: string[]; downstream: string[]; notes: Map<string, string> }>();
  const at = (id: string) => {
    const found = map.get(id) ?? { upstream: [], downstream: [], notes: new Map<string, string>() };
    map.set(id, found);
    return found;
  };
  for (const edge of edges) {
    at(edge.from).downstream.push(edge.to);
    at(edge.to).upstream.push(edge.from);
    if (edge.note === undefined) continue;
    at(edge.from).notes.set(`downstream ${edge.to}`, edge.note);
    at(edge.to).notes.set(`upstream ${edge.from}`, edge.note);
  }
  return map;
}

/** Everything that led to some nodes and everything that came of them, themselves included. Ends on cycles. */
export function reach(neighbours: ReadonlyMap<string, Neighbours>, ...starts: readonly string[]): ReadonlySet<string> {
  const reached = new Set(starts);
  for (const side of ['upstream', 'downstream'] as const) {
    const open = [...starts];
    const seen = new Set(open);
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      for (const next of neighbours.get(id)?.[side] ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        reached.add(next);
        open.push(next);
      }
    }
  }
  return reached;
}

export type Step = 'left' | 'right' | 'up' | 'down';

const nearestBy = (ids: readonly string[], distance: (id: string) => number): string | undefined =>
  ids.reduce<string | undefined>((best, id) => best === undefined || distance(id) < distance(best) ? id : best, undefined);

/** Where an arrow key leads: along edges in the direction of flow, between nodes of the same layer across it; within a frame, first to the next in its grid. */
export function step(layout: Layout, neighbours: ReadonlyMap<string, Neighbours>, from: string, to: Step, orientation: Orientation): string | undefined {
  const here = layout.nodes.get(from);
  if (here === undefined) return undefined;
  // `along` is the flow's axis, `across` the other.
  const [along, across]: readonly [(at: Placed) => number, (at: Placed) => number] = orientation === 'across' ? [(at) => at.x, (at) => at.y] : [(at) => at.y, (at) => at.x];
  const place = (id: string) => layout.nodes.get(id) ?? here;
  const [back, forth] = orientation === 'across' ? ['left', 'right'] : ['up', 'down'];
  if (to === back || to === forth) {
    const way = to === forth ? 1 : -1;
    const inRow = [...(frameAround(layout, from)?.members ?? [])].filter((id) => across(place(id)) === across(here) && (along(place(id)) - along(here)) * way > 0);
    if (inRow.length > 0) return nearestBy(inRow, (id) => Math.abs(along(place(id)) - along(here)));
    const candidates = neighbours.get(from)?.[to === forth ? 'downstream' : 'upstream'] ?? [];
    return nearestBy(candidates.filter((id) => layout.nodes.has(id)), (id) => Math.abs(across(place(id)) - across(here)));
  }
  const sign = to === 'down' || to === 'right' ? 1 : -1;
  const side = [...layout.nodes.keys()].filter((id) => id !== from && (across(place(id)) - across(here)) * sign > 0);
  // Staying in the layer matters more than being near.
  return nearestBy(side, (id) => Math.abs(across(place(id)) - across(here)) + 4 * Math.abs(along(place(id)) - along(here)));
}

const frameAround = (layout: Layout, id: string) => [...layout.frames.values()].find((frame) => frame.members.has(id));

/** Which way along the flow an arrow key points; undefined across it. */
export function directionOf(to: Step, orientation: Orientation): 'upstream' | 'downstream' | undefined {
  const [back, forth] = orientation === 'across' ? ['left', 'right'] : ['up', 'down'];
  return to === back ? 'upstream' : to === forth ? 'downstream' : undefined;
}
