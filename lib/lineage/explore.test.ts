// The pure parts of the explorer: paths, folding, groups, DOT, and what facets say of columns.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOfDatasetFacet, columnsOfJobFacet } from './column-facets.ts';
import { contract, mostInPlaceOfNode } from './contract.ts';
import { dotOf, dotString } from './dot.ts';
import { plainNode } from './draw.ts';
import { grouped, groupKey } from './grouping.ts';
import { pathBetween, shortestPath, type Neighbours } from './path.ts';
import type { GraphEdge, GraphNode, GraphView } from './schema.ts';

type Pair = readonly [number, number];
const beside = (edges: readonly Pair[], most = Infinity): Neighbours => (ids, way) => {
  const pairs = ids.flatMap((id) => edges.flatMap(([from, to]) => (String(way === 'downstream' ? from : to) === id ? [[id, String(way === 'downstream' ? to : from)] as const] : [])));
  return Promise.resolve({ pairs: pairs.slice(0, most), cut: pairs.length > most });
};
const bounds = { mostLooked: 1000, mostNodes: 100 };

/** Breadth first from one end: how far every node is. */
function distances(edges: readonly Pair[], start: number): Map<number, number> {
  const far = new Map([[start, 0]]);
  for (let open = [start]; open.length > 0;) {
    const next: number[] = [];
    for (const at of open) for (const [from, to] of edges) {
      if (from !== at || far.has(to)) continue;
      far.set(to, (far.get(at) ?? 0) + 1);
      next.push(to);
    }
    open = next;
  }
  return far;
}

describe('a path', () => {
  const edges = fc.array(fc.tuple(fc.nat(14), fc.nat(14)), { maxLength: 40 });

  it('is the shortest there is, and made of edges that are there', async () => {
    await fc.assert(fc.asyncProperty(edges, fc.nat(14), fc.nat(14), async (drawn, a, b) => {
      const found = await shortestPath([String(a)], [String(b)], beside(drawn), bounds);
      const steps = distances(drawn, a).get(b);
      expect(found.steps).toBe(steps ?? null);
      expect(found.complete).toBe(true);
      if (found.nodes === null || steps === undefined) return;
      const path = found.nodes.slice(0, steps + 1).map(Number);
      expect([path[0], path.at(-1)]).toEqual([a, b]);
      for (let at = 0; at < steps; at += 1) expect(drawn.some(([from, to]) => from === path[at] && to === path[at + 1])).toBe(true);
    }));
  });

  it('holds exactly the nodes of all shortest paths while there is room, and one whole path when there is not', async () => {
    await fc.assert(fc.asyncProperty(edges, fc.nat(14), fc.nat(14), async (drawn, a, b) => {
      const found = await shortestPath([String(a)], [String(b)], beside(drawn), bounds);
      if (found.nodes === null || found.steps === null) return;
      const [from, to] = [distances(drawn, a), distances(drawn.map(([x, y]) => [y, x] as const), b)];
      const on = [...from].filter(([node, far]) => far + (to.get(node) ?? Infinity) === found.steps).map(([node]) => String(node));
      expect([...found.nodes].sort()).toEqual(on.sort());
      const small = await shortestPath([String(a)], [String(b)], beside(drawn), { ...bounds, mostNodes: 2 });
      expect(small.nodes?.length).toBeGreaterThanOrEqual(found.steps + 1);
    }));
  });

  it('is found whichever end came first', async () => {
    const chain: Pair[] = [[1, 2], [2, 3]];
    expect((await pathBetween(['3'], ['1'], beside(chain), bounds)).nodes).toEqual(['1', '2', '3']);
    expect((await pathBetween(['1'], ['3'], beside(chain), bounds)).nodes).toEqual(['1', '2', '3']);
    expect(await pathBetween(['1'], ['2'], beside([[1, 3], [2, 3]]), bounds)).toMatchObject({ nodes: null, complete: true });
  });

  it('says that it was not searched to the end: at the bound, and where neighbours were cut', async () => {
    const long = Array.from({ length: 50 }, (_, n): Pair => [n, n + 1]);
    expect(await shortestPath(['0'], ['50'], beside(long), { mostLooked: 20, mostNodes: 10 })).toMatchObject({ nodes: null, complete: false });
    const fan = Array.from({ length: 30 }, (_, n): Pair => [0, n + 1]);
    const funnel = Array.from({ length: 30 }, (_, n): Pair => [n + 60, 99]);
    expect(await shortestPath(['0'], ['99'], beside([...fan, ...funnel], 1), bounds)).toMatchObject({ nodes: null, complete: false });
    expect(await shortestPath(['0'], ['50'], beside(long), { ...bounds, inTime: () => false })).toMatchObject({ nodes: null, complete: false });
  });

  it('is known not to be there once one end is walked to its end, however crowded the other is', async () => {
    const fan = Array.from({ length: 30 }, (_, n): Pair => [0, n + 1]);
    expect(await shortestPath(['0'], ['99'], beside([...fan, [98, 99], [97, 98]], 1), bounds)).toMatchObject({ nodes: null, complete: true });
  });

  it('that leads past a crowd is not called the shortest', async () => {
    const crowd = Array.from({ length: 30 }, (_, n): Pair => [0, n + 1]);
    const gather = Array.from({ length: 30 }, (_, n): Pair => [n + 60, 99]);
    expect(await shortestPath(['0'], ['99'], beside([...crowd, ...gather, [1, 60]], 1), bounds)).toMatchObject({ steps: 3, complete: false });
  });

  it('never looks at more than its bound and one level of cuts', async () => {
    await fc.assert(fc.asyncProperty(edges, fc.integer({ min: 2, max: 8 }), async (drawn, mostLooked) => {
      expect((await shortestPath(['0'], ['14'], beside(drawn), { mostLooked, mostNodes: 5 })).looked).toBeLessThanOrEqual(mostLooked);
    }));
  });
});

describe('folding nodes into edges', () => {
  const edge = (from: string, to: string) => ({ from, to });
  it('joins what was on both sides, and counts', () => {
    const { edges, kept } = contract([edge('a', 'r1'), edge('r1', 'b'), edge('a', 'r2'), edge('r2', 'b'), edge('b', 'd')], new Set(['r1', 'r2']), 10, 100);
    expect([edges, kept]).toEqual([[{ from: 'b', to: 'd', folded: 0 }, { from: 'a', to: 'b', folded: 2 }], []]);
  });
  it('joins nothing to itself', () => {
    expect(contract([edge('a', 'r'), edge('r', 'a')], new Set(['r']), 10, 100).edges).toEqual([]);
  });
  it('keeps a node whose inputs × outputs would say more than was reported', () => {
    const wide = Array.from({ length: 9 }, (_, n) => [edge(`in${n}`, 'bulk'), edge('bulk', `out${n}`)]).flat();
    expect(9 * 9).toBeGreaterThan(mostInPlaceOfNode);
    const roomy = contract(wide, new Set(['bulk']), 1, 1000);
    expect([roomy.kept, roomy.edges.length]).toEqual([['bulk'], 18]);
    expect(contract(wide, new Set(['bulk']), 0, 1000)).toMatchObject({ kept: [], cut: false });
    const full = contract(wide, new Set(['bulk']), 0, 20);
    expect([full.edges.length, full.cut]).toEqual([20, true]);
  });
  it('leads from a to b in two hops exactly where one hidden node lay between', () => {
    const pairs = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.boolean()), { maxLength: 20 });
    fc.assert(fc.property(pairs, (drawn) => {
      const all = drawn.map(([version, run, input]) => (input ? edge(`v${version}`, `r${run}`) : edge(`r${run}`, `v${version}`)));
      const hidden = new Set(drawn.map(([, run]) => `r${run}`));
      const expected = new Set(all.flatMap((one) => (hidden.has(one.to) ? all.filter((two) => two.from === one.to && two.to !== one.from).map((two) => `${one.from} ${two.to}`) : [])));
      expect(new Set(contract(all, hidden, 0, 1000).edges.map((one) => `${one.from} ${one.to}`))).toEqual(expected);
    }));
  });
});

const node = (id: string, more: Partial<GraphNode> = {}): GraphNode => ({ ...plainNode, id, type: 'run', kind: 'run', label: id, detail: '', ...more });
const joined = (from: string, to: string, folded = 0): GraphEdge => ({ from, to, folded });

describe('groups', () => {
  const nodes = [node('a', { state: 'complete', hiddenUpstream: 2 }), node('b', { state: 'failed' }), node('c', { type: 'version', kind: 'dataset' }), node('d'), node('focus')];
  const members = new Map([['a', { key: '1', name: 'clean' }], ['b', { key: '1', name: 'clean' }], ['c', { key: '1', name: 'clean' }], ['d', { key: '2', name: 'train' }], ['focus', { key: '1', name: 'clean' }]]);
  const edges = [joined('a', 'c'), joined('c', 'd'), joined('b', 'd'), joined('d', 'focus')];

  it('stand for their members with counts and the worst state; edges inside vanish, parallel ones are counted', () => {
    const id = `group:${groupKey('pipeline', '1')}`;
    const { nodes: drawn, edges: left } = grouped(nodes, edges, 'pipeline', members, new Set(), new Set(['focus']));
    expect(drawn.map((each) => each.id)).toEqual([id, 'd', 'focus']);
    expect(drawn[0]).toMatchObject({ type: 'group', kind: 'pipeline', label: 'clean', detail: '2 runs, 1 version, 1 failed', state: 'failed', members: 3, hiddenUpstream: 2 });
    expect(left).toEqual([joined(id, 'd', 2), joined('d', 'focus')]);
  });
  it('are drawn member by member when opened, and never of one alone', () => {
    const { nodes: drawn, edges: left } = grouped(nodes, edges, 'pipeline', members, new Set([groupKey('pipeline', '1')]), new Set(['focus']));
    expect([drawn.map((each) => each.id), left]).toEqual([['a', 'b', 'c', 'd', 'focus'], edges]);
    expect(drawn[0]?.group).toBe(groupKey('pipeline', '1'));
  });
  it('of two teams are apart though they are called the same', () => {
    const same = new Map([['a', { key: 'x clean', name: 'clean' }], ['b', { key: 'x clean', name: 'clean' }], ['c', { key: 'y clean', name: 'clean' }], ['d', { key: 'y clean', name: 'clean' }]]);
    expect(grouped(nodes, [], 'pipeline', same, new Set(), new Set()).nodes.filter((each) => each.type === 'group')).toHaveLength(2);
  });
});

describe('DOT', () => {
  const graph = (label: string): GraphView => ({ focus: ['a'], nodes: [node('a', { label, detail: label }), node('b')], edges: [joined('a', 'b', 3)], truncated: false, path: null, asOf: null });
  it('escapes what would end a string or begin an escape', () => {
    expect(dotString('a"b')).toBe('"a\\"b"');
    expect(dotString('\\N')).toBe('"\\\\N"');
    expect(dotString('two\nlines')).toBe('"two\\nlines"');
    expect(dotString('"; } digraph evil { x [label="')).toBe('"\\"; } digraph evil { x [label=\\""');
  });
  it('holds one statement a line whatever names hold', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (label) => {
      const lines = dotOf(graph(label)).trimEnd().split('\n');
      expect(lines).toHaveLength(7);
      // A quoted string ends at the first quote that no backslash escapes.
      const rest = (lines[3] ?? '').replace(/"(?:[^"\\]|\\[^])*"/gu, '');
      expect(rest).toBe('  n0 [label=, tooltip=, shape=ellipse, penwidth=2];');
    }));
  });
  it('numbers the nodes and weighs the edges', () => {
    expect(dotOf(graph('x'))).toContain('  n0 -> n1 [label="3"];');
  });
});

describe('what facets say of columns', () => {
  const from = (name: string, field?: string, more: object = {}) => ({ namespace: 'lake', name, ...(field !== undefined && { field }), ...more });
  it('is read from columnLineage with its transformations, old and new', () => {
    const body = { fields: { total: { inputFields: [from('orders', 'price', { transformations: [{ type: 'DIRECT', subtype: 'AGGREGATION', description: 'sum', masking: true }] })], transformationType: 'IDENTITY' }, id: { inputFields: [from('orders', 'id')], transformationType: 'IDENTITY', transformationDescription: 'identical' } }, dataset: [from('orders', 'day')] };
    expect(columnsOfDatasetFacet(body)).toEqual([
      { field: 'total', input: { namespace: 'lake', name: 'orders', field: 'price', how: ['DIRECT AGGREGATION masking: sum'] } },
      { field: 'id', input: { namespace: 'lake', name: 'orders', field: 'id', how: ['IDENTITY: identical'] } },
      { field: null, input: { namespace: 'lake', name: 'orders', field: 'day', how: [] } },
    ]);
  });
  it('is read from the lineage facet of a dataset and of a job; jobs and whole datasets are no columns', () => {
    const fields = { total: { inputs: [from('orders', 'price', { type: 'DATASET' }), { type: 'JOB', namespace: 'jobs', name: 'x' }, from('rates', undefined, { type: 'DATASET' })] } };
    const inputs = [from('orders', undefined, { type: 'DATASET' }), from('orders', 'day', { type: 'DATASET' })];
    const mappings = columnsOfDatasetFacet({ fields, inputs });
    expect(mappings.map(({ field, input }) => [field, input.name, input.field])).toEqual([['total', 'orders', 'price'], ['total', 'rates', null], [null, 'orders', 'day']]);
    expect(columnsOfJobFacet({ entries: [{ namespace: 'lake', name: 'sums', type: 'DATASET', fields, inputs }, { type: 'JOB', inputs }, { namespace: 'lake', name: 'bare', type: 'DATASET' }] })).toEqual([{ target: { namespace: 'lake', name: 'sums' }, mappings }]);
  });
  it('keeps what can be read beside what cannot', () => {
    expect(columnsOfDatasetFacet({ fields: { good: { inputFields: [from('a', 'b'), 7, { namespace: 'lake' }] }, bad: 'text', worse: null } }).map((mapping) => mapping.field)).toEqual(['good']);
    fc.assert(fc.property(fc.jsonValue(), (body) => {
      expect(Array.isArray(columnsOfDatasetFacet(body))).toBe(true);
      expect(Array.isArray(columnsOfJobFacet(body))).toBe(true);
    }));
  });
});
