// The shortest way from one thing to another along the flow: breadth first from both ends, bounded by nodes and by time. It asks for neighbours and knows no database.
import type { OneWay } from './schema.ts';

/** What lies beside some nodes: `[node, neighbour]` pairs, and whether some node had more than was answered. */
export type Beside = { readonly pairs: readonly (readonly [string, string])[]; readonly cut: boolean };
/** `room`: how many new neighbours are wanted at most. */
export type Neighbours = (ids: readonly string[], way: OneWay, room: number) => Promise<Beside>;

export type PathSearch = {
  /** From the upstream end to the downstream one; on equally short paths, as many of their nodes as were asked for, one whole path first. Null where none was found. */
  readonly nodes: readonly string[] | null;
  readonly steps: number | null;
  /** False where a bound ended the search, or made it pass by neighbours of a crowded node: a path, or a shorter one, may exist. */
  readonly complete: boolean;
  readonly looked: number;
};

/** `inTime` is asked before each step: false ends the search. */
export type PathBounds = { readonly mostLooked: number; readonly mostNodes: number; readonly inTime?: () => boolean };

/** `cut`: neighbours of a crowded node were passed by, so what this side has not reached proves nothing. */
type Side = { readonly way: OneWay; readonly from: Map<string, string[]>; frontier: readonly string[]; cut: boolean };
type Search = { readonly upper: Side; readonly lower: Side; levels: number };

const side = (ids: readonly string[], way: OneWay): Side => ({ way, from: new Map(ids.map((id) => [id, []])), frontier: [...new Set(ids)], cut: false });
const search = (from: readonly string[], to: readonly string[]): Search => ({ upper: side(from, 'downstream'), lower: side(to, 'upstream'), levels: 0 });
const lookedBy = ({ upper, lower }: Search) => upper.from.size + lower.from.size;

/** One level further; where a node is reached by several ways of equal length, all are kept. Gives what is new. */
async function advance(one: Side, neighbours: Neighbours, room: number): Promise<readonly string[]> {
  const { pairs, cut } = await neighbours(one.frontier, one.way, room);
  const found = new Map<string, string[]>();
  for (const [from, to] of pairs) {
    if (one.from.has(to)) continue;
    const known = found.get(to);
    if (known) known.push(from);
    else if (found.size < room) found.set(to, [from]);
    else one.cut = true;
  }
  if (cut) one.cut = true;
  for (const [id, from] of found) one.from.set(id, from);
  one.frontier = [...found.keys()];
  return one.frontier;
}

/** The nodes of the shortest paths through where the two sides met: first those of one path in order, then those of others while there is room. */
function nodesThrough(meeting: readonly string[], upper: Side, lower: Side, most: number): string[] {
  const [first] = meeting;
  if (first === undefined) return [];
  const toEnd = (one: Side) => {
    const way: string[] = [];
    for (let at = one.from.get(first)?.[0]; at !== undefined; at = one.from.get(at)?.[0]) way.push(at);
    return way;
  };
  const nodes = new Set([...toEnd(upper).reverse(), first, ...toEnd(lower)]);
  for (const one of [upper, lower]) {
    const open = [...meeting];
    const queued = new Set(open);
    for (let at = 0; at < open.length && nodes.size < most; at += 1) {
      const id = open[at] ?? '';
      nodes.add(id);
      for (const before of one.from.get(id) ?? []) {
        if (queued.has(before)) continue;
        queued.add(before);
        open.push(before);
      }
    }
  }
  return [...nodes];
}

/**
 * The side that goes on: one whose neighbours were all answered, since such a side, walked to its end, proves that there is no path; of those the
 * smaller, so that a hub at one end is not walked when the other end is near. Null where the search is over.
 */
function nextSide({ upper, lower }: Search): Side | null {
  const walkedOut = [upper, lower].some((one) => one.frontier.length === 0 && !one.cut);
  if (walkedOut) return null;
  const open = [upper, lower].filter((one) => one.frontier.length > 0);
  return open.toSorted((a, b) => Number(a.cut) - Number(b.cut) || a.frontier.length - b.frontier.length)[0] ?? null;
}

/** One level of a search; the path where its sides met. */
async function further(one: Search, next: Side, neighbours: Neighbours, room: number, bounds: PathBounds): Promise<PathSearch | null> {
  const found = await advance(next, neighbours, room);
  const other = next === one.upper ? one.lower : one.upper;
  one.levels += 1;
  const meeting = found.filter((id) => other.from.has(id));
  if (meeting.length === 0) return null;
  return { nodes: nodesThrough(meeting, one.upper, one.lower, bounds.mostNodes), steps: one.levels, complete: !one.upper.cut && !one.lower.cut, looked: lookedBy(one) };
}

/** True where the search has shown that there is no path: one side was walked to its end and nothing of it passed by. */
const proven = ({ upper, lower }: Search) => [upper, lower].some((one) => one.frontier.length === 0 && !one.cut);

/** Several searches side by side, always the one with the least to do: the first that finds a path ends all. */
async function searchAll(searches: readonly Search[], neighbours: Neighbours, bounds: PathBounds): Promise<PathSearch> {
  const looked = () => searches.reduce((sum, one) => sum + lookedBy(one), 0);
  for (const { upper, lower } of searches) {
    const same = upper.frontier.filter((id) => lower.from.has(id));
    if (same.length > 0) return { nodes: same.slice(0, 1), steps: 0, complete: true, looked: looked() };
  }
  for (;;) {
    const open = searches.flatMap((one) => { const next = nextSide(one); return next === null ? [] : [{ one, next }]; });
    const least = open.toSorted((a, b) => Number(a.next.cut) - Number(b.next.cut) || a.next.frontier.length - b.next.frontier.length)[0];
    const room = bounds.mostLooked - looked();
    if (least === undefined || room <= 0 || bounds.inTime?.() === false) return { nodes: null, steps: null, complete: searches.every(proven), looked: looked() };
    const found = await further(least.one, least.next, neighbours, room, bounds);
    if (found !== null) return { ...found, looked: looked() };
  }
}

/** The shortest path from any of `from` down to any of `to`. */
export const shortestPath = (from: readonly string[], to: readonly string[], neighbours: Neighbours, bounds: PathBounds): Promise<PathSearch> => searchAll([search(from, to)], neighbours, bounds);

/** The path in either direction, whichever end came first. */
export const pathBetween = (a: readonly string[], b: readonly string[], neighbours: Neighbours, bounds: PathBounds): Promise<PathSearch> => searchAll([search(a, b), search(b, a)], neighbours, bounds);
