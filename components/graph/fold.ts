// Folding look-alikes: siblings too many to be read one by one are drawn as one node that says exactly what it holds. Pure.
import { kindsWords, type GraphEdge, type GraphNode } from './graph-types.ts';

/** Up to this many siblings that look alike are drawn one by one. */
export const widest = 12;
/** Fewer than this are not folded: one node for two says less than the two. */
const fewest = 3;
/** Of siblings that share one neighbour and not all, each kind and state may take this many nodes. */
const widestOfCrowd = 4;

/** Look-alikes that may be drawn as one. */
export type Fold = {
  /** Of the node that stands for it, and of the frame it is unfolded into. */
  readonly id: string;
  /** In the address; the same for the same look-alikes. */
  readonly key: string;
  readonly members: readonly string[];
  /** The name or pipeline that all share; undefined where even those are too many. */
  readonly name: string | undefined;
  /** Folds of one name and pipeline within a fold of several. */
  readonly parts: readonly Fold[];
};

/** Nodes that stand in a grid, with lines to all of it: a fold that was unfolded, or siblings in a narrow window. `members` are ids of drawn nodes. */
export type Frame = { readonly id: string; readonly fold: Fold | undefined; readonly label: string; readonly detail: string; readonly members: readonly string[] };

export type Folded = {
  /** What is drawn: nodes as given, and those that stand for a fold. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly frames: readonly Frame[];
  /** The drawn node of every given one: itself, or what stands for it. */
  readonly standing: ReadonlyMap<string, string>;
  /** Keys of all that are unfolded. */
  readonly unfolded: readonly string[];
  /** Keys of all that are folded. */
  readonly folded: readonly string[];
};

/** Two rounds of 32-bit FNV-1a: short, and holding no name. */
function keyOf(text: string): string {
  const round = (start: number) => {
    let hash = start;
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
    return hash.toString(16).padStart(8, '0');
  };
  return (round(0x811c9dc5) + round(0x9dc5811c)).slice(0, 12);
}

const words = (count: number, one: string, many: string) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
const distinct = <T>(values: readonly (T | undefined)[]) => [...new Set(values.filter((value): value is T => value !== undefined))];

/** How many of what; where they share a name, the words before it. */
function countOf(members: readonly GraphNode[], name: string | undefined): string {
  const kind = members[0]?.kind ?? 'run';
  const count = members.length.toLocaleString('en');
  if (name === undefined) return `${count} ${kindsWords[kind]}`;
  return `${count} ${kind === 'run' ? 'runs of' : kind === 'deployment' ? 'deployments at' : 'versions of'}`;
}

const labelOf = (members: readonly GraphNode[], name: string | undefined) => name === undefined ? countOf(members, name) : `${countOf(members, name)} ${name}`;

function detailOf(members: readonly GraphNode[], name: string | undefined): string {
  const names = distinct(members.map((node) => node.like));
  const pipelines = distinct(members.map((node) => node.pipeline));
  const teams = distinct(members.map((node) => node.team));
  const days = distinct(members.map((node) => node.at?.slice(0, 10))).sort();
  const [first, last] = [days[0], days.at(-1)];
  return [
    members.every((node) => node.registered === true) ? 'registered' : undefined,
    names.length > 1 || (name === undefined && names.length > 0) ? words(names.length, 'name', 'names') : undefined,
    pipelines.length > 1 ? words(pipelines.length, 'pipeline', 'pipelines') : pipelines[0] === name ? undefined : pipelines[0],
    teams.length > 1 ? words(teams.length, 'team', 'teams') : undefined,
    first === undefined || last === undefined ? undefined : first === last ? first : first.slice(0, 4) === last.slice(0, 4) ? `${first} to ${last.slice(5)}` : `${first} to ${last}`,
  ].filter((part) => part !== undefined).join(' · ');
}

/** What must be seen: what leads to it is not folded with what does not. */
const markOf = (node: GraphNode, apart: ReadonlySet<string>): string | undefined =>
  apart.has(node.id) ? 'focus' : wrong(node) ? node.state : node.kind === 'restricted' || node.kind === 'deployment' ? node.kind : undefined;

/** Contradicted or quarantined: folded with its like where more than `widest` of that state look alike, so that the fold says it; up to so many are drawn one by one whatever stands beside them. */
const wrong = (node: GraphNode | undefined): boolean => node?.state === 'contradicted' || node?.state === 'quarantined';

type Ends = ReadonlyMap<string, ReadonlySet<string>>;

function endsOf(edges: readonly { readonly from: string; readonly to: string }[], standing: (id: string) => string): { readonly before: Ends; readonly after: Ends } {
  const [before, after] = [new Map<string, Set<string>>(), new Map<string, Set<string>>()];
  const add = (map: Map<string, Set<string>>, key: string, value: string) => {
    const known = map.get(key);
    if (known === undefined) map.set(key, new Set([value]));
    else known.add(value);
  };
  for (const edge of edges) {
    const [from, to] = [standing(edge.from), standing(edge.to)];
    if (from === to) continue;
    add(before, to, from);
    add(after, from, to);
  }
  return { before, after };
}

/** Layer by layer along `after`, each as late as its longest way; what stands in or behind a cycle is in none. */
function layersAlong(ids: readonly string[], { before, after }: { readonly before: Ends; readonly after: Ends }): string[][] {
  const left = new Map(ids.map((id) => [id, before.get(id)?.size ?? 0]));
  const layers: string[][] = [];
  for (let layer = ids.filter((id) => left.get(id) === 0); layer.length > 0;) {
    layers.push(layer);
    const next: string[] = [];
    for (const id of layer) for (const other of after.get(id) ?? []) {
      const open = (left.get(other) ?? 0) - 1;
      left.set(other, open);
      if (open === 0) next.push(other);
    }
    layer = next;
  }
  return layers;
}

/** Which marks are reached along `after`. Ends on cycles. */
function marksReached(nodes: readonly GraphNode[], { before }: { readonly before: Ends }, apart: ReadonlySet<string>): (id: string) => string {
  const reached = new Map<string, Set<string>>();
  const marked = Map.groupBy(nodes.filter((node) => markOf(node, apart) !== undefined), (node) => markOf(node, apart) ?? '');
  for (const [mark, starts] of marked) {
    const open = starts.map((node) => node.id);
    const seen = new Set<string>();
    for (let id = open.pop(); id !== undefined; id = open.pop()) for (const other of before.get(id) ?? []) {
      if (seen.has(other)) continue;
      seen.add(other);
      open.push(other);
      reached.set(other, (reached.get(other) ?? new Set()).add(mark));
    }
  }
  return (id) => [...(reached.get(id) ?? [])].sort().join(' ');
}

const kindKey = (node: GraphNode) => JSON.stringify([node.kind, node.state ?? '', node.registered === true]);

/** How look-alikes may be told apart, the finest way first: by name and pipeline, by pipeline, by name, or not at all. */
const ways: readonly { readonly by: (node: GraphNode) => string; readonly called: (node: GraphNode) => string | undefined }[] = [
  { by: (node) => JSON.stringify([node.like, node.pipeline ?? '']), called: (node) => node.like },
  { by: (node) => JSON.stringify(['pipeline', node.pipeline ?? node.like]), called: (node) => node.pipeline ?? node.like },
  { by: (node) => JSON.stringify(['name', node.like]), called: (node) => node.like },
  { by: () => 'all', called: () => undefined },
];

/** The folds of one group of look-alikes: told apart in the finest way that leaves at most `most` nodes to draw. */
function foldsOfGroup(group: readonly GraphNode[], alike: string, most: number): Fold[] {
  const split = (members: readonly GraphNode[], { by, called }: (typeof ways)[number], within: string): Fold[] => [...Map.groupBy(members, by)].filter(([, same]) => same.length >= fewest).map(([told, same]) => {
    const key = keyOf(`${within} ${told}`);
    return { id: `fold:${key}`, key, members: same.map((node) => node.id), name: same[0] === undefined ? undefined : called(same[0]), parts: [] };
  });
  const [finest, ...coarser] = ways;
  if (finest === undefined) return [];
  const drawn = (folds: readonly Fold[]) => group.length - folds.reduce((sum, fold) => sum + fold.members.length - 1, 0);
  const fine = split(group, finest, alike);
  if (drawn(fine) <= most) return fine;
  const byId = new Map(group.map((node) => [node.id, node]));
  for (const way of coarser) {
    const folds = split(group, way, alike);
    if (drawn(folds) <= most || way === ways.at(-1)) return folds.map((fold) => {
      const parts = split(fold.members.flatMap((id) => byId.get(id) ?? []), finest, fold.key);
      return parts.some((part) => part.members.length === fold.members.length) ? { ...fold, parts: [] } : { ...fold, parts };
    });
  }
  return [];
}

type Sweep = { readonly way: 'along' | 'against'; /** Siblings have the same neighbours on the near side, all of them or one that is crowded. */ readonly alike: 'all' | 'one' };

/** One sweep along the flow or against it, layer by layer: siblings on the near side, of which equal things are reached on the far side. */
function sweep({ way, alike }: Sweep, nodes: readonly GraphNode[], edges: readonly GraphEdge[], apart: ReadonlySet<string>, earlier: readonly Fold[]): Fold[] {
  const standing = new Map(earlier.flatMap((fold) => fold.members.map((id) => [id, fold.id] as const)));
  const stands = (id: string) => standing.get(id) ?? id;
  const turned = way === 'along' ? edges : edges.map(({ from, to }) => ({ from: to, to: from }));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const plain = endsOf(turned, (id) => id);
  const reached = marksReached(nodes, plain, apart);
  const layers = layersAlong(distinct(nodes.map((node) => stands(node.id))), endsOf(turned, stands));
  const near = (node: GraphNode) => distinct([...(plain.before.get(node.id) ?? [])].map(stands)).sort();
  const made: Fold[] = [...earlier];
  for (const layer of layers.slice(1)) {
    const candidates = layer.flatMap((id) => byId.get(id) ?? []).filter((node) => node.like !== undefined && node.kind !== 'restricted' && !apart.has(node.id));
    const groupsOf = (members: readonly GraphNode[], beside: (node: GraphNode) => readonly string[]) => [...Map.groupBy(members, (node) => JSON.stringify([way, kindKey(node), beside(node), reached(node.id)]))];
    const found: Fold[] = [];
    if (alike === 'all') {
      for (const [key, group] of groupsOf(candidates, near)) if (group.length > widest) found.push(...foldsOfGroup(group, key, widest));
    } else {
      const beside = new Map<string, GraphNode[]>();
      for (const node of candidates) for (const id of near(node)) beside.set(id, [...(beside.get(id) ?? []), node]);
      // What was folded in this layer before stands beside the crowd, and takes its part of what can be read.
      const folds = made.filter((fold) => layer.includes(fold.id)).map((fold) => new Set(fold.members.flatMap((id) => [...(plain.before.get(id) ?? [])].map(stands))));
      const taken = new Set<string>();
      for (const [crowded, all] of [...beside].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))) {
        const crowd = all.filter((node) => !taken.has(node.id));
        let drawn = crowd.length + folds.filter((near) => near.has(crowded)).length;
        for (const [key, group] of groupsOf(crowd, () => [crowded]).sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))) {
          if (drawn <= widest || group.length < fewest) break;
          if (wrong(group[0]) && group.length <= widest) continue;
          for (const fold of foldsOfGroup(group, `crowd ${key}`, widestOfCrowd)) {
            found.push(fold);
            drawn -= fold.members.length - 1;
            for (const id of fold.members) taken.add(id);
          }
        }
      }
    }
    for (const fold of found) for (const id of fold.members) standing.set(id, fold.id);
    made.push(...found);
  }
  return made;
}

/**
 * The folds of a graph, outermost only; no node is in two. They depend on the graph and `apart` alone, not on what is unfolded or selected.
 * Members of a fold are as far along the flow as each other, so that drawing a fold as one makes no cycle that was not there.
 */
export function foldsOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[], apart: ReadonlySet<string>): readonly Fold[] {
  if (nodes.length <= widest) return [];
  const sweeps: readonly Sweep[] = [{ way: 'along', alike: 'all' }, { way: 'against', alike: 'all' }, { way: 'along', alike: 'one' }, { way: 'against', alike: 'one' }];
  return sweeps.reduce<readonly Fold[]>((folds, each) => sweep(each, nodes, edges, apart, folds), []);
}

/** Edges between what stands for their ends: none within, parallel ones as one that counts them. */
export function joinedEdges(edges: readonly GraphEdge[], stands: (id: string) => string): GraphEdge[] {
  const joined = new Map<string, GraphEdge>();
  for (const edge of edges) {
    const [from, to] = [stands(edge.from), stands(edge.to)];
    if (from === to) continue;
    const key = JSON.stringify([from, to]);
    const known = joined.get(key);
    if (known === undefined) {
      joined.set(key, { ...edge, from, to });
      continue;
    }
    const weight = (known.weight ?? 1) + (edge.weight ?? 1);
    // Broken only where nothing that it stands for has a fact behind it.
    joined.set(key, { from, to, weight, label: `stands for ${weight.toLocaleString('en')} edges`, ...(known.broken !== undefined && edge.broken !== undefined && {
      broken: known.broken === edge.broken ? known.broken : 'dotted', ...(known.note !== undefined && known.note === edge.note && { note: known.note }),
    }) });
  }
  return [...joined.values()];
}

/** The graph as it is drawn, with `open` (keys, or everything) unfolded. `selected` is drawn itself whatever fold it is in; the fold counts the rest. */
export function folded(nodes: readonly GraphNode[], edges: readonly GraphEdge[], folds: readonly Fold[], open: ReadonlySet<string> | 'all', selected: string | undefined): Folded {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const standing = new Map(nodes.map((node) => [node.id, node.id]));
  const stacks = new Map<string, GraphNode>();
  const frames: Frame[] = [];
  const [closed, unfolded]: [string[], string[]] = [[], []];
  const isOpen = (fold: Fold) => open === 'all' || open.has(fold.key);
  const close = (fold: Fold): string | undefined => {
    closed.push(fold.key);
    const members = fold.members.filter((id) => id !== selected).flatMap((id) => byId.get(id) ?? []);
    const [first] = members;
    if (members.length < 2 || first === undefined) return first?.id;
    const sum = (of: (node: GraphNode) => number | undefined) => members.reduce((total, node) => total + (of(node) ?? 0), 0);
    for (const { id } of members) standing.set(id, fold.id);
    const [teams, pipelines] = [distinct(members.map((node) => node.team)), distinct(members.map((node) => node.pipeline))];
    stacks.set(fold.id, {
      id: fold.id, kind: first.kind, label: labelOf(members, fold.name), sublabel: detailOf(members, fold.name), ...(first.state !== undefined && { state: first.state }),
      hiddenUpstream: sum((node) => node.hiddenUpstream), hiddenDownstream: sum((node) => node.hiddenDownstream), fold: { key: fold.key, members: members.map((node) => node.id), count: countOf(members, fold.name), ...(fold.name !== undefined && { name: fold.name }) },
      facts: [...(pipelines.length > 0 ? [{ term: pipelines.length === 1 ? 'Pipeline' : 'Pipelines', value: pipelines.sort().join(', ') }] : []), ...(teams.length > 0 ? [{ term: teams.length === 1 ? 'Team' : 'Teams', value: teams.sort().join(', ') }] : [])],
    });
    return fold.id;
  };
  const unfold = (fold: Fold): void => {
    unfolded.push(fold.key);
    const inParts = new Set(fold.parts.flatMap((part) => part.members));
    const items = new Set(fold.members.filter((id) => !inParts.has(id)));
    for (const part of fold.parts) {
      if (isOpen(part)) unfold(part);
      else {
        const id = close(part);
        if (id !== undefined) items.add(id);
        if (selected !== undefined && part.members.includes(selected)) items.add(selected);
      }
    }
    const all = fold.members.flatMap((id) => byId.get(id) ?? []);
    // Those of one name in the order of time, the latest first; what stands for several before what stands for itself.
    const when = (id: string) => byId.get(id)?.at ?? '';
    const order = [...items].sort((a, b) => Number(stacks.has(b)) - Number(stacks.has(a)) || (when(a) < when(b) ? 1 : when(a) > when(b) ? -1 : 0));
    if (order.length > 0) frames.push({ id: fold.id, fold, label: labelOf(all, fold.name), detail: detailOf(all, fold.name), members: order });
  };
  for (const fold of folds) if (isOpen(fold)) unfold(fold); else close(fold);
  const drawn = new Map<string, GraphNode>();
  for (const node of nodes) {
    const id = standing.get(node.id) ?? node.id;
    const shown = stacks.get(id) ?? node;
    if (!drawn.has(id)) drawn.set(id, shown);
  }
  return { nodes: [...drawn.values()], edges: joinedEdges(edges, (id) => standing.get(id) ?? id), frames, standing, unfolded, folded: closed };
}
