// The shortest way from one thing to another along the flow: breadth first from both ends, bounded. It asks for neighbours and knows no database.
import type { OneWay } from './schema.ts';

/** What lies beside some nodes: `[node, neighbour]` pairs, and whether some node had more than was answered. */
export type Beside = { readonly pairs: readonly (readonly [string, string])[]; readonly cut: boolean };
export type Neighbours = (ids: readonly string[], way: OneWay) => Promise<Beside>;

export type PathSearch = {
  /** From the upstream end to the downstream one; on equally short paths, as many of their nodes as were asked for, one whole path first. Null where none was found. */
  readonly nodes: readonly string[] | null;
  readonly steps: number | null;
  /** False where the search ended at its bound, or passed by neighbours of a crowded node. */
  readonly complete: boolean;
  readonly looked: number;
};

export type PathBounds = { readonly mostLooked: number; readonly mostNodes: number };

type Side = { readonly way: OneWay; readonly from: Map<string, string[]>; frontier: readonly string[] };

const start = (ids: readonly string[], way: OneWay): Side => ({ way, from: new Map(ids.map((id) => [id, []])), frontier: [...new Set(ids)] });

/** One level further; where a node is reached by several ways of equal length, all are kept. Gives what is new. */
async function advance(side: Side, neighbours: Neighbours, room: number): Promise<{ readonly found: readonly string[]; readonly cut: boolean }> {
  const { pairs, cut } = await neighbours(side.frontier, side.way);
  const found = new Map<string, string[]>();
  let full = false;
  for (const [from, to] of pairs) {
    if (side.from.has(to)) continue;
    const known = found.get(to);
    if (known) known.push(from);
    else if (found.size < room) found.set(to, [from]);
    else full = true;
  }
  for (const [id, from] of found) side.from.set(id, from);
  side.frontier = [...found.keys()];
  return { found: side.frontier, cut: cut || full };
}

/** The nodes of the shortest paths through where the two sides met: first those of one path in order, then those of others while there is room. */
function nodesThrough(meeting: readonly string[], upper: Side, lower: Side, most: number): string[] {
  const [first] = meeting;
  if (first === undefined) return [];
  const toEnd = (side: Side) => {
    const way: string[] = [];
    for (let at = side.from.get(first)?.[0]; at !== undefined; at = side.from.get(at)?.[0]) way.push(at);
    return way;
  };
  const nodes = new Set([...toEnd(upper).reverse(), first, ...toEnd(lower)]);
  for (const side of [upper, lower]) {
    const open = [...meeting];
    for (let id = open.shift(); id !== undefined && nodes.size < most; id = open.shift()) {
      nodes.add(id);
      open.push(...(side.from.get(id) ?? []));
    }
  }
  return [...nodes];
}

/** The shortest path from any of `from` down to any of `to`. */
export async function shortestPath(from: readonly string[], to: readonly string[], neighbours: Neighbours, bounds: PathBounds): Promise<PathSearch> {
  const upper = start(from, 'downstream');
  const lower = start(to, 'upstream');
  const looked = () => upper.from.size + lower.from.size;
  const same = upper.frontier.filter((id) => lower.from.has(id));
  if (same.length > 0) return { nodes: same.slice(0, 1), steps: 0, complete: true, looked: looked() };
  let [levels, complete] = [0, true];
  while (upper.frontier.length > 0 && lower.frontier.length > 0) {
    const room = bounds.mostLooked - looked();
    if (room <= 0) return { nodes: null, steps: null, complete: false, looked: looked() };
    // The smaller side advances: a hub at one end is not walked when the other end is near.
    const side = upper.frontier.length <= lower.frontier.length ? upper : lower;
    const other = side === upper ? lower : upper;
    const { found, cut } = await advance(side, neighbours, room);
    if (cut) complete = false;
    levels += 1;
    const meeting = found.filter((id) => other.from.has(id));
    if (meeting.length > 0) return { nodes: nodesThrough(meeting, upper, lower, bounds.mostNodes), steps: levels, complete, looked: looked() };
  }
  return { nodes: null, steps: null, complete, looked: looked() };
}

/** The path in either direction: whichever end came first. */
export async function pathBetween(a: readonly string[], b: readonly string[], neighbours: Neighbours, bounds: PathBounds): Promise<PathSearch> {
  const down = await shortestPath(a, b, neighbours, bounds);
  if (down.nodes !== null) return down;
  const up = await shortestPath(b, a, neighbours, bounds);
  return { ...up, complete: up.nodes === null ? up.complete && down.complete : up.complete, looked: up.looked + down.looked };
}
