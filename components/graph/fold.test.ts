// Folding look-alikes, and how what is folded and unfolded is laid out.
import ELK from 'elkjs/lib/elk.bundled.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { folded, foldsOf, widest, type Fold, type Folded } from './fold.ts';
import type { GraphEdge, GraphNode, NodeState } from './graph-types.ts';
import { drawableEdges, extent, layoutInput, nodeSize, type Orientation } from './layout-input.ts';
import { readLayout, type Layout } from './layout-output.ts';
import { pictureOf, placed } from './picture.ts';
import { neighboursOf, step } from './walk.ts';

const none: ReadonlySet<string> = new Set();
const run = (id: string, like: string, more: Partial<GraphNode> = {}): GraphNode => ({ id, kind: 'run', label: like, like, state: 'complete', pipeline: 'air', team: 'flights', at: '2026-03-01T10:00:00Z', hiddenUpstream: 0, hiddenDownstream: 0, ...more });
const data = (id: string, like = id, more: Partial<GraphNode> = {}): GraphNode => ({ id, kind: 'dataset', label: like, like, ...more });
const hub = (readers: readonly GraphNode[]) => ({ nodes: [data('hub'), ...readers], edges: readers.map((reader): GraphEdge => ({ from: 'hub', to: reader.id })) });
const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const draw = ({ nodes, edges }: { nodes: readonly GraphNode[]; edges: readonly GraphEdge[] }, { apart = new Set(['hub']), open = none, selected }: { apart?: ReadonlySet<string>; open?: ReadonlySet<string> | 'all'; selected?: string } = {}) => folded(nodes, edges, foldsOf(nodes, edges, apart), open, selected);
const labels = (shown: Folded) => shown.nodes.map((node) => node.label);
const keysOf = (folds: readonly Fold[]): string[] => folds.flatMap((fold) => [fold.key, ...keysOf(fold.parts)]);

/** Layers of few names and states, with edges mostly from layer to layer: folds of all kinds come of it. */
const graphs = fc.record({ layers: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }), seed: fc.nat(1000), names: fc.integer({ min: 1, max: 30 }), cyclic: fc.boolean() }).map(({ layers, seed, names, cyclic }) => {
  const nodes = layers.flatMap((count, layer) => many(count, (index): GraphNode => {
    const odd = (index * 31 + layer * 7 + seed) % 23;
    const state: NodeState = odd === 0 ? 'failed' : odd === 1 && layer % 2 === 1 ? 'contradicted' : 'complete';
    return { id: `${layer}.${index}`, kind: odd === 2 ? 'restricted' : odd === 3 ? 'deployment' : layer % 2 === 0 ? 'dataset' : 'run', label: 'x', state, at: `2026-01-${String(1 + (index % 28)).padStart(2, '0')}T00:00:00Z`, hiddenDownstream: index % 3, ...(odd !== 2 && { like: `name ${(index * 13 + seed) % names}` }) };
  }));
  const edges = layers.slice(1).flatMap((count, layer) => many(count, (index): GraphEdge[] => [
    { from: `${layer}.${(index * seed) % Math.min(3, layers[layer] ?? 1)}`, to: `${layer + 1}.${index}` },
    ...(index % 19 === 5 ? [{ from: `0.0`, to: `${layer + 1}.${index}` }] : []), ...(cyclic && index % 29 === 7 ? [{ from: `${layer + 1}.${index}`, to: '0.0' }] : []),
  ]).flat());
  return { nodes, edges: drawableEdges(nodes, edges), apart: new Set(['0.0']) };
});

describe('folding', () => {
  it('draws every node once: itself, or inside exactly one fold; and the counts sum', () => {
    fc.assert(fc.property(graphs, fc.nat(), fc.option(fc.nat(), { nil: undefined }), ({ nodes, edges, apart }, choice, chosen) => {
      const folds = foldsOf(nodes, edges, apart);
      const open = new Set(keysOf(folds).filter((_, index) => ((choice >> (index % 20)) & 1) === 1));
      const selected = chosen === undefined ? undefined : nodes[chosen % nodes.length]?.id;
      const shown = folded(nodes, edges, folds, open, selected);
      const held = shown.nodes.flatMap((node) => node.fold?.members ?? [node.id]);
      expect(held.sort()).toEqual(nodes.map((node) => node.id).sort());
      expect(new Set(shown.nodes.map((node) => node.id)).size).toBe(shown.nodes.length);
      for (const node of nodes) expect(shown.nodes.some((each) => each.id === shown.standing.get(node.id) && (each.id === node.id || each.fold?.members.includes(node.id) === true))).toBe(true);
      if (selected !== undefined) expect(shown.standing.get(selected)).toBe(selected);
      const inFrames = shown.frames.flatMap((frame) => frame.members);
      expect(new Set(inFrames).size).toBe(inFrames.length);
      const hidden = (list: readonly GraphNode[]) => list.reduce((sum, node) => sum + (node.hiddenDownstream ?? 0), 0);
      expect(hidden(shown.nodes)).toBe(hidden(nodes));
      // Every edge is drawn, or within nothing: a fold has no edges inside.
      expect(shown.edges.reduce((sum, edge) => sum + (edge.weight ?? 1), 0)).toBe(edges.length);
    }));
  });

  it('is undone whole: with everything unfolded the graph is the one that was given', () => {
    fc.assert(fc.property(graphs, ({ nodes, edges, apart }) => {
      const folds = foldsOf(nodes, edges, apart);
      for (const open of ['all', new Set(keysOf(folds))] as const) {
        const shown = folded(nodes, edges, folds, open, undefined);
        expect(shown.nodes).toEqual(nodes);
        expect(shown.edges).toEqual(edges);
        expect(shown.folded).toEqual([]);
      }
    }));
  });

  it('does not depend on the order of nodes and edges, nor on what is selected or unfolded', () => {
    fc.assert(fc.property(graphs, ({ nodes, edges, apart }) => {
      const sorted = (folds: readonly Fold[]): unknown => folds.map((fold) => [fold.key, [...fold.members].sort(), sorted(fold.parts)]).sort();
      expect(sorted(foldsOf([...nodes].reverse(), [...edges].reverse(), apart))).toEqual(sorted(foldsOf(nodes, edges, apart)));
    }));
  });

  it('never folds what must be seen: what the graph is about, a path, other teams; and what is wrong only with many of its like, under that state', () => {
    fc.assert(fc.property(graphs, ({ nodes, edges, apart }) => {
      for (const node of folded(nodes, edges, foldsOf(nodes, edges, apart), none, undefined).nodes) for (const id of node.fold?.members ?? []) {
        const member = nodes.find((each) => each.id === id);
        expect(apart.has(id) || member?.kind === 'restricted').toBe(false);
        if (member?.state === 'contradicted') {
          expect(node.fold?.members.length).toBeGreaterThanOrEqual(3);
          expect(nodes.filter((each) => each.state === 'contradicted' && each.kind === member.kind).length).toBeGreaterThan(widest);
        }
        expect([member?.kind, member?.state]).toEqual([node.kind, node.state]);
      }
    }));
  });

  it('makes no cycle that was not there', () => {
    fc.assert(fc.property(graphs, ({ nodes, edges, apart }) => {
      const layered = (boxes: readonly { readonly id: string }[], lines: readonly GraphEdge[]) => {
        const after = neighboursOf(lines);
        const left = new Map(boxes.map(({ id }) => [id, after.get(id)?.upstream.length ?? 0]));
        const open = boxes.map(({ id }) => id).filter((id) => left.get(id) === 0);
        let seen = 0;
        for (let id = open.pop(); id !== undefined; id = open.pop()) {
          seen += 1;
          for (const next of after.get(id)?.downstream ?? []) {
            left.set(next, (left.get(next) ?? 0) - 1);
            if (left.get(next) === 0) open.push(next);
          }
        }
        return seen === boxes.length;
      };
      if (!layered(nodes, edges)) return;
      const folds = foldsOf(nodes, edges, apart);
      for (const open of [none, new Set(keysOf(folds).slice(0, 2)), 'all'] as const) {
        const shown = folded(nodes, edges, folds, open, undefined);
        expect(layered(shown.nodes, shown.edges)).toBe(true);
        const { boxes, lines } = pictureOf(shown, 'across', 2);
        expect(layered(boxes, lines)).toBe(true);
      }
    }));
  });
});

describe('a hub', () => {
  it('is drawn with its readers one by one while they are few', () => {
    expect(draw(hub(many(widest, (index) => run(`r${index}`, 'train')))).nodes).toHaveLength(widest + 1);
  });

  it('has many folded by name, with what they have in common said', () => {
    const readers = many(264, (index) => run(`r${index}`, 'air.train', { team: ['a', 'b', 'c'][index % 3] ?? 'a', at: index === 0 ? '2026-01-02T00:00:00Z' : '2026-05-03T00:00:00Z' }));
    const shown = draw(hub([...readers, run('one', 'audit')]));
    expect(labels(shown)).toEqual(['hub', '264 runs of air.train', 'audit']);
    expect(shown.nodes[1]).toMatchObject({ sublabel: 'air · 3 teams · 2026-01-02 to 05-03', state: 'complete', kind: 'run' });
    expect(shown.edges.map((edge) => edge.weight ?? 1)).toEqual([264, 1]);
  });

  it('has failed runs folded by themselves, so that the failure shows', () => {
    expect(draw(hub([...many(40, (index) => run(`r${index}`, 'train')), ...many(20, (index) => run(`f${index}`, 'train', { state: 'failed' }))])).nodes.map((node) => [node.label, node.state])).toEqual([['hub', undefined], ['40 runs of train', 'complete'], ['20 runs of train', 'failed']]);
  });

  it('has many folded by pipeline where names and pipelines together are too many', () => {
    const shown = draw(hub(many(280, (index) => run(`r${index}`, ['clean', 'train', 'evaluate', 'publish'][index % 4] ?? '', { pipeline: `p${index % 7}`, team: `t${index % 7}` }))));
    expect(shown.nodes.slice(1).map((node) => [node.label, node.sublabel])).toEqual(many(7, (index) => [`40 runs of p${index}`, '4 names · 2026-03-01']));
  });

  it('has readers of other things too folded by what they are, the most first, until they can be read', () => {
    const readers = many(60, (index) => run(`r${index}`, 'train', index < 9 ? { state: 'failed' } : {}));
    const others = many(60, (index) => data(`d${index}`));
    const { nodes, edges } = hub(readers);
    const shown = draw({ nodes: [...nodes, ...others], edges: [...edges, ...others.map(({ id }, index) => ({ from: id, to: `r${index}` }))] });
    // The nine that failed can be read one by one, and so can what they alone have read.
    expect(shown.nodes.filter((node) => node.kind === 'run').map((node) => node.label)).toEqual([...many(9, () => 'train'), '51 runs of train']);
    expect(labels(shown)).toContain('51 datasets');
    expect(shown.edges.find((edge) => edge.from === 'hub' && edge.weight !== undefined)?.weight).toBe(51);
  });

  it('has all folded into one where even the names are too many, and unfolds in two steps', () => {
    const graph = hub(many(200, (index) => run(`r${index}`, `job ${index % 40}`, { pipeline: `p${index % 40}` })));
    const [fold] = foldsOf(graph.nodes, graph.edges, new Set(['hub']));
    const shown = draw(graph);
    expect(shown.nodes.map((node) => [node.label, node.sublabel])).toEqual([['hub', undefined], ['200 runs', '40 names · 40 pipelines · 2026-03-01']]);
    const once = draw(graph, { open: new Set([fold?.key ?? '']) });
    expect(labels(once)).toContain('5 runs of job 7');
    expect(once.frames.map((frame) => [frame.label, frame.members.length])).toEqual([['200 runs', 40]]);
    const twice = draw(graph, { open: new Set([fold?.key ?? '', fold?.parts[0]?.key ?? '']) });
    expect(twice.frames.map((frame) => frame.members.length)).toEqual([5, 39]);
  });

  it('has what is wrong folded only with many of its like, and the fold says so; who made it after it', () => {
    const wrong = (count: number) => hub([...many(40, (index) => data(`d${index}`, 'prices')), ...many(count, (index) => data(`w${index}`, 'prices', { state: 'contradicted' }))]);
    expect(draw(wrong(30)).nodes.map((node) => [node.label, node.state])).toEqual([['hub', undefined], ['40 versions of prices', undefined], ['30 versions of prices', 'contradicted']]);
    expect(labels(draw(wrong(5)))).toEqual(['hub', '40 versions of prices', ...many(5, () => 'prices')]);
    const turned = { nodes: [data('hub'), ...many(30, (index) => data(`w${index}`, 'prices', { state: 'contradicted' })), ...many(30, (index) => run(`r${index}`, 'ingest'))], edges: many(30, (index) => [{ from: `w${index}`, to: 'hub' }, { from: `r${index}`, to: `w${index}` }]).flat() };
    expect(labels(draw(turned))).toEqual(['hub', '30 versions of prices', '30 runs of ingest']);
  });

  it('keeps what leads to the focus, or to something wrong, out of the fold', () => {
    const { nodes, edges } = hub(many(40, (index) => run(`r${index}`, 'train')));
    const more = [...nodes, data('model'), data('bad', 'bad', { state: 'contradicted' })];
    const shown = draw({ nodes: more, edges: [...edges, { from: 'r3', to: 'model' }, { from: 'r5', to: 'bad' }] }, { apart: new Set(['model']) });
    expect(shown.nodes.map((node) => node.id).filter((id) => /^r/.test(id))).toEqual(['r3', 'r5']);
    expect(labels(shown)).toContain('38 runs of train');
  });

  it('has what its readers made folded after them', () => {
    const { nodes, edges } = hub(many(140, (index) => run(`r${index}`, 'train')));
    const models = many(140, (index): GraphNode => ({ id: `m${index}`, kind: 'model', label: `air ${index}`, like: 'air', registered: true }));
    const shown = draw({ nodes: [...nodes, ...models], edges: [...edges, ...models.map((model, index) => ({ from: `r${index}`, to: model.id }))] });
    expect(labels(shown)).toEqual(['hub', '140 runs of train', '140 versions of air']);
    expect(shown.nodes[2]?.sublabel).toBe('registered');
    // Unfolding the runs leaves the models folded.
    const opened = draw({ nodes: [...nodes, ...models], edges: [...edges, ...models.map((model, index) => ({ from: `r${index}`, to: model.id }))] }, { open: new Set([shown.folded[0] ?? '']) });
    expect([opened.nodes.length, opened.frames.length]).toEqual([142, 1]);
  });

  it('folds what leads into one node as well as what comes of it', () => {
    const sources = many(100, (index) => data(`d${index}`, 'raw'));
    expect(labels(draw({ nodes: [run('merge', 'merge'), ...sources], edges: sources.map(({ id }) => ({ from: id, to: 'merge' })) }, { apart: new Set(['merge']) }))).toEqual(['merge', '100 versions of raw']);
  });

  it('draws what is selected by itself, and counts the rest', () => {
    const shown = draw(hub(many(100, (index) => run(`r${index}`, 'train'))), { selected: 'r7' });
    expect(labels(shown)).toEqual(['hub', '99 runs of train', 'train']);
  });
});

it('a chain of one name is not folded: its steps are not siblings', () => {
  const nodes = many(300, (index) => (index % 2 === 0 ? data(`n${index}`, 'features') : run(`n${index}`, 'refine')));
  expect(foldsOf(nodes, many(299, (index) => ({ from: `n${index}`, to: `n${index + 1}` })), new Set(['n0']))).toEqual([]);
});

describe('the layout', () => {
  const layoutOf = async (shown: Folded, orientation: Orientation = 'across', aspect = 2): Promise<Layout> => {
    const picture = pictureOf(shown, orientation, aspect);
    return placed(readLayout(await new ELK().layout(layoutInput(picture.boxes, picture.lines, orientation, aspect))), picture);
  };
  /** Whether any two nodes of the picture lie on each other. */
  const overlapping = (shown: Folded, layout: Layout) => {
    const at = shown.nodes.map((node) => layout.nodes.get(node.id) ?? { x: Number.NaN, y: Number.NaN });
    expect(at.some(({ x, y }) => Number.isNaN(x + y))).toBe(false);
    return at.some((a, index) => at.slice(index + 1).some((b) => Math.abs(a.x - b.x) < nodeSize.width && Math.abs(a.y - b.y) < nodeSize.height));
  };
  const graph = hub(many(280, (index) => run(`r${index}`, `job ${index % 3}`)));

  it('of a hub with 280 readers fits a window, folded and unfolded, across and down', async () => {
    const whole = await layoutOf(draw(graph));
    expect(whole.height).toBeLessThan(400);
    const shown = draw(graph, { open: 'all' });
    for (const [orientation, least, most] of [['across', 0.4, 4], ['down', 0.02, 2]] as const) {
      const layout = await layoutOf(shown, orientation);
      expect(overlapping(shown, layout)).toBe(false);
      expect(layout.width / layout.height).toBeGreaterThan(least);
      expect(layout.width / layout.height).toBeLessThan(most);
    }
    const one = draw(hub(many(280, (index) => run(`r${index}`, 'train'))), { open: 'all' });
    const layout = await layoutOf(one);
    expect(layout.width / layout.height).toBeGreaterThan(1);
    expect(layout.width / layout.height).toBeLessThan(3);
  });

  it('keeps members inside their frame, and frames off each other', async () => {
    const shown = draw(graph, { open: 'all' });
    const layout = await layoutOf(shown);
    for (const area of layout.frames.values()) for (const id of area.members) {
      const at = layout.nodes.get(id) ?? { x: Number.NaN, y: Number.NaN };
      expect(at.x >= area.x && at.y >= area.y && at.x + nodeSize.width <= area.x + area.width && at.y + nodeSize.height <= area.y + area.height).toBe(true);
    }
    const areas = [...layout.frames.values()];
    expect(areas.some((a, index) => areas.slice(index + 1).some((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height))).toBe(false);
  });

  it('puts siblings of a narrow window in a grid, so that they do not leave it', async () => {
    const shown = draw(hub(many(10, (index) => run(`r${index}`, `job ${index}`))));
    const layout = await layoutOf(shown, 'down', 0.75);
    expect(overlapping(shown, layout)).toBe(false);
    expect([layout.width < 560, layout.frames.size, layout.nodes.size]).toEqual([true, 1, 11]);
  });

  it('breaks a chain of 300 into lines that fit a window', async () => {
    const nodes = many(300, (index) => data(`n${index}`));
    const edges = many(299, (index): GraphEdge => ({ from: `n${index}`, to: `n${index + 1}` }));
    expect(extent(nodes.map(({ id }) => ({ id, ...nodeSize })), edges)).toEqual({ long: 300, wide: 1 });
    const shown = folded(nodes, edges, [], none, undefined);
    const layout = await layoutOf(shown);
    expect(overlapping(shown, layout)).toBe(false);
    expect(layout.width / layout.height).toBeGreaterThan(0.8);
    expect(layout.width / layout.height).toBeLessThan(3);
  });

  it('is walked by keys: into a frame, through its grid, to its head, and out again', async () => {
    const shown = draw(hub(many(40, (index) => run(`r${index}`, 'train'))), { open: 'all' });
    const layout = await layoutOf(shown);
    const near = neighboursOf(shown.edges);
    const [frame] = shown.frames;
    if (frame === undefined) throw new Error('nothing was unfolded');
    const [first, second] = frame.members;
    const inside = step(layout, near, 'hub', 'right', 'across');
    expect(layout.frames.get(frame.id)?.members.has(inside ?? '')).toBe(true);
    expect([step(layout, near, first ?? '', 'right', 'across'), step(layout, near, second ?? '', 'left', 'across')]).toEqual([second, first]);
    expect(step(layout, near, first ?? '', 'up', 'across')).toBe(frame.id);
    expect(step(layout, near, frame.id, 'down', 'across')).toBe(first);
    expect(step(layout, near, first ?? '', 'left', 'across')).toBe('hub');
  });
});
